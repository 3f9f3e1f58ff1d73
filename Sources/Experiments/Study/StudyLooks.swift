// What studies have said: a file `looks/PAIR-LOOK` for each look at two models, so that a second look is known as one,
// also in another session. The first that is written stays: a notebook that is run again says the same.

import Engine
import Libraries

/// A look at two models.
public struct StudyLook: Sendable {
    /// In their order.
    public let seeds: [UInt64]
    /// Of the study; a look of a sequential one belongs to the looks before it.
    public let design: StudyDesign
    /// How many pairs shared the chance of a wrong statement.
    public let tested: Int
    public let said: PairLook

    public init(seeds: [UInt64], design: StudyDesign, tested: Int, said: PairLook) {
        (self.seeds, self.design, self.tested, self.said) = (seeds, design, tested, said)
    }

    /// What the looks at two models are kept under.
    ///
    /// - Parameter sides: the identities of both models' trainings, without their seeds.
    public static func key(of sides: [String], _ measure: OutcomeMeasure) -> String {
        String(
            Digest.sha256(Array((sides.sorted() + [measure.rawValue]).joined(separator: " ").utf8)).hexadecimal.prefix(
                32))
    }

    /// Whether one was planned with the other: a sequential study goes from look to look, and other models beside these
    /// two add nothing to what is known of them.
    fileprivate func isPlanned(with other: StudyLook) -> Bool {
        guard design == other.design, !said.decision.isAnytime, !other.said.decision.isAnytime else { return false }
        switch design {
        case .fixed: return Set(seeds) == Set(other.seeds)
        case .sequential: return zip(seeds, other.seeds).allSatisfy { $0 == $1 }
        }
    }

    fileprivate func isSame(as other: StudyLook) -> Bool {
        design == other.design && tested == other.tested && seeds == other.seeds
    }
}

extension RunStore {
    /// Keeps a look, and gives what was said of this pair before, where this look was not planned with that.
    ///
    /// - Parameters:
    ///   - pair: of the identities of both models' trainings, without their seeds.
    ///   - look: as it would be if it was planned.
    public func earlierLook(_ pair: String, _ look: StudyLook) -> PairLook? {
        let before = self.looks(pair)
        // A look that was had before stays what it was then.
        if let known = before.first(where: { $0.look.isSame(as: look) }) { return known.earlier }
        let seeds = Set(look.seeds)
        let earlier = before.first { !$0.look.isPlanned(with: look) && !seeds.isDisjoint(with: $0.look.seeds) }
        let kept = KeptLook(number: (before.last?.number ?? 0) + 1, look: look, earlier: earlier?.look.said)
        let digest = Digest.sha256(Array("\(look.seeds) \(look.design) \(look.tested)".utf8)).hexadecimal.prefix(16)
        do throws(FileError) {
            try FileSystem.createDirectories(looks, isPrivate: true)
            try FileSystem.write(kept.json.bytes, to: "\(looks)/\(pair)-\(digest)", isPrivate: true)
        } catch {}
        return kept.earlier
    }

    private var looks: String { FileSystem.join(folder, "looks") }

    /// In the order in which they were had.
    private func looks(_ pair: String) -> [KeptLook] {
        ((try? FileSystem.list(looks)) ?? []).filter { $0.hasPrefix(pair + "-") }.compactMap { name in
            guard let bytes = try? FileSystem.read("\(looks)/\(name)", limit: 1_000_000),
                let json = try? JSON(parsing: bytes)
            else { return nil }
            return KeptLook(json)
        }.sorted { $0.number < $1.number }
    }
}

/// A look as its file has it.
private struct KeptLook {
    let number: Int
    let look: StudyLook
    /// What had been said before it, where it was not planned with that.
    let earlier: PairLook?

    init(number: Int, look: StudyLook, earlier: PairLook?) {
        (self.number, self.look, self.earlier) = (number, look, earlier)
    }

    var json: JSON {
        var json: JSONObject = [
            "number": .integer(number), "seeds": .array(look.seeds.map { .unsigned($0) }),
            "design": .string(look.design.rawValue), "tested": .integer(look.tested),
            "said": look.said.json,
        ]
        if let earlier { json["earlier"] = earlier.json }
        return .object(json)
    }

    init?(_ json: JSON) {
        guard let number = json["number"]?.integer, let tested = json["tested"]?.integer,
            let seeds = json["seeds"]?.array?.compactMap(\.unsigned),
            let design = json["design"]?.string.flatMap(StudyDesign.init(rawValue:)),
            let said = json["said"].flatMap(PairLook.init)
        else { return nil }
        self.init(
            number: number,
            look: StudyLook(
                seeds: seeds, design: design, tested: tested, said: said),
            earlier: json["earlier"].flatMap(PairLook.init))
    }
}

extension PairLook {
    fileprivate var json: JSON {
        var json: JSONObject = [
            "seeds": .integer(seeds), "verdict": .string(decision.verdict.key),
            "chance": .number(decision.intervalChance), "anytime": .bool(decision.isAnytime),
        ]
        if let mean { json["mean"] = .number(mean) }
        if let interval = decision.interval {
            json["interval"] = [.number(interval.lowerBound), .number(interval.upperBound)]
        }
        return .object(json)
    }

    fileprivate init?(_ json: JSON) {
        guard let seeds = json["seeds"]?.integer, let verdict = json["verdict"]?.string.flatMap(Verdict.init(key:)),
            let chance = json["chance"]?.number, let isAnytime = json["anytime"]?.bool
        else { return nil }
        let ends = json["interval"]?.array?.compactMap(\.number) ?? []
        // A file may say anything.
        let interval = ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil
        self.init(
            seeds: seeds, mean: json["mean"]?.number,
            decision: Decision(verdict: verdict, interval: interval, intervalChance: chance, isAnytime: isAnytime))
    }
}

extension Verdict {
    /// What files call it.
    public var key: String {
        switch self {
        case .better(let side, let isWithinMargin):
            (side == .first ? "first better" : "second better") + (isWithinMargin ? " within the margin" : "")
        case .equivalent: "equivalent"
        case .identical: "identical"
        case .undecided(let reason): reason.rawValue
        }
    }

    init?(key: String) {
        let better = Side.allCases.flatMap { side in
            [false, true].map { Verdict.better(side, isWithinMargin: $0) }
        }
        let all = better + [.equivalent, .identical] + Reason.allCases.map { .undecided($0) }
        guard let verdict = all.first(where: { $0.key == key }) else { return nil }
        self = verdict
    }
}

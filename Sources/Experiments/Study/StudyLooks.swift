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

    /// Whether both have the same seeds or are looks of one sequential study, whatever models there are beside these
    /// two.
    fileprivate func isOfOneStudy(with other: StudyLook) -> Bool {
        guard design == other.design, !said.decision.isAnytime, !other.said.decision.isAnytime else { return false }
        switch design {
        case .fixed: return Set(seeds) == Set(other.seeds)
        case .sequential: return zip(seeds, other.seeds).allSatisfy { $0 == $1 }
        }
    }

    /// Whether the next one was planned with it: other models may come to these two, but to pick these out of more once
    /// these have been seen is a choice of its own.
    fileprivate func plans(_ next: StudyLook) -> Bool { isOfOneStudy(with: next) && tested <= next.tested }

    fileprivate func isSame(as other: StudyLook) -> Bool {
        design == other.design && tested == other.tested && seeds == other.seeds
    }

    fileprivate var ofOtherOrder: StudyLook {
        StudyLook(seeds: seeds, design: design, tested: tested, said: said.ofOtherOrder)
    }
}

/// Where the looks at two models are kept.
public struct PairKey: Sendable {
    fileprivate let name: String
    /// Whether files have them in the other order.
    private let isReversed: Bool

    /// - Parameter sides: the identities of both models' trainings, without their seeds.
    public init(_ first: String, _ second: String, _ measure: OutcomeMeasure) {
        isReversed = second < first
        let sides = isReversed ? [second, first] : [first, second]
        let text = (sides + [measure.rawValue]).joined(separator: " ")
        name = String(Digest.sha256(Array(text.utf8)).hexadecimal.prefix(32))
    }

    /// From the order of the study to that of the files, and back.
    fileprivate func turned(_ look: StudyLook) -> StudyLook { isReversed ? look.ofOtherOrder : look }
    fileprivate func turned(_ look: PairLook) -> PairLook { isReversed ? look.ofOtherOrder : look }
}

extension RunStore {
    /// Keeps a look, and gives what was said of this pair before, where this look was not planned with that.
    ///
    /// - Parameters:
    ///   - look: as it would be if it was planned.
    ///   - saying: what it says where something was said before.
    public func earlierLook(
        _ pair: PairKey, _ look: StudyLook, saying: (_ earlier: PairLook) -> PairLook
    ) -> PairLook? {
        let before = self.looks(pair.name)
        let turned = pair.turned(look)
        // A look that was had before stays what it was then.
        if let known = before.first(where: { $0.look.isSame(as: turned) }) { return known.earlier.map(pair.turned) }
        let seeds = Set(look.seeds)
        var (earlier, isPlanned): (PairLook?, Bool) = (nil, false)
        for other in before.map(\.look) where !seeds.isDisjoint(with: other.seeds) {
            isPlanned = isPlanned || other.plans(turned)
            // What came to a plan that stood before it takes nothing from that.
            guard isPlanned, other.isOfOneStudy(with: turned) else {
                earlier = pair.turned(other.said)
                break
            }
        }
        let kept = KeptLook(
            number: (before.last?.number ?? 0) + 1,
            look: StudyLook(
                seeds: look.seeds, design: look.design, tested: look.tested,
                said: pair.turned(earlier.map(saying) ?? look.said)),
            earlier: earlier.map(pair.turned))
        let digest = Digest.sha256(Array("\(look.seeds) \(look.design) \(look.tested)".utf8)).hexadecimal.prefix(16)
        do throws(FileError) {
            try FileSystem.createDirectories(looks, isPrivate: true)
            try FileSystem.write(kept.json.bytes, to: "\(looks)/\(pair.name)-\(digest)", isPrivate: true)
        } catch {}
        return earlier
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

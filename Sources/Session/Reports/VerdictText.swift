// The sentences of a study: its verdicts, and what would change them. Other programs read their beginnings (see the interfaces), and
// nothing here is a term of statistics.

import Experiments
import Graphics

struct VerdictText {
    let study: Study
    /// Times stand in all forms but the plain text, by which notebooks are compared.
    let showsTime: Bool

    private var names: [String] { study.plan.models.map(\.name) }
    private var margin: String { decimalText(study.plan.margin) }

    /// `flat is better by 0.4 to 1.1 points`
    func verdict(_ pair: StudyPair) -> String {
        verdict(pair.verdict, first: names[pair.first], second: names[pair.second], pair)
    }

    func verdict(_ verdict: Verdict, first: String, second: String, _ pair: StudyPair? = nil) -> String {
        switch verdict {
        case .identical:
            guard let pair, pair.isProvenSame else { return "identical in every seed" }
            return study.plan.isForced
                ? "identical in every seed, as proven"
                : "identical in every seed: both are proven to train the same, bit for bit, so only one was trained"
        case .equivalent: return "equivalent within \(margin) points"
        case .better(let side, let by, let isWithinMargin):
            let name = side == .first ? first : second
            return "\(name) is better by \(Self.points(by))"
                + (isWithinMargin ? ", less than the margin of \(margin)" : "")
        case .undecided(let reason): return "undecided: " + self.reason(reason, pair)
        }
    }

    private func reason(_ reason: Verdict.Reason, _ pair: StudyPair?) -> String {
        guard let pair else {
            return reason == .tooWide ? "the difference could be more than \(margin) points, or none" : "too few seeds"
        }
        let count = pair.moreSeeds ?? 0
        let seeds = counted(count, "more seed")
        let time =
            showsTime && study.secondsOfSeed > 0 ? ", \(Self.duration(Double(count) * study.secondsOfSeed)) here," : ""
        let verb = "would settle"
        if !study.isExploratory, let look = study.plan.design.nextLook(after: study.completeSeeds.count),
            reason != .noPairs
        {
            return "the next look is at \(look.seeds) seeds, \(count) more"
                + (showsTime && study.secondsOfSeed > 0
                    ? ", \(Self.duration(Double(count) * study.secondsOfSeed)) here" : "")
        }
        switch reason {
        case .noPairs: return "there is no seed with which both came to their end"
        case .onePair: return "one seed shows no spread; \(seeds)\(time) would show it"
        case .equalDifferences(let value):
            return
                "\(Self.signed(value)) points in each of \(counted(pair.seeds.count, "seed")), too few to rule out chance; "
                + "\(seeds)\(time) \(verb) it"
        case .beforeTheLook: return "the first look is still to come"
        case .tooWide where pair.moreSeeds == nil:
            return "a difference of \(margin) points takes more seeds than anybody trains"
        case .tooWide where pair.dependsOnMean:
            let mean = pair.comparison.differences?.mean ?? 0
            return "about \(seeds)\(time) \(verb) it if the difference stays at \(Self.signed(mean))"
        case .tooWide: return "about \(seeds)\(time) \(verb) a difference of \(margin)"
        }
    }

    // MARK: What would change it

    func change(_ pair: StudyPair) -> String {
        switch pair.verdict {
        case .identical where pair.isProvenSame:
            return "nothing would: neither another seed nor a longer training"
        case .identical: return "other seeds or a longer training may part them"
        case .equivalent: return "a smaller margin than `within: \(margin)` may, or another recipe"
        case .better: return "another recipe, a longer training or other data may; more seeds only narrow it"
        case .undecided(let reason):
            guard let count = pair.moreSeeds, reason != .noPairs else {
                return reason == .noPairs
                    ? "a recipe with which both train, such as a smaller learning rate" : "a larger margin: `within:`"
            }
            let subject = study.name.map { "more \($0)" } ?? "more"
            if !study.isComplete { return "`\(subject)` goes on where it was interrupted" }
            let isNext = !study.isExploratory && study.plan.design.nextLook(after: study.completeSeeds.count) != nil
            if isNext { return "`\(subject)` goes to the next look" }
            let more = "`\(subject)\(study.name == nil ? "" : ",") \(count)` adds \(counted(count, "seed"))"
            if count > 1000 { return "a recipe whose runs spread less, or a larger margin, `within:`" }
            return count > 50 ? more + "; a larger margin, `within:`, takes fewer" : more
        }
    }

    /// `0.4 to 1.1 points`, with as many digits as it takes not to call a difference 0.
    static func points(_ range: ClosedRange<Double>) -> String {
        var digits = 1
        while digits < 4, Double(fixed(range.lowerBound, digits)) == 0, range.lowerBound > 0 { digits += 1 }
        let (low, high) = (fixed(range.lowerBound, digits), fixed(range.upperBound, digits))
        return low == high ? "\(low) points" : "\(low) to \(high) points"
    }

    /// `+0.32`, `−0.10`
    static func signed(_ value: Double, _ digits: Int = 2) -> String {
        let text = fixed(value, digits)
        return text.hasPrefix("-") ? "−" + text.dropFirst() : "+" + text
    }

    /// `about 41 min`, `under a minute`
    static func about(_ seconds: Double) -> String { (seconds < 60 ? "" : "about ") + duration(seconds) }

    /// `41 min`, as a person says how long something takes.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "?" }
        if seconds < 60 { return "under a minute" }
        let minutes = Int((seconds / 60).rounded())
        if minutes < 100 { return "\(minutes) min" }
        let tenths = (seconds / 360).rounded() / 10
        return tenths < 48 ? "\(decimalText(tenths)) h" : "\(decimalText((tenths / 2.4).rounded() / 10)) days"
    }
}

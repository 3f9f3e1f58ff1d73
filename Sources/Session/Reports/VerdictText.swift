// The sentences of a study: its verdicts, and what would change them. Other programs read their beginnings (see the
// interfaces), and nothing here is a term of statistics.

import Experiments
import Graphics
import Text

struct VerdictText {
    let study: Study
    /// Times are in all forms but the plain text, by which notebooks are compared.
    let showsTime: Bool

    private var names: [String] { study.plan.models.map(\.name) }
    private var margin: String { decimalText(study.plan.margin) }

    /// `flat is better by 0.8 points (0.4 to 1.1)`: a verdict with the difference that it rests on.
    ///
    /// - Parameter isPast: whether more seeds have been added since, so that how many it takes is not said.
    func verdict(_ pair: StudyPair, isPast: Bool = false) -> String {
        let isPart = !pair.seeds.isEmpty && pair.seeds.count < pair.lookedSeeds
        let beginning = isPart ? "where both train (\(pair.seeds.count) of \(counted(pair.lookedSeeds, "seed"))): " : ""
        return beginning + sentence(pair, isPast: isPast)
    }

    private func sentence(_ pair: StudyPair, isPast: Bool) -> String {
        switch pair.verdict {
        case .identical: return "identical: " + identity(pair)
        case .equivalent: return "equivalent within \(margin) points: \(difference(pair))"
        case .better(let side, _, let isWithinMargin):
            return "\(names[side == .first ? pair.first : pair.second]) is better by \(lead(pair, isSigned: false))"
                + (isWithinMargin ? ", less than the margin of \(margin)" : "")
        case .undecided(.noPairs):
            return "undecided: for no seed did both runs finish"
                + (pair.isProvenSame ? ", though both are provably identical in training" : "")
        case .undecided(let reason):
            return "undecided: \(difference(pair))" + (isPast ? "" : outlook(reason, pair))
        }
    }

    private func identity(_ pair: StudyPair) -> String {
        guard pair.isProvenSame else {
            let count = study.plan.dataset.test.count
            return "equal predictions on \(count == 1 ? "" : "all ")\(images) \(inEach(pair.seeds.count)), "
                + "a difference of 0 points"
                + (count == 1 ? "; one image shows little" : count < 40 ? "; so few images show little" : "")
        }
        return "a difference of 0 points in every seed"
            + (study.plan.isForced
                ? ", as proven" : "; both are provably identical in training, bit for bit, so only one was trained")
    }

    /// `flat is ahead by 0.8 points (−0.2 to +1.9)`
    private func difference(_ pair: StudyPair) -> String {
        guard let mean = pair.comparison.differences?.mean else { return "" }
        if mean != 0 {
            return "\(names[mean > 0 ? pair.second : pair.first]) is ahead by \(lead(pair, isSigned: true))"
        }
        guard let interval = pair.interval else { return "equal accuracies \(inEach(pair.seeds.count))" }
        return "equal mean accuracies (\(Self.range(interval, Self.digits([interval.lowerBound]), isSigned: true)))"
    }

    /// `0.8 points (0.4 to 1.1)`: how far the better one is ahead, and between which bounds.
    private func lead(_ pair: StudyPair, isSigned: Bool) -> String {
        let mean = pair.comparison.differences?.mean ?? 0
        guard let interval = pair.interval else {
            return "\(fixed(abs(mean), Self.digits([mean]))) points \(inEach(pair.seeds.count))"
        }
        let own = mean > 0 ? interval : -interval.upperBound...(-interval.lowerBound)
        let digits = Self.digits([mean, own.lowerBound, own.upperBound])
        return "\(fixed(abs(mean), digits)) points (\(Self.range(own, digits, isSigned: isSigned)))"
    }

    /// `the one test image`, `10 test images`
    private var images: String {
        let count = study.plan.dataset.test.count
        return count == 1 ? "the one test image" : counted(count, "test image")
    }

    private func inEach(_ seeds: Int) -> String { seeds == 1 ? "in the one seed" : "in each of \(seeds) seeds" }

    /// What it takes to decide, after the difference.
    private func outlook(_ reason: Verdict.Reason, _ pair: StudyPair) -> String {
        func time(_ count: Int) -> String {
            showsTime && study.secondsOfSeed > 0
                ? ", \(DurationText.rounded(Double(count) * study.secondsOfSeed)) here" : ""
        }
        let completed = study.completeSeeds.count
        if !study.isExploratory, let look = study.plan.design.nextLook(after: completed) {
            let count = look.seeds - completed
            return "; the next look is at \(look.seeds) seeds, \(count) more\(time(count))"
        }
        guard let count = pair.moreSeeds else {
            if case .equalDifferences = reason {
                return ", which may be chance; it takes more than \(images) to tell"
            }
            return "; to settle a difference of \(margin) takes more than \(grouped(SeedsNeeded.most)) seeds"
        }
        let seeds = "\(counted(count, "more seed"))\(time(count).isEmpty ? "" : time(count) + ",")"
        switch reason {
        case .onePair: return ", which shows no spread; \(seeds) would show it"
        case .equalDifferences(let mean):
            return ", too few to rule out chance; \(seeds) \(mean == 0 ? "may tell them apart" : "would settle it")"
        case .noPairs, .beforeTheLook, .tooWide:
            return pair.dependsOnMean
                ? "; about \(seeds) would settle it if the difference remains"
                : "; about \(seeds) would settle a difference of \(margin)"
        }
    }

    // MARK: What would change it

    func change(_ pair: StudyPair) -> String {
        switch pair.verdict {
        case .identical where pair.isProvenSame:
            return "nothing would: neither another seed nor a longer training"
        case .identical: return "other seeds, more test images or a longer training may tell them apart"
        case .equivalent: return "a smaller margin than `within: \(margin)` may, or another recipe"
        case .better: return "another recipe, a longer training or other data may; more seeds only narrow it"
        case .undecided(let reason):
            if reason == .noPairs { return "a recipe with which both train, such as a smaller learning rate" }
            let subject = study.name.map { "more \($0)" } ?? "more"
            if !study.isComplete { return "`\(subject)` resumes where it was interrupted" }
            guard let count = pair.moreSeeds else {
                if case .equalDifferences = reason { return "more test images, or another recipe" }
                return "a recipe whose runs spread less, or a larger margin, `within:`"
            }
            let isNext = !study.isExploratory && study.plan.design.nextLook(after: study.completeSeeds.count) != nil
            if isNext { return "`\(subject)` goes to the next look" }
            let more = "`\(subject)\(study.name == nil ? "" : ",") \(count)` adds \(counted(count, "seed"))"
            return count > 50 ? more + "; a larger margin, `within:`, takes fewer" : more
        }
    }

    /// As many as it takes not to show what is not 0 as 0.
    private static func digits(_ values: [Double]) -> Int {
        (1..<4).first { digits in values.allSatisfy { $0 == 0 || Double(fixed($0, digits)) != 0 } } ?? 4
    }

    /// `0.4 to 1.1`, or with signs. Two seeds leave nearly everything open, but no difference beyond 100 points.
    private static func range(_ range: ClosedRange<Double>, _ digits: Int, isSigned: Bool) -> String {
        let range = range.clamped(to: -100...100)
        return [range.lowerBound, range.upperBound].map { isSigned ? signed($0, digits) : fixed($0, digits) }
            .joined(separator: " to ")
    }

    /// `+0.32`, `−0.10`
    static func signed(_ value: Double, _ digits: Int = 2) -> String {
        let text = fixed(value, digits)
        return text.hasPrefix("-") ? "−" + text.dropFirst() : "+" + text
    }
}

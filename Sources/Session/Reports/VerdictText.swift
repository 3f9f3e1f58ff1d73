// The sentences of a study: failures, its verdicts, and what would change them. Other programs read their beginnings
// (see the interfaces), and nothing here is a term of statistics.

import Experiments
import Graphics
import Text

struct VerdictText {
    let study: Study
    /// Times are in all forms but the plain text, by which notebooks are compared.
    let showsTime: Bool

    private var plan: StudyPlan { study.plan }
    private var names: [String] { plan.models.map(\.name) }
    private var measure: OutcomeMeasure { plan.measure }
    private var margin: String { amount(plan.margin, decimalText(plan.margin)) }
    private var subject: String { study.name.map { "more \($0)" } ?? "more" }

    // MARK: Failures

    /// `failed: gap in 2 of 6 seeds (1, 4), which diverged; ...`: a sentence for each model that failed.
    var failures: [String] {
        plan.trainedModels.compactMap { model in
            let seeds = study.failedSeeds(model)
            guard !seeds.isEmpty else { return nil }
            let all = study.seeds.count { study.run(model, $0) != nil }
            let diverged = seeds.count { study.run(model, $0)?.state.isDiverged ?? false }
            let limit = study.failureRules(of: seeds.compactMap { study.run(model, $0) }).limitText
            let guessing = (limit.map { "with \($0), " } ?? "") + "no better than guessing"
            let how =
                diverged == seeds.count
                ? "diverged" : diverged == 0 ? guessing : "\(diverged) diverged, the others \(guessing)"
            let which = plan.pairing == .seeds && seeds.count < all ? " (\(StudyReport.listed(seeds)))" : ""
            let share = Binomial.interval(seeds.count, of: all).map {
                "; of new seeds \(fixed(100 * $0.lowerBound, 0)) to \(fixed(100 * $0.upperBound, 0)) % may fail"
            }
            return "failed: \(names[model]) in \(seeds.count) of \(counted(all, unit))\(which), \(how)"
                + (all > 1 ? share ?? "" : "")
        }
    }

    /// Whether one model of a pair fails more often; `nil` where both fail alike.
    func failureVerdict(_ pair: StudyPair) -> String? {
        guard pair.failures.probability != nil else { return nil }
        let failures = pair.failures
        let (worse, better) = failures.isFirstWorse ? (pair.first, pair.second) : (pair.second, pair.first)
        let both = [
            "\(failures.first) of \(counted(failures.firstCount, unit))",
            "\(failures.second) of \(counted(failures.secondCount, unit))",
        ]
        let counts =
            failures.isFirstWorse ? both.joined(separator: " against ") : both.reversed().joined(separator: " against ")
        return pair.failsMoreOften != nil
            ? "\(names[worse]) fails more often than \(names[better]): \(counts), which is more than chance"
            : "whether \(names[worse]) fails more often than \(names[better]) is not known yet: \(counts) may be chance"
    }

    // MARK: Verdicts

    /// `flat is better by 0.8 points (0.4 to 1.1)`: a verdict with the difference that it rests on.
    ///
    /// - Parameter isNamed: whether the pair has to be said.
    func verdict(_ pair: StudyPair, isNamed: Bool) -> String {
        let failed = pair.failures.first + pair.failures.second
        let isPart = failed > 0 && pair.interval != nil && plan.pairing != .none
        let beginning =
            isPart ? "where both train (\(pair.seeds.count) of \(counted(pair.lookedSeeds, unit))): " : ""
        return beginning + sentence(pair.look, pair, isNamed: isNamed)
    }

    /// What an earlier look said.
    func earlier(_ look: PairLook, _ pair: StudyPair, isNamed: Bool) -> String {
        "\(sentence(look, pair, isNamed: isNamed)) (\(counted(look.seeds, unit)))"
    }

    private func sentence(_ look: PairLook, _ pair: StudyPair, isNamed: Bool) -> String {
        let both = isNamed ? " (\(names[pair.first]), \(names[pair.second]))" : ""
        switch look.decision.verdict {
        case .identical: return "identical\(both): " + identity(pair)
        case .equivalent: return "equivalent within \(margin)\(both): \(difference(look, pair))"
        case .better(let side, let isWithinMargin):
            let (better, other) = side == .first ? (pair.first, pair.second) : (pair.second, pair.first)
            return "\(names[better]) is better by \(lead(look, isSigned: false))"
                + (isNamed ? " than \(names[other])" : "")
                + (isWithinMargin ? ", less than the margin of \(margin)" : "")
        case .undecided(let reason): return undecided(reason, look, pair, both)
        }
    }

    private func undecided(_ reason: Verdict.Reason, _ look: PairLook, _ pair: StudyPair, _ both: String) -> String {
        switch reason {
        case .failures:
            return pair.seeds.isEmpty
                ? "no verdict\(both): there is no \(unit) with which both train"
                : "no verdict\(both): there is only one \(unit) with which both train"
        case .tooFew:
            if look.mean == nil { return "no verdict\(both): there is no pair of runs yet" }
            return plan.test.count < 2
                ? "no verdict\(both): one test image shows no spread; \(difference(look, pair))"
                : "no verdict\(both): one seed shows no spread; here \(difference(look, pair))"
        case .beforeTheLook:
            return "undecided\(both): \(look.seeds) of \(counted(plannedLook, unit)) so far; \(difference(look, pair))"
        case .noAnytimeInterval:
            let least = DifferenceEstimate.leastSeedsAnytime(look.decision.intervalChance)
            return "undecided\(both): \(difference(look, pair)); a look that was not planned needs at least "
                + "\(counted(least, "seed")) with which both train"
        case .tooWide:
            let (by, range) = ahead(look, isSigned: true)
            guard let mean = look.mean, mean != 0, look.decision.interval != nil else {
                return "undecided\(both): \(difference(look, pair))"
            }
            return "undecided\(both): \(names[leader(mean, pair)]) is ahead by \(by), but "
                + (range.map { "\($0) is possible" } ?? "every difference is possible")
        }
    }

    private var plannedLook: Int { plan.design.nextLook(after: study.completeSeeds.count) ?? study.plannedSeeds }

    private func identity(_ pair: StudyPair) -> String {
        guard pair.isProvenSame else {
            let count = plan.test.count
            return "equal predictions on \(count == 1 ? "" : "all ")\(images) \(inEach(pair.seeds.count)), "
                + "a difference of \(amount(0, 0))"
                + (count == 1 ? "; one image shows little" : count < 40 ? "; so few images show little" : "")
        }
        return "a difference of \(amount(0, 0)) in every seed"
            + (plan.isForced
                ? ", as proven" : "; both are provably identical in training, bit for bit, so only one was trained")
    }

    /// `flat is ahead by 0.8 points (−0.2 to +1.9)`
    private func difference(_ look: PairLook, _ pair: StudyPair) -> String {
        guard let mean = look.mean else { return "" }
        if mean != 0 { return "\(names[leader(mean, pair)]) is ahead by \(lead(look, isSigned: true))" }
        guard let interval = look.decision.interval else { return "both are equal" }
        let range = range(interval, digits([interval.lowerBound]), isSigned: true)
        return "no difference on average (\(range ?? "every difference is possible"))"
    }

    /// The model that a difference speaks for.
    private func leader(_ mean: Double, _ pair: StudyPair) -> Int {
        pair.isSecondAhead(by: mean) ? pair.second : pair.first
    }

    /// `0.8 points (0.4 to 1.1)`: how far the better one is ahead, and between which bounds.
    private func lead(_ look: PairLook, isSigned: Bool) -> String {
        let (by, range) = ahead(look, isSigned: isSigned)
        return by + (range.map { " (\($0))" } ?? "")
    }

    /// How far one is ahead of the other, whichever it is, and between which bounds.
    private func ahead(_ look: PairLook, isSigned: Bool) -> (by: String, range: String?) {
        let mean = look.mean ?? 0
        guard let interval = look.decision.interval else { return (amount(abs(mean), digits([mean])), nil) }
        let own = mean > 0 ? interval : -interval.upperBound...(-interval.lowerBound)
        let digits = digits([mean, own.lowerBound, own.upperBound])
        return (amount(abs(mean), digits), range(own, digits, isSigned: isSigned))
    }

    /// `the one test image`, `10 test images`
    private var images: String {
        let count = plan.test.count
        return count == 1 ? "the one test image" : counted(count, "test image")
    }

    private var unit: String { plan.pairing.unit }

    private func inEach(_ seeds: Int) -> String { seeds == 1 ? "in the one seed" : "in each of \(seeds) seeds" }

    // MARK: What would change it

    /// What could change an answer: most of all what it would take where there is none.
    ///
    /// - Parameter isNamed: whether the pair has to be said.
    func change(_ pair: StudyPair, isNamed: Bool) -> [String] {
        let what = isNamed ? "(\(names[pair.first]), \(names[pair.second]))" : "this"
        return ["what would change \(what): \(whatChanges(pair))"] + counts(pair) + next(pair)
    }

    private func whatChanges(_ pair: StudyPair) -> String {
        if !study.isComplete { return "`\(subject)` trains the rest" }
        switch pair.verdict {
        case .identical where pair.isProvenSame: return "nothing, neither another seed nor a longer training"
        case .identical: return "other seeds, more test images or a longer training may tell them apart"
        case .equivalent: return "a smaller margin than `within: \(decimalText(plan.margin))`, or another recipe"
        case .better:
            let worse = names[pair.failures.isFirstWorse ? pair.first : pair.second]
            return "another recipe, a longer training or other data; more seeds "
                + (pair.failures.probability != nil && pair.failsMoreOften == nil
                    ? "would show whether \(worse) fails more often" : "would change little")
        case .undecided(.failures):
            let failed = [pair.first, pair.second].flatMap { model in
                study.failedSeeds(model).compactMap { study.run(model, $0) }
            }
            return "a recipe with which both train, such as \(failed.remedy)"
        case .undecided(.tooFew):
            return plan.test.count < 2
                ? "more test images" : plan.isOfGivenRuns ? "more runs of each" : "more seeds, `seeds: 1...6`"
        case .undecided(.tooWide), .undecided(.noAnytimeInterval), .undecided(.beforeTheLook): return outlook(pair)
        }
    }

    /// How many seeds it takes, or why seeds cannot help.
    private func outlook(_ pair: StudyPair) -> String {
        guard let estimate = pair.estimate else { return "more seeds" }
        if pair.decision.isAnytime {
            let next = (study.seeds.max() ?? 0) + 1
            return
                "more seeds (`\(subject)`); or a new study of other seeds, planned from the start, "
                + "`seeds: \(next)...\(next + UInt64(max(6, study.seeds.count)) - 1)`, whose range is narrower"
        }
        guard !pair.needed.isEmpty else { return "more runs of each" }
        if pair.needed.allSatisfy(\.isBeyondSeeds) {
            let open = 1.96 * estimate.imageVariance.squareRoot()
            let (count, lead) = imagesNeeded(pair, estimate)
            return
                "more test images (some \(grouped(count)) or more for a lead of \(amount(lead, digits([lead])))), or a larger margin (`within:`); "
                + "these \(counted(plan.test.count, "test image")) leave ±\(amount(open, digits([open]))) open, however many seeds there are"
        }
        return "more seeds"
    }

    /// How many seeds each question takes, a sentence each.
    private func counts(_ pair: StudyPair) -> [String] {
        guard study.isComplete else { return [] }
        return pair.needed.reversed().filter { !$0.isBeyondSeeds }.map { needed in
            "if \(condition(needed.goal)) takes \(count(needed))"
        }
    }

    /// So many that seeds could settle what was seen, or the margin where that is more; to two digits.
    private func imagesNeeded(_ pair: StudyPair, _ estimate: DifferenceEstimate) -> (count: Int, lead: Double) {
        let distance =
            pair.needed.map { needed in
                switch needed.goal {
                case .difference(let value): abs(value)
                case .equivalence(let value, let margin): margin - abs(value)
                }
            }.max() ?? plan.margin
        // Twice as many as leave all the room to the seeds.
        let count = 2 * 7.8 * estimate.imageVariance / max(distance * distance, 1e-9) * Double(plan.test.count)
        var (unit, rounded) = (1.0, min(count, 1e12))
        while rounded >= 100 { (unit, rounded) = (unit * 10, rounded / 10) }
        return (Int(rounded.rounded(.up) * unit), distance)
    }

    /// `12 to 40 seeds in all (25 to 80 min here)`
    private func count(_ needed: SeedsNeeded) -> String {
        let whole = " \(unit)s in all"
        guard let range = needed.range else { return "more than \(grouped(SeedsNeeded.most))\(whole)" }
        let seconds = study.secondsOfSeed
        func time(_ seeds: Int) -> String { DurationText.rounded(Double(max(0, seeds - study.seeds.count)) * seconds) }
        let isTimed = showsTime && seconds > 0
        guard let high = range.high else {
            return "\(grouped(range.low)) or far more\(whole)" + (isTimed ? " (from \(time(range.low)) here)" : "")
        }
        let numbers = (high == range.low ? grouped(high) : "\(grouped(range.low)) to \(grouped(high))") + whole
        guard isTimed, high > study.seeds.count else { return numbers }
        let times = time(range.low) == time(high) ? time(high) : "\(time(range.low)) to \(time(high))"
        return "\(numbers) (\(times) here)"
    }

    private func condition(_ goal: SeedsNeeded.Goal) -> String {
        switch goal {
        case .difference(let value):
            abs(value) == plan.margin
                ? "the true difference is only \(margin), showing it"
                : "the true lead is \(amount(abs(value), digits([value]))), showing it"
        case .equivalence(let value, _):
            value == 0
                ? "there is no difference, showing that it is within the margin"
                : "the true lead is \(amount(abs(value), digits([value]))), showing that it is within the margin"
        }
    }

    /// What to type for more seeds, where they can help.
    private func next(_ pair: StudyPair) -> [String] {
        guard study.isComplete, !study.isExploratory, pair.needed.contains(where: { !$0.isBeyondSeeds }),
            let next = plan.design.nextLook(after: study.seeds.count)
        else { return [] }
        let time =
            showsTime && study.secondsOfSeed > 0
            ? ", \(DurationText.rounded(Double(next - study.seeds.count) * study.secondsOfSeed)) here" : ""
        return ["`\(subject)` trains \(next - study.seeds.count) seeds more, and looks again\(time)"]
    }

    /// How sure one may be of each answer, as things stand; `nil` where that says nothing.
    func odds(_ pair: StudyPair) -> String? {
        guard case .undecided(.tooWide) = pair.verdict, !pair.decision.isAnytime, plan.margin > 0,
            measure.telling(pair.interval) != nil, let estimate = pair.estimate,
            let odds = pair.odds(margin: plan.margin)
        else { return nil }
        // From fewer seeds such sureness of no difference comes too early.
        if odds.within > 0.8, estimate.seeds < 12 { return nil }
        let (a, b) = ((100 * odds.second).rounded(), (100 * odds.first).rounded())
        func percent(_ share: Double) -> String {
            share < 1 ? "under 1 %" : share > 99 ? "over 99 %" : "\(fixed(share, 0)) %"
        }
        return
            "the chances as things stand: \(percent(a)) that \(names[pair.second]) is better by more than the margin of \(margin), "
            + "\(percent(b)) that \(names[pair.first]) is, \(percent(max(0, 100 - a - b))) that neither is"
    }

    // MARK: Numbers

    /// `0.79 points`: to one more digit than verdicts have.
    func difference(_ value: Double) -> String { amount(value, measure.digits) }

    /// `0.8 points`, `0.0123` of a loss
    private func amount(_ value: Double, _ digits: Int) -> String { amount(value, fixed(value, digits)) }

    private func amount(_ value: Double, _ text: String) -> String {
        measure.unitOfDifference.isEmpty ? text : text == "1" ? "1 point" : "\(text) \(measure.unitOfDifference)"
    }

    /// As many as it takes not to show what is not 0 as 0.
    private func digits(_ values: [Double]) -> Int {
        let least = measure.digits - 1
        return (least..<least + 3).first { digits in values.allSatisfy { $0 == 0 || Double(fixed($0, digits)) != 0 } }
            ?? least + 3
    }

    /// `0.4 to 1.1`, or with signs; `nil` where it says nothing.
    private func range(_ range: ClosedRange<Double>, _ digits: Int, isSigned: Bool) -> String? {
        measure.telling(range).map { range in
            [range.lowerBound, range.upperBound].map { isSigned ? signedText($0, digits) : fixed($0, digits) }
                .joined(separator: " to ")
        }
    }
}

// Two models of a study: their failures, their difference, and what the study says of it.

import Datasets

/// What one look said of a pair.
public struct PairLook: Hashable, Sendable {
    /// Of each model.
    public let seeds: Int
    /// Second minus first; `nil` without a pair of runs that did not fail.
    public let mean: Double?
    public let decision: Decision

    public init(seeds: Int, mean: Double?, decision: Decision) {
        (self.seeds, self.mean, self.decision) = (seeds, mean, decision)
    }

    /// What it said of the same two models in the other order.
    var ofOtherOrder: PairLook {
        var verdict = decision.verdict
        if case .better(let side, let isWithinMargin) = verdict {
            verdict = .better(side == .first ? .second : .first, isWithinMargin: isWithinMargin)
        }
        return PairLook(
            seeds: seeds, mean: mean.map { -$0 },
            decision: Decision(
                verdict: verdict, interval: decision.interval.map { -$0.upperBound ... -$0.lowerBound },
                intervalChance: decision.intervalChance, isAnytime: decision.isAnytime))
    }
}

public struct StudyPair: Sendable {
    public let first: Int
    public let second: Int
    /// The seeds of this look with which neither run failed; empty where the models have seeds of their own.
    public let seeds: [UInt64]
    /// How many seeds that look has; more than `seeds` where a training failed.
    public let lookedSeeds: Int
    public let failures: FailureCounts
    /// Of each seed, second minus first.
    public let differences: Sample?
    /// `nil` for fewer than two seeds, or two images.
    public let estimate: DifferenceEstimate?
    public let decision: Decision
    /// The chance of a wrong statement that this look takes.
    public let chance: Double
    /// How many seeds it takes to show a difference of the margin, and of what was seen; only of what is undecided.
    public let needed: [SeedsNeeded]
    /// Whether their trainings are proven to be the same.
    public let isProvenSame: Bool
    /// What was said before, where this look was not planned.
    public let earlier: PairLook?
    /// Whether the smaller value is the better one.
    public let isLowerBetter: Bool

    public var verdict: Verdict { decision.verdict }
    public var interval: ClosedRange<Double>? { decision.interval }
    public var mean: Double? { estimate?.mean ?? differences?.mean }
    public var look: PairLook { PairLook(seeds: lookedSeeds, mean: mean, decision: decision) }
    /// How often the second is better where both are trained with the same new seed.
    public var sameSeed: SameSeedSuperiority? {
        (isLowerBetter ? differences.flatMap { Sample($0.values.map { -$0 }) } : differences)
            .flatMap { SameSeedSuperiority($0) }
    }

    /// Whether a difference of second minus first speaks for the second.
    public func isSecondAhead(by difference: Double) -> Bool { (difference > 0) != isLowerBetter }

    /// How probable it is that the second is better by more than the margin, neither, and the first.
    public func odds(margin: Double) -> (second: Double, within: Double, first: Double)? {
        estimate.map { estimate in
            let odds = estimate.probabilities(margin: margin)
            return isLowerBetter ? (odds.below, odds.within, odds.above) : (odds.above, odds.within, odds.below)
        }
    }

    /// Whether one model fails more often, beyond chance.
    public var failsMoreOften: Verdict.Side? {
        guard let probability = failures.probability, probability <= chance else { return nil }
        return failures.isFirstWorse ? .first : .second
    }

    /// Whether more seeds are not needed: a model that fails is an answer too.
    public var isSettled: Bool {
        verdict.isDecided || (verdict == .undecided(.failures) && failsMoreOften != nil)
    }
}

extension Study {
    /// Every pair that is compared.
    ///
    /// Cost: reads the predictions of all runs.
    public var pairs: [StudyPair] {
        let values = ImageValues(self)
        return plan.pairs.enumerated().map { pair(number: $0.offset, $0.element.first, $0.element.second, values) }
    }

    public var isDecided: Bool { pairs.allSatisfy(\.isSettled) }

    /// How probable a difference at least as far from 0 is where there is none, corrected for the pairs that share the
    /// chance of an error (Bonferroni); `nil` for a look that was not planned, which has no p of its own.
    public func probability(of pair: StudyPair) -> Double? {
        guard !pair.decision.isAnytime else { return nil }
        return pair.estimate.map { min(1, $0.probability * Double(plan.tested)) }
    }

    private func pair(number: Int, _ first: Int, _ second: Int, _ values: ImageValues) -> StudyPair {
        let tested = plan.tested
        let mine = seeds(of: first, second)
        let done = Array(mine.prefix { run(first, $0) != nil && run(second, $0) != nil })
        let looks = plan.design.looks(pairs: tested, planned: plan.isOfGivenRuns ? done.count : plannedSeeds)
        func look(_ seeds: ArraySlice<UInt64>, _ chance: Double, isAnytime: Bool = false, isLook: Bool = true)
            -> StudyPair
        {
            self.look(
                number, first, second, Array(seeds), values, chance: chance, needing: looks.last?.chance ?? chance,
                isAnytime: isAnytime, isLook: isLook)
        }
        if plan.pairing == .none { return look(seeds[...], looks[0].chance) }
        if earlier[number] != nil { return look(done[...], StudyDesign.chance / Double(tested), isAnytime: true) }
        var last: StudyPair?
        for planned in looks where planned.seeds <= done.count {
            let pair = look(done.prefix(planned.seeds), planned.chance)
            // A verdict stays with its look.
            if pair.isSettled { return pair }
            last = pair
        }
        return last ?? look(done[...], looks[0].chance, isLook: false)
    }

    private func look(
        _ number: Int, _ first: Int, _ second: Int, _ looked: [UInt64], _ values: ImageValues, chance: Double,
        needing: Double, isAnytime: Bool, isLook: Bool
    ) -> StudyPair {
        func runs(_ model: Int) -> [StudyRun] { looked.compactMap { run(model, $0) } }
        let isPaired = plan.pairing != .none
        let seeds = isPaired ? looked.filter { values.has(first, $0) && values.has(second, $0) } : []
        let failures = FailureCounts(
            first: runs(first).count(where: hasFailed), of: runs(first).count,
            second: runs(second).count(where: hasFailed), of: runs(second).count)
        let estimate = estimate(first, second, isPaired ? seeds : looked, values)
        let differences =
            isPaired
            ? Sample(
                seeds.compactMap { seed in
                    values.mean(first, seed).flatMap { one in values.mean(second, seed).map { $0 - one } }
                }) : nil
        let isProven = plan.twins[first] == plan.twins[second]
        let bothTrained = isPaired ? seeds.count : min(values.count(first, looked), values.count(second, looked))
        let decision: Decision
        if isPaired, isProven || bothTrained > 0, isIdentical(first, second, looked) {
            decision = Decision(.identical, chance: chance)
        } else if bothTrained < 2, failures.first + failures.second > 0, isLook {
            decision = Decision(.undecided(.failures), chance: chance)
        } else {
            decision = Decision(
                estimate, margin: plan.margin, chance: chance, isAnytime: isAnytime, isLook: isLook,
                isLowerBetter: plan.measure.isLowerBetter)
        }
        return StudyPair(
            first: first, second: second, seeds: seeds, lookedSeeds: looked.count, failures: failures,
            differences: differences, estimate: estimate, decision: decision, chance: chance,
            needed: needed(decision, estimate, needing), isProvenSame: isProven, earlier: earlier[number],
            isLowerBetter: plan.measure.isLowerBetter)
    }

    private func estimate(_ first: Int, _ second: Int, _ seeds: [UInt64], _ values: ImageValues) -> DifferenceEstimate?
    {
        let (one, other) = (values.ofImages(first, seeds), values.ofImages(second, seeds))
        let (a, b) = (values.means(first, seeds), values.means(second, seeds))
        let scale = plan.measure.scale
        // Two of the test images, for each side: what they leave open where seeds show no spread.
        let least = 2 * scale / Double(max(1, plan.test.count))
        switch plan.pairing {
        case .folds:
            let (tested, trained) = (plan.models[first].dataset.test.count, plan.models[first].dataset.training.count)
            return DifferenceEstimate(folds: a, b, shareTested: Double(tested) / Double(max(1, trained)))
        case .seeds:
            guard plan.test.count > 1 else { return nil }
            guard let one, let other else { return DifferenceEstimate(seeds: a, b, leastError: least) }
            return DifferenceEstimate(paired: one, other, scale: scale)
        case .none:
            guard plan.test.count > 1 else { return nil }
            guard let one, let other else { return DifferenceEstimate(unpairedSeeds: a, b, leastError: least) }
            return DifferenceEstimate(unpaired: one, other, scale: scale)
        }
    }

    private func needed(_ decision: Decision, _ estimate: DifferenceEstimate?, _ chance: Double) -> [SeedsNeeded] {
        // Where looks are not planned, no number of seeds is.
        guard decision.verdict == .undecided(.tooWide), !decision.isAnytime, plan.pairing == .seeds, let estimate
        else { return [] }
        // What was seen would show, or would turn out to make no difference.
        let seen: SeedsNeeded.Goal =
            abs(estimate.mean) < plan.margin
            ? .equivalence(estimate.mean, margin: plan.margin) : .difference(estimate.mean)
        return ((plan.margin > 0 ? [.difference(plan.margin)] : []) + [seen]).map {
            SeedsNeeded($0, estimate, chance: chance)
        }
    }

    /// Whether two models predict the same class of every test image with every one of these seeds, by proof or as
    /// measured. Where both diverge there is nothing to measure, which a proof outlasts; but of no run at all it shows
    /// no difference of 0. Equal accuracies are no sign of it: of few images, chance alone makes them equal.
    private func isIdentical(_ first: Int, _ second: Int, _ seeds: [UInt64]) -> Bool {
        let isProven = plan.twins[first] == plan.twins[second]
        let isOneRun = plan.trained(first) == plan.trained(second)
        var measured = 0
        for seed in seeds {
            guard let a = run(first, seed), let b = run(second, seed) else { return false }
            if isProven, a.state.isDiverged, b.state.isDiverged { continue }
            guard a.state == .done, b.state == .done else { return false }
            measured += 1
            let isAlike = a.outcomes.count == plan.test.count && a.predictions == b.predictions
            guard isOneRun || isAlike else { return false }
        }
        return measured > 0
    }
}

/// What is compared, of the runs that did not fail: their means, and each image where that is known.
private struct ImageValues {
    private let means: [[UInt64: Double]]
    private let images: [[UInt64: [Float]]]

    init(_ study: Study) {
        let (labels, rule, measure) = (study.plan.test.labels, study.plan.failureRule, study.plan.measure)
        var (means, images) = ([[UInt64: Double]](), [[UInt64: [Float]]]())
        for model in study.plan.models.indices {
            var (ownMeans, ownImages) = ([UInt64: Double](), [UInt64: [Float]]())
            // The folds of a data set are tested on images of their own.
            let labels = study.plan.pairing == .folds ? nil : labels
            for seed in study.seeds {
                guard let run = study.run(model, seed), !run.hasFailed(rule, images: study.plan.test.count),
                    let mean = run.value(of: measure, labels: labels ?? run.labels ?? [])
                else { continue }
                ownMeans[seed] = mean
                if let labels { ownImages[seed] = run.outcomes.values(of: measure, labels: labels) }
            }
            means.append(ownMeans)
            images.append(ownImages)
        }
        (self.means, self.images) = (means, images)
    }

    func has(_ model: Int, _ seed: UInt64) -> Bool { means[model][seed] != nil }
    func mean(_ model: Int, _ seed: UInt64) -> Double? { means[model][seed] }
    func means(_ model: Int, _ seeds: [UInt64]) -> [Double] { seeds.compactMap { means[model][$0] } }
    func count(_ model: Int, _ seeds: [UInt64]) -> Int { means(model, seeds).count }

    /// One row a seed; `nil` where the images of one are not known.
    func ofImages(_ model: Int, _ seeds: [UInt64]) -> [[Float]]? {
        var rows: [[Float]] = []
        for seed in seeds where has(model, seed) {
            guard let values = images[model][seed] else { return nil }
            rows.append(values)
        }
        return rows
    }
}

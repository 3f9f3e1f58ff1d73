// Two models of a study: their difference, and what the study says of it.

import Datasets

public struct StudyPair: Sendable {
    public let first: Int
    public let second: Int
    /// The seeds of the current look with which both runs finished.
    public let seeds: [UInt64]
    /// How many seeds that look has; more than `seeds` where a training diverged.
    public let lookedSeeds: Int
    public let comparison: PairedComparison
    public let verdict: Verdict
    /// Of the mean difference, at the level that the verdict was found at, in points; `nil` where the differences have
    /// no spread.
    public let interval: ClosedRange<Double>?
    /// Of the t test, corrected for the number of pairs; `nil` where the differences have no spread.
    public let adjustedProbability: Double?
    /// How many seeds more would settle it; `nil` where it is settled, and where it takes more than a study may have.
    public let moreSeeds: Int?
    /// Whether the number above rests on the difference staying what it is: the planned number has been reached.
    public let dependsOnMean: Bool
    /// Whether their trainings are proven to be the same.
    public let isProvenSame: Bool
}

extension Study {
    /// Every pair of models, with Holm's correction where there are several.
    public var pairs: [StudyPair] {
        let look = look
        let looked = look.map { Array(completeSeeds.prefix($0.seeds)) } ?? completeSeeds
        let pairs = plan.pairs.map { first, second in
            let seeds = looked.filter { run(first, $0)?.accuracy != nil && run(second, $0)?.accuracy != nil }
            return (
                first: first, second: second, seeds: seeds,
                comparison: PairedComparison(
                    seeds.compactMap { run(first, $0)?.accuracy }, seeds.compactMap { run(second, $0)?.accuracy })
            )
        }
        // Differences without a spread have no t; a question that cannot be asked takes no chance.
        let probabilities = pairs.map { $0.comparison.tTest ?? 1 }
        let adjusted = Holm.adjusted(probabilities)
        let levels = (look ?? plan.design.nextLook(after: completeSeeds.count))?.levels ?? .fixed
        let better = Holm.levels(probabilities, levels.better)
        return pairs.enumerated().map { index, pair in
            let own = Levels(better: better[index], equivalent: levels.equivalent / Double(pairs.count))
            let verdict: Verdict
            if look == nil {
                verdict = .undecided(pair.seeds.isEmpty ? .noPairs : .beforeTheLook)
            } else if isIdentical(pair.first, pair.second, looked) {
                verdict = .identical
            } else {
                verdict = pair.comparison.verdict(
                    margin: plan.margin, images: plan.dataset.test.count, levels: own)
            }
            let (more, depends) = moreSeeds(verdict, pair.comparison.differences, own)
            return StudyPair(
                first: pair.first, second: pair.second, seeds: pair.seeds, lookedSeeds: looked.count,
                comparison: pair.comparison, verdict: verdict,
                interval: pair.comparison.interval(of: verdict, own),
                adjustedProbability: pair.comparison.tTest == nil ? nil : adjusted[index],
                moreSeeds: more, dependsOnMean: depends, isProvenSame: plan.twins[pair.first] == plan.twins[pair.second]
            )
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
            let isAlike = a.predictions.count == plan.dataset.test.count && a.predictions == b.predictions
            guard isOneRun || isAlike else { return false }
        }
        return measured > 0
    }

    private func moreSeeds(_ verdict: Verdict, _ differences: Sample?, _ levels: Levels) -> (Int?, Bool) {
        guard case .undecided(let reason) = verdict else { return (nil, false) }
        if !isExploratory, let next = plan.design.nextLook(after: completeSeeds.count) {
            return (next.seeds - completeSeeds.count, false)
        }
        /// `nil` where the study would then have more seeds than one takes.
        func more(_ needed: Int) -> Int? {
            let count = max(1, needed - (differences?.count ?? 0))
            return seeds.count + count <= SeedsNeeded.most ? count : nil
        }
        guard reason == .tooWide, let differences, let deviation = differences.deviation else {
            let fewest = SignFlip.fewestSeeds(levels.better)
            if case .equalDifferences(let mean) = reason {
                // Enough of them, and still equal: so few test images cannot tell chance from a difference.
                if differences?.count ?? 0 >= fewest { return (nil, false) }
                let error = PairedComparison.leastError(images: plan.dataset.test.count)
                if mean != 0, abs(mean) <= Verdict.reach(fewest, error, levels) { return (nil, false) }
            }
            return (more(fewest), false)
        }
        if plan.margin > 0 {
            let needed = SeedsNeeded.count(difference: plan.margin, deviation: deviation, level: levels.better)
            guard let needed, needed <= differences.count else { return (needed.flatMap(more), false) }
        }
        let settled = SeedsNeeded.ifItStays(differences, margin: plan.margin, levels: levels)
        return (settled.flatMap(more), true)
    }
}

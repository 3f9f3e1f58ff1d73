// Two models of a study: their difference, and what the study says of it.

import Datasets

public struct StudyPair: Sendable {
    public let first: Int
    public let second: Int
    /// The seeds of the look at hand with which both came to their end.
    public let seeds: [UInt64]
    public let comparison: PairedComparison
    public let verdict: Verdict
    /// Of the t test, corrected for the number of pairs; `nil` where the differences have no spread.
    public let adjustedProbability: Double?
    /// How many seeds more would settle it; `nil` where it is settled, and where nobody would train so many.
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
        let levels = look?.levels ?? .fixed
        let better = Holm.levels(probabilities, levels.better)
        return pairs.enumerated().map { index, pair in
            let own = Levels(better: better[index], equivalent: levels.equivalent / Double(pairs.count))
            let verdict: Verdict =
                look == nil
                ? .undecided(pair.seeds.isEmpty ? .noPairs : .beforeTheLook)
                : pair.comparison.verdict(margin: plan.margin, levels: own)
            let (more, depends) = moreSeeds(verdict, pair.comparison.differences, own)
            return StudyPair(
                first: pair.first, second: pair.second, seeds: pair.seeds, comparison: pair.comparison,
                verdict: verdict, adjustedProbability: pair.comparison.tTest == nil ? nil : adjusted[index],
                moreSeeds: more, dependsOnMean: depends, isProvenSame: plan.twins[pair.first] == plan.twins[pair.second]
            )
        }
    }

    private func moreSeeds(_ verdict: Verdict, _ differences: Sample?, _ levels: Levels) -> (Int?, Bool) {
        guard case .undecided(let reason) = verdict else { return (nil, false) }
        if !isExploratory, let next = plan.design.nextLook(after: completeSeeds.count) {
            return (next.seeds - completeSeeds.count, false)
        }
        guard reason == .tooWide, let differences, let deviation = differences.deviation else {
            return (max(1, SignFlip.fewestSeeds(levels.better) - (differences?.count ?? 0)), false)
        }
        let needed =
            plan.margin > 0
            ? SeedsNeeded.count(difference: plan.margin, deviation: deviation, level: levels.better) : nil
        if let needed, needed > differences.count { return (needed - differences.count, false) }
        let settled = SeedsNeeded.ifItStays(differences, margin: plan.margin, levels: levels)
        return (settled.map { max(1, $0 - differences.count) }, true)
    }
}

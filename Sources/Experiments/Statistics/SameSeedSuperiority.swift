// How often the second model beats the first when both are trained with the same new seed: what a person who trains
// each once will see.

public struct SameSeedSuperiority: Hashable, Sendable {
    /// 0...1
    public let probability: Double
    public let interval: ClosedRange<Double>

    /// From this on a difference is one that single trainings mostly show (Bouthillier et al., "Accounting for variance
    /// in machine learning benchmarks", 2021).
    public static let meaningful = 0.75

    /// From paired differences, if they are distributed normally; the interval is that of the noncentral t, which
    /// covers 95 to 97 % where a bootstrap of six seeds covers 69 to 96. `nil` without a spread.
    public init?(_ differences: Sample, chance: Double = 0.05) {
        guard let deviation = differences.deviation, differences.hasSpread else { return nil }
        let root = Double(differences.count).squareRoot()
        let effect = differences.mean / deviation
        probability = NormalDistribution.cumulative(effect)
        let ends = NoncentralT.noncentralities(
            of: effect * root, degreesOfFreedom: differences.count - 1, chance: chance)
        let (low, high) = (
            NormalDistribution.cumulative(ends.lowerBound / root), NormalDistribution.cumulative(ends.upperBound / root)
        )
        interval = low...max(low, high)
    }
}

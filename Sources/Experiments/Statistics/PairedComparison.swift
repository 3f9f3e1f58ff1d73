// Two models trained with the same seeds: all that the report says of their difference.

public struct PairedComparison: Sendable {
    /// One a seed, in percent.
    public let first: [Double]
    public let second: [Double]
    /// Second minus first, in points; `nil` without a pair.
    public let differences: Sample?

    public init(_ first: [Double], _ second: [Double]) {
        precondition(first.count == second.count, "a pair is two runs with one seed")
        (self.first, self.second) = (first, second)
        differences = Sample(zip(first, second).map { $1 - $0 })
    }

    public var interval: ClosedRange<Double>? { differences?.interval(0.95) }
    /// The BCa bootstrap's.
    public var bootstrap: ClosedRange<Double>? { hasSpread ? differences.flatMap { Bootstrap.interval(of: $0) } : nil }
    public var signFlip: Double? { hasSpread ? differences.flatMap { SignFlip.test($0.values) } : nil }
    /// How often a run of the second beats one of the first.
    public var superiority: Double? { probabilityOfSuperiority(first, second) }
    public var correlation: Double? { Experiments.correlation(first, second) }
    /// Two-sided t test; 1 where all pairs are equal.
    public var tTest: Double? { differences.flatMap { $0.tTest ?? ($0.mean == 0 ? 1 : nil) } }

    private var hasSpread: Bool { differences?.hasSpread ?? false }

    /// The interval that decides a verdict at these levels: for "equivalent", the narrower one that has to lie inside
    /// the margin. `nil` where the differences have no spread.
    public func interval(of verdict: Verdict, _ levels: Levels) -> ClosedRange<Double>? {
        guard hasSpread, let differences else { return nil }
        let chance = verdict == .equivalent ? 2 * levels.equivalent : levels.better
        return differences.interval(1 - chance)
    }

    /// - Parameter images: how many test images the accuracies are of.
    public func verdict(margin: Double, images: Int, levels: Levels = .fixed) -> Verdict {
        Verdict(
            differences?.values ?? [], margin: margin, leastError: Self.leastError(images: images), levels: levels)
    }

    /// What so many test images leave open of a difference that is the same in every seed, in points: the standard
    /// error that two of them make.
    static func leastError(images: Int) -> Double { 200 / Double(max(1, images)) }
}

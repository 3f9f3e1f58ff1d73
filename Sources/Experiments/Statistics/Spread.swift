// How far the values of seeds lie from their mean, pooled over groups that each have a mean of their own.

public struct Spread: Hashable, Sendable {
    /// By group; empty groups are left out.
    public let values: [[Double]]
    /// Pooled standard deviation.
    public let deviation: Double
    /// Of the standard deviation of all seeds, 95 %, if values are distributed normally: by chi-squared. `nil` where
    /// the values do not differ.
    public let interval: ClosedRange<Double>?

    /// - Returns: `nil` where no group has two values.
    public init?(_ groups: [[Double]]) {
        let samples = groups.compactMap { Sample($0) }
        let freedom = samples.reduce(0) { $0 + $1.count - 1 }
        guard freedom > 0 else { return nil }
        values = samples.map(\.values)
        let squares = samples.reduce(0.0) { sum, sample in
            sum + sample.values.reduce(0) { $0 + ($1 - sample.mean) * ($1 - sample.mean) }
        }
        deviation = (squares / Double(freedom)).squareRoot()
        let distribution = ChiSquared(degreesOfFreedom: Double(freedom))
        interval =
            samples.contains(where: \.hasSpread)
            ? (squares / distribution.quantile(0.975))
                .squareRoot()...(squares / distribution.quantile(0.025)).squareRoot()
            : nil
    }

    public var hasSpread: Bool { interval != nil }
    /// All of them.
    public var all: [Double] { values.flatMap(\.self) }
}

// A few numbers of the same kind, one per seed: their mean, their spread, and what they say about the mean of all
// seeds.

public struct Sample: Hashable, Sendable {
    public let values: [Double]
    public let mean: Double
    /// Standard deviation with n - 1; `nil` for fewer than two values.
    public let deviation: Double?

    /// Of at least one value.
    public init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        self.values = values
        let count = Double(values.count)
        // A mean of equal numbers is that number, which a rounded sum divided again need not be.
        let mean = values.allSatisfy { $0 == values[0] } ? values[0] : values.reduce(0, +) / count
        self.mean = mean
        deviation =
            values.count > 1
            ? (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot() : nil
    }

    public var count: Int { values.count }
    /// Whether the values differ by more than rounding.
    public var hasSpread: Bool { highest - lowest > 1e-9 * max(abs(lowest), abs(highest)) }
    public var lowest: Double { values.min() ?? mean }
    public var highest: Double { values.max() ?? mean }

    /// Standard error of the mean.
    public var error: Double? { deviation.map { $0 / Double(count).squareRoot() } }

    /// Student's interval: it holds the mean of all seeds with this confidence, 0...1, if seeds are distributed
    /// normally. `nil` where the values do not differ: equal ones show no spread, which is not to say that there is
    /// none.
    public func interval(_ confidence: Double) -> ClosedRange<Double>? {
        guard let error, hasSpread else { return nil }
        let reach = StudentT(count - 1).upperQuantile((1 - confidence) / 2) * error
        return mean - reach...mean + reach
    }

    /// What two single values of this kind differ by at most, 19 times out of 20: an interval for the difference of two
    /// new seeds.
    public var differenceOfTwo: Double? {
        deviation.map { StudentT(count - 1).upperQuantile(0.025) * $0 * 2.0.squareRoot() }
    }
}

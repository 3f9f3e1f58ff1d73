// Counts of right and wrong: the interval of a share, and the test of a fair coin.

public enum Binomial {
    /// Wilson's interval of a share: `successes` of `count`.
    ///
    /// Source: Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
    public static func interval(_ successes: Int, of count: Int, _ confidence: Double = 0.95) -> ClosedRange<Double>? {
        guard count > 0, (0...count).contains(successes) else { return nil }
        let z = NormalDistribution.quantile((1 + confidence) / 2)
        let (n, share) = (Double(count), Double(successes) / Double(count))
        let center = (share + z * z / (2 * n)) / (1 + z * z / n)
        let reach = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
        return max(0, center - reach)...min(1, center + reach)
    }

    /// How probable a count at least as far from one half is, where both outcomes are equally likely; two-sided.
    public static func fairTest(_ successes: Int, of count: Int) -> Double {
        let extreme = min(successes, count - successes)
        guard 2 * extreme < count else { return 1 }
        // P(X <= k) = I_1/2(n - k, k + 1)
        return min(1, 2 * incompleteBeta(0.5, Double(count - extreme), Double(extreme + 1)))
    }
}

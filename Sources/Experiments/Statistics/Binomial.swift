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

    /// The smallest count that is exceeded with a chance of 1 - p at most, of so many tries that each succeed with this
    /// probability.
    public static func quantile(_ p: Double, of count: Int, _ probability: Double) -> Int {
        guard probability > 0, count > 0 else { return 0 }
        guard probability < 1 else { return count }
        // P(X <= k) = I_1-q(n - k, k + 1)
        func cumulative(_ k: Int) -> Double {
            k >= count ? 1 : incompleteBeta(1 - probability, Double(count - k), Double(k + 1))
        }
        var (low, high) = (-1, count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if cumulative(middle) >= p { high = middle } else { low = middle }
        }
        return high
    }
}

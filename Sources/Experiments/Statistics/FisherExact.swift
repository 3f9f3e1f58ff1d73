// Whether one model fails more often than another: Fisher's exact test of two counts.

import Runtime

public enum FisherExact {
    /// How probable counts at least as uneven are, if both sides fail alike; two-sided, by the sum of all tables that
    /// are no more probable than this one.
    ///
    /// Source: Fisher, "The logic of inductive inference", J. Royal Statistical Society 98, 1935.
    public static func test(_ first: Int, of firstCount: Int, _ second: Int, of secondCount: Int) -> Double {
        let (all, failed) = (firstCount + secondCount, first + second)
        func logChoose(_ n: Int, _ k: Int) -> Double {
            logGamma(Double(n + 1)) - logGamma(Double(k + 1)) - logGamma(Double(n - k + 1))
        }
        func probability(_ count: Int) -> Double {
            exponential(
                logChoose(firstCount, count) + logChoose(secondCount, failed - count) - logChoose(all, failed))
        }
        let observed = probability(first)
        var sum = 0.0
        for count in max(0, failed - secondCount)...min(firstCount, failed) {
            let own = probability(count)
            // Equal ones but for their rounding belong to the tail.
            if own <= observed * (1 + 1e-7) { sum += own }
        }
        return min(1, sum)
    }
}

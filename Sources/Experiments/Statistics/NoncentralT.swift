// The noncentral t distribution: what the t of a study is distributed as when there is a difference to find.

import Runtime

struct NoncentralT {
    let degreesOfFreedom: Int
    /// The true difference in units of the error of its mean.
    let noncentrality: Double

    /// The probability of a value up to t.
    ///
    /// Source: Lenth, "Algorithm AS 243", Applied Statistics 38, 1989.
    func cumulative(_ t: Double) -> Double {
        guard t >= 0 else {
            return 1 - NoncentralT(degreesOfFreedom: degreesOfFreedom, noncentrality: -noncentrality).cumulative(-t)
        }
        // Where the terms of the series would all be 0 in a double, so is the tail.
        if abs(noncentrality) > 37 { return noncentrality > 0 ? 0 : 1 }
        let half = noncentrality * noncentrality / 2
        let v = Double(degreesOfFreedom)
        let x = t * t / (t * t + v)
        // The weights of a Poisson distribution, and of the same moved by a half.
        var even = exponential(-half)
        var odd = noncentrality * even * 0.797_884_560_802_865_4
        var sum = 0.0
        var weight = 0.0
        for j in 0..<2000 {
            let j = Double(j)
            sum += even * incompleteBeta(x, j + 0.5, v / 2) + odd * incompleteBeta(x, j + 1, v / 2)
            weight += even
            if 1 - weight < 1e-13, j > half { break }
            even *= half / (j + 1)
            odd *= half / (j + 1.5)
        }
        return min(1, max(0, NormalDistribution.cumulative(-noncentrality) + sum / 2))
    }

    /// The noncentralities under which a value of t is neither too small nor too large, with this chance of an error on
    /// both sides together: an interval of the true one.
    static func noncentralities(of t: Double, degreesOfFreedom: Int, chance: Double) -> ClosedRange<Double> {
        /// How probable a value up to t is; falls as the noncentrality grows.
        func cumulative(_ noncentrality: Double) -> Double {
            NoncentralT(degreesOfFreedom: degreesOfFreedom, noncentrality: noncentrality).cumulative(t)
        }
        func end(_ share: Double) -> Double {
            var (low, high) = (t - 1, t + 1)
            while cumulative(low) < share, low > -1e3 { low -= 2 * (t - low) }
            while cumulative(high) > share, high < 1e3 { high += 2 * (high - t) }
            return bisection(low, high) { cumulative($0) > share }
        }
        let (low, high) = (end(1 - chance / 2), end(chance / 2))
        return min(low, high)...max(low, high)
    }
}

// The regularized incomplete gamma function, and the chi-squared distribution that is made of it: how far the spread of
// a few seeds may lie from that of all.

import Runtime

/// P(a, x), from 0 at x = 0 to 1, for a > 0.
///
/// Source: its series below the mean and its continued fraction by the method of Lentz above it (Abramowitz and Stegun,
/// 6.5.29 and 6.5.31).
func incompleteGamma(_ a: Double, _ x: Double) -> Double {
    guard x > 0 else { return 0 }
    let front = exponential(a * logarithm(x) - x - logGamma(a))
    if x < a + 1 {
        var (term, sum) = (1 / a, 1 / a)
        for n in 1...10_000 {
            term *= x / (a + Double(n))
            sum += term
            if term < 1e-16 * sum { break }
        }
        return min(1, front * sum)
    }
    var b = x + 1 - a
    var c = 1e300
    var d = 1 / b
    var fraction = d
    for n in 1...10_000 {
        let factor = -Double(n) * (Double(n) - a)
        b += 2
        d = 1 / (factor * d + b)
        c = b + factor / c
        fraction *= c * d
        if abs(c * d - 1) < 1e-15 { break }
    }
    return max(0, 1 - front * fraction)
}

struct ChiSquared {
    /// Above 0.
    let degreesOfFreedom: Double

    /// The probability of a value up to x.
    func cumulative(_ x: Double) -> Double { incompleteGamma(degreesOfFreedom / 2, x / 2) }

    /// The value below which a share p of all lies, 0 < p < 1.
    func quantile(_ p: Double) -> Double {
        precondition(p > 0 && p < 1, "a share lies between 0 and 1")
        var (low, high) = (0.0, max(1, degreesOfFreedom))
        while cumulative(high) < p { (low, high) = (high, 2 * high) }
        return bisection(low, high) { cumulative($0) < p }
    }
}

/// Where a condition that holds at `low` ends to hold, to the last digit or so.
func bisection(_ low: Double, _ high: Double, _ holds: (Double) -> Bool) -> Double {
    var (low, high) = (low, high)
    // A double has 53 digits; more halvings would change nothing.
    for _ in 0..<100 {
        let middle = low + (high - low) / 2
        guard middle > low, middle < high else { break }
        if holds(middle) { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
}

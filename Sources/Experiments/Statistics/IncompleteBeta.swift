// The regularized incomplete beta function: the tails of Student's t and of the binomial distribution.

import Runtime

/// I_x(a, b), from 0 at x = 0 to 1 at x = 1, for a, b > 0.
///
/// Source: its continued fraction (Abramowitz and Stegun, 26.5.8) by the method of Lentz, which converges fast on this
/// side of the mean.
func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let front = exponential(
        logGamma(a + b) - logGamma(a) - logGamma(b) + a * logarithm(x) + b * logarithm(1 - x))
    return front * continuedFraction(x, a, b) / a
}

private func continuedFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    /// A denominator that is 0 by accident would end the recurrence.
    func nonzero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var fraction = d
    // Needs about the root of the larger parameter: 10,000 is far beyond what a study has.
    for m in 1...10_000 {
        let m = Double(m)
        let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / nonzero(1 + even * d)
        c = nonzero(1 + even / c)
        fraction *= c * d
        let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / nonzero(1 + odd * d)
        c = nonzero(1 + odd / c)
        fraction *= c * d
        if abs(c * d - 1) < 1e-15 { break }
    }
    return fraction
}

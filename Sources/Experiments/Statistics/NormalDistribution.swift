// The standard normal distribution.

import Glibc
import Runtime

enum NormalDistribution {
    /// The probability of a value up to z.
    static func cumulative(_ z: Double) -> Double { 0.5 * erfc(-z / 2.0.squareRoot()) }

    /// The z below which a share p of all values lies; infinite at 0 and 1.
    ///
    /// Source: a first guess from Abramowitz and Stegun, 26.2.23, then Halley's method on the distribution itself.
    static func quantile(_ p: Double) -> Double {
        guard p > 0 else { return -.infinity }
        guard p < 1 else { return .infinity }
        // The upper half has fewer digits near 1 than the lower near 0.
        if p > 0.5 { return -quantile(1 - p) }
        let t = (-2 * logarithm(p)).squareRoot()
        var z =
            -(t - (2.515517 + t * (0.802853 + t * 0.010328))
                / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))))
        for _ in 0..<4 {
            let error = (cumulative(z) - p) / density(z)
            z -= error / (1 + error * z / 2)
        }
        return z
    }

    static func density(_ z: Double) -> Double { exponential(-z * z / 2) * 0.398_942_280_401_432_7 }
}

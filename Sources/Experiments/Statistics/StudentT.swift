// Student's t distribution: what the mean of a few seeds, divided by its estimated error, is distributed as.

import Runtime

public struct StudentT {
    /// Above 0; one less than the number of values.
    let degreesOfFreedom: Double

    public init(_ degreesOfFreedom: Int) { self.degreesOfFreedom = Double(degreesOfFreedom) }

    /// The probability of a value above t.
    func upperTail(_ t: Double) -> Double {
        guard !t.isNaN else { return t }
        let half = 0.5 * incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5)
        return t >= 0 ? half : 1 - half
    }

    /// The t that is exceeded with probability p, 0 < p <= 0.5.
    ///
    /// Newton's method from the normal quantile: that lies at or below the root, and the tail is convex there, so that
    /// the steps rise to the root and never pass it.
    public func upperQuantile(_ p: Double) -> Double {
        precondition(p > 0 && p <= 0.5, "a level of confidence lies between 0 and 1")
        var t = max(0, -NormalDistribution.quantile(p))
        for _ in 0..<200 {
            let step = (upperTail(t) - p) / density(t)
            t += step
            if abs(step) <= 1e-14 * t { break }
        }
        return t
    }

    private func density(_ t: Double) -> Double {
        let v = degreesOfFreedom
        return exponential(
            logGamma((v + 1) / 2) - logGamma(v / 2) - 0.5 * logarithm(v * 3.141_592_653_589_793)
                - (v + 1) / 2 * logarithm(1 + t * t / v))
    }
}

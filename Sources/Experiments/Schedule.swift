// How the learning rate changes over a training: a factor for each step, a function of the step alone.

public enum Schedule: Hashable, Sendable {
    case constant
    /// Multiplied by `factor` every so many epochs: `torch.optim.lr_scheduler.StepLR`.
    case step(every: Int, factor: Double)
    /// Falls to 0 along half a cosine (Loshchilov and Hutter 2016) over all steps, after `warmup` epochs of even rise:
    /// `CosineAnnealingLR` stepped after each batch.
    case cosine(warmup: Int)
    /// Rises from a 25th to `peak` in 30 % of all steps and falls to a 250,000th, both along cosines (Smith and Topin
    /// 2017): `OneCycleLR` without its change of momentum. `nil`: the peak is the optimizer's learning rate.
    case oneCycle(peak: Double?)

    /// What the learning rate is multiplied by.
    ///
    /// - Parameters:
    ///   - step: steps done before.
    ///   - learningRate: the optimizer's.
    public func factor(step: Int, stepsPerEpoch: Int, epochs: Int, learningRate: Double) -> Double {
        let steps = max(1, stepsPerEpoch * epochs)
        switch self {
        case .constant: return 1
        case .step(let every, let factor):
            // A running product rounds alike everywhere, where `pow` may not.
            return (0..<step / max(1, stepsPerEpoch) / every).reduce(1.0) { product, _ in product * factor }
        case .cosine(let warmup):
            let rise = warmup * stepsPerEpoch
            if step < rise { return Double(step + 1) / Double(rise) }
            return Self.fall(Double(step - rise) / Double(max(1, steps - rise)))
        case .oneCycle(let peak):
            let scale = (peak ?? learningRate) / learningRate
            let (low, end) = (1.0 / 25, 1.0 / 25 / 1e4)
            let top = 0.3 * Double(steps) - 1
            let place = Double(step)
            if place <= top { return scale * (1 + (low - 1) * Self.fall(place / top)) }
            return scale * (end + (1 - end) * Self.fall(min(1, (place - top) / (Double(steps) - 1 - top))))
        }
    }

    /// From 1 to 0 along half a cosine while `share` goes from 0 to 1.
    private static func fall(_ share: Double) -> Double { (1 + cosine(share * .pi)) / 2 }

    /// The cosine of 0 ... pi by its series, to 2e-14: the system's may differ from machine to machine.
    private static func cosine(_ x: Double) -> Double {
        var (sum, term) = (1.0, 1.0)
        for n in 1...13 {
            term *= -x * x / Double((2 * n - 1) * (2 * n))
            sum += term
        }
        return sum
    }
}

// `torch.optim.Adam` (Kingma and Ba 2014) and `torch.optim.AdamW` (Loshchilov and Hutter 2017).

import CKernels

struct Adam: OptimizerRule {
    let learningRate: Double
    let beta1: Double
    let beta2: Double
    let epsilon: Double
    let weightDecay: Double
    /// Whether the decay shrinks the weights instead of being added to the gradient.
    let isDecoupled: Bool

    let momentCount = 2
    var hasMomentum: Bool { beta1 > 0 }

    static let names = ["adam", "adamw"]
    var name: String { isDecoupled ? "adamw" : "adam" }

    var settings: [OptimizerSetting] {
        [
            OptimizerSetting("lr", learningRate, default: nil),
            OptimizerSetting("betas", ["beta1": beta1, "beta2": beta2], default: [0.9, 0.999]),
            OptimizerSetting("eps", epsilon, default: 1e-8),
            OptimizerSetting("weightdecay", weightDecay, default: isDecoupled ? 0.01 : 0),
        ]
    }

    /// beta1^t and beta2^t.
    var powers = (1.0, 1.0)

    mutating func run(_ update: Update) {
        let beta1 = update.momentum(self.beta1)
        // As PyTorch's, the correction is that of a beta1 which was never another.
        let isSet = update.momentum != nil
        powers = (isSet ? power(beta1, update.step) : powers.0 * beta1, powers.1 * beta2)
        for group in update.groups {
            let rate = learningRate * (update.rate * group.factors.learningRate)
            let decay = weightDecay * group.factors.weightDecay
            // As PyTorch's, all in double until here.
            var settings = tandem_optimizer()
            settings.rest1 = Float(1 - beta1)
            settings.beta2 = Float(beta2)
            settings.rest2 = Float(1 - beta2)
            settings.epsilon = Float(epsilon)
            settings.weight_decay = isDecoupled ? 0 : Float(decay)
            settings.weight_factor = isDecoupled ? Float(1 - rate * decay) : 1
            settings.step_size = Float(rate / (1 - powers.0))
            settings.root_scale = Float(1 / (1 - powers.1).squareRoot())
            update.run("adam", over: group, settings)
        }
    }
}

/// By repeated squaring, which rounds alike everywhere, where `pow` may not.
private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, left) = (1.0, base, exponent)
    while left > 0 {
        if left % 2 == 1 { result *= square }
        square *= square
        left /= 2
    }
    return result
}

extension Adam {
    init(_ reader: inout OptimizerSettingsReader) throws(OptimizerSettingsError) {
        self.init(
            learningRate: try reader.number("lr"), beta1: try reader.share("beta1"),
            beta2: try reader.share("beta2"), epsilon: try reader.number("eps"),
            weightDecay: try reader.number("weightdecay"), isDecoupled: reader.name == "adamw")
    }
}

extension OptimizerOptions {
    /// With `isDecoupled` it is AdamW: the decay shrinks the weights instead of being added to the gradient.
    public static func adam(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0, isDecoupled: Bool = false
    ) -> OptimizerOptions {
        OptimizerOptions(
            Adam(
                learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay,
                isDecoupled: isDecoupled))
    }
}

// Lion: EvoLved Sign Momentum (Chen et al. 2023, algorithm 2). Every value moves by the learning rate, in the direction
// of the sign of a mean of gradients.

import CKernels

struct Lion: OptimizerRule {
    let learningRate: Double
    /// The share of the mean in a step; the rest is the gradient.
    let beta1: Double
    /// The decay of the mean.
    let beta2: Double
    /// Shrinks the weights, as AdamW's does.
    let weightDecay: Double

    let momentCount = 1
    var hasMomentum: Bool { beta1 > 0 }

    static let names = ["lion"]
    let name = "lion"

    var settings: [OptimizerSetting] {
        [
            OptimizerSetting("lr", learningRate, default: nil),
            OptimizerSetting("betas", ["beta1": beta1, "beta2": beta2], default: [0.9, 0.99]),
            OptimizerSetting("weightdecay", weightDecay, default: 0),
        ]
    }

    mutating func run(_ update: Update) {
        for group in update.groups {
            let rate = learningRate * (update.rate * group.factors.learningRate)
            var settings = tandem_optimizer()
            settings.learning_rate = Float(rate)
            settings.rest1 = Float(1 - update.momentum(beta1))
            settings.rest2 = Float(1 - beta2)
            settings.weight_factor = Float(1 - rate * (weightDecay * group.factors.weightDecay))
            update.run("lion", over: group, settings)
        }
    }
}

extension Lion {
    init(_ reader: inout OptimizerSettingsReader) throws(OptimizerSettingsError) {
        self.init(
            learningRate: try reader.number("lr"), beta1: try reader.share("beta1"),
            beta2: try reader.share("beta2"), weightDecay: try reader.number("weightdecay"))
    }
}

extension OptimizerOptions {
    public static func lion(
        learningRate: Double = 1e-4, beta1: Double = 0.9, beta2: Double = 0.99, weightDecay: Double = 0
    ) -> OptimizerOptions {
        OptimizerOptions(Lion(learningRate: learningRate, beta1: beta1, beta2: beta2, weightDecay: weightDecay))
    }
}

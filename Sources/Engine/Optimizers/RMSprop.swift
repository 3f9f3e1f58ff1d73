// `torch.optim.RMSprop` (Hinton 2012, lecture 6e), with momentum, and centered as Graves 2013 has it (section 4.2).

import CKernels

struct RMSprop: OptimizerRule {
    let learningRate: Double
    /// The decay of the mean of squared gradients.
    let alpha: Double
    let epsilon: Double
    let weightDecay: Double
    let momentum: Double
    /// Whether the mean of the gradient is taken out of the mean of its squares.
    let isCentered: Bool

    static let names = ["rmsprop"]
    let name = "rmsprop"

    /// The mean of squares; the mean of the gradient where it is centered; the last step where it has momentum.
    var momentCount: Int { 1 + (isCentered ? 1 : 0) + (momentum > 0 ? 1 : 0) }

    var hasMomentum: Bool { momentum > 0 }

    var settings: [OptimizerSetting] {
        [
            OptimizerSetting("lr", learningRate, default: nil), OptimizerSetting("alpha", alpha, default: 0.99),
            OptimizerSetting("eps", epsilon, default: 1e-8), OptimizerSetting("weightdecay", weightDecay, default: 0),
            OptimizerSetting("momentum", momentum, default: 0),
            OptimizerSetting("centered", isCentered, default: false),
        ]
    }

    mutating func run(_ update: Update) {
        for group in update.groups {
            var settings = tandem_optimizer()
            settings.learning_rate = Float(learningRate * (update.rate * group.factors.learningRate))
            settings.beta2 = Float(alpha)
            settings.rest2 = Float(1 - alpha)
            settings.epsilon = Float(epsilon)
            settings.weight_decay = Float(weightDecay * group.factors.weightDecay)
            settings.momentum = Float(update.momentum(momentum))
            update.run(isCentered ? "rmsprop_centered" : "rmsprop", over: group, settings)
        }
    }
}

extension RMSprop {
    init(_ reader: inout OptimizerSettingsReader) throws(OptimizerSettingsError) {
        self.init(
            learningRate: try reader.number("lr"), alpha: try reader.share("alpha"),
            epsilon: try reader.number("eps"), weightDecay: try reader.number("weightdecay"),
            momentum: try reader.share("momentum"), isCentered: try reader.flag("centered"))
    }
}

extension OptimizerOptions {
    public static func rmsprop(
        learningRate: Double = 1e-2, alpha: Double = 0.99, epsilon: Double = 1e-8, weightDecay: Double = 0,
        momentum: Double = 0, isCentered: Bool = false
    ) -> OptimizerOptions {
        OptimizerOptions(
            RMSprop(
                learningRate: learningRate, alpha: alpha, epsilon: epsilon, weightDecay: weightDecay,
                momentum: momentum, isCentered: isCentered))
    }
}

// `torch.optim.SGD`: stochastic gradient descent with momentum (Sutskever et al. 2013).

import CKernels

struct SGD: OptimizerRule {
    let learningRate: Double
    let momentum: Double
    let weightDecay: Double
    let isNesterov: Bool

    let momentCount = 1
    var hasMomentum: Bool { momentum > 0 }

    static let names = ["sgd"]
    let name = "sgd"

    var settings: [OptimizerSetting] {
        [
            OptimizerSetting("lr", learningRate, default: nil), OptimizerSetting("momentum", momentum, default: 0),
            OptimizerSetting("nesterov", isNesterov, default: false),
            OptimizerSetting("weightdecay", weightDecay, default: 0),
        ]
    }

    mutating func run(_ update: Update) {
        for group in update.groups {
            var settings = tandem_optimizer()
            settings.learning_rate = Float(learningRate * (update.rate * group.factors.learningRate))
            settings.momentum = Float(update.momentum(momentum))
            settings.weight_decay = Float(weightDecay * group.factors.weightDecay)
            settings.is_nesterov = isNesterov ? 1 : 0
            update.run("sgd", over: group, settings)
        }
    }
}

extension SGD {
    init(_ reader: inout OptimizerSettingsReader) throws(OptimizerSettingsError) {
        self.init(
            learningRate: try reader.number("lr"), momentum: try reader.share("momentum"),
            weightDecay: try reader.number("weightdecay"), isNesterov: try reader.flag("nesterov"))
    }
}

extension OptimizerOptions {
    public static func sgd(
        learningRate: Double = 1e-2, momentum: Double = 0, weightDecay: Double = 0, isNesterov: Bool = false
    ) -> OptimizerOptions {
        OptimizerOptions(
            SGD(learningRate: learningRate, momentum: momentum, weightDecay: weightDecay, isNesterov: isNesterov))
    }
}

// `torch.optim.SGD`: stochastic gradient descent with momentum (Sutskever et al. 2013).

import CKernels

struct SGD: OptimizerRule {
    let learningRate: Double
    let momentum: Double
    let weightDecay: Double
    let isNesterov: Bool

    let momentCount = 1

    mutating func run(_ update: Update) {
        for group in update.groups {
            var settings = tandem_optimizer()
            settings.learning_rate = Float(learningRate * (update.rate * group.factors.learningRate))
            settings.momentum = Float(momentum)
            settings.weight_decay = Float(weightDecay * group.factors.weightDecay)
            settings.is_nesterov = isNesterov ? 1 : 0
            update.run("sgd", over: group, settings)
        }
    }
}

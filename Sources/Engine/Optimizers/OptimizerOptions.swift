// The optimizers that a training may ask for, as values: settings and defaults are those of `torch.optim`.

public enum OptimizerOptions: Hashable, Sendable {
    case sgd(learningRate: Double = 1e-2, momentum: Double = 0, weightDecay: Double = 0, isNesterov: Bool = false)
    /// With `isDecoupled` it is AdamW: the decay shrinks the weights instead of being added to the gradient.
    case adam(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0, isDecoupled: Bool = false)

    public var learningRate: Double {
        switch self {
        case .sgd(let learningRate, _, _, _), .adam(let learningRate, _, _, _, _, _): learningRate
        }
    }

    var rule: any OptimizerRule {
        switch self {
        case .sgd(let learningRate, let momentum, let weightDecay, let isNesterov):
            SGD(learningRate: learningRate, momentum: momentum, weightDecay: weightDecay, isNesterov: isNesterov)
        case .adam(let learningRate, let beta1, let beta2, let epsilon, let weightDecay, let isDecoupled):
            Adam(
                learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay,
                isDecoupled: isDecoupled)
        }
    }
}

// `sgd`, `adam`, `adamw`, `rmsprop`: the rules by which weights follow their gradients.

import Language

private enum OptimizerOption {
    static func learningRate(
        _ standard: Double, aliases: [String] = ["learning_rate", "rate", "alpha", "eta"]
    ) -> Option<Double> {
        Option("lr", .positive, default: standard, isPositional: true, aliases: aliases, "learning rate")
    }

    static func weightDecay(_ standard: Double) -> Option<Double> {
        Option(
            "weightdecay", .notNegative, default: standard, aliases: ["weight_decay", "decay", "l2", "wd"],
            "weight decay")
    }
}

extension Word {
    /// In the order of help.
    static let optimizers: [Word] = [sgd, adam, adamW, rmsprop]
}

// MARK: SGD

private enum SGDOption {
    static let learningRate = OptimizerOption.learningRate(0.01)
    static let weightDecay = OptimizerOption.weightDecay(0)
    static let momentum = Option(
        "momentum", .decimal(0...1, excludesHighest: true), default: 0, aliases: ["mom"],
        "share of the previous step that is added")
    static let nesterov = Option("nesterov", .boolean, default: false, "use Nesterov momentum")
}

extension Word {
    static let sgd = Word(
        "sgd", .training, "Stochastic gradient descent with momentum: `torch.optim.SGD`",
        [SGDOption.learningRate, SGDOption.momentum, SGDOption.nesterov, SGDOption.weightDecay], result: .optimizer,
        example: "print sgd(lr: 0.1, momentum: 0.9)",
        .perform { call in
            guard !call[SGDOption.nesterov] || call[SGDOption.momentum] > 0 else {
                throw call.fault(
                    .nothingToDo, "`nesterov:` looks ahead by the momentum, and there is none",
                    at: call.place(SGDOption.nesterov), fix: "write `momentum: 0.9, nesterov: true`")
            }
            return .object(
                OptimizerValue(
                    .sgd(
                        learningRate: call[SGDOption.learningRate], momentum: call[SGDOption.momentum],
                        weightDecay: call[SGDOption.weightDecay],
                        isNesterov: call[SGDOption.nesterov])))
        })
}

// MARK: Adam

private enum AdamOption {
    static let learningRate = OptimizerOption.learningRate(1e-3)
    static let betas = Option(
        "betas", .list, default: [.decimal(0.9), .decimal(0.999)], aliases: ["beta"],
        "decay of the first and second moments")
    static let epsilon = Option(
        "eps", .positive, default: 1e-8, aliases: ["epsilon"], "added to the root of the second moment")
    static let weightDecay = OptimizerOption.weightDecay(0)
    static let decoupledWeightDecay = OptimizerOption.weightDecay(0.01)
}

extension Word {
    static let adam = Word(
        "adam", .training, "Adam: `torch.optim.Adam`",
        [AdamOption.learningRate, AdamOption.betas, AdamOption.epsilon, AdamOption.weightDecay],
        result: .optimizer, example: "print adam(lr: 1e-4)",
        .perform { try adamRule($0, weightDecay: $0[AdamOption.weightDecay], isDecoupled: false) })

    static let adamW = Word(
        "adamw", .training, "Adam with decoupled weight decay: `torch.optim.AdamW`",
        [AdamOption.learningRate, AdamOption.betas, AdamOption.epsilon, AdamOption.decoupledWeightDecay],
        result: .optimizer, example: "print adamw(lr: 1e-4)",
        .perform { try adamRule($0, weightDecay: $0[AdamOption.decoupledWeightDecay], isDecoupled: true) })
}

private func adamRule(_ call: Invocation, weightDecay: Double, isDecoupled: Bool) throws -> Value {
    let numbers = call[AdamOption.betas].compactMap(\.number).filter { $0 >= 0 && $0 < 1 }
    guard call[AdamOption.betas].count == 2, numbers.count == 2 else {
        throw call.fault(
            .outOfRange, "`betas:` takes two numbers that are at least 0 and below 1", at: call.place(AdamOption.betas),
            fix: "`betas: (0.9, 0.999)`")
    }
    return .object(
        OptimizerValue(
            .adam(
                learningRate: call[AdamOption.learningRate], beta1: numbers[0], beta2: numbers[1],
                epsilon: call[AdamOption.epsilon],
                weightDecay: weightDecay, isDecoupled: isDecoupled)))
}

// MARK: RMSprop

private enum RMSpropOption {
    static let learningRate = OptimizerOption.learningRate(0.01, aliases: ["learning_rate", "rate", "eta"])
    static let alpha = Option(
        "alpha", .decimal(0...1, excludesHighest: true), default: 0.99, aliases: ["rho", "smoothing"],
        "decay of the mean of squared gradients")
    static let epsilon = Option(
        "eps", .positive, default: 1e-8, aliases: ["epsilon"], "added to the root of the mean of squared gradients")
    static let weightDecay = OptimizerOption.weightDecay(0)
    static let momentum = Option(
        "momentum", .decimal(0...1, excludesHighest: true), default: 0, aliases: ["mom"],
        "share of the previous step that is added")
    static let centered = Option(
        "centered", .boolean, default: false, "use the variance of the gradients in place of their mean square")
}

extension Word {
    static let rmsprop = Word(
        "rmsprop", .training, "Divides steps by the root of a running mean of squared gradients: `torch.optim.RMSprop`",
        [
            RMSpropOption.learningRate, RMSpropOption.alpha, RMSpropOption.epsilon, RMSpropOption.weightDecay,
            RMSpropOption.momentum, RMSpropOption.centered,
        ],
        result: .optimizer, example: "print rmsprop(lr: 1e-3, momentum: 0.9)", since: "0.2",
        .perform { call in
            .object(
                OptimizerValue(
                    .rmsprop(
                        learningRate: call[RMSpropOption.learningRate], alpha: call[RMSpropOption.alpha],
                        epsilon: call[RMSpropOption.epsilon], weightDecay: call[RMSpropOption.weightDecay],
                        momentum: call[RMSpropOption.momentum], isCentered: call[RMSpropOption.centered])))
        })
}

// `sgd`, `adam`, `adamw`, `rmsprop`, `lion`, `muon`: the rules by which weights follow their gradients.

import Engine
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

    /// Two numbers that decay moments.
    static func betas(_ first: Double, _ second: Double, _ help: String) -> Option<[Value]> {
        Option("betas", .list, default: [.decimal(first), .decimal(second)], aliases: ["beta"], help)
    }

    // MARK: Options by role

    enum DecayedTensors: String, CaseIterable, Sendable {
        case all, weights
    }

    static let decayOnly = Option(
        "decayonly", .choice, default: DecayedTensors.all,
        "what decays: `weights` leaves out tensors of one dimension, which are biases, norms, learned scales and slopes of "
            + "`prelu`, and position embeddings")
    static let biasRate = Option(
        "biasrate", .decimal(RoleFactors.rates), default: 1, aliases: ["bias_lr_factor", "bias_lr_mult"],
        "multiplies the learning rate of biases, but not their decay: as a parameter group with `lr * 2` and `weight_decay / 2`"
    )
    static let normBiasRate = Option(
        "normbiasrate", .decimal(RoleFactors.rates), workedOut: "biasrate", aliases: ["bias_scaler"],
        "the same for the biases of norms, in place of `biasrate:`")

    /// Of every optimizer.
    static let ofRoles: [any OptionDeclaration] = [decayOnly, biasRate, normBiasRate]
}

extension Invocation {
    /// The optimizer with this call's options by role.
    fileprivate func withRoles(_ optimizer: OptimizerOptions, weightDecay: Double) throws -> Value {
        let decaysWeightsOnly = self[OptimizerOption.decayOnly] == .weights
        guard !decaysWeightsOnly || weightDecay > 0 else {
            throw fault(
                .nothingToDo, "`decayonly:` says what decays, and there is no weight decay",
                at: place(OptimizerOption.decayOnly), fix: "write `weightdecay: 5e-4, decayonly: weights`")
        }
        let roles = RoleFactors(
            decaysWeightsOnly: decaysWeightsOnly, biasRate: self[OptimizerOption.biasRate],
            normBiasRate: self[OptimizerOption.normBiasRate])
        let hasOwnRate = arguments.word.parameter("lr").flatMap(arguments.given) != nil
        return .object(OptimizerValue(optimizer.with(roles), hasOwnRate: hasOwnRate))
    }

    /// Two numbers of which each decays a moment.
    fileprivate func betas(_ option: Option<[Value]>, example: String) throws -> (Double, Double) {
        let numbers = self[option].compactMap(\.number).filter(OptimizerOptions.shares.contains)
        guard self[option].count == 2, numbers.count == 2 else {
            throw fault(
                .outOfRange, "`betas:` takes two numbers that are at least 0 and below 1", at: place(option),
                fix: "`betas: \(example)`")
        }
        return (numbers[0], numbers[1])
    }
}

extension Word {
    /// In the order of help.
    static let optimizers: [Word] = [sgd, adam, adamW, rmsprop, lion, muon]
}

// MARK: SGD

private enum SGDOption {
    static let learningRate = OptimizerOption.learningRate(0.01)
    static let weightDecay = OptimizerOption.weightDecay(0)
    static let momentum = Option(
        "momentum", .decimal(OptimizerOptions.shares), default: 0, aliases: ["mom"],
        "share of the previous step that is added")
    static let nesterov = Option("nesterov", .boolean, default: false, "use Nesterov momentum")
}

extension Word {
    static let sgd = Word(
        "sgd", .training, "Stochastic gradient descent with momentum: `torch.optim.SGD`",
        [SGDOption.learningRate, SGDOption.momentum, SGDOption.nesterov, SGDOption.weightDecay]
            + OptimizerOption.ofRoles, result: .optimizer,
        example: "print sgd(lr: 0.1, momentum: 0.9)",
        .perform { call in
            guard !call[SGDOption.nesterov] || call[SGDOption.momentum] > 0 else {
                throw call.fault(
                    .nothingToDo, "`nesterov:` looks ahead by the momentum, and there is none",
                    at: call.place(SGDOption.nesterov), fix: "write `momentum: 0.9, nesterov: true`")
            }
            return try call.withRoles(
                .sgd(
                    learningRate: call[SGDOption.learningRate], momentum: call[SGDOption.momentum],
                    weightDecay: call[SGDOption.weightDecay], isNesterov: call[SGDOption.nesterov]),
                weightDecay: call[SGDOption.weightDecay])
        })
}

// MARK: Adam

private enum AdamOption {
    static let learningRate = OptimizerOption.learningRate(1e-3)
    static let betas = OptimizerOption.betas(0.9, 0.999, "decay of the first and second moments")
    static let epsilon = Option(
        "eps", .positive, default: 1e-8, aliases: ["epsilon"], "added to the root of the second moment")
    static let weightDecay = OptimizerOption.weightDecay(0)
    static let decoupledWeightDecay = OptimizerOption.weightDecay(0.01)
}

extension Word {
    static let adam = Word(
        "adam", .training, "Adam: `torch.optim.Adam`",
        [AdamOption.learningRate, AdamOption.betas, AdamOption.epsilon, AdamOption.weightDecay]
            + OptimizerOption.ofRoles,
        result: .optimizer, example: "print adam(lr: 1e-4)",
        .perform { try adamRule($0, weightDecay: $0[AdamOption.weightDecay], isDecoupled: false) })

    static let adamW = Word(
        "adamw", .training, "Adam with decoupled weight decay: `torch.optim.AdamW`",
        [AdamOption.learningRate, AdamOption.betas, AdamOption.epsilon, AdamOption.decoupledWeightDecay]
            + OptimizerOption.ofRoles,
        result: .optimizer, example: "print adamw(lr: 1e-4)",
        .perform { try adamRule($0, weightDecay: $0[AdamOption.decoupledWeightDecay], isDecoupled: true) })
}

private func adamRule(_ call: Invocation, weightDecay: Double, isDecoupled: Bool) throws -> Value {
    let (beta1, beta2) = try call.betas(AdamOption.betas, example: "(0.9, 0.999)")
    return try call.withRoles(
        .adam(
            learningRate: call[AdamOption.learningRate], beta1: beta1, beta2: beta2, epsilon: call[AdamOption.epsilon],
            weightDecay: weightDecay, isDecoupled: isDecoupled), weightDecay: weightDecay)
}

// MARK: RMSprop

private enum RMSpropOption {
    static let learningRate = OptimizerOption.learningRate(0.01, aliases: ["learning_rate", "rate", "eta"])
    static let alpha = Option(
        "alpha", .decimal(OptimizerOptions.shares), default: 0.99, aliases: ["rho", "smoothing"],
        "decay of the mean of squared gradients")
    static let epsilon = Option(
        "eps", .positive, default: 1e-8, aliases: ["epsilon"], "added to the root of the mean of squared gradients")
    static let weightDecay = OptimizerOption.weightDecay(0)
    static let momentum = Option(
        "momentum", .decimal(OptimizerOptions.shares), default: 0, aliases: ["mom"],
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
        ] + OptimizerOption.ofRoles,
        result: .optimizer, example: "print rmsprop(lr: 1e-3, momentum: 0.9)", since: "0.2",
        .perform { call in
            try call.withRoles(
                .rmsprop(
                    learningRate: call[RMSpropOption.learningRate], alpha: call[RMSpropOption.alpha],
                    epsilon: call[RMSpropOption.epsilon], weightDecay: call[RMSpropOption.weightDecay],
                    momentum: call[RMSpropOption.momentum], isCentered: call[RMSpropOption.centered]),
                weightDecay: call[RMSpropOption.weightDecay])
        })
}

// MARK: Lion

private enum LionOption {
    static let learningRate = OptimizerOption.learningRate(1e-4)
    static let betas = OptimizerOption.betas(
        0.9, 0.99, "the share of the mean of gradients in a step, and the decay of that mean")
    static let weightDecay = OptimizerOption.weightDecay(0)
}

extension Word {
    static let lion = Word(
        "lion", .training,
        "Moves every weight by the learning rate, by the sign of a mean of gradients; weight decay is decoupled (Chen et al. 2023)",
        [LionOption.learningRate, LionOption.betas, LionOption.weightDecay] + OptimizerOption.ofRoles,
        result: .optimizer, example: "print lion(lr: 1e-4, weightdecay: 0.1)", since: "0.2",
        .perform { call in
            let (beta1, beta2) = try call.betas(LionOption.betas, example: "(0.9, 0.99)")
            let weightDecay = call[LionOption.weightDecay]
            return try call.withRoles(
                .lion(
                    learningRate: call[LionOption.learningRate], beta1: beta1, beta2: beta2, weightDecay: weightDecay),
                weightDecay: weightDecay)
        })
}

// MARK: Muon

private enum MuonOption {
    static let learningRate = OptimizerOption.learningRate(0.02)
    static let momentum = Option(
        "momentum", .decimal(OptimizerOptions.shares), default: 0.95, aliases: ["mom"],
        "decay of the mean of gradients")
    static let nesterov = Option("nesterov", .boolean, default: true, "use Nesterov momentum")
    static let steps = Option("steps", .integer(1...20), default: 5, aliases: ["ns_steps"], "Newton-Schulz steps")
    static let weightDecay = OptimizerOption.weightDecay(0)
    static let others = Option(
        "others", .optimizer, workedOut: "adamw(lr: 3e-4, betas: (0.9, 0.95), eps: 1e-10, weightdecay: 0)",
        aliases: ["aux", "aux_optimizer"],
        "what trains the first and the last weight, biases and norms; a schedule changes its rate in proportion")
}

extension Word {
    static let muon = Word(
        "muon", .training,
        "Makes the steps of matrices orthogonal, with filters of `conv` as one row for each output: `torch.optim.Muon` in float32",
        [
            MuonOption.learningRate, MuonOption.momentum, MuonOption.nesterov, MuonOption.steps, MuonOption.weightDecay,
            MuonOption.others,
        ],
        result: .optimizer, example: "print muon(lr: 0.02, others: sgd(0.1, momentum: 0.85, nesterov: true))",
        aliases: ["MuonWithAuxAdam", "SingleDeviceMuon", "SingleDeviceMuonWithAuxAdam"], since: "0.2",
        .perform { call in
            let others = call[MuonOption.others]?.options
            guard others?.name != "muon" else {
                throw call.fault(
                    .outOfRange, "`others:` trains what `muon` does not, by another optimizer",
                    at: call.place(MuonOption.others), fix: "write `others: adamw(lr: 3e-4)`")
            }
            return .object(
                OptimizerValue(
                    .muon(
                        learningRate: call[MuonOption.learningRate], momentum: call[MuonOption.momentum],
                        isNesterov: call[MuonOption.nesterov], steps: call[MuonOption.steps],
                        weightDecay: call[MuonOption.weightDecay], others: others)))
        })
}

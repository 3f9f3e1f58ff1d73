// `adam` and `adamw`

import Language

private let learningRate = OptimizerOption.learningRate(1e-3)
private let betas = Option(
    "betas", .list, default: [.decimal(0.9), .decimal(0.999)], aliases: ["beta"],
    "decay of the first and second moments")
private let epsilon = Option(
    "eps", .positive, default: 1e-8, aliases: ["epsilon"], "added to the root of the second moment")
private let weightDecay = OptimizerOption.weightDecay(0)
private let decoupledWeightDecay = OptimizerOption.weightDecay(0.01)

extension Word {
    static let adam = Word(
        "adam", .training, "Adam: `torch.optim.Adam`", [learningRate, betas, epsilon, weightDecay],
        result: .optimizer, example: "print adam(lr: 1e-4)",
        .perform { try adamRule($0, weightDecay: $0[weightDecay], isDecoupled: false) })

    static let adamW = Word(
        "adamw", .training, "Adam with decoupled weight decay: `torch.optim.AdamW`",
        [learningRate, betas, epsilon, decoupledWeightDecay], result: .optimizer, example: "print adamw(lr: 1e-4)",
        .perform { try adamRule($0, weightDecay: $0[decoupledWeightDecay], isDecoupled: true) })
}

private func adamRule(_ call: Invocation, weightDecay: Double, isDecoupled: Bool) throws -> Value {
    let numbers = call[betas].compactMap(\.number).filter { $0 >= 0 && $0 < 1 }
    guard call[betas].count == 2, numbers.count == 2 else {
        throw call.fault(
            .outOfRange, "`betas:` takes two numbers that are at least 0 and below 1", at: call.place(betas),
            fix: "`betas: (0.9, 0.999)`")
    }
    return .object(
        OptimizerValue(
            .adam(
                learningRate: call[learningRate], beta1: numbers[0], beta2: numbers[1], epsilon: call[epsilon],
                weightDecay: weightDecay, isDecoupled: isDecoupled)))
}

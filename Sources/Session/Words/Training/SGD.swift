// `sgd`

private let learningRate = OptimizerOption.learningRate(0.01)
private let weightDecay = OptimizerOption.weightDecay(0)
private let momentum = Option(
    "momentum", .decimal(0...1, excludesHighest: true), default: 0, aliases: ["mom"],
    "share of the last step that is kept")
private let nesterov = Option("nesterov", .boolean, default: false, "look ahead")

extension Word {
    static let sgd = Word(
        "sgd", .training, "Stochastic gradient descent with momentum: `torch.optim.SGD`",
        [learningRate, momentum, nesterov, weightDecay], result: .optimizer,
        example: "print sgd(lr: 0.1, momentum: 0.9)",
        .perform { call in
            .object(
                OptimizerValue(
                    .sgd(
                        learningRate: call[learningRate], momentum: call[momentum], weightDecay: call[weightDecay],
                        isNesterov: call[nesterov])))
        })
}

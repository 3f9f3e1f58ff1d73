// An optimizer with its settings, as `sgd` and `adam` give it.

final class Optimizer: ObjectValue {
    static let kind = "an optimizer"
    enum Rule: Sendable {
        case sgd(momentum: Double, nesterov: Bool)
        case adam(beta1: Double, beta2: Double, epsilon: Double)
    }

    let rule: Rule
    let learningRate: Double
    let weightDecay: Double

    init(_ rule: Rule, learningRate: Double, weightDecay: Double) {
        self.rule = rule
        self.learningRate = learningRate
        self.weightDecay = weightDecay
    }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }

    /// `sgd(lr: 0.1, momentum: 0.9)`: what differs from the defaults, the learning rate always.
    var text: String {
        var parts = ["lr: \(decimalText(learningRate))"]
        let name: String
        switch rule {
        case .sgd(let momentum, let nesterov):
            name = "sgd"
            if momentum != 0 { parts.append("momentum: \(decimalText(momentum))") }
            if nesterov { parts.append("nesterov: true") }
        case .adam(let beta1, let beta2, let epsilon):
            name = "adam"
            if beta1 != 0.9 || beta2 != 0.999 { parts.append("betas: (\(decimalText(beta1)), \(decimalText(beta2)))") }
            if epsilon != 1e-8 { parts.append("eps: \(decimalText(epsilon))") }
        }
        if weightDecay != 0 { parts.append("weightdecay: \(decimalText(weightDecay))") }
        return "\(name)(\(parts.joined(separator: ", ")))"
    }

    var rich: RichValue { RichValue(text: text) }
    static let memberHelp: [(name: String, help: String)] = [("lr", "the learning rate")]
    func member(_ name: String) -> Value? { name == "lr" ? .decimal(learningRate) : nil }
}

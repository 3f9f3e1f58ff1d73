// An optimizer with its settings, as `sgd`, `adam` and `adamw` give it.

import Engine
import Experiments

final class OptimizerValue: ObjectValue {
    static let kind = ValueKind.optimizer

    let options: OptimizerOptions

    init(_ options: OptimizerOptions) { self.options = options }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }

    /// `sgd(lr: 0.1, momentum: 0.9)`: the learning rate, and what differs from its default.
    var text: String {
        var parts = ["lr: \(decimalText(options.learningRate))"]
        func add(_ label: String, _ value: Double, unless standard: Double) {
            if value != standard { parts.append("\(label): \(decimalText(value))") }
        }
        switch options {
        case .sgd(_, let momentum, let weightDecay, let isNesterov):
            add("momentum", momentum, unless: 0)
            if isNesterov { parts.append("nesterov: true") }
            add("weightdecay", weightDecay, unless: 0)
            return "sgd(\(parts.joined(separator: ", ")))"
        case .adam(_, let beta1, let beta2, let epsilon, let weightDecay, let isDecoupled):
            if beta1 != 0.9 || beta2 != 0.999 { parts.append("betas: (\(decimalText(beta1)), \(decimalText(beta2)))") }
            add("eps", epsilon, unless: 1e-8)
            add("weightdecay", weightDecay, unless: isDecoupled ? 0.01 : 0)
            return "\(isDecoupled ? "adamw" : "adam")(\(parts.joined(separator: ", ")))"
        }
    }

    static let memberHelp: [(name: String, help: String)] = [("lr", "the learning rate")]
    func member(_ name: String) -> Value? { name == "lr" ? .decimal(options.learningRate) : nil }
}

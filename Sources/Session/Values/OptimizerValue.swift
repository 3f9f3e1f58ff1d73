// An optimizer with its settings, as its word gives it.

import Engine
import Experiments

final class OptimizerValue: ObjectValue {
    static let kind = ValueKind.optimizer

    let options: OptimizerOptions

    /// Whether its learning rate was given, and only the training uses it: `muon` measures that of others by it.
    let hasOwnRate: Bool

    init(_ options: OptimizerOptions, hasOwnRate: Bool = false) {
        (self.options, self.hasOwnRate) = (options, hasOwnRate)
    }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }

    /// `sgd(lr: 0.1, momentum: 0.9)`: the learning rate, and what differs from its default.
    var text: String {
        let parts = options.settings.filter { !$0.isDefault }.map { setting in
            let values = setting.parts.map { part in
                switch part.value {
                case .number(let number): decimalText(number)
                case .flag(let flag): "\(flag)"
                case .choice(let choice): choice
                case .optimizer(let others): OptimizerValue(others).text
                }
            }
            return "\(setting.label): " + (values.count == 1 ? values[0] : "(\(values.joined(separator: ", ")))")
        }
        return "\(options.name)(\(parts.joined(separator: ", ")))"
    }

    static let memberHelp: [(name: String, help: String)] = [("lr", "the learning rate")]
    func member(_ name: String) -> Value? { name == "lr" ? .decimal(options.learningRate) : nil }
}

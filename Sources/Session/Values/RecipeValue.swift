// Options of `train` under one name, as `recipe` gives them.

import Language

final class RecipeValue: ObjectValue {
    static let kind = ValueKind.recipe

    /// What was given, in the order of the parameters; checked as `train` would.
    let options: [(parameter: Parameter, value: Value)]
    let boundName: String?

    init(_ options: [(parameter: Parameter, value: Value)], boundName: String? = nil) {
        self.options = options
        self.boundName = boundName
    }

    func named(_ name: String) -> any ObjectValue { RecipeValue(options, boundName: name) }

    /// As it would be typed: `recipe(epochs: 5, optimizer: adam(lr: 3e-4))`.
    var text: String {
        let parts = options.map { option -> String in
            if case .string(let choice) = option.value { return "\(option.parameter.label): \(choice)" }
            return "\(option.parameter.label): \(option.value.literal)"
        }
        return "recipe(\(parts.joined(separator: ", ")))"
    }

    static let memberHelp: [(name: String, help: String)] = TrainingOption.all.map {
        ($0.parameter.label, $0.parameter.help)
    }

    /// What was given, else the default of `train`.
    func member(_ name: String) -> Value? {
        if let given = options.first(where: { $0.parameter.label == name }) { return given.value }
        guard
            case .value(let standard)? = TrainingOption.all.map(\.parameter).first(where: { $0.label == name })?
                .standard
        else {
            return nil
        }
        return standard
    }

    var completionKind: String { "recipe" }
}

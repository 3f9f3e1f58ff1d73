// Options of `train` under one name, as `recipe` gives them.

final class RecipeValue: ObjectValue {
    static let kind = ValueKind.recipe
    static let memberHelp: [(name: String, help: String)] = []

    /// An option of `train`.
    struct Setting: Sendable {
        let label: String
        let help: String
        /// Its default, unless that is worked out.
        let standard: Value?
        /// What the recipe says; checked as `train` would.
        let given: Value?
    }

    /// All that a recipe can set, in the order of help.
    let options: [Setting]
    let boundName: String?

    init(_ options: [Setting], boundName: String? = nil) {
        self.options = options
        self.boundName = boundName
    }

    func named(_ name: String) -> any ObjectValue { RecipeValue(options, boundName: name) }

    /// As it would be typed: `recipe(epochs: 5, optimizer: adam(lr: 3e-4))`.
    var text: String {
        let parts = options.compactMap { option in
            option.given.map { value in
                if case .string(let choice) = value {
                    "\(option.label): \(choice)"
                } else if case .object(let object) = value, let run = object as? RunValue {
                    "\(option.label): \(run.run.label)"
                } else if case .object(let object) = value, let data = object as? DataValue {
                    "\(option.label): \(data.name)"
                } else {
                    "\(option.label): \(value.literal)"
                }
            }
        }
        return "recipe(\(parts.joined(separator: ", ")))"
    }

    var members: [(name: String, help: String)] { options.map { ($0.label, $0.help) } }

    /// What was given, else the default of `train`.
    func member(_ name: String) -> Value? {
        options.first { $0.label == name }.flatMap { $0.given ?? $0.standard }
    }

    var completionKind: String { "recipe" }
}

// `recipe`

extension Word {
    static let recipe = Word(
        "recipe", .training, "Options of `train` under one name", TrainingOption.all, result: .recipe,
        example: "let fast = recipe(epochs: 2, optimizer: adam(lr: 1e-3))", aliases: ["config"],
        .perform { call in
            let given = TrainingOption.all.map(\.parameter).compactMap { parameter in
                call.arguments.given(parameter).map { (parameter, $0.value) }
            }
            return .object(RecipeValue(given))
        })
}

// `recipe`, and what a call makes of `with: recipe`.

import Language

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

extension Invocation {
    /// The call with the options of its recipe, where it does not give them itself.
    func withRecipe() throws -> Invocation {
        guard let given = self[TrainingOption.recipe] else { return self }
        let place = place(TrainingOption.recipe)
        guard case .object(let recipe as RecipeValue) = given else {
            throw fault(
                .wrongType, "`with:` takes a recipe, not \(given.kind)", at: place,
                fix: "make one before: `let fast = recipe(epochs: 2, optimizer: adam(lr: 1e-3))`")
        }
        return with(recipe, at: place)
    }

    /// The call with the options of this recipe, where it does not give them itself.
    func with(_ recipe: RecipeValue, at place: SourceRange) -> Invocation {
        var all = arguments
        for option in recipe.options where !all.isGiven(option.parameter) {
            all.set(option.parameter, option.value, at: place)
        }
        return Invocation(arguments: all, context: context)
    }
}

// `recipe`, and what a call makes of `with: recipe`.

import Language

extension Word {
    static let recipe = Word(
        "recipe", .training, "Options of `train` under one name", TrainingOption.ofRecipes, result: .recipe,
        example: "let fast = recipe(epochs: 2, optimizer: adam(lr: 1e-3))", aliases: ["config"],
        .perform { call in
            .object(
                RecipeValue(
                    TrainingOption.ofRecipes.map(\.parameter).map { parameter in
                        let standard: Value? = if case .value(let value) = parameter.standard { value } else { nil }
                        return .init(
                            label: parameter.label, help: parameter.help, standard: standard,
                            given: call.arguments.given(parameter)?.value)
                    }))
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
                fix: "make one first: `let fast = recipe(epochs: 2, optimizer: adam(lr: 1e-3))`")
        }
        return with(recipe, at: place)
    }

    /// The call with the options of this recipe, where it does not give them itself.
    func with(_ recipe: RecipeValue, at place: SourceRange) -> Invocation {
        var all = arguments
        for (option, declared) in zip(recipe.options, TrainingOption.ofRecipes) where !all.isGiven(declared) {
            if let value = option.given { all.set(declared.parameter, value, at: place) }
        }
        return Invocation(arguments: all, context: context)
    }
}

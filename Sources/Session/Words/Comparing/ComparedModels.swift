// What `compare` trains: several models, or one model with several recipes.

import Experiments
import Graphics
import Language
import Network

extension Invocation {
    /// What is compared, and the model of each.
    func comparedModels(
        _ option: RestOption<Model>, on data: DataValue
    ) throws -> ([StudyModel], [Model]) {
        let given = self[option]
        var models = given.map(\.value)
        let recipes = try recipes()
        if models.isEmpty, recipes.count > 1, let last = context.session.lastModel { models = [last] }
        guard models.count > 1 || (models.count == 1 && recipes.count > 1) else {
            throw fault(
                .wrongCount, "`compare` takes two models or more, or one model and two recipes",
                fix: fixOfTooFew(given.map { context.source[$0.range] }))
        }
        guard models.count == 1 || recipes.count < 2 else {
            throw fault(
                .wrongCount, "`compare` takes several models or several recipes, not both at once",
                at: place(ComparingOption.recipes),
                fix:
                    "compare the recipes on one model: `compare \(context.source[given[0].range]), with: \(context.source[place(ComparingOption.recipes)])`"
            )
        }
        if let first = given.first, models.count > 20 {
            throw fault(
                .outOfRange, "`compare` takes at most 20 models, not \(models.count)", at: first.range,
                fix: "compare fewer of them at a time")
        }
        var compared: [(name: String, model: Model, training: (architecture: Architecture, options: TrainingOptions))] =
            []
        if models.count == 1 {
            try refuseWhatHidesTheRecipes(recipes)
            for (index, recipe) in recipes.enumerated() {
                let call = with(recipe, at: place(ComparingOption.recipes))
                compared.append(
                    (
                        recipe.boundName ?? "recipe \(index + 1)", models[0],
                        try call.training(of: models[0], on: data)
                    ))
            }
        } else {
            let call = recipes.first.map { with($0, at: place(ComparingOption.recipes)) } ?? self
            compared = try models.map { ($0.name, $0, try call.training(of: $0, on: data)) }
        }
        let isOfRecipes = models.count == 1
        let names = compared.map(\.name)
        let studied = compared.enumerated().map { index, entry in
            let isTwice = names.count(where: { $0 == entry.name }) > 1
            return StudyModel(
                name: isTwice ? "\(entry.name) (\(index + 1))" : entry.name,
                keptName: isOfRecipes ? "\(entry.model.name) with \(entry.name)" : entry.model.name,
                architecture: entry.training.architecture, options: entry.training.options)
        }
        return (studied, compared.map(\.model))
    }

    /// A second model of the session, or how to make one; or two recipes for the one.
    private func fixOfTooFew(_ given: [String]) -> String {
        let names = context.namesToType
        let models = Array((given + names.names(of: .model, besides: Set(given))).prefix(2))
        let recipes =
            "compare recipes: `compare \(models.first ?? "Net"), with: [recipe(epochs: 5), recipe(epochs: 10)]`"
        return models.count == 2
            ? "write `compare \(models[0]), \(models[1])`, or \(recipes)"
            : names.toMake(.model, another: !models.isEmpty) + (models.isEmpty ? "" : ", or \(recipes)")
    }

    /// An option of the call comes before those of the recipes: where these differ in it, they would be compared
    /// without that difference.
    private func refuseWhatHidesTheRecipes(_ recipes: [RecipeValue]) throws(Diagnostic) {
        guard recipes.count > 1 else { return }
        for option in TrainingOption.ofEachTraining where arguments.isGiven(option) {
            let label = option.parameter.label
            // Neither decides a bit.
            if [TrainingOption.threads.parameter.label, CommonOptions.log.parameter.label].contains(label) { continue }
            let values = recipes.map { recipe -> String? in
                let value = recipe.member(label)
                guard case .object(let object)? = value else { return value?.literal }
                if let teacher = object as? TeacherValue { return teacher.text + teacher.teacher.digest }
                return (object as? RunValue)?.run.digest ?? value?.literal
            }
            guard values.contains(where: { $0 != values[0] }) else { continue }
            throw fault(
                .outOfRange, "the recipes differ in `\(label):`, and that of the call would replace it in all of them",
                at: place(option), fix: "leave it out of the call")
        }
    }

    /// `with: fast` or `with: [slow, fast]`
    private func recipes() throws -> [RecipeValue] {
        guard let given = self[ComparingOption.recipes] else { return [] }
        return try (given.elements ?? [given]).map { value in
            guard case .object(let object) = value, let recipe = object as? RecipeValue else {
                throw fault(
                    .wrongType, "`with:` takes a recipe or a list of them, not \(value.kind)",
                    at: place(ComparingOption.recipes),
                    fix: "make one first: `let fast = recipe(epochs: 2, optimizer: adam(lr: 1e-3))`")
            }
            try refuseSeeds(of: recipe, at: place(ComparingOption.recipes))
            return recipe
        }
    }
}

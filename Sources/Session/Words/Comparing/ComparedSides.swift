// What `compare` trains: several models, one model with several recipes, or one model on several data sets.

import Datasets
import Experiments
import Graphics
import Language
import Network

/// The sides of a study, in their order.
struct ComparedSides {
    let compared: ComparedThing
    let studied: [StudyModel]
    let models: [Model]
    let data: [DataValue]
}

extension Invocation {
    /// What is compared, and the model and the data of each.
    func comparedSides(_ given: [RestOption<Model>.Given]) throws -> ComparedSides {
        var models = given.map(\.value)
        let recipes = try recipes()
        let sets = self[ComparingOption.data] ?? []
        if models.isEmpty, recipes.count > 1 || sets.count > 1, let last = context.session.lastModel { models = [last] }
        guard models.count > 1 || (models.count == 1 && (recipes.count > 1 || sets.count > 1)) else {
            throw fault(
                .wrongCount, "`compare` takes two models or more, or one model and two recipes or data sets",
                fix: fixOfTooFew(given.map { context.source[$0.range] }))
        }
        try refuseTwoAtOnce(given, models, recipes, sets)
        if let first = given.first, models.count > 20 {
            throw fault(
                .outOfRange, "`compare` takes at most 20 models, not \(models.count)", at: first.range,
                fix: "compare fewer of them at a time")
        }
        var sides: [Side] = []
        if sets.count > 1 {
            let call = recipes.first.map { with($0, at: place(ComparingOption.recipes)) } ?? self
            for (index, data) in sets.enumerated() {
                let training = try call.training(of: models[0], on: data)
                let name = data.boundName ?? "data \(index + 1)"
                sides.append(Side(name, keptName: models[0].name, models[0], data, training))
            }
        } else if models.count == 1 {
            try refuseWhatHidesTheRecipes(recipes)
            for (recipe, name) in zip(recipes, RecipeValue.names(of: recipes)) {
                let call = with(recipe, at: place(ComparingOption.recipes))
                let data = try call.oneDataSet()
                sides.append(
                    Side(
                        name, keptName: "\(models[0].name) with \(name)", models[0], data,
                        try call.training(of: models[0], on: data)))
            }
        } else {
            let call = recipes.first.map { with($0, at: place(ComparingOption.recipes)) } ?? self
            let data = try call.oneDataSet()
            sides = try models.map {
                Side($0.name, keptName: $0.name, $0, data, try call.training(of: $0, on: data))
            }
        }
        try refuseOtherTests(sides)
        let compared: ComparedThing =
            sets.count > 1
            ? .dataSets(of: models[0].name) : models.count == 1 ? .recipes(of: models[0].name) : .models
        return try sides.studied(as: compared, digest: digest)
    }

    private func oneDataSet() throws -> DataValue { try self[ComparingOption.data]?.first ?? lastData() }

    /// Sides differ in one thing, so that the answer is about that.
    private func refuseTwoAtOnce(
        _ given: [RestOption<Model>.Given], _ models: [Model], _ recipes: [RecipeValue], _ sets: [DataValue]
    ) throws(Diagnostic) {
        if models.count > 1, recipes.count > 1 {
            throw fault(
                .wrongCount, "`compare` takes several models or several recipes, not both at once",
                at: place(ComparingOption.recipes),
                fix:
                    "compare the recipes on one model: `compare \(context.source[given[0].range]), with: \(context.source[place(ComparingOption.recipes)])`"
            )
        }
        guard sets.count > 1, models.count > 1 || recipes.count > 1 else { return }
        let other = models.count > 1 ? "models" : "recipes"
        throw fault(
            .wrongCount, "`compare` takes several \(other) or several data sets, not both at once",
            at: place(ComparingOption.data),
            fix: models.count > 1
                ? "compare the data sets on one model: `compare \(context.source[given[0].range]), on: \(context.source[place(ComparingOption.data)])`"
                : "give each recipe its data: `recipe(on: \(sets[0].boundName ?? "data"))`")
    }

    /// Accuracies of other test images are no difference of what was trained.
    private func refuseOtherTests(_ sides: [Side]) throws(Diagnostic) {
        guard let first = sides.first,
            let other = sides.first(where: { !$0.data.dataset.hasTestImages(of: first.data.dataset) })
        else { return }
        throw fault(
            .outOfRange,
            "\(first.data.name) and \(other.data.name) have other test images, so that a difference would be that of the images",
            at: isGiven(ComparingOption.data) ? place(ComparingOption.data) : place(ComparingOption.recipes),
            fix:
                "make them of one data set: `augment(data, flip: true)`, `take(data, 5000, test: \(first.data.dataset.test.count))`"
        )
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
        for option in TrainingOption.ofRecipes where arguments.isGiven(option) {
            let label = option.parameter.label
            // Neither decides a bit.
            if [TrainingOption.threads.parameter.label, CommonOptions.log.parameter.label].contains(label) { continue }
            let values = recipes.map { recipe -> String? in
                let value = recipe.member(label)
                guard case .object(let object)? = value else { return value?.literal }
                if let teacher = object as? TeacherValue { return teacher.text + teacher.teacher.digest }
                if let data = object as? DataValue { return data.name }
                return (object as? RunValue)?.run.digest ?? value?.literal
            }
            guard values.contains(where: { $0 != values[0] }) else { continue }
            throw fault(
                .outOfRange, "the recipes differ in `\(label):`, and that of the call would replace it in all of them",
                at: place(option), fix: "leave it out of the call")
        }
    }

    /// `with: [recipe(optimizer: sgd(lr: 0.1)), …]`, where optimizers or schedules were given.
    private func recipesMeant(by values: [Value]) -> String? {
        let recipes = values.compactMap { value -> String? in
            guard case .object(let object) = value else { return nil }
            return switch object {
            case let optimizer as OptimizerValue: "recipe(optimizer: \(optimizer.text))"
            case let schedule as ScheduleValue: "recipe(schedule: \(schedule.text))"
            case let recipe as RecipeValue: recipe.boundName ?? recipe.text
            default: nil
            }
        }
        guard recipes.count == values.count else { return nil }
        return "write `with: \(recipes.count == 1 ? recipes[0] : "[\(recipes.joined(separator: ", "))]")`"
    }

    /// `with: fast` or `with: [slow, fast]`
    private func recipes() throws -> [RecipeValue] {
        guard let given = self[ComparingOption.recipes] else { return [] }
        return try (given.elements ?? [given]).map { value in
            guard case .object(let object) = value, let recipe = object as? RecipeValue else {
                throw fault(
                    .wrongType, "`with:` takes a recipe or a list of them, not \(value.kind)",
                    at: place(ComparingOption.recipes),
                    fix: recipesMeant(by: given.elements ?? [given])
                        ?? "make one first: `let fast = recipe(epochs: 2, optimizer: adam(lr: 1e-3))`")
            }
            try refuseSeeds(of: recipe, at: place(ComparingOption.recipes))
            return recipe
        }
    }
}

/// One side before it is part of a study.
struct Side {
    let name: String
    let keptName: String
    let model: Model
    let data: DataValue
    let training: (architecture: Architecture, options: TrainingOptions)

    init(
        _ name: String, keptName: String, _ model: Model, _ data: DataValue,
        _ training: (architecture: Architecture, options: TrainingOptions)
    ) {
        (self.name, self.keptName, self.model, self.data, self.training) = (name, keptName, model, data, training)
    }
}

extension [Side] {
    /// As a study takes them, each with a name of its own.
    ///
    /// - Parameter digest: of data; only where there are several.
    func studied(as compared: ComparedThing, digest: (DataValue) throws -> String) throws -> ComparedSides {
        let names = Invocation.distinct(map(\.name))
        let hasOneDataSet = dropFirst().allSatisfy { $0.data === self[0].data }
        let studied = try enumerated().map { index, side in
            return StudyModel(
                name: names[index], keptName: side.keptName,
                architecture: side.training.architecture, dataset: side.data.dataset,
                dataKey: hasOneDataSet ? "" : try digest(side.data), options: side.training.options)
        }
        return ComparedSides(compared: compared, studied: studied, models: map(\.model), data: map(\.data))
    }
}

extension RecipeValue {
    /// What recipes are called next to each other: by their own names; without them by what they differ in, where that
    /// is one option: `sgd`, `adamw`, `epochs 5`.
    fileprivate static func names(of recipes: [RecipeValue]) -> [String] {
        let labels = recipes.first?.options.map(\.label) ?? []
        func texts(_ label: String) -> [String?] {
            recipes.map { recipe in
                if case .object(let object)? = recipe.member(label) {
                    object.text
                } else {
                    recipe.member(label)?.literal
                }
            }
        }
        let different = labels.filter { label in
            let texts = texts(label)
            return texts.contains { $0 != texts[0] }
        }
        var names = recipes.indices.map { "recipe \($0 + 1)" }
        if different.count == 1, recipes.count > 1 {
            let values = texts(different[0]).compactMap(\.self)
            let heads = values.map { String($0.prefix { $0 != "(" }) }
            if values.count == recipes.count, Set(values).count == values.count {
                let isMade = heads != values
                names =
                    !isMade ? values.map { "\(different[0]) \($0)" } : Set(heads).count == heads.count ? heads : values
            }
        }
        return zip(recipes, names).map { $0.boundName ?? $1 }
    }
}

// What the words of a study are given: models and recipes, seeds, and kinds of randomness.

import Experiments
import Graphics
import Language

extension Invocation {
    static let mostSeeds = SeedsNeeded.most

    /// What is compared, and the model of each.
    func comparedModels(on data: DataValue) throws -> ([StudyModel], [Model]) {
        var models = arguments.rest.compactMap { given -> Model? in
            if case .model(let model) = given.value { model } else { nil }
        }
        let recipes = try recipes()
        if models.isEmpty, recipes.count > 1, let last = context.session.lastModel { models = [last] }
        guard models.count > 1 || (models.count == 1 && recipes.count > 1) else {
            throw fault(
                .wrongCount, "`compare` takes two models or more, or one model and two recipes",
                fix: "write `compare gap, flat`, or `compare gap, with: [slow, fast]`")
        }
        guard models.count == 1 || recipes.count < 2 else {
            throw fault(
                .wrongCount, "`compare` takes several models or several recipes, not both at once",
                at: arguments.place("with"), fix: "compare the recipes on one model: `compare gap, with: [slow, fast]`")
        }
        if let batch = arguments.rest.first, models.count > 20 {
            throw fault(.outOfRange, "`compare` takes at most 20 models, not \(models.count)", at: batch.range)
        }
        var compared: [(name: String, model: Model, options: TrainingOptions)] = []
        if models.count == 1 {
            for (index, recipe) in recipes.enumerated() {
                let options = with(recipe, at: arguments.place("with")).trainingOptions()
                compared.append((recipe.boundName ?? "recipe \(index + 1)", models[0], options))
            }
        } else {
            let options = (recipes.first.map { with($0, at: arguments.place("with")) } ?? self).trainingOptions()
            compared = models.map { ($0.name, $0, options) }
        }
        let isOfRecipes = models.count == 1
        let names = compared.map(\.name)
        let studied = try compared.enumerated().map { index, entry in
            let isTwice = names.count(where: { $0 == entry.name }) > 1
            return StudyModel(
                name: isTwice ? "\(entry.name) (\(index + 1))" : entry.name,
                keptName: isOfRecipes ? "\(entry.model.name) with \(entry.name)" : entry.model.name,
                architecture: try entry.model.architecture(on: data.image), options: entry.options)
        }
        return (studied, compared.map(\.model))
    }

    /// `with: fast` or `with: [slow, fast]`
    private func recipes() throws -> [RecipeValue] {
        let values: [Value]
        switch arguments["with"] {
        case nil: return []
        case .list(let items)?, .tuple(let items)?: values = items.values
        case let value?: values = [value]
        }
        return try values.map { value in
            guard case .object(let object) = value, let recipe = object as? RecipeValue else {
                throw fault(
                    .wrongType, "`with:` takes a recipe or a list of them, not \(value.kind)",
                    at: arguments.place("with"),
                    fix: "make one before: `let fast = recipe(epochs: 2, optimizer: adam(lr: 1e-3))`")
            }
            if let seed = recipe.options.first(where: { $0.parameter.label.hasSuffix("seed") }) {
                throw fault(
                    .outOfRange, "the recipe sets `\(seed.parameter.label):`, but a study sets the seeds",
                    at: arguments.place("with"), fix: "leave it out of the recipe, and write `seeds: 1...6`")
            }
            return recipe
        }
    }

    /// The seeds given, each once; `nil` where none were.
    func seeds(atLeast least: Int = 1) throws -> [UInt64]? {
        let place = arguments.place("seeds")
        let numbers: [Int?]
        switch arguments["seeds"] {
        case nil: return nil
        case .range(let first, let last)?:
            guard (rangeCount(first, last) ?? .max) <= Self.mostSeeds else { throw tooManySeeds(at: place) }
            numbers = first <= last ? (first...last).map(Optional.some) : []
        case .list(let items)?, .tuple(let items)?:
            numbers = items.values.map { if case .integer(let number) = $0 { number } else { nil } }
        default: numbers = []
        }
        let seeds = numbers.compactMap { $0 }.filter { $0 >= 0 }.map { UInt64($0) }
        guard numbers.count <= Self.mostSeeds else { throw tooManySeeds(at: place) }
        guard seeds.count == numbers.count, Set(seeds).count == seeds.count, seeds.count >= least else {
            throw fault(
                .outOfRange,
                "`seeds:` takes \(least > 1 ? "at least \(least) " : "")different whole numbers that are not negative",
                at: place, fix: "write `seeds: 1...6`")
        }
        return seeds
    }

    func tooManySeeds(at place: SourceRange) -> Diagnostic {
        fault(
            .outOfRange, "a study takes at most \(grouped(Self.mostSeeds)) seeds", at: place,
            fix: "write `seeds: 1...6`")
    }

    func roles() throws -> [SeedRole] {
        let place = arguments.place("roles")
        let values: [Value]
        switch arguments["roles"] {
        case nil: return SeedRole.allCases
        case .list(let items)?, .tuple(let items)?: values = items.values
        case let value?: values = [value]
        }
        let roles = values.compactMap { value -> SeedRole? in
            if case .string(let text) = value { SeedRole(rawValue: text) } else { nil }
        }
        guard roles.count == values.count, !roles.isEmpty, Set(roles).count == roles.count else {
            throw fault(
                .outOfRange, "`roles:` takes some of init, order, augment, dropout, each once", at: place,
                fix: "write `roles: [init, order]`")
        }
        return roles
    }
}

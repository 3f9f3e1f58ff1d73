// `compare`

import Experiments
import Graphics
import Language

private let compared = RestOption(
    "models", .compared, workedOut: "the last model", "the models, or lists of runs")
extension Word {
    static let compare = Word(
        "compare", .comparing, "Trains models, recipes or data sets over several seeds and says which is better",
        [compared, ComparingOption.data, ComparingOption.recipes, ComparingOption.baseline] + ComparingOption.ofStudies,
        result: .study,
        example: ComparingOption.twoModels + ComparingOption.smallData
            + "let study = compare A, B, on: data, epochs: 1, seeds: 1...2",
        aliases: ["study", "ttest", "benchmark_models"], shows: .unbound, takesLong: true, .perform(compareSides))
}

private func compareSides(_ call: Invocation) throws -> Value {
    let given = call[compared]
    let runs = given.filter { if case .runs = $0.value { true } else { false } }
    guard runs.isEmpty || runs.count == given.count else {
        throw call.fault(
            .wrongType, "`compare` takes models or lists of runs, not both at once", at: runs.first?.range,
            fix:
                "write `\(runs.first.map { call.context.source[$0.range] } ?? "a").model`, which starts from fresh weights"
        )
    }
    if !runs.isEmpty {
        return try call.compareGivenRuns(
            given.map { given in
                if case .runs(let runs) = given.value { return (runs, given.range) }
                return ([], given.range)
            })
    }
    let models = given.compactMap { given -> RestOption<Model>.Given? in
        if case .model(let model) = given.value { .init(value: model, range: given.range) } else { nil }
    }
    let sides = try call.comparedSides(models)
    return try call.compare(sides, baseline: try call.baseline(among: sides.studied.map(\.name), sides.models))
}

extension Invocation {
    /// Begins a study of these sides, and trains it.
    func compare(_ sides: ComparedSides, baseline: Int?) throws -> Value {
        let (design, seeds) = try designOfStudy()
        let plan: StudyPlan
        do throws(TrainingError) {
            plan = try StudyPlan(
                models: sides.studied, compared: sides.compared, design: design,
                measure: self[ComparingOption.measure], margin: margin, baseline: baseline,
                isForced: self[ComparingOption.force], keepsWeights: self[ComparingOption.keep]
            ).checked(cancellation: context.interruption)
        } catch { throw fault(error) }
        for index in plan.trainedModels {
            let studied = sides.studied[index]
            warnOfSingleValues(studied.name, studied.architecture, sides.data[index], studied.options)
            warnOfIdleMuon(studied.name, studied.architecture, studied.options)
        }
        let value = StudyValue(
            Study(plan, seeds: seeds), models: sides.models, data: sides.data,
            defaults: defaults([(ComparingOption.data, sides.data[0].name)]))
        return try train(
            value, log: self[CommonOptions.log], isUntilDecided: self[ComparingOption.until] != nil)
    }
}

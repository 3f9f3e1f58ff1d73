// `compare`

import Experiments
import Graphics
import Language

private let comparedModels = RestOption("models", .model, workedOut: "the last model", "the models")
private let margin = Option(
    "within", .decimal(0...100), default: 0.5, "differences of up to this many points count as none")
private let until =
    Option(
        "until", .choice, workedOut: "the seeds are done", "look at 6, 12 and 24 seeds, and stop once it is decided")
    as Option<Ending?>
private let force = Option(
    "force", .boolean, default: false, "train both even if they are provably identical in training")
private let keep = Option("keep", .boolean, default: false, "keep the weights")

/// When a study ends before all its seeds.
private enum Ending: String, CaseIterable {
    case decided
}

extension Word {
    static let compare = Word(
        "compare", .comparing, "Trains models over several seeds and says which is better",
        [
            comparedModels, CommonOptions.data, ComparingOption.seeds, ComparingOption.recipes, margin, until, force,
            keep, CommonOptions.fresh,
        ] + TrainingOption.ofEachTraining, result: .study,
        example: ComparingOption.twoModels + ComparingOption.smallData
            + "let study = compare A, B, on: data, epochs: 1, seeds: 1...2",
        aliases: ["study", "ttest", "benchmark_models"], shows: .unbound, takesLong: true, .perform(compareModels))
}

private func compareModels(_ call: Invocation) throws -> Value {
    let data = try call.data(CommonOptions.data)
    let (models, subjects) = try call.comparedModels(comparedModels, on: data)
    let isSequential = call[until] != nil
    if isSequential, call.isGiven(ComparingOption.seeds) {
        throw call.fault(
            .outOfRange, "`until: decided` takes the seeds 1, 2, 3, … itself and looks at 6, 12 and 24",
            at: call.place(ComparingOption.seeds), fix: "leave `seeds:` out")
    }
    let plan: StudyPlan
    do throws(TrainingError) {
        plan = try StudyPlan(
            models: models, dataset: data.dataset, design: isSequential ? .sequential : .fixed,
            margin: call[margin], isForced: call[force],
            keepsWeights: call[keep]
        ).checked(cancellation: call.context.interruption)
    } catch { throw call.fault(error) }
    for index in plan.trainedModels {
        call.warnOfSingleValues(models[index].name, models[index].architecture, data, models[index].options)
        call.warnOfIdleMuon(models[index].name, models[index].architecture, models[index].options)
    }
    let study = Study(plan, seeds: try call.seeds() ?? plan.standardSeeds)
    let defaults = call.defaults([(CommonOptions.data, data.name)])
    return try call.train(
        StudyValue(study, models: subjects, data: data, defaults: defaults),
        log: call[CommonOptions.log])
}

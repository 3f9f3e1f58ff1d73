// `variance`

import Experiments
import Graphics
import Language

private let rolesOption = Option(
    "roles", .choices(of: SeedRole.self), workedOut: "all", "the kinds to try")

private let basesOption = Option(
    "bases", .integer(1...20), default: 2, "from how many starts each kind is varied: one may be a special case")
private let seedsOption = ComparingOption.seeds(standard: "1...4")

extension Word {
    static let variance = Word(
        "variance", .comparing, "Which kind of randomness the spread comes from",
        [
            CommonOptions.model, CommonOptions.data, rolesOption, seedsOption, basesOption, TrainingOption.recipe,
            CommonOptions.fresh,
        ] + TrainingOption.ofEachTraining, result: .variances,
        example: ComparingOption.twoModels + ComparingOption.smallData
            + "variance A, on: data, roles: [init, order], seeds: 1...2, epochs: 1",
        shows: .unbound, takesLong: true, .perform(varianceOfModel))
}

private func varianceOfModel(_ given: Invocation) throws -> Value {
    let call = try given.withRecipe()
    if case .object(let recipe as RecipeValue)? = given[TrainingOption.recipe] {
        try call.refuseSeeds(of: recipe, at: call.place(TrainingOption.recipe))
    }
    let context = call.context
    let (model, data) = (try call.model(), try call.data(CommonOptions.data))
    let (architecture, options) = try call.training(of: model, on: data)
    let studied = StudyModel(
        name: model.name, architecture: architecture, dataset: data.dataset, options: options)
    call.warnOfSingleValues(model.name, architecture, data, studied.options)
    call.warnOfIdleMuon(model.name, architecture, studied.options)
    var variance = VarianceByRole(
        studied, roles: try call.roles(rolesOption), seeds: try call.seeds(atLeast: 2) ?? Array(1...4),
        bases: call[basesOption])
    context.session.publish()
    let log = StudyLog(context, form: call[CommonOptions.log], title: "variance of \(model.name)")
    let end: StudyEnd
    let source = try call.runSource([model.name: (model, data)], keepsWeights: false)
    defer { context.tellStoreFaults(at: call.range) }
    do throws(TrainingError) {
        let kept = variance.take(source.kept)
        call.tellKept(kept, of: variance.plan.count)
        let count = variance.plan.count - kept.count
        let cost =
            count == 0 ? nil : try RunCost(studied, cancellation: context.interruption)
        if let cost { call.noteCost(runs: count, seconds: Double(count) * cost.seconds, bytes: cost.byteCount) }
        end = try variance.train(by: source, cancellation: context.interruption) {
            done, all, event in
            switch event {
            case .training(.progress(let progress)):
                let left = progress.secondsLeft + Double(all - done - 1) * (cost?.seconds ?? 0)
                log.note(progress, of: model.name, run: done + 1, runs: all, secondsLeft: left)
            case .training(.epoch(let metrics)): log.note(metrics)
            case .finished(let run, let wasKept):
                log.note(run, of: "\(model.name), training \(done) of \(all)", wasKept: wasKept)
            case .waiting(let trainings, let holder): call.tellWaiting(for: holder, trainings)
            default: break
            }
        }
    } catch {
        log.fail()
        throw call.fault(error)
    }
    let value = VarianceValue(variance, data: data)
    let (done, all) = (variance.runs.count, variance.plan.count)
    if done == all {
        log.finish(
            title: "variance of \(model.name), \(counted(done, "training"))",
            conclusion: [VarianceReport.answer(variance)], isShown: context.shownRange == call.range)
    } else {
        log.stop(after: "\(done) of \(counted(all, "training"))")
    }
    call.stop(end, missing: all - done) { variance.runs.keys.allSatisfy { source.isKept(studied, $0) } }
    return .object(value)
}

extension Invocation {
    /// The kinds of randomness given, each once.
    fileprivate func roles(_ option: Option<[SeedRole]?>) throws -> [SeedRole] {
        guard let roles = self[option] else { return SeedRole.allCases }
        guard !roles.isEmpty, Set(roles).count == roles.count else {
            throw fault(
                .outOfRange, "`roles:` takes some of init, order, augment, dropout, each once", at: place(option),
                fix: "write `roles: [init, order]`")
        }
        return roles
    }
}

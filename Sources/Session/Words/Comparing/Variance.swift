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
            CommonOptions.fresh, ComparingOption.workers,
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
    var (source, records) = try call.runSource([model.name: (model, data)], keepsWeights: false)
    let maker = try call.crewMaker(records, [studied])
    defer { context.tellStoreFaults(at: call.range) }
    do throws(TrainingError) {
        let kept = variance.take(source.kept)
        call.tellKept(kept, of: variance.plan.count)
        let missing = variance.missing
        let cost = missing.isEmpty ? nil : try RunCost(studied, cancellation: context.interruption)
        if let cost {
            let seconds = Double(missing.count) * cost.seconds
            if let maker { source.crew = { maker.crew($0, seconds: $1) } }
            let wanted = missing.map { RunSource.Wanted(studied, $0, keepsWeights: false) }
            let crew = maker?.crew(wanted, seconds: seconds)
            call.tellOfMemory(crew, maker, runs: missing.count)
            call.noteCost(wanted, seconds: seconds, bytes: cost.byteCount, crew)
        }
        func label(_ place: Int) -> String { "\(model.name) seed \(missing[place].text)" }
        var current: [Int: TrainingProgress] = [:]
        end = try variance.train(
            by: source, seconds: cost?.seconds ?? 0, cancellation: context.interruption
        ) { done, all, event in
            switch event {
            case .training(let place, .progress(let progress)):
                current[place] = progress
                let under = current.sorted { $0.key < $1.key }
                let left = Double(all - done) - under.reduce(0) { $0 + $1.value.fraction }
                log.note(
                    under.map { (label: label($0.key), training: $0.value) }, done: done, runs: all,
                    secondsLeft: left * (cost?.seconds ?? 0))
            case .training(let place, .epoch(let metrics)): log.note(metrics, of: label(place))
            case .training: break
            case .got(let place, let run, let wasKept):
                current[place] = nil
                log.note(run, of: label(place), wasKept: wasKept)
            case .lost(let place, let reason):
                current[place] = nil
                call.tellLost(label(place), reason, log)
            case .waiting(let trainings, let holder): call.tellWaiting(for: holder, trainings)
            case .status(let text): log.note(status: text)
            case .note(let text): call.tellNote(text)
            case .storeFault(let message, let fix): call.tellStoreFault(message, fix: fix)
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

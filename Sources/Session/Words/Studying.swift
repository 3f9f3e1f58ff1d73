// What `compare`, `more` and `variance` do.

import Experiments
import Graphics
import Language

func compareModels(_ call: Invocation) throws -> Value {
    let data = try call.data("on")
    let (models, subjects) = try call.comparedModels(on: data)
    let isSequential = call.arguments.text("until") == "decided"
    if isSequential, call.arguments.isGiven("seeds") {
        throw call.fault(
            .outOfRange, "`until: decided` takes the seeds 1, 2, 3, … itself and looks at 6, 12 and 24",
            at: call.arguments.place("seeds"), fix: "leave `seeds:` out")
    }
    let plan: StudyPlan
    do throws(TrainingError) {
        plan = try StudyPlan(
            models: models, dataset: data.dataset, design: isSequential ? .sequential : .fixed,
            margin: call.arguments.decimal("within") ?? 0.5, isForced: call.arguments.boolean("force") ?? false,
            keepsWeights: call.arguments.boolean("keep") ?? false
        ).checked(cancellation: call.context.interruption)
    } catch { throw call.fault(error) }
    for index in plan.trainedModels {
        call.warnOfSingleValues(models[index].name, models[index].architecture, data, models[index].options)
    }
    let study = Study(plan, seeds: try call.seeds() ?? plan.standardSeeds)
    let defaults = call.defaults([("on", data.name)])
    return try call.train(
        StudyValue(study, models: subjects, data: data, defaults: defaults),
        log: call.logForm)
}

func moreSeeds(_ call: Invocation) throws -> Value {
    guard let value = call.arguments.object("study", StudyValue.self) ?? call.context.session.lastStudy else {
        throw call.fault(
            .noSubject, "there is no study yet that `more` could take",
            fix: "begin one before: `let study = compare gap, flat`")
    }
    let count = call.arguments.integer("seeds")
    let study = value.study
    let larger: Study
    if !study.isComplete {
        // What was interrupted is finished first; that is the study as it was planned.
        guard count == nil else {
            throw call.fault(
                .outOfRange,
                "\(counted(study.missing.count, "training")) of this study \(study.missing.count == 1 ? "is" : "are") missing",
                at: call.arguments.place("seeds"), fix: "finish it before: `more`")
        }
        larger = study
    } else if count == nil, !study.isExploratory, !study.isDecided, let next = study.goingOn() {
        larger = next
    } else {
        guard study.seeds.count + (count ?? 6) <= Invocation.mostSeeds else { throw call.tooManySeeds(at: call.range) }
        larger = study.exploring(count ?? 6)
    }
    // Said where the larger study is bound to no name: `more` twice gives the same, and no cell changes what another one showed.
    let binding = study.name.map { name in
        "`\(name)` stays as it is, with \(counted(study.seeds.count, "seed")); `let \(name) = more \(name)"
            + (count.map { ", \($0)" } ?? "") + "` takes all \(larger.seeds.count)"
    }
    return try call.train(
        StudyValue(larger, models: value.models, data: value.data, defaults: study.isComplete ? binding : nil),
        log: call.logForm)
}

extension Invocation {
    /// Trains what is missing of a study, says before what that will cost, and gives the study as far as it came.
    func train(_ value: StudyValue, log form: LogForm) throws -> Value {
        context.session.publish()
        var study = value.study
        let names = study.plan.models.map(\.name)
        let models = Dictionary(zip(names, value.models), uniquingKeysWith: { first, _ in first })
        let source = try runSource(models, on: value.data, keepsWeights: study.plan.keepsWeights)
        defer { context.tellStoreFaults(at: range) }
        let result: (study: Study, end: StudyEnd)
        let log = StudyLog(context, form: form, title: "comparing \(names.joined(separator: ", "))")
        do throws(TrainingError) {
            let count = study.missing.count
            try context.store?.wait(unless: context.interruption)
            let taken = study.take(source.kept)
            for (model, seed, run) in taken { log.note(run, of: "\(names[model]) seed \(seed)", wasKept: true) }
            tellKept(taken.map(\.run), of: count)
            let cost = try StudyCost(of: study, cancellation: context.interruption)
            announce(cost, of: study)
            result = try study.trained(by: source, cost: cost, cancellation: context.interruption) { event in
                switch event {
                case .progress(let progress):
                    log.note(
                        progress.training, of: "\(progress.model) seed \(progress.seed)", run: progress.run,
                        runs: progress.runs, secondsLeft: progress.secondsLeft)
                case .epoch(let metrics): log.note(metrics)
                case .finished(let model, let seed, let run, let wasKept):
                    log.note(run, of: "\(names[model]) seed \(seed)", wasKept: wasKept)
                    context.tellStoreFaults(at: range)
                case .looked(let seeds, let isDecided): log.noteLook(seeds: seeds, isDecided: isDecided)
                }
            }
        } catch {
            log.fail()
            throw fault(error)
        }
        let ended = StudyValue(result.study, models: value.models, data: value.data, defaults: value.defaults)
        let seeds = result.study.completeSeeds.count
        if result.study.isComplete {
            log.finish(
                title: "compared \(names.joined(separator: ", ")) over \(counted(seeds, "seed"))",
                conclusion: ended.report.verdicts, isShown: context.shownRange == range)
        } else {
            log.stop(after: "\(seeds) of \(counted(result.study.seeds.count, "seed"))")
        }
        context.session.lastStudy = ended
        stop(result.end, missing: result.study.missing.count)
        return .object(ended)
    }

    /// What need not be trained again.
    func tellKept(_ runs: [StudyRun], of count: Int) {
        guard !runs.isEmpty else { return }
        let hint = arguments.word.parameter("fresh") == nil ? "" : "; `fresh: true` retrains"
        let saved = spanText(runs.reduce(0) { $0 + $1.seconds })
        context.write("\(runs.count) of \(counted(count, "training")) kept, \(saved) saved\(hint)\n")
    }

    /// What lies ahead, as a note, so that one can change one's mind.
    private func announce(_ cost: StudyCost, of study: Study) {
        guard cost.runs > 0 else { return }
        let most = study.plan.design == .sequential && !study.isExploratory ? StudyDesign.looks.last?.seeds : nil
        let further = most.map { " up to the first look, \($0) seeds at most" } ?? ""
        noteCost(runs: cost.runs, seconds: cost.seconds, bytes: cost.byteCount, further: further)
    }

    func noteCost(runs: Int, seconds: Double, bytes: Int, further: String = "") {
        // Rounded, for it is an estimate, and small ones are all alike.
        let memory = bytes < 100_000_000 ? "under 100 MB" : "\(grouped((bytes + 500_000) / 1_000_000)) MB"
        context.output.report(
            Diagnostic(
                .note, code: .cost,
                "\(counted(runs, "training"))\(further): \(VerdictText.about(seconds)) and \(memory) of memory here"))
    }

    /// What ended a study early is thrown once its value is bound.
    func stop(_ end: StudyEnd, missing: Int) {
        switch end {
        case .done: break
        case .interrupted:
            context.pendingStop = .interrupted(
                fault(
                    .interrupted,
                    "interrupted with \(counted(missing, "training")) missing; those that were done are kept"
                        + (arguments.word.name == "variance" ? "" : ", and `more` continues")))
        case .stopped(let reason, let fix):
            context.pendingStop = .fault(
                fault(.stopped, "the study stopped, its runs are kept: \(reason)", fix: fix))
        }
    }
}

func varianceOfModel(_ given: Invocation) throws -> Value {
    let call = try given.withRecipe()
    let context = call.context
    let (model, data) = (try call.model(), try call.data("on"))
    let architecture = try model.architecture(on: data.image)
    let studied = StudyModel(name: model.name, architecture: architecture, options: call.trainingOptions())
    call.warnOfSingleValues(model.name, architecture, data, studied.options)
    var variance = VarianceByRole(
        studied, on: data.dataset, roles: try call.roles(), seeds: try call.seeds(atLeast: 2) ?? Array(1...6))
    context.session.publish()
    let form = call.logForm
    let log = StudyLog(context, form: form, title: "variance of \(model.name)")
    let end: StudyEnd
    let source = try call.runSource([model.name: model], on: data, keepsWeights: false)
    defer { context.tellStoreFaults(at: call.range) }
    do throws(TrainingError) {
        let kept = variance.take(source.kept)
        call.tellKept(kept, of: variance.plan.count)
        let count = variance.plan.count - kept.count
        let cost =
            count == 0 ? nil : try RunCost(studied, on: data.dataset, cancellation: context.interruption)
        if let cost { call.noteCost(runs: count, seconds: Double(count) * cost.seconds, bytes: cost.byteCount) }
        end = try variance.train(by: source, cancellation: context.interruption) {
            done, all, event in
            switch event {
            case .training(.progress(let progress)):
                let left = progress.secondsLeft + Double(all - done - 1) * (cost?.seconds ?? 0)
                log.note(progress, of: model.name, run: done + 1, runs: all, secondsLeft: left)
            case .training(.epoch(let metrics)): log.note(metrics)
            case .finished(let run): log.note(run, of: "\(model.name), training \(done) of \(all)")
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
    call.stop(end, missing: all - done)
    return .object(value)
}

// What `compare`, `more` and `variance` share: they first say what trainings will cost, train what is missing, and say
// what ended them.

import Cluster
import Engine
import Experiments
import Language
import Runtime
import Text

extension Invocation {
    /// Trains what is missing of a study, says before what that will cost, and gives the study as far as it came.
    ///
    /// - Parameter isUntilDecided: whether a sequential study goes on to its next looks by itself.
    func train(_ value: StudyValue, log form: LogForm, isUntilDecided: Bool = false) throws -> Value {
        context.session.publish()
        var study = value.study
        let names = study.plan.models.map(\.name)
        let sides = Dictionary(
            zip(names, zip(value.models, value.data).map { (model: $0, data: $1) }),
            uniquingKeysWith: { first, _ in first })
        var (source, records) = try runSource(sides, keepsWeights: study.plan.keepsWeights)
        let maker = try crewMaker(
            records, study.plan.trainedModels.map { study.plan.models[$0] }, keepsWeights: study.plan.keepsWeights)
        defer { context.tellStoreFaults(at: range) }
        let result: (study: Study, end: StudyEnd)
        var keptLater: [StudyRun] = []
        let keys = try lookKeys(of: study, value.data)
        func looked(_ study: Study) -> Study { noteLook(at: study, keys: keys) }
        let log = StudyLog(context, form: form, title: "comparing \(names.joined(separator: ", "))")
        do throws(TrainingError) {
            let count = study.missing.count
            try context.store?.wait(unless: context.interruption)
            let taken = study.take(source.kept)
            for (model, seed, run) in taken { log.note(run, of: "\(names[model]) seed \(seed)", wasKept: true) }
            tellKept(taken.map(\.run), of: count)
            let cost = try StudyCost(of: study, cancellation: context.interruption)
            if let maker { source.crew = { maker.crew($0, seconds: $1) } }
            announce(cost, of: study, isUntilDecided: isUntilDecided, maker)
            result = try study.trained(
                by: source, cost: cost, isUntilDecided: isUntilDecided, looked: looked,
                cancellation: context.interruption
            ) { event in
                switch event {
                case .progress(let progress):
                    log.note(
                        progress.current.map { (label: "\(names[$0.model]) seed \($0.seed)", training: $0.training) },
                        done: progress.done, runs: progress.runs, secondsLeft: progress.secondsLeft)
                case .epoch(let model, let seed, let metrics): log.note(metrics, of: "\(names[model]) seed \(seed)")
                case .lost(let model, let seed, let reason): tellLost("\(names[model]) seed \(seed)", reason, log)
                case .status(let text): log.note(status: text)
                case .note(let text): tellNote(text)
                case .storeFault(let message, let fix): tellStoreFault(message, fix: fix)
                case .finished(let model, let seed, let run, let wasKept):
                    log.note(run, of: "\(names[model]) seed \(seed)", wasKept: wasKept)
                    if wasKept { keptLater.append(run) }
                    context.tellStoreFaults(at: range)
                case .waiting(let trainings, let holder): tellWaiting(for: holder, trainings)
                case .looked(let seeds, let isDecided): log.noteLook(seeds: seeds, isDecided: isDecided)
                }
            }
        } catch {
            log.fail()
            throw fault(error)
        }
        tellKeptLater(keptLater)
        let ended = StudyValue(result.study, models: value.models, data: value.data, defaults: value.defaults)
        let seeds = result.study.completeSeeds.count
        let all = result.study.seeds.count
        if result.study.isComplete {
            log.finish(
                title: "compared \(names.joined(separator: ", ")) over \(counted(all, "seed"))",
                conclusion: ended.report.verdicts, isShown: context.shownRange == range)
        } else {
            log.stop(after: "\(seeds) of \(counted(result.study.seeds.count, "seed"))")
        }
        context.session.lastStudy = ended
        stop(result.end, missing: result.study.missing.count) {
            result.study.allRuns.allSatisfy { source.isKept(result.study.plan.models[$0.model], Seeds($0.seed)) }
        }
        return .object(ended)
    }

    /// What the store keeps the looks at each pair under; `nil` where a study's looks are not kept.
    private func lookKeys(of study: Study, _ data: [DataValue]) throws -> [PairKey]? {
        guard context.store != nil, study.plan.pairing == .seeds, !study.plan.isOfGivenRuns else { return nil }
        let sides = try zip(study.plan.models, data).map { model, data in
            try RunDescription(
                model.architecture, dataDigest: digest(of: data), data: nil, model.options(Seeds(0))
            ).identity().digest
        }
        return study.plan.pairs.map { PairKey(sides[$0.first], sides[$0.second], study.plan.measure) }
    }

    /// The study with what was said of its pairs before, where its look was not planned with that: the store knows.
    private func noteLook(at study: Study, keys: [PairKey]?) -> Study {
        guard let store = context.store, let keys else { return study }
        var result = study
        for (number, pair) in study.pairs.enumerated() where !pair.isProvenSame && pair.estimate != nil {
            let seeds = Array(study.seeds(of: pair.first, pair.second).prefix(pair.lookedSeeds))
            let look = StudyLook(
                seeds: seeds, design: study.earlier[number] == nil ? study.plan.design : .fixed,
                tested: study.plan.tested, said: pair.look)
            let earlier = store.earlierLook(keys[number], look) { earlier in
                var later = study
                if later.earlier[number] == nil { later.earlier[number] = earlier }
                return later.pairs[number].look
            }
            if let earlier, study.earlier[number] == nil { result.earlier[number] = earlier }
        }
        return result
    }

    /// Other processes train all that is left. Where a launcher has started them with this one, that is what is wanted.
    func tellWaiting(for holder: String, _ trainings: Int) {
        guard context.session.launcher == nil else { return }
        tellWaiting(
            "\(holder) is doing "
                + (trainings == 1
                    ? "the last training: waiting for its result"
                    : "the last \(trainings) trainings: waiting for their results"))
    }

    func tellWaiting(_ text: String) {
        context.output.report(Diagnostic(.note, code: .waiting, text, source: context.source, at: range))
    }

    /// The process that trained it is gone.
    func tellLost(_ label: String, _ reason: String, _ log: StudyLog) {
        log.forget(label)
        tellNote("the process that trained \(label) \(reason): another one takes it over")
    }

    func tellNote(_ text: String) {
        context.output.report(Diagnostic(.note, code: .workers, text, source: context.source, at: range))
    }

    /// Of another process, as of this one: each once.
    func tellStoreFault(_ message: String, fix: String?) {
        guard context.session.toldStoreFaults.insert(message).inserted else { return }
        context.output.report(
            Diagnostic(.warning, code: .store, message, source: context.source, at: range, fix: fix))
    }

    /// The runs that need not be trained again.
    func tellKept(_ runs: [StudyRun], of count: Int) {
        guard !runs.isEmpty else { return }
        let hint = arguments.word.parameter("fresh") == nil ? "" : "; `fresh: true` retrains"
        let saved = DurationText.span(runs.reduce(0) { $0 + $1.seconds })
        context.write(
            "\(runs.count) of \(counted(count, "training")) loaded from the run store, \(saved) saved\(hint)\n")
    }

    /// Those of the later looks, or that other processes have trained meanwhile.
    private func tellKeptLater(_ runs: [StudyRun]) {
        guard !runs.isEmpty, context.session.launcher == nil else { return }
        context.write("\(counted(runs.count, "more training")) loaded from the run store\n")
    }

    /// Notes the expected cost before the training starts.
    private func announce(_ cost: StudyCost, of study: Study, isUntilDecided: Bool, _ maker: CrewMaker?) {
        guard cost.runs > 0 else { return }
        let wanted = study.missing.map {
            RunSource.Wanted(study.plan.models[$0.model], Seeds($0.seed), keepsWeights: study.plan.keepsWeights)
        }
        let crew = maker?.crew(wanted, seconds: cost.seconds)
        tellOfMemory(crew, maker, runs: cost.runs)
        let most = isUntilDecided && !study.isExploratory ? StudyDesign.looks.last : nil
        let further = most.map { " up to the first look, \($0) seeds at most" } ?? ""
        noteCost(
            wanted, seconds: cost.seconds, bytes: cost.trainingBytes, weights: cost.weightBytes, further: further, crew)
    }

    /// - Parameters:
    ///   - seconds: of all, one after the other.
    ///   - bytes: of the largest training.
    ///   - weights: that are kept here, in bytes.
    func noteCost(
        _ trainings: [RunSource.Wanted], seconds alone: Double, bytes one: Int, weights: Int = 0, further: String = "",
        _ crew: (any TrainingCrew)?
    ) {
        let runs = trainings.count
        var (seconds, bytes, several) = (alone, one, "")
        if let crew {
            // What one has alone, of what all at once have.
            let all = ThreadPool.availableThreads
            let threads = trainings.map { min($0.model.options.threads ?? all, all) }.max() ?? 1
            let most = crew.isHere ? min(all, crew.count * crew.threads) : crew.count * crew.threads
            seconds *= min(1, Double(threads) / Double(most))
            bytes = (crew.isHere ? crew.count : 1) * (trainings.map { CrewMaker.bytes(of: $0.model) }.max() ?? one)
            several = ", \(crew.count) at a time"
        }
        bytes += weights
        // Rounded, for it is an estimate, and small ones are all alike.
        let memory = bytes < 100_000_000 ? "under 100 MB" : "\(grouped((bytes + 500_000) / 1_000_000)) MB"
        context.output.report(
            Diagnostic(
                .note, code: .cost,
                "\(counted(runs, "training"))\(further)\(several): \(DurationText.about(seconds)) and \(memory) of memory \(crew?.isHere ?? true ? "here" : "each, if its cores are like those here")"
            ))
    }

    /// What ended a study early is thrown once its value is bound.
    ///
    /// - Parameter areKept: whether all runs that are done are kept beyond the session.
    func stop(_ end: StudyEnd, missing: Int, areKept: () -> Bool) {
        func kept() -> String { areKept() ? "kept" : "kept until this session ends" }
        switch end {
        case .done: break
        case .interrupted:
            context.pendingStop = .interrupted(
                fault(
                    .interrupted,
                    "interrupted with \(counted(missing, "training")) missing; those that were done are \(kept())"
                        + (arguments.word.name == "variance"
                            ? "; the same call continues" : "; `more` continues, or the same call")))
        case .stopped(let reason, let fix):
            context.pendingStop = .fault(
                fault(.stopped, "the study stopped, its runs are \(kept()): \(reason)", fix: fix))
        }
    }
}

// Trains what a study lacks, one model and seed after the other, and looks at the seeds that its design names.

import Datasets
import Engine
import Libraries
import Runtime

/// How far a study is.
public struct StudyProgress: Sendable {
    /// A training that is under way.
    public struct Current: Sendable {
        public let model: Int
        public let seed: UInt64
        public let training: TrainingProgress
    }

    /// In the order of the plan; one where they are trained one after the other.
    public let current: [Current]
    /// Of the runs that are to be trained.
    public let done: Int
    public let runs: Int
    /// To the end of the runs that are planned.
    public let secondsLeft: Double
}

public enum StudyEvent: Sendable {
    case progress(StudyProgress)
    /// An epoch of a training that is under way.
    case epoch(model: Int, seed: UInt64, EpochMetrics)
    /// One run is done, or was kept.
    case finished(model: Int, seed: UInt64, StudyRun, wasKept: Bool)
    /// The process that trained it has ended; another one takes it over.
    case lost(model: Int, seed: UInt64, reason: String)
    /// All remaining trainings are running in other processes.
    case waiting(trainings: Int, holder: String)
    /// Who trains, and how many of them, for the moment.
    case status(String)
    /// Something that people should know.
    case note(String)
    /// What the store of another process could not keep, or found damaged.
    case storeFault(message: String, fix: String?)
    /// A sequential study has looked at so many seeds.
    case looked(seeds: Int, isDecided: Bool)
}

/// How the training of a study ended.
public enum StudyEnd: Sendable {
    case done
    case interrupted
    case stopped(reason: String, fix: String)
}

extension Study {
    /// The study with the runs that it lacked; at an interrupt or a fault with those that were done before.
    ///
    /// - Parameters:
    ///   - cost: what each run is expected to take, for the time that is left.
    ///   - isUntilDecided: whether a sequential study goes on to its next looks by itself.
    ///   - looked: gives a study that is at a look what was said of its pairs before.
    ///   - observer: called on this thread.
    /// - Throws: where a model cannot be trained at all.
    public func trained(
        by source: RunSource = RunSource(), cost: StudyCost? = nil, isUntilDecided: Bool = false,
        looked: (Study) -> Study = { $0 }, cancellation: Cancellation, observer: (StudyEvent) -> Void
    ) throws(TrainingError) -> (study: Study, end: StudyEnd) {
        var study = self
        while true {
            let end = try study.trainMissing(source, cost, cancellation, observer)
            guard case .done = end else { return (study, end) }
            study = looked(study)
            guard plan.design == .sequential, !isExploratory else { return (study, .done) }
            let isDecided = study.isDecided
            observer(.looked(seeds: study.seeds.count, isDecided: isDecided))
            guard isUntilDecided, !isDecided, let next = study.goingOn(with: study.undecidedModels) else {
                return (study, .done)
            }
            study = next
        }
    }

    private mutating func trainMissing(
        _ source: RunSource, _ cost: StudyCost?, _ cancellation: Cancellation, _ observer: (StudyEvent) -> Void
    ) throws(TrainingError) -> StudyEnd {
        for (model, seed, run) in take(source.kept) {
            observer(.finished(model: model, seed: seed, run, wasKept: true))
        }
        let items = missing
        let wanted = items.map {
            RunSource.Wanted(plan.models[$0.model], Seeds($0.seed), keepsWeights: plan.keepsWeights)
        }
        let crew = source.crew(wanted, secondsAlone(cost))
        var current: [Int: TrainingProgress] = [:]
        return try source.getAll(wanted, by: crew, cancellation: cancellation) { event in
            switch event {
            case .training(let place, .epoch(let metrics)):
                observer(.epoch(model: items[place].model, seed: items[place].seed, metrics))
            case .training(let place, .progress(let progress)):
                current[place] = progress
                let under = current.sorted { $0.key < $1.key }.map {
                    StudyProgress.Current(model: items[$0].model, seed: items[$0].seed, training: $1)
                }
                observer(
                    .progress(
                        StudyProgress(
                            current: under, done: items.count - missing.count, runs: items.count,
                            secondsLeft: secondsLeft(under, crew, cost))))
            case .training: break
            case .got(let place, let run, let wasKept):
                current[place] = nil
                add(run, model: items[place].model, seed: items[place].seed)
                observer(.finished(model: items[place].model, seed: items[place].seed, run, wasKept: wasKept))
            case .lost(let place, let reason):
                current[place] = nil
                observer(.lost(model: items[place].model, seed: items[place].seed, reason: reason))
            case .waiting(let trainings, let holder): observer(.waiting(trainings: trainings, holder: holder))
            case .status(let text): observer(.status(text))
            case .note(let text): observer(.note(text))
            case .storeFault(let message, let fix): observer(.storeFault(message: message, fix: fix))
            }
        }
    }

    /// Of all that is missing, one training after the other.
    private func secondsAlone(_ cost: StudyCost?) -> Double {
        missing.reduce(0) { $0 + coreSeconds($1.model, cost) / Double(threads(of: $1.model)) }
    }

    /// Until all that is missing is trained, by as many at once as there are.
    private func secondsLeft(
        _ current: [StudyProgress.Current], _ crew: (any TrainingCrew)?, _ cost: StudyCost?
    ) -> Double {
        let under = current.map(\.training.secondsLeft)
        let later = missing.filter { item in !current.contains { $0.model == item.model && $0.seed == item.seed } }
        guard let crew else {
            return later.reduce(under.reduce(0, +)) { $0 + coreSeconds($1.model, cost) / Double(threads(of: $1.model)) }
        }
        let count = Double(max(1, min(crew.count, missing.count)))
        let rest = later.reduce(0) { $0 + coreSeconds($1.model, cost) / Double(crew.threads) }
        return max(under.max() ?? 0, (under.reduce(0, +) + rest) / count)
    }

    /// That a training of this model has where it is the only one.
    private func threads(of model: Int) -> Int {
        min(plan.models[model].options.threads ?? .max, ThreadPool.availableThreads)
    }

    /// What a run of this model takes of one core, by those that there are, or by a few steps; 0 where neither says it.
    private func coreSeconds(_ model: Int, _ cost: StudyCost? = nil) -> Double {
        let own = threads(of: model)
        let all = ThreadPool.availableThreads
        let done = Sample(doneRuns(model).map { $0.seconds * Double(min(all, $0.threads ?? own)) })?.mean
        return done ?? (cost?.secondsOfRun[model] ?? 0) * Double(own)
    }

    /// Takes the missing runs that are stored, and returns them.
    public mutating func take(_ kept: RunSource.Kept) -> [(model: Int, seed: UInt64, run: StudyRun)] {
        var taken: [(model: Int, seed: UInt64, run: StudyRun)] = []
        for (model, seed) in missing {
            guard let run = kept(plan.models[model], Seeds(seed)) else { continue }
            add(run, model: model, seed: seed)
            taken.append((model, seed, run))
        }
        return taken
    }

    /// What a run of this model took so far, on average; `nil` before the first. One that diverged ended early, and is
    /// excluded.
    public func secondsOfRun(_ model: Int) -> Double? { Sample(doneRuns(model).map(\.seconds))?.mean }

    /// What one seed more takes here, over all models that are trained: as long where several are trained at once, each
    /// with its share of the threads.
    public var secondsOfSeed: Double {
        plan.trainedModels.reduce(0) { $0 + coreSeconds($1) } / Double(ThreadPool.availableThreads)
    }
}

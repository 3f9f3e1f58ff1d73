// Trains what a study lacks, one model and seed after the other, and looks at the seeds that its design names.

import Datasets
import Engine
import Libraries
import Runtime

/// How far a study is.
public struct StudyProgress: Sendable {
    public let model: String
    public let seed: UInt64
    /// From 1, of those that are to be trained.
    public let run: Int
    public let runs: Int
    public let training: TrainingProgress
    /// To the end of the runs that are planned.
    public let secondsLeft: Double

    /// Finished share of the runs that are planned, 0...1.
    public var fraction: Double { (Double(run - 1) + training.fraction) / Double(max(1, runs)) }
}

public enum StudyEvent: Sendable {
    case progress(StudyProgress)
    /// An epoch of the current training.
    case epoch(EpochMetrics)
    /// One run is done, or was kept.
    case finished(model: Int, seed: UInt64, StudyRun, wasKept: Bool)
    /// Nothing is left to train but what other processes are at.
    case waiting(trainings: Int, holder: String)
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
    ///   - observer: called on this thread.
    /// - Throws: where a model cannot be trained at all.
    public func trained(
        by source: RunSource = RunSource(), cost: StudyCost? = nil, isUntilDecided: Bool = false,
        cancellation: Cancellation, observer: (StudyEvent) -> Void
    ) throws(TrainingError) -> (study: Study, end: StudyEnd) {
        var study = self
        while true {
            let end = try study.trainMissing(source, cost, cancellation, observer)
            guard case .done = end else { return (study, end) }
            guard study.plan.design == .sequential, !study.isExploratory else { return (study, .done) }
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
        let count = missing.count
        return try getAll(missing, cancellation: cancellation) { item throws(TrainingError) in
            try source.train(
                plan.models[item.model], Seeds(item.seed), plan.keepsWeights, cancellation
            ) { event in
                if case .epoch(let metrics) = event { observer(.epoch(metrics)) }
                guard case .progress(let progress) = event else { return }
                let later = missing.filter { $0 != item }
                let rest = later.reduce(0) { $0 + (secondsOfRun($1.model) ?? cost?.secondsOfRun[$1.model] ?? 0) }
                observer(
                    .progress(
                        StudyProgress(
                            model: plan.models[item.model].name, seed: item.seed, run: count - later.count, runs: count,
                            training: progress, secondsLeft: progress.secondsLeft + rest)))
            }
        } take: { item, run, wasKept in
            add(run, model: item.model, seed: item.seed)
            observer(.finished(model: item.model, seed: item.seed, run, wasKept: wasKept))
        } waiting: { trainings, holder in
            observer(.waiting(trainings: trainings, holder: holder))
        }
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

    /// What one seed more takes, over all models that are trained.
    public var secondsOfSeed: Double { plan.trainedModels.reduce(0) { $0 + (secondsOfRun($1) ?? 0) } }
}

// Trains what a task describes, in a process that was started for that: the run goes to the store, and whoever has
// given the task is told how it went.

import Datasets
import Engine
import Experiments
import Libraries
import Runtime

final class TaskTrainer {
    private let store: RunStore
    private let cancellation: Cancellation
    /// The last data set: the trainings of a study are mostly on one.
    private var data: (digest: String, dataset: Dataset)?

    /// Seconds between checkpoints within an epoch: this process may be lost sooner than that of a person.
    private static let checkpointInterval = 60.0

    init(_ store: RunStore, _ cancellation: Cancellation) { (self.store, self.cancellation) = (store, cancellation) }

    func tellFaults(_ tell: (WorkerMessage) -> Void) {
        for fault in store.takeFaults() { tell(.fault(message: fault.message, fix: fault.fix)) }
    }

    /// - Parameter tell: is told of it, last of all how it ended; of what this process is told to end nothing comes.
    func train(_ task: WorkerTask, _ tell: @escaping (WorkerMessage) -> Void) {
        defer { tellFaults(tell) }
        guard var description = task.record.description else {
            let fault = task.record.descriptionFault
            return tell(
                .failed(
                    message: "a worker cannot read its training" + (fault.map { ": \($0)" } ?? ""),
                    fix: "train one after the other: `workers: 1`", isOutOfMemory: false))
        }
        description.options.threads = task.threads == 0 ? nil : task.threads
        do throws(TrainingError) {
            let record = try RunRecord(
                beginning: description, task.record.context, model: task.record.model, dataset: task.record.dataset)
            guard let identity = record.kept?.identity, identity == task.record.kept?.identity else {
                return tell(
                    .failed(
                        message: "a worker would train something else: its identity is not that of what is asked for",
                        fix: "train one after the other: `workers: 1`", isOutOfMemory: false))
            }
            let attempt = task.attempt
            var claim: TrainingClaim?
            switch store.claim(identity, attempt) {
            case .held(let holder):
                // Both may see one folder: then the claim is that of who gives the training.
                let held = store.claimed(identity.name(attempt))
                guard task.isElsewhere, held?.process == task.giver, held?.host == task.host else {
                    return tell(.held(by: holder))
                }
            case .granted(let granted): claim = granted
            }
            // Its last holder may have ended it.
            let isKept =
                task.keepsWeights
                ? store.kept(identity, attempt) != nil : store.endedRecord(identity, attempt) != nil
            if isKept {
                guard task.isElsewhere, let record = store.endedRecord(identity, attempt) else { return tell(.kept) }
                return tell(.ended(record))
            }
            let dataset = try dataset(description, in: task.folder)
            var options = description.options
            options.teacher = try options.teacher.map { teacher throws(TrainingError) in
                try self.teacher(teacher)
            }
            let keeper = store.begin(
                record, description.architecture, options, claim, attempt: attempt,
                keepsWeights: task.keepsWeights)
            keeper?.interval = Self.checkpointInterval
            tellFaults(tell)
            let trainer = Trainer(
                model: record.model, architecture: description.architecture, dataset: dataset, options: options)
            let run = try trainer.train(
                from: keeper?.beginning, keeper: keeper, cancellation: cancellation
            ) { event in
                switch event {
                case .progress(let progress):
                    claim?.tell(progress)
                    tell(.progress(progress))
                case .epoch(let metrics): tell(.epoch(metrics))
                case .started, .log: break
                }
            }
            // The result is on the disk before it is reported.
            store.wait()
            tellFaults(tell)
            var ended = RunRecord(run, record.context)
            ended.kept = record.kept
            tell(.ended(ended))
        } catch let error {
            switch error {
            // The end of the process says it.
            case .cancelled: break
            case .outOfMemory, .images(.outOfMemory):
                tell(.failed(message: error.message, fix: error.fix, isOutOfMemory: true))
            case .images(let error): tell(.noData(error.message))
            default: tell(.failed(message: error.message, fix: error.fix, isOutOfMemory: false))
            }
        }
    }

    /// The data that a description makes, which must be those that are meant.
    private func dataset(_ description: RunDescription, in folder: String) throws(TrainingError) -> Dataset {
        if let data, data.digest == description.dataDigest { return data.dataset }
        data = nil
        do throws(DatasetError) {
            guard
                let made = try description.data?.made(
                    in: folder, opensFiles: true, cancellation: cancellation)
            else { throw .badOption("nothing describes how they are made", fix: "") }
            guard try made.digest(unless: cancellation) == description.dataDigest else {
                throw .badOption("their files have changed since they were read", fix: "")
            }
            data = (description.dataDigest, made)
            return made
        } catch {
            if case .cancelled = error { throw .cancelled }
            throw .images(error)
        }
    }

    /// With its weights, which the description only names.
    private func teacher(_ described: Teacher) throws(TrainingError) -> Teacher {
        guard let run = store.run(digest: described.digest, described.architecture) else {
            throw .noTeacher(run: described.run, digest: described.digest)
        }
        return try Teacher(run, temperature: described.temperature, weight: described.weight)
    }
}

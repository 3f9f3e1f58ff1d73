// `tandem work [FOLDER]`: trains what waits in the queue of a store, next to all others that do the same, until nothing
// is left. Whoever starts it, a batch system, `parallel` or a person, need not know anything of it.

import Experiments
import Glibc
import Libraries
import Runtime

public struct QueueWorker {
    /// Of each training; `nil`: the cores that this process may use, or that Slurm has given it.
    public var threads: Int?
    /// Seconds that it waits for more once nothing is left.
    public var wait = 0.0

    public init() {}

    /// A training that failed on so many machines is not tried by others.
    static let mostFailures = 2
    /// Seconds between two looks at what others are at: each is a look at every file of theirs, by every worker.
    private static func interval(held: Int) -> Double { min(30, max(1, Double(held) / 8)) }

    /// - Parameter home: the folder of the store.
    /// - Returns: the exit code: 1 where a training failed, 143 where it was told to end.
    public func run(home: String?) -> Int32 {
        signal(SIGINT) { _ in WorkerProcess.cancellation.cancel() }
        guard let home, let store = WorkerProcess.begin(home: home) else { return 2 }
        let (queue, host) = (TaskQueue(home: home), WorkerProcess.hostName)
        let trainer = TaskTrainer(store, WorkerProcess.cancellation)
        let threads = threads ?? min(ThreadPool.availableThreads, SlurmJob.processors ?? .max)
        var (failed, lastWork) = (Set<String>(), Clock.seconds)
        while !WorkerProcess.cancellation.isCancelled {
            let names = queue.names.filter { !failed.contains($0) }
            var (held, hasWorked) = (0, false)
            // Not all begin at the same one.
            for name in names.rotated(by: Int(getpid())) where !WorkerProcess.cancellation.isCancelled {
                guard var task = queue.task(name) else { continue }
                let failures = queue.failures(name)
                guard failures.count < Self.mostFailures, !failures.contains(where: { $0.host == host }) else {
                    failed.insert(name)
                    continue
                }
                task.threads = threads
                let isKept = { (task: WorkerTask) in
                    (task.record.kept?.identity).map { store.isEnded($0, task.attempt) } ?? false
                }
                switch train(task, trainer, isKept: isKept) {
                case .done:
                    queue.remove(name)
                    hasWorked = true
                case .held: held += 1
                case .failed(let reason):
                    queue.fail(name, on: host, reason)
                    failed.insert(name)
                case .interrupted: break
                }
            }
            if hasWorked { lastWork = Clock.seconds }
            if hasWorked { continue }
            // Whoever has one may be lost before it ends.
            if held == 0, Clock.seconds - lastWork >= wait { break }
            let next = Clock.seconds + Self.interval(held: held)
            while Clock.seconds < next, !WorkerProcess.cancellation.isCancelled { usleep(100_000) }
        }
        store.close()
        HalfWrittenFile.removeLeft(in: queue.folder)
        if WorkerProcess.exitCode == 143, !queue.names.isEmpty { SlurmJob.requeueAtLimit() }
        trainer.tellFaults(Self.complain)
        return WorkerProcess.exitCode != 0 ? WorkerProcess.exitCode : failed.isEmpty ? 0 : 1
    }

    private enum Outcome {
        case done
        case held
        case failed(String)
        case interrupted
    }

    /// - Parameter isKept: whether its result is there.
    private func train(_ task: WorkerTask, _ trainer: TaskTrainer, isKept: @escaping (WorkerTask) -> Bool) -> Outcome {
        let name = "\(task.record.model) seed \(task.record.seedText)"
        var outcome = Outcome.interrupted
        trainer.train(task) { message in
            switch message {
            case .ended(let record):
                switch record.state {
                case .done, .diverged:
                    // A disk may be full.
                    guard isKept(task) else {
                        outcome = .failed("its run could not be kept")
                        return
                    }
                    outcome = .done
                    StandardStream.output.write("\(name): \(record.state.description)\n")
                case .stopped(let reason, _): outcome = .failed(reason)
                case .interrupted, .loaded: break
                }
            case .kept: outcome = .done
            case .held: outcome = .held
            case .failed(let reason, _, _), .noData(let reason):
                outcome = .failed(reason)
                StandardStream.complain("\(name): \(reason)")
            case .fault: Self.complain(message)
            case .began, .progress, .epoch: break
            }
        }
        return outcome
    }

    private static func complain(_ message: WorkerMessage) {
        if case .fault(let text, _) = message { StandardStream.complain(text) }
    }
}

extension Array {
    /// The same from another place on.
    fileprivate func rotated(by count: Int) -> Self {
        guard !isEmpty else { return self }
        let start = count % self.count
        return Self(self[start...] + self[..<start])
    }
}

// `tandem work -`: a process that trains what its standard input names, one training after the other, and writes what
// comes of each to its standard output. Runs are in the store, for every process. At the end of its input it saves its
// checkpoint and exits.

import Datasets
import Engine
import Experiments
import Glibc
import Libraries
import Runtime
import Synchronization

/// - Parameter home: where runs are kept.
/// - Returns: the exit code.
public func work(home: String?) -> Int32 {
    // Ctrl-C is for the process that has started this one, and says what is to be done.
    signal(SIGINT, SIG_IGN)
    // What began must be kept though nobody listens.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    for number in [SIGTERM, SIGHUP] where !SignalHandling.isIgnored(number) {
        signal(number) { _ in
            Worker.isToldToEnd.store(true, ordering: .relaxed)
            Worker.cancellation.cancel()
        }
    }
    guard let home else {
        StandardStream.complain("a worker needs a folder for runs: set TANDEM_HOME")
        return 2
    }
    return Worker(RunStore(folder: home, isCancelled: { Worker.cancellation.isCancelled })).run()
}

private final class Worker {
    /// Cancelled once it is to end: a signal, or no input any more.
    static let cancellation = Cancellation()
    /// By a signal.
    static let isToldToEnd = Atomic<Bool>(false)

    private let store: RunStore
    private let input = TaskInput()
    /// The last data set: the trainings of a study are mostly on one.
    private var data: (digest: String, dataset: Dataset)?

    /// Seconds between checkpoints within an epoch: this process may be lost sooner than that of a person.
    private static let checkpointInterval = 60.0

    init(_ store: RunStore) { self.store = store }

    func run() -> Int32 {
        input.start()
        while let line = input.next() {
            let task = WorkerTask(line)
            guard let task, let description = task.record.description else {
                let fault = task?.record.descriptionFault
                tell(
                    .failed(
                        message: "a worker cannot read its training" + (fault.map { ": \($0)" } ?? ""),
                        fix: "train one after the other: `workers: 1`", isOutOfMemory: false))
                continue
            }
            train(task, description)
            tellFaults()
        }
        store.close()
        tellFaults()
        return Worker.isToldToEnd.load(ordering: .relaxed) ? 143 : 0
    }

    private func tell(_ message: WorkerMessage) {
        StandardStream.output.write(String(decoding: message.line, as: UTF8.self) + "\n")
    }

    private func tellFaults() {
        for fault in store.takeFaults() { tell(.fault(message: fault.message, fix: fault.fix)) }
    }

    private func train(_ task: WorkerTask, _ described: RunDescription) {
        tell(.began)
        var description = described
        description.options.threads = task.threads
        do throws(TrainingError) {
            let record = try RunRecord(
                beginning: description, task.record.context, model: task.record.model, dataset: task.record.dataset)
            guard let identity = record.kept?.identity, identity == task.record.kept?.identity else {
                return tell(
                    .failed(
                        message: "a worker would train something else: its identity is not that of what is asked for",
                        fix: "train one after the other: `workers: 1`", isOutOfMemory: false))
            }
            var claim: TrainingClaim?
            if !task.isFresh {
                switch store.claim(identity) {
                case .held(let holder): return tell(.held(by: holder))
                case .granted(let granted): claim = granted
                }
                // Its last holder may have ended it.
                if task.keepsWeights ? store.kept(identity) != nil : store.endedRecord(identity) != nil {
                    return tell(.kept)
                }
            }
            let dataset = try dataset(description, in: task.folder)
            var options = description.options
            options.teacher = try options.teacher.map { teacher throws(TrainingError) in
                try self.teacher(teacher)
            }
            let keeper = store.begin(
                record, description.architecture, options, claim, isFresh: task.isFresh,
                keepsWeights: task.keepsWeights)
            keeper?.interval = Self.checkpointInterval
            tellFaults()
            let trainer = Trainer(
                model: record.model, architecture: description.architecture, dataset: dataset, options: options)
            let run = try trainer.train(
                from: keeper?.beginning, keeper: keeper, cancellation: Worker.cancellation
            ) { event in
                switch event {
                case .progress(let progress): tell(.progress(progress))
                case .epoch(let metrics): tell(.epoch(metrics))
                case .started, .log: break
                }
            }
            // The result is on the disk before it is reported.
            store.wait()
            tellFaults()
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
                    in: folder, opensFiles: true, cancellation: Worker.cancellation)
            else { throw .badOption("nothing describes how they are made", fix: "") }
            guard try made.digest(unless: Worker.cancellation) == description.dataDigest else {
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

/// Lines of standard input, read by a thread of its own, so that its end is seen during a training.
private final class TaskInput: Sendable {
    private let lines = Mutex<[[UInt8]]>([])

    func start() {
        do throws(SystemThread.Failure) { try SystemThread { self.read() }.detach() } catch {
            preconditionFailure("the system gives no thread: \(error)")
        }
    }

    private func read() {
        var received = LineBuffer()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            received.append(buffer[..<count])
            let new = received.takeLines()
            lines.withLock { $0 += new }
        }
        Worker.cancellation.cancel()
    }

    /// The next line, once it is there; `nil` once this process is to end.
    func next() -> [UInt8]? {
        while !Worker.cancellation.isCancelled {
            if let line = lines.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return line }
            usleep(5000)
        }
        return nil
    }
}

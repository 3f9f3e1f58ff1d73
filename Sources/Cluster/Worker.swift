// `tandem work -`: a process that trains what its standard input names, one training after the other, and writes what
// comes of each to its standard output. Runs are in the store, for every process. At the end of its input it saves its
// checkpoint and exits.

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
    guard let store = WorkerProcess.begin(home: home) else { return 2 }
    func tell(_ message: WorkerMessage) {
        StandardStream.output.write(String(decoding: message.line, as: UTF8.self) + "\n")
    }
    let trainer = TaskTrainer(store, WorkerProcess.cancellation)
    let input = TaskInput()
    input.start()
    while let line = input.next() {
        guard let task = WorkerTask(line) else {
            tell(
                .failed(
                    message: "a worker cannot read its training", fix: "train one after the other: `workers: 1`",
                    isOutOfMemory: false))
            continue
        }
        tell(.began)
        trainer.train(task, tell)
    }
    store.close()
    trainer.tellFaults(tell)
    return WorkerProcess.exitCode
}

/// What all processes that only train have in common.
enum WorkerProcess {
    /// Cancelled once it is to end: a signal, or no input any more.
    static let cancellation = Cancellation()
    /// By a signal.
    private static let isToldToEnd = Atomic<Bool>(false)

    /// Listens to signals, and opens the store.
    ///
    /// - Returns: `nil` where there can be none, which it says.
    static func begin(home: String?) -> RunStore? {
        // What began must be kept though nobody listens.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        for number in [SIGTERM, SIGHUP] where !SignalHandling.isIgnored(number) {
            signal(number) { _ in
                WorkerProcess.isToldToEnd.store(true, ordering: .relaxed)
                WorkerProcess.cancellation.cancel()
            }
        }
        guard let home else {
            StandardStream.complain("a worker needs a folder for runs: set TANDEM_HOME")
            return nil
        }
        return RunStore(folder: home, isCancelled: { cancellation.isCancelled })
    }

    /// Of this machine, as it stands in the name of a file.
    static var hostName: String {
        let name = (try? FileSystem.readText("/proc/sys/kernel/hostname")) ?? ""
        return String(name.prefix { !$0.isNewline && $0 != "/" }.prefix(100))
    }

    /// 143 where a signal has told it to end.
    static var exitCode: Int32 { isToldToEnd.load(ordering: .relaxed) ? 143 : 0 }
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
        WorkerProcess.cancellation.cancel()
    }

    /// The next line, once it is there; `nil` once this process is to end.
    func next() -> [UInt8]? {
        while !WorkerProcess.cancellation.isCancelled {
            if let line = lines.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return line }
            usleep(5000)
        }
        return nil
    }
}

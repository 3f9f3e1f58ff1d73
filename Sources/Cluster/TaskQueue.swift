// Trainings that wait for whoever takes them: a file `queue/NAME.task` each, in the folder of a store that all
// machines see. It goes away once the run is there, and says who could not train it.

import Experiments
import Libraries

struct TaskQueue {
    let folder: String

    init(home: String) { folder = FileSystem.join(home, "queue") }

    private static let ending = ".task"
    private static let failure = ".failed-"

    private func path(_ name: String) -> String { "\(folder)/\(name)\(Self.ending)" }

    /// Puts a training in; one that is there already stays as it is.
    func add(_ task: WorkerTask) throws(FileError) {
        guard let name = task.name else { return }
        try FileSystem.createDirectories(folder, isPrivate: true)
        if !FileSystem.isThere(path(name)) { try FileSystem.write(task.line, to: path(name), isPrivate: true) }
    }

    /// The names of those that wait or are under way, in a fixed order.
    var names: [String] {
        ((try? FileSystem.list(folder)) ?? []).filter { $0.hasSuffix(Self.ending) }
            .map { String($0.dropLast(Self.ending.count)) }.sorted()
    }

    /// - Returns: `nil` where it is gone, or cannot be read.
    func task(_ name: String) -> WorkerTask? {
        (try? FileSystem.read(path(name), limit: 1 << 24)).flatMap(WorkerTask.init)
    }

    /// Removes a training, with what was said of it.
    func remove(_ name: String) {
        try? FileSystem.remove(path(name))
        forgetFailures(name)
    }

    // MARK: Failures

    func forgetFailures(_ name: String) {
        for (file, _) in failureFiles(name) { try? FileSystem.remove("\(folder)/\(file)") }
    }

    /// Says that this machine cannot train it.
    func fail(_ name: String, on host: String, _ reason: String) {
        try? FileSystem.write(reason, to: "\(folder)/\(name)\(Self.failure)\(host)", isPrivate: true)
    }

    /// Which machines could not, and why.
    func failures(_ name: String) -> [(host: String, reason: String)] {
        failureFiles(name).map { file, host in (host, (try? FileSystem.readText("\(folder)/\(file)")) ?? "") }
    }

    private func failureFiles(_ name: String) -> [(file: String, host: String)] {
        let start = name + Self.failure
        return ((try? FileSystem.list(folder)) ?? []).sorted().filter { $0.hasPrefix(start) }
            .map { ($0, String($0.dropFirst(start.count))) }
    }
}

// Who trains the runs of a study, as `slurm` gives it.

import Cluster

/// What `workers:` takes.
enum Workers: Sendable {
    /// So many at once on this machine.
    case here(Int)
    case slurm(SlurmSettings)
    /// - Parameter threads: of each; `nil`: the cores there.
    case ssh([SSHMachine], threads: Int?)

    /// One training after the other, here.
    var isOne: Bool { if case .here(1) = self { true } else { false } }
}

final class WorkersValue: ObjectValue {
    static let kind = ValueKind.workers

    let workers: Workers

    init(_ workers: Workers) { self.workers = workers }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }

    /// `slurm(8, threads: 16, memory: "8G")`
    var text: String {
        switch workers {
        case .here(let count): return "\(count)"
        case .slurm(let settings):
            var parts = ["\(settings.count)"]
            if let threads = settings.threads { parts.append("threads: \(threads)") }
            if !settings.memory.isEmpty { parts.append("memory: \(Value.string(settings.memory).literal)") }
            if !settings.options.isEmpty { parts.append("options: \(Value.string(settings.options).literal)") }
            return "slurm(\(parts.joined(separator: ", ")))"
        case .ssh(let machines, let threads):
            var parts = machines.map { Value.string($0.name).literal }
            if let threads { parts.append("threads: \(threads)") }
            if let program = machines.first?.program, program != SSHMachine.usualProgram {
                parts.append("program: \(Value.string(program).literal)")
            }
            return "ssh(\(parts.joined(separator: ", ")))"
        }
    }

    static let memberHelp: [(name: String, help: String)] = []
    func member(_ name: String) -> Value? { nil }
}

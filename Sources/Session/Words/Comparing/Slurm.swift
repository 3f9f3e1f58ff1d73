// `slurm`

import Cluster

private let workerCount = Option(
    "count", .integer(1...1000), default: 8, isPositional: true, aliases: ["workers", "jobs", "ntasks", "array"],
    "how many workers at once, each with a training; no more are started than there are trainings")
private let threads = Option(
    "threads", .integer(1...1024), workedOut: "what Slurm gives a job",
    aliases: ["cpus", "cpus_per_task", "num_threads"],
    "processors of each, as `--cpus-per-task`")
private let memory = Option(
    "memory", .text, default: "", aliases: ["mem"],
    "of each, as `--mem` takes it: `\"8G\"`; empty: what Slurm gives a job")
private let options = Option(
    "options", .text, default: "", aliases: ["sbatch", "args"],
    "more options of `sbatch`, with spaces between them: `\"--partition=short --time=2:00:00\"`")

extension Word {
    static let slurm = Word(
        "slurm", .comparing,
        "Workers that Slurm starts on the nodes of a cluster, for `workers:`: an array job. They need this program and the "
            + "folder `TANDEM_HOME` there; where this process ends the job lives on, and the same call finds its results",
        [workerCount, threads, memory, options], result: .workers, example: "print slurm(8, threads: 16)",
        aliases: ["SlurmExecutor", "SLURMCluster", "sbatch"], since: "0.2",
        .perform { call in
            for (option, text) in [(memory, call[memory]), (options, call[options])]
            where !text.allSatisfy(\.isPlainASCII) {
                throw call.fault(
                    .outOfRange, "this is no option of `sbatch`: \(Value.string(text).literal)", at: call.place(option))
            }
            return .object(
                WorkersValue(
                    .slurm(
                        SlurmSettings(
                            count: call[workerCount], threads: call[threads], memory: call[memory],
                            options: call[options]))))
        })
}

extension Character {
    /// Without line breaks, quotes and what is not on every keyboard.
    fileprivate var isPlainASCII: Bool { isASCII && !isNewline && asciiValue.map { $0 >= 32 } ?? false }
}

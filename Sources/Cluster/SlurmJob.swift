// Slurm, asked by its own commands: an array job of processes that train what waits in a queue, its state, its end.

import Glibc
import Libraries
import Runtime

/// What a person says of such a job: `slurm(8, threads: 16, memory: "8G", options: "--partition=short")`.
public struct SlurmSettings: Sendable, Equatable {
    /// Workers, at most.
    public let count: Int
    /// Of each; `nil`: what Slurm gives it by default.
    public let threads: Int?
    /// Of each, as `--mem` takes it; empty: what Slurm gives it by default.
    public let memory: String
    /// More options of `sbatch`.
    public let options: String

    public init(count: Int, threads: Int?, memory: String, options: String) {
        (self.count, self.threads) = (count, threads)
        (self.memory, self.options) = (memory, options)
    }
}

enum SlurmJob {
    /// What Slurm says of the elements of a job.
    struct State: Equatable {
        var running = 0
        var waiting = 0
        /// Why those wait: `Priority`.
        var reason = ""
        var nodes: [String] = []

        /// - Parameter lines: a state, a reason and nodes each: `RUNNING None n1`.
        init(_ lines: [String]) {
            for line in lines {
                let words = line.split(separator: " ").map(String.init)
                switch words.first {
                case "RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED":
                    running += 1
                    if words.count > 2 { nodes.append(words[2]) }
                case "PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "SPECIAL_EXIT":
                    waiting += 1
                    if words.count > 1, words[1] != "None" { reason = words[1] }
                default: break
                }
            }
        }

        var isGone: Bool { running + waiting == 0 }

        /// `5 running, 3 waiting (Priority)`
        var text: String {
            var parts: [String] = []
            if running > 0 { parts.append("\(running) running") }
            if waiting > 0 { parts.append("\(waiting) waiting" + (reason.isEmpty ? "" : " (\(reason))")) }
            return parts.joined(separator: ", ")
        }
    }

    /// Of a job in which this process may be, and of this session alone.
    private static func isOfJob(_ name: Substring) -> Bool {
        if name == "SLURM_CONF" { return false }
        return ["SLURM_", "PMI_", "PMIX_", "OMPI_", "MPI_LOCAL"].contains { name.hasPrefix($0) }
            || name == "TANDEM_THREADS" || name == "TANDEM_WORKERS"
    }

    private static func ask(
        _ words: [String], input: String? = nil, seconds: Double = 30, isCancelled: () -> Bool = { false }
    ) throws(FileError) -> Command.Answer? {
        try Command.run(words, input: input, seconds: seconds, without: isOfJob, isCancelled: isCancelled)
    }

    /// What a command says of why it does not do it.
    struct Refusal: Error {
        let reason: String
        /// Whether Slurm itself is not there.
        var isMissing = false

        init(_ reason: String, isMissing: Bool = false) { (self.reason, self.isMissing) = (reason, isMissing) }

        /// - Parameter lines: `sbatch: error: Batch job submission failed: Invalid partition name`.
        init(_ lines: [String]) {
            let plain = lines.filter { !$0.isEmpty }.map { line in
                ["sbatch: ", "error: ", "fatal: "].reduce(line) {
                    $0.hasPrefix($1) ? String($0.dropFirst($1.count)) : $0
                }
            }
            reason = (plain.last ?? "it gives no reason").printableName
        }
    }

    /// - Parameters:
    ///   - worker: the words that start one.
    ///   - name: of the job.
    ///   - output: where what a worker writes goes; Slurm replaces `%A` and `%a`.
    /// - Returns: the number of the job.
    static func submit(
        _ settings: SlurmSettings, count: Int, worker: [String], name: String, output: String
    ) throws(Refusal) -> String {
        guard Command.isThere("sbatch") else {
            throw Refusal("there is no `sbatch` here", isMissing: true)
        }
        var words = [
            "sbatch", "--parsable", "--array=1-\(count)", "--ntasks=1", "--signal=B:TERM@120", "--requeue",
            "--open-mode=append", "--job-name=\(name)", "--output=\(output)",
        ]
        if let threads = settings.threads { words.append("--cpus-per-task=\(threads)") }
        if !settings.memory.isEmpty { words.append("--mem=\(settings.memory)") }
        words += settings.options.split(separator: " ").map(String.init)
        let line = worker.map {
            "'\($0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
        }
        // The worker is the batch script's own process: the signal before the end of its time reaches it.
        let script = "#!/bin/sh\nexec \(line.joined(separator: " "))\n"
        let answer: Command.Answer?
        do throws(FileError) { answer = try ask(words, input: script) } catch {
            throw Refusal(error.description)
        }
        guard let answer else { throw Refusal("`sbatch` does not answer") }
        guard answer.code == 0, let job = answer.lines.compactMap({ Self.number($0) }).last else {
            throw Refusal(answer.lines)
        }
        return job
    }

    /// `4711`, or `4711;cluster`
    private static func number(_ line: String) -> String? {
        let number = line.prefix { $0 != ";" }
        return !number.isEmpty && number.allSatisfy(\.isNumber) ? String(number) : nil
    }

    /// - Returns: `nil` where Slurm does not answer.
    static func state(_ job: String) -> State? {
        guard let answer = (try? ask(["squeue", "-h", "-r", "-j", job, "-o", "%T %r %N"])) ?? nil else { return nil }
        if answer.code == 0 { return State(answer.lines) }
        // One that has ended is forgotten after some minutes.
        return answer.lines.contains { $0.contains("Invalid job id") } ? State([]) : nil
    }

    /// This person's jobs of a name that wait or run.
    static func jobs(named name: String) -> [String] {
        let words = ["squeue", "-h", "-u", String(getuid()), "-n", name, "-t", "PENDING,RUNNING", "-o", "%F"]
        guard let answer = (try? ask(words)) ?? nil, answer.code == 0 else { return [] }
        return Set(answer.lines.compactMap(number)).sorted()
    }

    /// - Parameter onlyWaiting: whether what runs ends by itself.
    static func cancel(_ job: String, onlyWaiting: Bool = false) {
        _ = try? ask(["scancel"] + (onlyWaiting ? ["--state=PENDING"] : []) + [job], seconds: 10)
    }

    // MARK: In a job

    /// Processors that Slurm has given to this batch script; `nil` where it is none.
    static var processors: Int? {
        guard Environment.variable("SLURM_JOB_ID") != nil else { return nil }
        return ["SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE"].lazy.compactMap(Environment.variable).compactMap {
            Int($0)
        }
        .first
    }

    /// Puts the job of this batch script back into Slurm's queue where its time is about to end, and not where somebody
    /// has canceled it.
    static func requeueAtLimit() {
        guard let job = Environment.variable("SLURM_JOB_ID"), Environment.variable("SLURM_STEP_ID") == nil,
            let answer = (try? ask(["squeue", "-h", "-j", job, "-o", "%T %L"], seconds: 10)) ?? nil,
            let words = answer.lines.first?.split(separator: " "), words.count == 2, words[0] == "RUNNING",
            let left = seconds(words[1]), left < 600
        else { return }
        let element = Environment.variable("SLURM_ARRAY_TASK_ID").flatMap { task in
            Environment.variable("SLURM_ARRAY_JOB_ID").map { "\($0)_\(task)" }
        }
        _ = try? ask(["scontrol", "requeue", element ?? job], seconds: 10)
    }

    /// - Parameter text: `1-02:03:04`, `2:03`; `UNLIMITED` and `INVALID` are none.
    static func seconds(_ text: Substring) -> Int? {
        let parts = text.split(separator: "-")
        guard let clock = parts.last, parts.count <= 2 else { return nil }
        let days = parts.count == 2 ? Int(parts[0]) : 0
        let numbers = clock.split(separator: ":").map { Int($0) }
        guard let days, !numbers.contains(nil), 1...3 ~= numbers.count else { return nil }
        guard 0...10_000 ~= days, numbers.allSatisfy({ 0...100_000 ~= $0 ?? -1 }) else { return nil }
        return days * 86_400 + numbers.reduce(0) { $0 * 60 + ($1 ?? 0) }
    }
}

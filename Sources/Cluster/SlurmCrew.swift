// The trainings of a study by an array job of Slurm: they are put into the queue of the store, the job's workers take
// them from there, and what comes of them is read from its files. This process needs no port and no daemon; where it
// ends the job lives on.

import Experiments
import Glibc
import Libraries
import Runtime
import Text

public struct SlurmCrew: TrainingCrew {
    public let count: Int
    public var threads: Int { settings.threads ?? 1 }
    public var isHere: Bool { false }
    fileprivate let settings: SlurmSettings
    fileprivate let store: RunStore
    fileprivate let task: WorkerCrew.Task
    fileprivate let kept: WorkerCrew.Kept

    /// - Parameters:
    ///   - runs: trainings, of which there are no more workers than that.
    ///   - store: in a folder that this machine and the nodes share.
    public init(
        _ settings: SlurmSettings, runs: Int, _ store: RunStore, task: @escaping WorkerCrew.Task,
        kept: @escaping WorkerCrew.Kept
    ) {
        count = max(1, min(settings.count, runs))
        (self.settings, self.store) = (settings, store)
        (self.task, self.kept) = (task, kept)
    }

    public func train(
        _ trainings: [RunSource.Wanted], cancellation: Cancellation, observer: (RunSource.Event) -> Void
    ) throws(TrainingError) -> (end: StudyEnd, left: [Int]) {
        var watch = SlurmWatch(self, trainings, cancellation)
        return (try watch.run(observer), [])
    }
}

/// One list of trainings, and the job that is at it.
private struct SlurmWatch {
    let crew: SlurmCrew
    let trainings: [RunSource.Wanted]
    let cancellation: Cancellation
    let queue: TaskQueue
    /// What each training is called in the names of files, and in the store.
    var names: [String] = []
    var identities: [(identity: RunIdentity, attempt: Attempt?)] = []
    /// Places of those that are not there yet.
    var missing: [Int]
    /// The job, and the file that says that this process has it.
    var job = ""
    var ownership: ClaimFile?
    var submissions = 0
    /// Since when it is known that all of it has ended.
    var goneSince: Double?
    /// Since when something runs.
    var runningSince: Double?
    var state: SlurmJob.State?
    var isHeard = false

    /// Seconds between two looks at the files, and two questions to Slurm.
    static let interval = 0.5
    static let askingInterval = 10.0
    /// What another machine has written may be seen so much later (nfs(5), `acdirmax`).
    static let patience = TrainingClaim.staleSeconds / 2
    /// A job that ends without a result is submitted again so often.
    static let mostSubmissions = 3

    init(_ crew: SlurmCrew, _ trainings: [RunSource.Wanted], _ cancellation: Cancellation) {
        (self.crew, self.trainings, self.cancellation) = (crew, trainings, cancellation)
        queue = TaskQueue(home: crew.store.folder)
        missing = Array(trainings.indices)
    }

    mutating func run(_ observer: (RunSource.Event) -> Void) throws(TrainingError) -> StudyEnd {
        do throws(TrainingError) {
            try prepare()
            try begin()
            return try follow(observer)
        } catch {
            _ = finish(.interrupted)
            throw error
        }
    }

    private mutating func follow(_ observer: (RunSource.Event) -> Void) throws(TrainingError) -> StudyEnd {
        var nextAsking = Clock.seconds + 1
        while true {
            collect(observer)
            if missing.isEmpty { return finish(.done) }
            if cancellation.isCancelled {
                SlurmJob.cancel(job)
                return finish(.interrupted)
            }
            if Clock.seconds >= nextAsking {
                if let new = SlurmJob.state(job) { hear(new) }
                nextAsking = Clock.seconds + (state?.running ?? 0 > 0 ? Self.askingInterval : 2)
            }
            showProgress(observer)
            if let end = try fault() { return finish(end) }
            for _ in 0..<10 where !cancellation.isCancelled { usleep(UInt32(Self.interval * 1e5)) }
        }
    }

    // MARK: The job

    private mutating func prepare() throws(TrainingError) {
        for wanted in trainings {
            let task = try crew.task(wanted)
            guard let identity = task.record.kept?.identity, let name = task.name else {
                preconditionFailure("every training of a study has an identity")
            }
            names.append(name)
            identities.append((identity, task.attempt))
            // What could not be trained earlier may be possible now.
            queue.forgetFailures(name)
        }
    }

    private func putIn() throws(TrainingError) {
        for place in missing {
            let task = try crew.task(trainings[place])
            do throws(FileError) { try queue.add(task) } catch {
                throw .elsewhere(
                    message: "the trainings cannot be put where workers find them: \(error.reason)",
                    fix: "set TANDEM_HOME to a folder that can be written, and that all nodes share")
            }
        }
    }

    /// Of all jobs on this store with these settings: another one may take them over.
    private var jobName: String {
        let settings = crew.settings
        let text = "\(crew.store.folder) \(settings.threads ?? 0) \(settings.memory) \(settings.options)"
        return "tandem-" + Digest.sha256(Array(text.utf8)).hexadecimal.prefix(8)
    }

    /// Takes over the job of a process that was lost, or submits one.
    private mutating func begin() throws(TrainingError) {
        for job in Command.isThere("squeue") ? SlurmJob.jobs(named: jobName) : [] where own(job) {
            self.job = job
            return try putIn()
        }
        try submit()
    }

    private mutating func submit() throws(TrainingError) {
        try putIn()
        submissions += 1
        (state, goneSince, runningSince) = (nil, nil, nil)
        var worker = [Environment.executable ?? "tandem", "work", crew.store.folder]
        if let threads = crew.settings.threads { worker += ["--threads", "\(threads)"] }
        do throws(SlurmJob.Refusal) {
            job = try SlurmJob.submit(
                crew.settings, count: min(crew.count, missing.count), worker: worker, name: jobName,
                output: "\(queue.folder)/slurm-%A_%a.out")
            _ = own(job)
        } catch {
            if cancellation.isCancelled { throw .cancelled }
            if error.isMissing {
                throw .elsewhere(
                    message: error.reason,
                    fix: "run this on a machine from which jobs are submitted to Slurm, or leave out `workers:`")
            }
            throw .elsewhere(
                message: "Slurm does not take the job: \(error.reason)",
                fix:
                    "`sinfo` lists partitions and limits; `slurm(8, options: \"--partition=short\")` gives `sbatch` more options"
            )
        }
    }

    /// Says that a job is this process's.
    ///
    /// - Returns: `false` where it is another one's, which lives.
    private mutating func own(_ job: String) -> Bool {
        let path = "\(queue.folder)/\(job).job"
        guard case .granted(let file)? = try? ClaimFile.acquire(path, [], isStale: { _ in false }) else { return false }
        ownership = file
        return true
    }

    private mutating func hear(_ new: SlurmJob.State) {
        state = new
        goneSince = new.isGone ? goneSince ?? Clock.seconds : nil
        runningSince = new.running > 0 ? runningSince ?? Clock.seconds : nil
    }

    // MARK: What they leave

    private mutating func collect(_ observer: (RunSource.Event) -> Void) {
        let there = crew.store.withResults(missing.map { identities[$0] })
        for (place, isThere) in zip(missing, there) where isThere {
            let wanted = trainings[place]
            guard let run = crew.kept(wanted.model, wanted.seeds, wanted.keepsWeights) else { continue }
            missing.removeAll { $0 == place }
            isHeard = true
            observer(.got(place, run, wasKept: false))
        }
    }

    private mutating func showProgress(_ observer: (RunSource.Event) -> Void) {
        observer(.status("Slurm \(job): \(state.map { $0.isGone ? "ended" : $0.text } ?? "submitted")"))
        let claims = crew.store.claimNames
        for place in missing where claims.contains(names[place]) {
            guard let claim = crew.store.claimed(names[place]) else { continue }
            isHeard = true
            if let progress = claim.progress { observer(.training(place, .progress(progress))) }
        }
    }

    /// What ends it before all is done; a job that has ended too early is submitted again.
    private mutating func fault() throws(TrainingError) -> StudyEnd? {
        let isGone = goneSince.map { Clock.seconds - $0 > (isHeard ? 3 : Self.patience) } ?? false
        for place in missing {
            let failures = queue.failures(names[place])
            guard failures.count >= QueueWorker.mostFailures || isGone && !failures.isEmpty else { continue }
            let label = "\(trainings[place].model.name) seed \(trainings[place].seeds.text)"
            let reasons = failures.map { "\($0.reason) (on \($0.host))" }.joined(separator: "; ")
            return .stopped(
                reason: "\(label) cannot be trained there: \(reasons)",
                fix: "what its worker wrote is in \(queue.folder)/slurm-\(job)_*.out")
        }
        if !isHeard, let since = runningSince, Clock.seconds - since > Self.patience, outputs.isEmpty {
            SlurmJob.cancel(job)
            return .stopped(
                reason:
                    "job \(job) runs on \(state?.nodes.first ?? "a node"), but what it writes does not arrive in \(crew.store.folder)",
                fix: "set TANDEM_HOME to a folder that all nodes share")
        }
        guard isGone else { return nil }
        guard submissions < Self.mostSubmissions else {
            let last = outputs.last.flatMap { try? FileSystem.readText("\(queue.folder)/\($0)", limit: 1 << 20) }
                .flatMap { $0.split(separator: "\n").last.map { String($0).printableName } }
            return .stopped(
                reason: "job \(job) ended before its trainings" + (last.map { ": \($0)" } ?? ", and wrote nothing"),
                fix: last == nil
                    ? "set TANDEM_HOME to a folder that all nodes share"
                    : "what its workers wrote is in \(queue.folder)/slurm-\(job)_*.out")
        }
        try submit()
        return nil
    }

    /// Of this job.
    private var outputs: [String] {
        ((try? FileSystem.list(queue.folder)) ?? []).sorted().filter { $0.hasPrefix("slurm-\(job)_") }
    }

    private mutating func finish(_ end: StudyEnd) -> StudyEnd {
        for name in names { queue.remove(name) }
        switch end {
        case .done, .interrupted: for name in outputs { try? FileSystem.remove("\(queue.folder)/\(name)") }
        // They may say more.
        case .stopped: break
        }
        HalfWrittenFile.removeLeft(in: queue.folder)
        // On a busy cluster some of it has not begun yet.
        if !job.isEmpty { SlurmJob.cancel(job, onlyWaiting: true) }
        ownership?.remove()
        ownership = nil
        return end
    }
}

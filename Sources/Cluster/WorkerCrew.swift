// Several trainings at once, each in a process of its own (`tandem work -`), on this machine or by ssh on others. Where
// one of them ends, by a fault, because memory is short or a machine is lost, another one takes over its training.

import Engine
import Experiments
import Glibc
import Libraries
import Runtime

/// How a worker is started.
public struct WorkerCommand: Sendable {
    public let path: String
    public let arguments: [String]

    public init(_ path: String, _ arguments: [String]) { (self.path, self.arguments) = (path, arguments) }

    /// This program, of which another version may have been installed meanwhile (proc(5)).
    public static let itself = WorkerCommand("/proc/self/exe", ["work", "-"])
}

public struct WorkerCrew: TrainingCrew {
    public let count: Int
    public let threads: Int
    public var isHere: Bool { machines.isEmpty }
    /// That the last ones share, where fewer are left than there could be at once.
    fileprivate let allThreads: Int
    private let command: WorkerCommand
    private let home: String
    /// Others, with a worker each, that see nothing of this one's files; empty: all are on this machine.
    fileprivate let machines: [SSHMachine]
    /// Where what those have trained is kept.
    fileprivate let store: RunStore?
    fileprivate let task: Task
    fileprivate let kept: Kept

    /// What a worker is told of a training.
    public typealias Task = @Sendable (RunSource.Wanted) throws(TrainingError) -> WorkerTask

    /// A run that is kept, with its weights where they are wanted.
    public typealias Kept = @Sendable (StudyModel, Seeds, _ keepsWeights: Bool) -> StudyRun?

    /// - Parameters:
    ///   - count: how many at once.
    ///   - threads: of each; `all`: what those that are left share once they are fewer.
    ///   - home: where the workers keep runs, and find those of others.
    ///   - kept: a run that one of them, or another process, has kept there.
    public init(
        _ command: WorkerCommand, count: Int, threads: (each: Int, all: Int), home: String, task: @escaping Task,
        kept: @escaping Kept
    ) {
        (self.command, self.count, self.home) = (command, max(1, count), home)
        (self.threads, allThreads) = (max(1, threads.each), max(1, threads.all))
        (machines, store) = ([], nil)
        (self.task, self.kept) = (task, kept)
    }

    /// Of other machines, whose workers keep runs in their own folders: what they tell of them is kept here.
    ///
    /// - Parameter threads: of each; `nil`: the cores that it has there.
    public init(
        on machines: [SSHMachine], threads: Int?, _ store: RunStore, task: @escaping Task, kept: @escaping Kept
    ) {
        (command, home) = (.itself, store.folder)
        (self.machines, self.store) = (machines, store)
        count = max(1, machines.count)
        // Those of this machine stand for what is not known.
        (self.threads, allThreads) = (threads ?? ThreadPool.availableThreads, threads ?? 0)
        (self.task, self.kept) = (task, kept)
    }

    fileprivate func start(on machine: SSHMachine?) throws(FileError) -> ChildProcess {
        if let machine { return try machine.start() }
        return try ChildProcess(command.path, command.arguments, environment: ["TANDEM_HOME": home])
    }

    public func train(
        _ trainings: [RunSource.Wanted], cancellation: Cancellation, observer: (RunSource.Event) -> Void
    ) throws(TrainingError) -> (end: StudyEnd, left: [Int]) {
        var shift = Shift(self, trainings)
        defer { shift.dismiss() }
        let end = try shift.run(cancellation, observer)
        return (end, shift.left)
    }
}

/// One list of trainings, and the workers that are at it.
private struct Shift {
    let crew: WorkerCrew
    let trainings: [RunSource.Wanted]
    /// Places of those that nobody is at yet, the next one first.
    var waiting: [Int]
    /// Those that another process is at, with whom.
    var held: [(place: Int, holder: String)] = []
    /// When these are asked for again.
    var nextAsking = 0.0
    /// Those that no worker can train.
    var left: [Int] = []
    var members: [Member] = []
    /// How many times the process that trained it was lost.
    var losses: [Int: Int] = [:]
    /// How many at once: fewer than the crew where memory turned out to be short.
    var limit: Int
    var isWaiting = false
    /// What was told, each once.
    var noted: Set<String> = []
    /// The trainings that are done.
    var done = 0
    /// How many processes ended before they had read a task.
    var failedStarts = 0
    var hasFinished = false

    struct Member {
        let process: ChildProcess
        /// Of the training it was given.
        var place: Int?
        /// Whether it has read that.
        var hasBegun = false
        /// Whether no other has been alive since it was given its training.
        var isAlone = false
        /// The share of it that is done.
        var fraction = 0.0
        /// It was told to end.
        var isLeaving = false
        /// Why this process has ended it.
        var killReason: String?
        /// Where it runs; `nil`: here.
        var machine: SSHMachine?
        /// For the time of its training, which nobody else here begins meanwhile.
        var claim: TrainingClaim?
        /// The last that came of it and was no message: what `ssh` says, or a shell.
        var lastWords = ""
        /// Whether a message has come of it.
        var isHeard = false
    }

    /// Machines that are used no more, and how often the others were lost.
    var dropped: [SSHMachine: String] = [:]
    var machineLosses: [SSHMachine: Int] = [:]
    /// One is used no more where it was lost so often.
    static let mostMachineLosses = 3

    /// A training whose process was lost so often is not begun again.
    static let mostLosses = 2
    /// After so many processes that end at once nothing is trained in others.
    static let mostFailedStarts = 3
    /// Seconds between two questions for what others are at.
    static let askingInterval = 0.2

    init(_ crew: WorkerCrew, _ trainings: [RunSource.Wanted]) {
        (self.crew, self.trainings) = (crew, trainings)
        waiting = Array(trainings.indices)
        limit = crew.count
    }

    private var busy: Int { members.count { $0.place != nil } }

    mutating func run(
        _ cancellation: Cancellation, _ observer: (RunSource.Event) -> Void
    ) throws(TrainingError) -> StudyEnd {
        while true {
            if cancellation.isCancelled { return finish(observer) }
            askAgain(observer)
            try assign(observer)
            if busy == 0, waiting.isEmpty, held.isEmpty { return .done }
            // A message ends the wait; an interrupt waits no longer than this.
            ChildProcess.wait(for: members.map(\.process), seconds: 0.05)
            if let end = try listen(observer) { return end }
        }
    }

    private mutating func askAgain(_ observer: (RunSource.Event) -> Void) {
        guard !held.isEmpty, Clock.seconds >= nextAsking else { return }
        if busy == 0, waiting.isEmpty {
            if !isWaiting { observer(.waiting(trainings: held.count, holder: held[held.count - 1].holder)) }
            isWaiting = true
        }
        waiting += held.map(\.place)
        held = []
    }

    /// Gives each worker that has nothing to do the next training, and starts as many as there may be.
    private mutating func assign(_ observer: (RunSource.Event) -> Void) throws(TrainingError) {
        // Those that memory is too short for give back their data.
        while members.count(where: { !$0.isLeaving }) > max(limit, busy),
            let idle = members.firstIndex(where: { $0.place == nil && !$0.isLeaving })
        {
            leave(idle)
        }
        guard !members.contains(where: \.isLeaving) else { return }
        while busy < limit, let place = waiting.first {
            if let free = members.firstIndex(where: { $0.place == nil }) {
                var task = try crew.task(trainings[place])
                task.threads = trainings[place].model.options.threads ?? threadsOfNext
                waiting.removeFirst()
                if !crew.isHere {
                    (task.isElsewhere, task.giver) = (true, Int(getpid()))
                    guard claim(place, task, for: free, observer) else { continue }
                }
                (members[free].place, members[free].hasBegun, members[free].fraction) = (place, false, 0)
                members[free].isAlone = members.count == 1
                members[free].process.write(task.line)
                continue
            }
            do throws(FileError) {
                let machine = crew.machines.first { machine in
                    dropped[machine] == nil && !members.contains { $0.machine == machine }
                }
                guard crew.isHere || machine != nil else { return }
                members.append(Member(process: try crew.start(on: machine), machine: machine))
                for number in members.indices.dropLast() { members[number].isAlone = false }
            } catch {
                // What is under way goes on, and takes the rest; without any it is done here.
                guard members.isEmpty else {
                    limit = busy
                    return
                }
                observer(
                    .note("no other process can be started (\(error.reason)): trained here, one after the other"))
                left += waiting
                waiting = []
            }
        }
    }

    /// Takes the claim of a training that another machine does, on whose files none can be seen.
    ///
    /// - Returns: `false` where it is not to be trained.
    private mutating func claim(
        _ place: Int, _ task: WorkerTask, for member: Int, _ observer: (RunSource.Event) -> Void
    ) -> Bool {
        guard let store = crew.store, let identity = task.record.kept?.identity else { return true }
        switch store.claim(identity, task.attempt) {
        case .held(let holder):
            hold(place, holder)
            return false
        case .granted(let claim): members[member].claim = claim
        }
        let wanted = trainings[place]
        guard let run = crew.kept(wanted.model, wanted.seeds, wanted.keepsWeights) else { return true }
        members[member].claim = nil
        take(place, run, wasKept: true, observer)
        return false
    }

    private mutating func hold(_ place: Int, _ holder: String) {
        held.append((place, holder))
        nextAsking = Clock.seconds + Self.askingInterval
    }

    /// The last trainings share the threads of those that have ended, or are about to.
    private var threadsOfNext: Int {
        guard crew.isHere else { return crew.allThreads }
        let staying = members.count { $0.place != nil && $0.fraction < 0.9 }
        return max(crew.threads, crew.allThreads / min(limit, waiting.count + staying))
    }

    // MARK: What they tell

    /// - Returns: how it ended, if something has ended all of it.
    private mutating func listen(_ observer: (RunSource.Event) -> Void) throws(TrainingError) -> StudyEnd? {
        for number in members.indices {
            var lines: [[UInt8]] = []
            members[number].process.read { lines.append($0) }
            for line in lines {
                guard let message = WorkerMessage(line) else {
                    // What `ssh` says, or what a shell greets with.
                    if members[number].machine != nil, !members[number].isHeard || line.count < 1000 {
                        members[number].lastWords = String(decoding: line, as: UTF8.self).printableName
                        continue
                    }
                    // Nothing that follows could be trusted.
                    members[number].killReason = "wrote what is no message"
                    members[number].process.kill()
                    break
                }
                if let end = try hear(message, from: number, observer) { return end }
            }
            if !members[number].process.isOpen, let end = lose(number, observer) { return end }
        }
        members.removeAll { !$0.process.isOpen }
        return nil
    }

    private mutating func hear(
        _ message: WorkerMessage, from number: Int, _ observer: (RunSource.Event) -> Void
    ) throws(TrainingError) -> StudyEnd? {
        if case .fault(let message, let fix) = message {
            observer(.storeFault(message: message, fix: fix))
            return nil
        }
        members[number].isHeard = true
        guard let place = members[number].place else { return nil }
        let wanted = trainings[place]
        defer { if members[number].place == nil { members[number].claim = nil } }
        switch message {
        case .began: members[number].hasBegun = true
        case .progress(let progress):
            members[number].fraction = progress.fraction
            observer(.training(place, .progress(progress)))
        case .epoch(let metrics): observer(.training(place, .epoch(metrics)))
        case .fault: break
        case .held(let holder):
            members[number].place = nil
            hold(place, holder)
        case .kept:
            members[number].place = nil
            if let run = crew.kept(wanted.model, wanted.seeds, wanted.keepsWeights) {
                take(place, run, wasKept: true, observer)
            } else {
                left.append(place)
            }
        case .ended(let record):
            if let machine = members[number].machine, !isMeant(record, wanted) {
                members[number].killReason = "\(machine.name) tells of another training"
                members[number].process.kill()
                return nil
            }
            switch record.state {
            case .done, .diverged:
                members[number].place = nil
                keep(record, wanted)
                if let machine = members[number].machine { machineLosses[machine] = 0 }
                if let run = run(record, wanted) {
                    take(place, run, wasKept: false, observer)
                } else {
                    observer(
                        .note(
                            "the weights of \(wanted.model.name) seed \(wanted.seeds.text) could not be kept by the process that trained it: trained again here"
                        ))
                    left.append(place)
                }
            case .stopped(let reason, let fix): return .stopped(reason: reason, fix: fix)
            // It was told to end, and is about to.
            case .interrupted, .loaded: break
            }
        case .noData(let reason):
            members[number].place = nil
            // Another worker would find the same: all that is on these data.
            let isNew = noted.insert(reason).inserted
            let others = waiting.filter { trainings[$0].model.dataKey == wanted.model.dataKey }
            waiting.removeAll(where: others.contains)
            left += [place] + others
            if isNew {
                observer(
                    .note(
                        "the data could not be made again in another process (\(reason)): trained here, one after the other"
                    ))
            }
        case .failed(let message, let fix, let isOutOfMemory):
            members[number].place = nil
            guard isOutOfMemory, !members[number].isAlone else {
                throw .of(model: wanted.model.name, .elsewhere(message: message, fix: fix))
            }
            // There is room for those that train.
            limit = max(1, busy)
            waiting.insert(place, at: 0)
        }
        return nil
    }

    /// Whether what another machine tells is what it was given.
    private func isMeant(_ record: RunRecord, _ wanted: RunSource.Wanted) -> Bool {
        guard let task = try? crew.task(wanted) else { return false }
        return record.kept?.identity == task.record.kept?.identity && record.reasonToRefuse == nil
    }

    /// Of another machine: here nobody else finds it.
    private func keep(_ record: RunRecord, _ wanted: RunSource.Wanted) {
        if let store = crew.store, let task = try? crew.task(wanted) { store.keep(record, task.attempt) }
    }

    /// - Returns: `nil` where its weights are wanted, and not kept.
    private func run(_ record: RunRecord, _ wanted: RunSource.Wanted) -> StudyRun? {
        if wanted.keepsWeights, record.state == .done {
            // With `fresh: true` an earlier run may be kept too.
            return crew.kept(wanted.model, wanted.seeds, true).flatMap { $0.run?.digest == record.digest ? $0 : nil }
        }
        return StudyRun(record, of: wanted.model, seeds: wanted.seeds, byteCount: wanted.model.byteCount ?? 0)
    }

    /// A worker has ended though the study had not.
    private mutating func lose(_ number: Int, _ observer: (RunSource.Event) -> Void) -> StudyEnd? {
        let (member, process) = (members[number], members[number].process)
        if process.ended(within: 2) == nil {
            members[number].killReason = "did not end"
            process.kill()
        }
        members[number].claim = nil
        if let machine = member.machine { lose(machine, member, observer) }
        guard let place = member.place else { return nothingLeft }
        members[number].place = nil
        if let machine = member.machine {
            waiting.insert(place, at: 0)
            if member.hasBegun { observer(.lost(place, reason: "on \(machine.name) was lost")) }
            return nothingLeft
        }
        let killReason = members[number].killReason
        let ending = process.ended(within: 2)
        // It may have been lost before it was given anything.
        guard member.hasBegun || killReason != nil else {
            waiting.insert(place, at: 0)
            failedStarts += 1
            if failedStarts == Self.mostFailedStarts {
                observer(.note("other processes end before they can train: trained here, one after the other"))
            }
            if failedStarts >= Self.mostFailedStarts {
                left += waiting
                waiting = []
            }
            return nil
        }
        let reason =
            switch ending {
            case _ where killReason != nil: killReason ?? ""
            case .killed(signal: SIGKILL): "was killed (signal 9), perhaps because memory is short"
            case .killed(let signal): "was ended by signal \(signal)"
            case .exited(143)?: "was told to end"
            case .exited(let code)?: "ended with the code \(code)"
            case nil: "does not end"
            }
        let lacksMemory = ending == .killed(signal: SIGKILL) && killReason == nil
        // Next to others it may have had too little memory; alone it may fit.
        if lacksMemory, !member.isAlone {
            limit = max(1, min(limit, busy + 1) / 2)
        } else {
            losses[place, default: 0] += 1
        }
        guard losses[place, default: 0] < Self.mostLosses else {
            let wanted = trainings[place]
            return .stopped(
                reason:
                    "the process that trained \(wanted.model.name) seed \(wanted.seeds.text) \(reason), for the second time",
                fix: lacksMemory
                    ? "use a narrower network or a smaller `batch:`, or free memory"
                    : "`workers: 1` trains without other processes; please report this one")
        }
        waiting.insert(place, at: 0)
        observer(.lost(place, reason: reason))
        return nil
    }

    /// One that was lost several times in a row, or that has never been there, is used no more.
    private mutating func lose(_ machine: SSHMachine, _ member: Member, _ observer: (RunSource.Event) -> Void) {
        guard !member.isLeaving else { return }
        machineLosses[machine, default: 0] += 1
        guard !member.isHeard || machineLosses[machine, default: 0] >= Self.mostMachineLosses else { return }
        let reason = member.killReason ?? (member.lastWords.isEmpty ? "it does not answer" : member.lastWords)
        dropped[machine] = reason
        if dropped.count < crew.machines.count { observer(.note("\(machine.name) is not used: \(reason)")) }
    }

    /// Without any machine there is nobody who trains.
    private var nothingLeft: StudyEnd? {
        guard !crew.isHere, dropped.count == crew.machines.count else { return nil }
        let reasons = crew.machines.compactMap { machine in dropped[machine].map { "\(machine.name): \($0)" } }
        return .stopped(
            reason: "no machine can train: \(reasons.joined(separator: "; "))",
            fix:
                "try `ssh \(crew.machines[0].name) \(crew.machines[0].program) --version` in a terminal: it must work without a question"
        )
    }

    private mutating func take(
        _ place: Int, _ run: StudyRun, wasKept: Bool, _ observer: (RunSource.Event) -> Void
    ) {
        isWaiting = false
        done += 1
        observer(.got(place, run, wasKept: wasKept))
    }

    /// It ends, with all that it has in memory.
    private mutating func leave(_ number: Int) {
        members[number].isLeaving = true
        members[number].process.endInput()
    }

    /// An interrupt is answered sooner than a large checkpoint is written.
    private static let mostSecondsToEnd = 0.3

    /// They keep what they have trained, and end; what they had done already is taken.
    ///
    /// - Returns: that it was interrupted, unless nothing is missing.
    private mutating func finish(_ observer: (RunSource.Event) -> Void) -> StudyEnd {
        hasFinished = true
        for member in members { member.process.endInput() }
        let limit = Clock.seconds + Self.mostSecondsToEnd
        while members.contains(where: { $0.process.isOpen }), Clock.seconds < limit {
            ChildProcess.wait(for: members.map(\.process), seconds: limit - Clock.seconds)
            for member in members {
                var lines: [[UInt8]] = []
                member.process.read { lines.append($0) }
                for message in lines.compactMap({ WorkerMessage($0) }) {
                    switch message {
                    case .fault(let text, let fix): observer(.storeFault(message: text, fix: fix))
                    case .ended(let record) where record.state == .done || record.state.isDiverged:
                        guard let place = member.place else { continue }
                        keep(record, trainings[place])
                        guard let run = run(record, trainings[place]) else { continue }
                        take(place, run, wasKept: false, observer)
                    default: continue
                    }
                }
            }
        }
        return done == trainings.count ? .done : .interrupted
    }

    func dismiss() {
        for member in members { member.process.endInput() }
        let limit = Clock.seconds + (hasFinished ? 0 : Self.mostSecondsToEnd)
        for member in members { _ = member.process.ended(within: max(0, limit - Clock.seconds)) }
    }
}

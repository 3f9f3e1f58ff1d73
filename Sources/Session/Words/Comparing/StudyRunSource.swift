// Where the words of a study get their runs from: the store where it has them, otherwise a training that the store
// keeps, without its weights unless they are asked for; here, or several at once in other processes.

import Cluster
import Datasets
import Engine
import Experiments
import Language
import Libraries
import Runtime
import Text

extension Invocation {
    /// - Parameter models: with their data, by what the study calls them.
    /// - Returns: besides it what the store knows of them; `nil` where nothing is kept.
    func runSource(
        _ models: [String: (model: Model, data: DataValue)], keepsWeights: Bool
    ) throws -> (source: RunSource, records: StudyRecords?) {
        try checkEnvironment()
        guard let store = context.store else { return (RunSource(), nil) }
        let sides = try models.mapValues {
            try StudyRecords.Side(model: $0.model, data: $0.data, digest: digest(of: $0.data))
        }
        let records = StudyRecords(store: store, attempt: newAttempt(), sides: sides)
        let source = RunSource(
            kept: { model, seeds in records.kept(model, seeds, keepsWeights: keepsWeights) },
            train: { model, seeds, keepsWeights, cancellation, observer throws(TrainingError) in
                try store.wait(unless: cancellation)
                let claim: TrainingClaim
                switch store.claim(try records.identity(model, seeds), records.attempt) {
                case .held(let holder): return .held(by: holder)
                case .granted(let granted): claim = granted
                }
                if let run = records.kept(model, seeds, keepsWeights: keepsWeights) { return .kept(run) }
                let keeper = try records.begin(model, seeds, claim, keepsWeights: keepsWeights)
                return .trained(
                    try StudyRun(
                        training: model, seeds, keepsWeights: keepsWeights, keeper: keeper,
                        cancellation: cancellation, observer: observer))
            },
            isKept: { model, seeds in
                (try? records.identity(model, seeds)).map { store.isEnded($0, records.attempt) } ?? false
            })
        return (source, records)
    }

    /// Who trains several at once for this call; `nil` where it wants one training after the other, or has no choice.
    ///
    /// - Parameter models: of all that may be trained.
    func crewMaker(
        _ records: StudyRecords?, _ models: [StudyModel], keepsWeights: Bool = false
    ) throws -> CrewMaker? {
        let isGiven = isGiven(ComparingOption.workers)
        let wanted = isGiven ? self[ComparingOption.workers] : WorkerSetting.ofEnvironment(context.reader)
        if case .ssh? = wanted, keepsWeights {
            throw fault(
                .workers, "`workers: ssh(...)` cannot keep weights: they are on the machines that train",
                at: place(isGiven ? ComparingOption.workers : ComparingOption.keep),
                fix: "leave out `keep:`, or train here or by `slurm(...)`")
        }
        guard let command = context.session.workerCommand, wanted?.isOne != true else { return nil }
        // The processes of a launcher are its workers.
        if context.session.launcher != nil {
            if isGiven { tellOfWorkers("one training at a time in each of the processes that were started together") }
            return nil
        }
        let reason =
            records.map { records in models.lazy.compactMap(records.reasonForHere).first }
            ?? "it needs a run store, which all processes share"
        guard let records, reason == nil else {
            if let reason, isGiven { tellOfWorkers("one training after the other: \(reason)") }
            return nil
        }
        return CrewMaker(command: command, records: records, wanted: wanted, folder: context.folder)
    }

    /// Where memory is for fewer than the call asks for.
    func tellOfMemory(_ crew: (any TrainingCrew)?, _ maker: CrewMaker?, runs: Int) {
        guard isGiven(ComparingOption.workers), let maker, case .here(let wanted)? = maker.wanted else { return }
        let count = crew?.count ?? 1
        guard count < min(runs, wanted) else { return }
        tellOfWorkers("there is memory for \(counted(count, "training")) at a time here")
    }

    private func tellOfWorkers(_ text: String) {
        context.output.report(
            Diagnostic(.note, code: .workers, text, source: context.source, at: place(ComparingOption.workers)))
    }
}

/// Decides how many trainings at once, and with how many threads each.
struct CrewMaker: Sendable {
    fileprivate let command: WorkerCommand
    fileprivate let records: StudyRecords
    /// `nil`: as many as are faster.
    let wanted: Workers?
    fileprivate let folder: String

    /// Trainings that take less, all of them together and one after the other, gain nothing from processes that have to
    /// make their data first.
    private static let leastSeconds = 8.0
    /// The share of the free memory that several at once may have.
    private static let memoryShare = 0.7
    /// What a process takes besides its training and its data.
    private static let processBytes = 100_000_000

    /// - Parameter seconds: of all trainings, one after the other.
    func crew(_ trainings: [RunSource.Wanted], seconds: Double) -> (any TrainingCrew)? {
        switch wanted {
        case .slurm(let settings): slurmCrew(settings, trainings)
        case .ssh(let machines, let threads): sshCrew(machines, threads, trainings)
        case .here(let count): localCrew(trainings, count: count, seconds: seconds)
        case nil: localCrew(trainings, count: nil, seconds: seconds)
        }
    }

    private func slurmCrew(_ settings: SlurmSettings, _ trainings: [RunSource.Wanted]) -> SlurmCrew? {
        guard !trainings.isEmpty else { return nil }
        let (records, folder) = (records, FileSystem.absolute(folder))
        return SlurmCrew(
            settings, runs: trainings.count, records.store,
            task: { wanted throws(TrainingError) in try records.task(wanted, folder: folder) },
            kept: { records.kept($0, $1, keepsWeights: $2) })
    }

    private func sshCrew(
        _ machines: [SSHMachine], _ threads: Int?, _ trainings: [RunSource.Wanted]
    ) -> WorkerCrew? {
        guard !trainings.isEmpty else { return nil }
        let (records, folder) = (records, FileSystem.absolute(folder))
        return WorkerCrew(
            on: machines, threads: threads, records.store,
            task: { wanted throws(TrainingError) in try records.task(wanted, folder: folder) },
            kept: { records.kept($0, $1, keepsWeights: $2) })
    }

    private func localCrew(_ trainings: [RunSource.Wanted], count wanted: Int?, seconds: Double) -> WorkerCrew? {
        guard trainings.count > 1, wanted != nil || seconds >= Self.leastSeconds,
            // Weights that are not kept would be lost with the process that has trained them.
            trainings.allSatisfy({ !$0.keepsWeights }) || records.store.isWritable
        else { return nil }
        let all = ThreadPool.availableThreads
        let own = trainings.compactMap(\.model.options.threads).max()
        var count = min(trainings.count, wanted ?? max(1, all / (own ?? 1)))
        let bytes = trainings.map { Self.bytes(of: $0.model) }.max() ?? 0
        if let free = Memory.available() {
            count = min(count, max(1, Int(Self.memoryShare * Double(free)) / bytes))
        }
        guard count > 1 else { return nil }
        let (records, folder) = (records, folder)
        return WorkerCrew(
            command, count: count, threads: own.map { ($0, $0) } ?? (max(1, all / count), all),
            home: records.store.folder,
            task: { wanted throws(TrainingError) in try records.task(wanted, folder: folder) },
            kept: { records.kept($0, $1, keepsWeights: $2) })
    }

    /// Of a process that trains it.
    static func bytes(of model: StudyModel) -> Int {
        (model.byteCount ?? 0) + model.dataset.byteCount + processBytes
    }
}

/// `TANDEM_WORKERS`: how many trainings at once where a call does not say it.
enum WorkerSetting {
    private static let name = "TANDEM_WORKERS"

    /// `nil`: as many as are faster.
    static func ofEnvironment(_ reader: any ProgramReader) -> Workers? {
        guard let text = Environment.variable(name) else { return nil }
        if let number = number(text) { return .here(number) }
        guard case .object(let object)? = try? reader.setting(text) else { return nil }
        return (object as? WorkersValue)?.workers
    }

    /// Why it cannot be meant; `nil` where it can.
    static var fault: (reason: String, fix: String)? {
        guard let text = Environment.variable(name), text != "auto", number(text) == nil, !isCall(text) else {
            return nil
        }
        return (
            "\(name)=\(text) is not a number of trainings at once, or who does them",
            "set \(name) to 1 to 256 or to `slurm(8)`, or unset it for as many as are faster here"
        )
    }

    private static func isCall(_ text: String) -> Bool {
        Vocabulary.all.contains { $0.result == .workers && text.hasPrefix("\($0.name)(") } && text.hasSuffix(")")
    }

    private static func number(_ text: String) -> Int? { Int(text).flatMap { 1...256 ~= $0 ? $0 : nil } }
}

/// The trainings of a study as the store knows them.
struct StudyRecords: Sendable {
    let store: RunStore
    /// Where its runs are trained though there are some.
    fileprivate let attempt: Attempt?
    fileprivate let sides: [String: Side]

    fileprivate struct Side: Sendable {
        let model: Model
        let data: DataValue
        /// Of the data; read once, for it reads every pixel.
        let digest: String
    }

    fileprivate func identity(_ model: StudyModel, _ seeds: Seeds) throws(TrainingError) -> RunIdentity {
        try RunDescription(
            model.architecture, dataDigest: sides[model.name]?.digest ?? "", data: nil, model.options(seeds)
        ).identity()
    }

    fileprivate func kept(_ model: StudyModel, _ seeds: Seeds, keepsWeights: Bool) -> StudyRun? {
        guard let identity = try? identity(model, seeds) else { return nil }
        let byteCount = model.byteCount ?? 0
        guard keepsWeights else {
            return store.endedRecord(identity, attempt).map {
                StudyRun($0, of: model, seeds: seeds, byteCount: byteCount)
            }
        }
        return store.kept(identity, attempt).flatMap { store.load($0, model.architecture, model.options(seeds)) }.map {
            StudyRun($0, byteCount: byteCount, keepsWeights: true)
        }
    }

    fileprivate func begin(
        _ model: StudyModel, _ seeds: Seeds, _ claim: TrainingClaim?, keepsWeights: Bool
    ) throws(TrainingError) -> RunKeeper? {
        guard let record = try record(model, seeds) else { return nil }
        return store.begin(
            record, model.architecture, model.options(seeds), claim, attempt: attempt, keepsWeights: keepsWeights)
    }

    private func record(_ model: StudyModel, _ seeds: Seeds) throws(TrainingError) -> RunRecord? {
        guard let side = sides[model.name] else { return nil }
        return try RunProgram.record(
            beginning: side.model, called: model.keptName, model.architecture, on: side.data, side.digest,
            model.options(seeds))
    }

    // MARK: In another process

    /// Why a model cannot be trained in another process; `nil` where it can.
    fileprivate func reasonForHere(_ model: StudyModel) -> String? {
        if model.dataset.description == nil { return "nothing describes how \(model.dataset.name) is made" }
        if model.options.start != nil { return "the weights that \(model.name) starts from are in this session" }
        if let teacher = model.options.teacher, store.run(digest: teacher.digest, teacher.architecture) == nil {
            return "the weights of \(teacher.run), which \(model.name) follows, are not kept"
        }
        return nil
    }

    fileprivate func task(
        _ wanted: RunSource.Wanted, folder: String
    ) throws(TrainingError) -> WorkerTask {
        guard let record = try record(wanted.model, wanted.seeds) else {
            preconditionFailure("every model of a study has its data")
        }
        return WorkerTask(record, folder: folder, attempt: attempt, keepsWeights: wanted.keepsWeights)
    }
}

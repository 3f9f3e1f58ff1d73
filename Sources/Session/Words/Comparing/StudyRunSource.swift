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
        let isFresh = self[CommonOptions.fresh]
        let sides = try models.mapValues {
            try StudyRecords.Side(model: $0.model, data: $0.data, digest: digest(of: $0.data))
        }
        let records = StudyRecords(store: store, sides: sides)
        let source = RunSource(
            kept: { model, seeds in isFresh ? nil : records.kept(model, seeds, keepsWeights: keepsWeights) },
            train: { model, seeds, keepsWeights, cancellation, observer throws(TrainingError) in
                try store.wait(unless: cancellation)
                var claim: TrainingClaim?
                if !isFresh {
                    switch store.claim(try records.identity(model, seeds)) {
                    case .held(let holder): return .held(by: holder)
                    case .granted(let granted): claim = granted
                    }
                    if let run = records.kept(model, seeds, keepsWeights: keepsWeights) { return .kept(run) }
                }
                let keeper = try records.begin(model, seeds, claim, isFresh: isFresh, keepsWeights: keepsWeights)
                return .trained(
                    try StudyRun(
                        training: model, seeds, keepsWeights: keepsWeights, keeper: keeper,
                        cancellation: cancellation, observer: observer))
            },
            isKept: { model, seeds in (try? records.identity(model, seeds)).map(store.isEnded) ?? false })
        return (source, records)
    }

    /// Trainings that take less, all of them together and one after the other, gain nothing from processes that have to
    /// make their data first.
    private static let leastSeconds = 8.0
    /// The share of the free memory that several at once may have.
    private static let memoryShare = 0.7
    /// What a process takes besides its training and its data.
    private static let processBytes = 100_000_000

    /// Those who train several at once, where that is asked for or faster.
    ///
    /// - Parameters:
    ///   - models: of what is to be trained.
    ///   - runs: how many trainings.
    ///   - seconds: of all of them, one after the other.
    ///   - bytes: of the largest.
    func crew(
        _ records: StudyRecords?, _ models: [StudyModel], runs: Int, seconds: Double, bytes: Int, keepsWeights: Bool
    ) -> WorkerCrew? {
        let wanted = arguments.given(ComparingOption.workers.parameter) == nil
            ? WorkerSetting.ofEnvironment : self[ComparingOption.workers]
        guard let records, let command = context.session.workerCommand, runs > 1, wanted ?? 2 > 1,
            wanted != nil || seconds >= Self.leastSeconds
        else { return nil }
        guard let alone = models.lazy.compactMap(records.reasonForHere).first else {
            let all = ThreadPool.availableThreads
            let ownThreads = models.compactMap(\.options.threads).max()
            var count = min(runs, wanted ?? max(1, all / (ownThreads ?? 1)))
            if let free = Memory.available() {
                let data = models.map(\.dataset.byteCount).max() ?? 0
                let room = max(1, Int(Self.memoryShare * Double(free)) / (bytes + data + Self.processBytes))
                if let wanted, room < min(runs, wanted) {
                    tellOfWorkers(
                        room == 1
                            ? "there is memory for one training at a time here"
                            : "there is memory for \(room) trainings at once here")
                }
                count = min(count, room)
            }
            guard count > 1 else { return nil }
            let isFresh = self[CommonOptions.fresh]
            let folder = context.folder
            return WorkerCrew(
                command, count: count, threads: ownThreads.map { ($0, $0) } ?? (max(1, all / count), all),
                home: records.store.folder,
                task: { wanted throws(TrainingError) in
                    try records.task(wanted, folder: folder, isFresh: isFresh)
                },
                kept: { records.kept($0, $1, keepsWeights: keepsWeights) })
        }
        if wanted != nil { tellOfWorkers("one training after the other: \(alone)") }
        return nil
    }

    private func tellOfWorkers(_ text: String) {
        context.output.report(
            Diagnostic(.note, code: .workers, text, source: context.source, at: place(ComparingOption.workers)))
    }
}

/// `TANDEM_WORKERS`: how many trainings at once where a call does not say it.
enum WorkerSetting {
    private static let name = "TANDEM_WORKERS"

    /// `nil`: as many as are faster.
    static var ofEnvironment: Int? { Environment.variable(name).flatMap(number) }

    /// Why it cannot be meant; `nil` where it can.
    static var fault: (reason: String, fix: String)? {
        guard let text = Environment.variable(name), text != "auto", number(text) == nil else { return nil }
        return (
            "\(name)=\(text) is not a number of trainings at once",
            "set \(name) to 1 to 256, or unset it for as many as are faster"
        )
    }

    private static func number(_ text: String) -> Int? { Int(text).flatMap { 1...256 ~= $0 ? $0 : nil } }
}

/// The trainings of a study as the store knows them.
struct StudyRecords: Sendable {
    let store: RunStore
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
            return store.endedRecord(identity).map {
                StudyRun($0, of: model, seeds: seeds, byteCount: byteCount)
            }
        }
        return store.kept(identity).flatMap { store.load($0, model.architecture, model.options(seeds)) }.map {
            StudyRun($0, byteCount: byteCount, keepsWeights: true)
        }
    }

    fileprivate func begin(
        _ model: StudyModel, _ seeds: Seeds, _ claim: TrainingClaim?, isFresh: Bool, keepsWeights: Bool
    ) throws(TrainingError) -> RunKeeper? {
        guard let record = try record(model, seeds) else { return nil }
        return store.begin(
            record, model.architecture, model.options(seeds), claim, isFresh: isFresh, keepsWeights: keepsWeights)
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
        _ wanted: RunSource.Wanted, folder: String, isFresh: Bool
    ) throws(TrainingError) -> WorkerTask {
        guard let record = try record(wanted.model, wanted.seeds) else {
            preconditionFailure("every model of a study has its data")
        }
        return WorkerTask(record, folder: folder, isFresh: isFresh, keepsWeights: wanted.keepsWeights)
    }
}

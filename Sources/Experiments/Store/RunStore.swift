// Every run that was trained, found again by what decides its bits. Its record, weights and checkpoint are files; one
// SQLite file is the index of them, and is rebuilt from them when it is lost. Nothing is opened before it is needed.
// What goes wrong is noted, and reported by the session; a training never stops for it.

import Engine
import Libraries
import Network
import Runtime
import Synchronization

public final class RunStore: Sendable {
    public let folder: String
    /// Where weights, checkpoints and locks are.
    let files: String
    /// Where records are.
    let results: String
    /// Where the claims of trainings are.
    let claims: String
    private let file = Mutex<TandemDatabase?>(nil)
    /// An index in memory, for as long as the file cannot be used.
    private let substitute = Mutex<TandemDatabase?>(nil)
    private let faults = Mutex<(pending: [StoreFault], told: Set<StoreFault>)>(([], []))
    /// Changes that wait until no other process holds the file.
    private let waiting = Mutex<[Change]>([])
    /// Whether files of runs are known that could not be taken into the file, for another process holds it.
    private let isBehind = Mutex<Bool>(false)
    /// The runs whose rows wait there, for who opens the file meanwhile.
    private let unlisted = Mutex<Set<String>>([])
    private let patience: Patience
    let watch = Watch()
    let background = BackgroundWork()

    /// - Parameters:
    ///   - folder: `$TANDEM_HOME`.
    ///   - isCancelled: whether to stop waiting.
    public init(folder: String, isCancelled: @escaping @Sendable () -> Bool = { false }) {
        self.folder = folder
        files = FileSystem.join(folder, "runs")
        results = FileSystem.join(folder, "results")
        claims = FileSystem.join(folder, "claims")
        patience = Patience(0.5, isCancelled: isCancelled)
    }

    /// Waits until every run is written, or has to wait for another process.
    public func wait() {
        background.wait()
        writeWaiting()
    }

    /// The same, unless it is cancelled meanwhile: a checkpoint of 400 MB takes a moment.
    public func wait(unless cancellation: Cancellation) throws(TrainingError) {
        guard background.wait(unless: cancellation) else { throw .cancelled }
        writeWaiting()
    }

    /// The same, and lets go of the file; it is opened again where it is needed. What a process that was killed next
    /// to this one has left of its claims goes away.
    public func close() {
        background.wait()
        _ = removeLeftClaims()
        patience.renew()
        writeWaiting()
        if waiting.withLock({ !$0.isEmpty }) { note(.notListed(path: path)) }
        file.withLock { $0 = nil }
    }

    func weights(_ key: String) -> String { "\(files)/\(key).safetensors" }
    func checkpoint(_ key: String) -> String { "\(files)/\(key).checkpoint" }
    func lock(_ key: String) -> String { "\(files)/\(key).lock" }
    /// The file of a run's name, for a lost database.
    func nameFile(_ key: String) -> String { "\(files)/\(key).name" }

    // MARK: Faults to report

    /// The faults since the last call, each once.
    public func takeFaults() -> [StoreFault] {
        faults.withLock { faults in
            defer { faults.pending = [] }
            return faults.pending
        }
    }

    func note(_ fault: StoreFault) {
        faults.withLock { faults in
            if faults.told.insert(fault).inserted { faults.pending.append(fault) }
        }
    }

    /// Drops a fault that no longer holds; if it recurs, it is reported again.
    private func forget(_ fault: StoreFault) {
        faults.withLock { faults in
            faults.told.remove(fault)
            faults.pending.removeAll { $0 == fault }
        }
    }

    // MARK: The file

    private var path: String { TandemDatabase.path(in: folder) }

    /// Whether new runs can be kept, now or once another process lets go of the file.
    public var isWritable: Bool {
        switch attempt({ file in !file.isReadOnly }) {
        case .success(let isWritable): return isWritable
        case .failure(let error):
            note(fault(error))
            return error.kind == .busy
        }
    }

    /// Whether the file itself answers, can be written and knows all runs.
    var isIndexed: Bool {
        if case .success(true) = attempt({ file in !file.isReadOnly }) { !isIncomplete } else { false }
    }

    /// Whether the file can be read but lacks what is known here: another process may hold it for writing alone.
    private var isIncomplete: Bool { isBehind.withLock { $0 } || waiting.withLock { !$0.isEmpty } }

    /// Takes in runs whose files are there and that the file does not list, since another process could not write into
    /// it: nothing is trained twice for that.
    ///
    /// Cost: lists the files and the keys of all runs; reads what is new.
    func takeInUnlisted() {
        let except = unlisted.withLock { $0 }
        // Whoever opens the file takes them in.
        let wasOpen = file.withLock { $0?.isReplaced == false }
        let result = attempt { file throws(DatabaseError) in
            if wasOpen, !file.isReadOnly { _ = try recover(into: file.database, except: except) }
        }
        let isBehind = if case .failure = result { true } else { false }
        self.isBehind.withLock { $0 = isBehind }
    }

    /// Runs `body` on the index of the runs. Where the file cannot be used, which is noted, that is one made of the
    /// files of the runs.
    @discardableResult
    func use<Value>(_ body: (TandemDatabase) throws(DatabaseError) -> Value) -> Value? {
        switch attempt(body) {
        case .success(let value):
            if isIncomplete { return useSubstitute(body) ?? value }
            substitute.withLock { $0 = nil }
            return value
        case .failure(let error):
            note(fault(error))
            return useSubstitute(body)
        }
    }

    /// What the files do not say, of runs that other processes train meanwhile, is looked for each time. Where the file
    /// can be read, what it knows comes first.
    ///
    /// Cost: the first time reads every record that the file does not list.
    private func useSubstitute<Value>(_ body: (TandemDatabase) throws(DatabaseError) -> Value) -> Value? {
        let changes = waiting.withLock { $0 }
        return substitute.withLock { substitute in
            guard let file = substitute ?? (try? TandemDatabase(nil)) else { return nil }
            if substitute == nil {
                _ = attempt { held throws(DatabaseError) in file.salvage(from: held.database, onlyRuns: true) }
            }
            substitute = file
            _ = try? recover(into: file.database, except: [])
            for change in changes { try? change.apply(file.database) }
            return try? body(file)
        }
    }

    /// Runs `body` on the file, once more on a new one where it was found damaged.
    private func attempt<Value>(
        _ body: (TandemDatabase) throws(DatabaseError) -> Value
    ) -> Result<Value, DatabaseError> {
        file.withLock { file in
            var attempt = 1
            while true {
                do throws(DatabaseError) {
                    let opened: TandemDatabase
                    if let file, !file.isReplaced {
                        opened = file
                    } else {
                        opened = try open(afterDamage: attempt > 1, inPlaceOf: file)
                    }
                    file = opened
                    return .success(try body(opened))
                } catch {
                    guard file?.isDamage(error) ?? (error.kind == .damaged), attempt == 1 else {
                        return .failure(error)
                    }
                    file = nil
                    attempt = 2
                }
            }
        }
    }

    // MARK: Changes, which may have to wait

    /// What is to be written of a run, or of several.
    private struct Change: Sendable {
        /// The run whose row it is: a later change replaces it.
        let key: String?
        let apply: @Sendable (Database) throws(DatabaseError) -> Void
        let finish: @Sendable () -> Void
    }

    /// Changes the file, in one transaction. While another process holds it, the change waits for the next one, or for
    /// `wait`.
    ///
    /// - Parameters:
    ///   - key: the run whose row it is.
    ///   - finish: called once it is written.
    /// - Returns: `false` where it is lost, which is noted.
    @discardableResult
    func change(
        ofRun key: String? = nil, _ apply: @escaping @Sendable (Database) throws(DatabaseError) -> Void,
        then finish: @escaping @Sendable () -> Void = {}
    ) -> Bool {
        let change = Change(key: key, apply: apply, finish: finish)
        if let key { unlisted.withLock { _ = $0.insert(key) } }
        waiting.withLock { changes in
            if let place = changes.firstIndex(where: { $0.key == key && key != nil }) {
                changes[place] = change
            } else {
                changes.append(change)
            }
        }
        return writeWaiting()
    }

    /// - Returns: `false` where the last change is lost.
    @discardableResult
    private func writeWaiting() -> Bool {
        // What the file did not list was left to a moment in which it can be written.
        defer { if isBehind.withLock({ $0 }) { takeInUnlisted() } }
        var written: [Change] = []
        let isKept = waiting.withLock { changes in
            var isKept = true
            while let change = changes.first {
                let result = attempt { file throws(DatabaseError) in
                    try file.database.transaction { () throws(DatabaseError) in try change.apply(file.database) }
                }
                switch result {
                case .success:
                    written.append(change)
                    isKept = true
                    patience.renew()
                case .failure(let error):
                    note(fault(error))
                    if error.kind == .busy { return true }
                    isKept = false
                    // What its files say of it is not in the file.
                    isBehind.withLock { $0 = true }
                }
                changes.removeFirst()
                if let key = change.key { unlisted.withLock { _ = $0.remove(key) } }
            }
            return isKept
        }
        if !written.isEmpty { forget(.held(path: path)) }
        for change in written { change.finish() }
        return isKept
    }

    /// - Parameter replaced: what was open before and is in its place no more.
    private func open(afterDamage: Bool, inPlaceOf replaced: TandemDatabase?) throws(DatabaseError) -> TandemDatabase {
        let file: TandemDatabase
        do throws(DatabaseError) {
            file =
                afterDamage
                ? try TandemDatabase.reopened(path, patience: patience) : try TandemDatabase(path, patience: patience)
        } catch {
            guard [.notWritable, .full, .tooLarge].contains(error.kind), FileSystem.exists(path),
                let readable = try? TandemDatabase(readingOnly: path)
            else { throw error }
            note(.readOnly(path: folder, reason: error.message))
            return readable
        }
        makeFilesPrivate()
        if let replaced { file.salvage(from: replaced.database) }
        try fileRecords(of: file.database)
        // Whoever opened the file first after a loss, and however much of it was lost.
        let found = try recover(into: file.database, except: unlisted.withLock { $0 })
        try matchNames(of: file.database)
        if let aside = TandemDatabase.takeSetAside(path) {
            note(.fileDamaged(path: path, aside: aside, runs: Self.count(file.database)))
        } else if found > 0, !TandemDatabase.isOfOneMachine(path) {
            // Other machines write files that this one's does not list.
            note(.foundAgain(path: path, runs: found))
        }
        return file
    }

    private func fault(_ error: DatabaseError) -> StoreFault {
        switch error.kind {
        case .newer: .newer(path: path, reason: error.message)
        case .busy: .held(path: path)
        case .damaged, .notWritable, .full, .tooLarge, .obstructed, .other: StoreFault(notKept: folder, error)
        }
    }

    /// What an older Tandem left readable by everybody; files of others in the folder stay as they are. In a folder
    /// that is private nobody else reaches any file: there may be thousands, and none is looked at.
    private func makeFilesPrivate() {
        for folder in [files, results] where !FileSystem.isPrivate(folder) {
            let names = (try? FileSystem.list(folder)) ?? []
            let ours = names.filter { RunFileName($0) != nil }
            for name in ours { FileSystem.makePrivate(FileSystem.join(folder, name)) }
            if ours.count == names.count { FileSystem.makePrivate(folder) }
        }
    }

    // MARK: Reading a run

    /// All that is known of a run but its weights, which were not kept or are gone.
    public func withoutWeights(
        _ kept: StoredRun, _ record: RunRecord, _ architecture: Architecture, _ options: TrainingOptions
    ) -> Run {
        let state: Run.State = kept.hasEnded || kept.state == "stopped" ? record.state : .interrupted
        return Run(record, state: state, architecture, options)
    }

    /// The whole run. Damaged files are set aside, and noted.
    ///
    /// Cost: reads its weights, 0.5 s for 33 million.
    /// - Returns: `nil` where it has no weights any more.
    public func load(_ kept: StoredRun, _ architecture: Architecture, _ options: TrainingOptions) -> Run? {
        kept.hasEnded ? loadEnded(kept, architecture, options) : loadUnfinished(kept, architecture, options)
    }

    private func loadEnded(_ kept: StoredRun, _ architecture: Architecture, _ options: TrainingOptions) -> Run? {
        let path = weights(kept.key)
        guard FileSystem.exists(path) else { return nil }
        let reason: String
        do {
            let tensors = try Safetensors(reading: try FileReader(path))
            var run = try WeightsFile(tensors).run(architecture, options)
            run.name = kept.name
            return run
        } catch let error as SafetensorsError where error.kind == .content {
            reason = error.description
        } catch let error as WeightsFileError {
            switch error {
            case .unreadable(let text): reason = text
            case .noRun: reason = "it holds no run"
            case .damaged: reason = "its checksum does not match"
            case .newer, .outOfMemory: return nil
            }
        } catch {
            // The disk may answer later.
            return nil
        }
        setAside(path, of: kept.label, what: "file of weights", reason: reason)
        return nil
    }

    private func loadUnfinished(_ kept: StoredRun, _ architecture: Architecture, _ options: TrainingOptions) -> Run? {
        guard let found = readCheckpoint(kept.key, of: kept.label, architecture, options) else { return nil }
        return Run(
            name: kept.name, model: kept.model, architecture: architecture, dataset: kept.dataset, options: options,
            state: .interrupted, position: found.position, parameters: found.result(options), continuation: found)
    }

    /// - Returns: `nil` where there is none; a damaged one is set aside and noted.
    func readCheckpoint(
        _ key: String, of label: String, _ architecture: Architecture, _ options: TrainingOptions
    ) -> Checkpoint? {
        do throws(CheckpointError) {
            return try CheckpointFile.read(checkpoint(key), architecture, options.wholeOptimizer)
        } catch {
            if case .damaged(let reason) = error {
                setAside(checkpoint(key), of: label, what: "checkpoint", reason: reason)
            }
            return nil
        }
    }

    func setAside(_ path: String, of label: String, what: String, reason: String) {
        let aside = TandemDatabase.freePath("\(path).damaged")
        guard (try? FileSystem.rename(path, to: aside)) != nil else { return }
        note(.runDamaged(run: label, what: what, reason: reason, aside: aside))
    }

    // MARK: Changing

    /// Names a run. Others lose the name, so that it means one run.
    public func setName(_ name: String, ofRun key: String) {
        guard isWritable else { return }
        let others = rows("WHERE name = ? AND key != ?", [.text(name), .text(key)])
        // The files first: where they and the database differ, they hold.
        addName(name, key)
        removeName(name, except: key)
        let left = others.map { (key: $0.key, name: keptName($0.key)) }
        change { database throws(DatabaseError) in
            for other in left {
                try database.execute(
                    "UPDATE runs SET name = ? WHERE key = ?", [other.name.map { .text($0) } ?? .null, .text(other.key)])
            }
            try database.execute("UPDATE runs SET name = ?, found = 0 WHERE key = ?", [.text(name), .text(key)])
        }
        // The same training once more: it was its name alone that kept the older one.
        guard let run = rows("WHERE key = ?", [.text(key)]).first, run.hasEnded, FileSystem.exists(weights(key)) else {
            return
        }
        remove(others.filter { $0.identity == run.identity && $0.state != "running" && keptName($0.key) == nil })
    }

    /// Writes a row, or replaces the one of this key.
    static func write(_ record: RunRecord, key: String, state: String, to database: Database) throws(DatabaseError) {
        guard let kept = record.kept else { return }
        let result = record.result
        let values: [DatabaseValue] = [
            .text(key), .text(kept.identity.digest), .text(kept.identity.stem), record.name.map { .text($0) } ?? .null,
            .text(record.model), .text(record.seedText), .text(record.dataset), .text(state),
            .integer(kept.started), .number(record.position.seconds),
            // A whole number stays one.
            record.description.map { .number($0.options.passes) } ?? .integer(record.epochs ?? 0),
            .integer(record.position.metrics.count), result.map { .number($0.testAccuracy) } ?? .null,
            result.map { .number($0.testLoss) } ?? .null, .integer(record.arithmetic),
        ]
        try database.execute(
            """
            INSERT INTO runs (key, identity, stem, name, model, seed, dataset, state, started, seconds, planned, epochs,
                accuracy, loss, arithmetic)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET state = excluded.state, seconds = excluded.seconds,
                epochs = excluded.epochs, accuracy = excluded.accuracy, loss = excluded.loss
            """, values)
    }
}

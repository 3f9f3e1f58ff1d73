// Every run that was trained, found again by what decides its bits: rows in one SQLite file, weights and checkpoints in files beside it.
// Nothing is opened before it is needed. What goes wrong is noted and told by the session; a training never stops for it.

import Engine
import Libraries
import Network
import Runtime
import Synchronization

public final class RunStore: Sendable {
    public let folder: String
    /// Where weights, checkpoints and locks are.
    let files: String
    private let file = Mutex<KeptFile?>(nil)
    private let faults = Mutex<(pending: [StoreFault], told: Set<StoreFault>)>(([], []))
    let background = BackgroundWork()

    /// - Parameter folder: of everything that is kept, `$TANDEM_HOME`.
    public init(folder: String) {
        self.folder = folder
        files = FileSystem.join(folder, "runs")
    }

    /// Waits until all that was trained is written.
    public func wait() { background.wait() }

    /// The same, unless it is cancelled meanwhile: a checkpoint of 400 MB takes a moment.
    public func wait(unless cancellation: Cancellation) throws(TrainingError) {
        guard background.wait(unless: cancellation) else { throw .cancelled }
    }

    /// The same, and lets go of the file; it is opened again where it is needed.
    public func close() {
        wait()
        file.withLock { $0 = nil }
    }

    func weights(_ key: String) -> String { "\(files)/\(key).safetensors" }
    func checkpoint(_ key: String) -> String { "\(files)/\(key).checkpoint" }
    func lock(_ key: String) -> String { "\(files)/\(key).lock" }
    /// What a `let` called the run, for a lost database.
    func nameFile(_ key: String) -> String { "\(files)/\(key).name" }

    // MARK: What is to be told

    /// The faults since the last call; none is told twice.
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

    // MARK: The file

    private var path: String { KeptFile.path(in: folder) }

    /// Whether new runs can be kept.
    var isWritable: Bool { use { file in !file.isReadOnly } ?? false }

    /// Runs `body` on the file, once more on a new one where it was found damaged; `nil` where it cannot be used.
    @discardableResult
    func use<Result>(_ body: (KeptFile) throws(DatabaseError) -> Result) -> Result? {
        file.withLock { file in
            for attempt in 1...2 {
                do throws(DatabaseError) {
                    let opened: KeptFile
                    if let file, !file.isReplaced {
                        opened = file
                    } else {
                        opened = try open(afterDamage: attempt > 1, inPlaceOf: file)
                    }
                    file = opened
                    return try body(opened)
                } catch {
                    guard file?.isDamage(error) ?? (error.kind == .damaged), attempt == 1 else {
                        note(fault(error))
                        return nil
                    }
                    file = nil
                }
            }
            return nil
        }
    }

    /// - Parameter replaced: what was open before and is in its place no more.
    private func open(afterDamage: Bool, inPlaceOf replaced: KeptFile?) throws(DatabaseError) -> KeptFile {
        let file: KeptFile
        do throws(DatabaseError) {
            file = afterDamage ? try KeptFile.reopened(path) : try KeptFile(path)
        } catch {
            guard error.kind == .notWritable, FileSystem.exists(path),
                let readable = try? KeptFile(readingOnly: path)
            else { throw error }
            note(.readOnly(path: folder, reason: error.message))
            return readable
        }
        for name in (try? FileSystem.list(files)) ?? [] { FileSystem.makePrivate(FileSystem.join(files, name)) }
        if let replaced { file.salvage(from: replaced.database) }
        // Whoever opened the file first after a loss, and however much of it was lost.
        let found = recover(into: file.database)
        matchNames(of: file.database)
        if let aside = KeptFile.takeSetAside(path) {
            note(.fileDamaged(path: path, aside: aside, runs: Self.count(file.database)))
        } else if found > 0 {
            note(.foundAgain(path: path, runs: found))
        }
        return file
    }

    private func fault(_ error: DatabaseError) -> StoreFault {
        error.kind == .newer
            ? .newer(path: path, reason: error.message) : .notKept(path: folder, reason: error.message)
    }

    // MARK: Looking

    /// The runs, the newest first.
    ///
    /// - Parameters:
    ///   - limit: at most so many.
    ///   - place: so many are left out before.
    public func list(limit: Int = .max, after place: Int = 0) -> [KeptRun] {
        marked(rows("ORDER BY number DESC LIMIT ? OFFSET ?", [.integer(limit), .integer(place)]))
    }

    /// Says which are older ones. Of several of one model and seed the newest is called so, whether or not they have names: a name that is
    /// given later leaves each of them what it was called.
    private func marked(_ runs: [KeptRun]) -> [KeptRun] {
        let newest = use { file throws(DatabaseError) in
            try file.database.execute("SELECT key, max(number) FROM runs GROUP BY model, seed")
        }
        let keys = Set((newest ?? []).compactMap { $0[0].text })
        return runs.map { run in
            var run = run
            run.isOlder = !keys.contains(run.key)
            return run
        }
    }

    /// How many there are.
    public var count: Int {
        use { file throws(DatabaseError) in Self.count(file.database) } ?? 0
    }

    private static func count(_ database: Database) -> Int {
        (try? database.execute("SELECT count(*) FROM runs"))?.first?.first?.integer ?? 0
    }

    /// The ended run of this identity that has its weights, if there is one.
    public func kept(_ identity: RunIdentity) -> KeptRun? {
        wait()
        return rows(
            "WHERE identity = ? AND state IN ('done', 'diverged') ORDER BY number DESC", [.text(identity.digest)]
        ).first { FileSystem.exists(weights($0.key)) }
    }

    /// All but the weights of an ended run of this identity, whether or not its weights are kept.
    public func endedRecord(_ identity: RunIdentity) -> RunRecord? {
        wait()
        let ended = rows(
            "WHERE identity = ? AND state IN ('done', 'diverged') ORDER BY number DESC", [.text(identity.digest)])
        return ended.lazy.compactMap { self.record(of: $0) }.first
    }

    /// The run that `list` calls so: by a `let`, the newest as `gap seed 2`, or an older one as `gap seed 2 #3f2a91c0`; these two whether or
    /// not a `let` has named it.
    public func kept(called name: String) -> KeptRun? {
        for condition in [
            "name = ? ORDER BY number DESC",
            "model || ' seed ' || seed || ' #' || substr(key, 1, \(KeptRun.tagLength)) = ? ORDER BY number DESC",
            "model || ' seed ' || seed = ? ORDER BY number DESC",
        ] {
            if let run = marked(rows("WHERE \(condition) LIMIT 1", [.text(name)])).first { return run }
        }
        return nil
    }

    func rows(_ condition: String, _ values: [DatabaseValue]) -> [KeptRun] {
        let rows = use { file throws(DatabaseError) in
            try file.database.execute("SELECT \(KeptRun.columns) FROM runs \(condition)", values)
        }
        return (rows ?? []).map { KeptRun($0, isLive: isLive) }
    }

    /// Whether a process holds the lock of a run.
    func isLive(_ key: String) -> Bool {
        guard FileSystem.exists(lock(key)) else { return false }
        do throws(FileError) { return try FileLock(lock(key), isCancelled: { true }) == nil } catch { return false }
    }

    /// All that is known of a run beside its weights.
    public func record(of run: KeptRun) -> RunRecord? {
        let row = use { file throws(DatabaseError) in
            try file.database.execute(
                "SELECT record, predictions, checksum FROM records WHERE key = ?", [.text(run.key)])
        }
        guard let row = row?.first else { return restoredRecord(of: run) }
        guard let text = row[0].text, let predictions = row[1].bytes,
            row[2].text == Self.checksum(text, predictions), let json = try? JSON(parsing: text),
            var record = RunRecord(json)
        else {
            let restored = restoredRecord(of: run)
            if restored == nil { note(.recordDamaged(run: run.label)) }
            return restored
        }
        record.position.predictions = Self.classes(predictions)
        record.name = run.name
        return record
    }

    /// What a file of the run says of it, in place of what the database has lost.
    private func restoredRecord(of run: KeptRun) -> RunRecord? {
        let found = RunFile.record(at: weights(run.key)) ?? (try? CheckpointFile.head(checkpoint(run.key)))?.record
        guard var record = found, record.kept?.identity.digest == run.identity else { return nil }
        use { file throws(DatabaseError) in
            if !file.isReadOnly { try Self.writeRecord(record, key: run.key, to: file.database) }
        }
        record.name = run.name
        return record
    }

    /// All that is known of a run but its weights, which were not kept or are gone.
    public func withoutWeights(
        _ kept: KeptRun, _ record: RunRecord, _ architecture: Architecture, _ options: TrainingOptions
    ) -> Run {
        let state: Run.State = kept.hasEnded || kept.state == "stopped" ? record.state : .interrupted
        return Run(record, state: state, architecture, options)
    }

    /// The whole run. What is damaged of it is set aside, and noted.
    ///
    /// Cost: reads its weights, 0.5 s for 33 million.
    /// - Returns: `nil` where it has no weights any more.
    public func load(_ kept: KeptRun, _ architecture: Architecture, _ options: TrainingOptions) -> Run? {
        kept.hasEnded ? loadEnded(kept, architecture, options) : loadUnfinished(kept, architecture, options)
    }

    private func loadEnded(_ kept: KeptRun, _ architecture: Architecture, _ options: TrainingOptions) -> Run? {
        let path = weights(kept.key)
        guard FileSystem.exists(path) else { return nil }
        let reason: String
        do {
            let tensors = try Safetensors(reading: try FileReader(path))
            var run = try RunFile(tensors).run(architecture, options)
            run.name = kept.name
            return run
        } catch let error as SafetensorsError where error.kind == .content {
            reason = error.description
        } catch let error as RunFileError {
            switch error {
            case .unreadable(let text): reason = text
            case .noRun: reason = "it holds no run"
            case .damaged: reason = "its checksum does not hold"
            case .newer, .outOfMemory: return nil
            }
        } catch {
            // A disk that does not answer may do so later.
            return nil
        }
        setAside(path, of: kept.label, what: "file of weights", reason: reason)
        return nil
    }

    private func loadUnfinished(_ kept: KeptRun, _ architecture: Architecture, _ options: TrainingOptions) -> Run? {
        guard let found = readCheckpoint(kept.key, of: kept.label, architecture, options) else { return nil }
        return Run(
            name: kept.name, model: kept.model, architecture: architecture, dataset: kept.dataset, options: options,
            state: .interrupted, position: found.position, parameters: found.state.parameters, continuation: found)
    }

    /// - Returns: `nil` where there is none; a damaged one is set aside and noted.
    func readCheckpoint(
        _ key: String, of label: String, _ architecture: Architecture, _ options: TrainingOptions
    ) -> Checkpoint? {
        do throws(CheckpointError) {
            return try CheckpointFile.read(checkpoint(key), architecture, options.optimizer)
        } catch {
            if case .damaged(let reason) = error {
                setAside(checkpoint(key), of: label, what: "checkpoint", reason: reason)
            }
            return nil
        }
    }

    private func setAside(_ path: String, of label: String, what: String, reason: String) {
        let aside = KeptFile.freePath("\(path).damaged")
        guard (try? FileSystem.rename(path, to: aside)) != nil else { return }
        note(.runDamaged(run: label, what: what, reason: reason, aside: aside))
    }

    // MARK: Changing

    /// What a `let` calls a run from now on. Others lose the name, so that it means one.
    public func setName(_ name: String, ofRun key: String) {
        guard isWritable else { return }
        let others = rows("WHERE name = ? AND key != ?", [.text(name), .text(key)])
        // The files first: where they and the database differ, they hold.
        try? FileSystem.write(name, to: nameFile(key), isPrivate: true)
        for other in others { try? FileSystem.remove(nameFile(other.key)) }
        use { file throws(DatabaseError) in
            try file.database.transaction { () throws(DatabaseError) in
                try file.database.execute(
                    "UPDATE runs SET name = NULL WHERE name = ? AND key != ?", [.text(name), .text(key)])
                try file.database.execute(
                    "UPDATE runs SET name = ?, found = 0 WHERE key = ?", [.text(name), .text(key)])
            }
        }
    }

    /// Writes a row, or replaces the one of this key.
    static func write(_ record: RunRecord, key: String, state: String, to database: Database) throws(DatabaseError) {
        guard let kept = record.kept else { return }
        let last = record.position.metrics.last
        let values: [DatabaseValue] = [
            .text(key), .text(kept.identity.digest), .text(kept.identity.stem), record.name.map { .text($0) } ?? .null,
            .text(record.model), .text(record.seedText), .text(record.dataset), .text(state),
            .integer(kept.started), .number(record.position.seconds), .integer(record.epochs ?? 0),
            .integer(record.position.metrics.count), last.map { .number($0.testAccuracy) } ?? .null,
            last.map { .number($0.testLoss) } ?? .null,
        ]
        try database.execute(
            """
            INSERT INTO runs (key, identity, stem, name, model, seed, dataset, state, started, seconds, planned, epochs,
                accuracy, loss)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET state = excluded.state, seconds = excluded.seconds,
                epochs = excluded.epochs, accuracy = excluded.accuracy, loss = excluded.loss
            """, values)
        try writeRecord(record, key: key, to: database)
    }

    private static func writeRecord(_ record: RunRecord, key: String, to database: Database) throws(DatabaseError) {
        var plain = record
        plain.position.predictions = []
        let (text, predictions) = (plain.text, bytes(record.position.predictions))
        try database.execute(
            "INSERT OR REPLACE INTO records (key, record, predictions, checksum) VALUES (?, ?, ?, ?)",
            [.text(key), .text(text), .bytes(predictions), .text(checksum(text, predictions))])
    }

    private static func checksum(_ text: String, _ predictions: [UInt8]) -> String {
        var digest = Digest(.sha256)
        digest.update(text)
        digest.update(predictions)
        return digest.finish().hexadecimal
    }

    /// Two bytes a test image, little-endian.
    private static func bytes(_ classes: [Int]) -> [UInt8] {
        classes.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
    }

    private static func classes(_ bytes: [UInt8]) -> [Int] {
        stride(from: 0, to: bytes.count - 1, by: 2).map { Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8 }
    }
}

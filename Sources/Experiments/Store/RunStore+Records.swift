// Records of runs as files: read and written, taken over from earlier versions, and carried from store to store.

import Engine
import Libraries
import Text

extension RunStore {
    /// The path of a run's record; `nil` if its row in the index gives no file name.
    ///
    /// - Parameter identity: its digest.
    func recordPath(_ identity: String, _ key: String) -> String? {
        let name = RunRecordFile.name(identity, key)
        return RunRecordFile.key(name) == nil ? nil : "\(results)/\(name)"
    }

    /// Writes the record of a run that has ended.
    func writeRecord(_ record: RunRecord, key: String) throws(FileError) {
        guard let identity = record.kept?.identity, let path = recordPath(identity.digest, key) else {
            throw FileError("write", results, reason: "its identity names no file")
        }
        try FileSystem.createDirectories(results, isPrivate: true)
        // What a `let` calls it is in a file of its own, since names move.
        var record = record
        record.name = nil
        try RunRecordFile.write(record, key: key, to: path)
    }

    /// Everything about a run but its weights.
    public func record(of run: StoredRun) -> RunRecord? {
        guard var record = filedRecord(of: run) ?? unfiledRecord(of: run) ?? restoredRecord(of: run) else {
            return nil
        }
        record.name = run.name
        return record
    }

    /// Whether its record is a file that can be read.
    func isFiled(_ run: StoredRun) -> Bool {
        guard let path = recordPath(run.identity, run.key), let read = try? RunRecordFile.read(path) else {
            return false
        }
        return read.key == run.key
    }

    /// A damaged one is set aside, and noted.
    private func filedRecord(of run: StoredRun) -> RunRecord? {
        guard let path = recordPath(run.identity, run.key), FileSystem.exists(path) else { return nil }
        do throws(RunRecordFile.Fault) {
            let read = try RunRecordFile.read(path)
            return read.key == run.key ? read.record : nil
        } catch {
            if case .damaged(let reason) = error { setAside(path, of: run.label, what: "record", reason: reason) }
            return nil
        }
    }

    /// What a file of weights or a checkpoint says of it, which becomes its record where it has ended.
    private func restoredRecord(of run: StoredRun) -> RunRecord? {
        let ended = WeightsFile.record(at: weights(run.key))
        guard let record = ended ?? (try? CheckpointFile.head(checkpoint(run.key)))?.record,
            record.kept?.identity.digest == run.identity
        else { return nil }
        // One of a later version stays as it is; a damaged one was set aside.
        if ended != nil, let path = recordPath(run.identity, run.key), !FileSystem.isThere(path) {
            try? writeRecord(record, key: run.key)
        }
        return record
    }

    // MARK: Earlier versions

    /// In earlier versions records were rows. One that cannot be written as a file stays a row.
    private func unfiledRecord(of run: StoredRun) -> RunRecord? {
        let rows = use { file throws(DatabaseError) in
            try file.database.execute(
                "SELECT record, predictions, checksum FROM unfiled WHERE key = ?", [.text(run.key)])
        }
        return rows?.first.flatMap { Self.record($0) }
    }

    /// - Parameter row: record, predictions and checksum.
    private static func record(_ row: [DatabaseValue]) -> RunRecord? {
        guard let text = row[0].text, let predictions = row[1].bytes else { return nil }
        var digest = Digest(.sha256)
        digest.update(text)
        digest.update(predictions)
        guard row[2].text == digest.finish().hexadecimal, let json = try? JSON(parsing: text),
            var record = RunRecord(json)
        else { return nil }
        record.position.outcomes = TestOutcomes(predictions, count: predictions.count / 2) ?? TestOutcomes()
        return record
    }

    /// Writes the rows of ended runs as files, and removes them. Of a run that has not ended the checkpoint says all.
    func fileRecords(of database: Database) throws(DatabaseError) {
        let keys = try database.execute("SELECT key FROM unfiled").compactMap(\.first?.text)
        var done: [String] = []
        let start = Clock.seconds
        for key in keys {
            // With thousands of them nobody waits for all: whoever opens the store next continues.
            if Clock.seconds - start > 1 { break }
            guard
                let row = try database.execute(
                    "SELECT record, predictions, checksum, state FROM unfiled LEFT JOIN runs USING (key) WHERE key = ?",
                    [.text(key)]
                ).first
            else { continue }
            guard let record = Self.record(row), record.kept != nil, let state = row[3].text else {
                if row[3].text == nil { done.append(key) }
                continue
            }
            if state == "done" || state == "diverged" {
                guard (try? writeRecord(record, key: key)) != nil else { continue }
            } else if !FileSystem.exists(checkpoint(key)) {
                continue
            }
            done.append(key)
        }
        guard !done.isEmpty else { return }
        try database.transaction { () throws(DatabaseError) in
            for key in done { try database.execute("DELETE FROM unfiled WHERE key = ?", [.text(key)]) }
        }
    }

    // MARK: From store to store

    /// The result of copying records.
    public struct Carried: Sendable, Equatable {
        public var count = 0
        /// Those that were there already.
        public var known = 0
        /// Those that were refused: the file or the run, and why.
        public var refused: [Refusal] = []

        public struct Refusal: Sendable, Equatable {
            public let name: String
            public let reason: String
        }
    }

    /// Copies the records of ended runs into a folder, without weights. It may hold records already, and stays as it is
    /// otherwise.
    ///
    /// - Parameter isCancelled: asked before each run.
    public func export(
        _ runs: [StoredRun], to folder: String, isCancelled: () -> Bool = { false }
    ) throws(FileError) -> Carried {
        wait()
        try FileSystem.createDirectories(folder)
        var carried = Carried()
        for run in runs where run.hasEnded {
            if isCancelled() { break }
            guard let record = record(of: run) else {
                carried.refused.append(.init(name: run.title, reason: "its record cannot be read"))
                continue
            }
            let path = FileSystem.join(folder, RunRecordFile.name(run.identity, run.key))
            do throws(RunRecordFile.Fault) {
                let read = try RunRecordFile.read(path)
                if read.key == run.key, read.record.name == record.name {
                    carried.known += 1
                    continue
                }
            } catch {
                if case .newer = error {
                    carried.refused.append(.init(name: run.title, reason: error.reason))
                    continue
                }
            }
            try RunRecordFile.write(record, key: run.key, to: path, isPrivate: false)
            carried.count += 1
        }
        return carried
    }

    /// Takes the records of a folder in, so that studies find their runs. Runs that this store has are passed over, as
    /// are names that it has given otherwise.
    ///
    /// - Parameter isCancelled: asked before each file.
    public func `import`(from folder: String, isCancelled: () -> Bool = { false }) throws(FileError) -> Carried {
        wait()
        let names = try FileSystem.list(folder).filter { $0.hasSuffix(RunRecordFile.ending) }
        guard !names.isEmpty else { return Carried() }
        try FileSystem.createDirectories(files, isPrivate: true)
        let runs = list()
        let ended = Dictionary(runs.filter(\.hasEnded).map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        var taken = Set(runs.compactMap(\.name))
        var carried = Carried()
        var found: [(name: String, key: String, record: RunRecord)] = []
        for name in names {
            if isCancelled() { return carried }
            do throws(RunRecordFile.Fault) {
                let read = try RunRecordFile.read(FileSystem.join(folder, name))
                if seen.contains(read.key) { continue }
                // One that is listed and whose record cannot be read any more is written again.
                if let run = ended[read.key], isFiled(run) {
                    carried.known += 1
                } else if let reason = read.record.reasonToRefuseImport {
                    carried.refused.append(.init(name: name.printableName, reason: reason))
                    continue
                } else {
                    found.append((name, read.key, read.record))
                }
                seen.insert(read.key)
            } catch {
                carried.refused.append(.init(name: name.printableName, reason: error.reason))
            }
        }
        // The order of the list is that in which they were begun.
        found.sort { ($0.record.kept?.started ?? 0, $0.key) < ($1.record.kept?.started ?? 0, $1.key) }
        for (name, key, record) in found {
            if isCancelled() { return carried }
            var record = record
            if let name = record.name, !taken.insert(name).inserted { record.name = nil }
            let reason: String?
            do throws(FileError) { reason = try take(record, key) } catch {
                reason = "it cannot be written: \(error.reason)"
            }
            if let reason {
                carried.refused.append(.init(name: name.printableName, reason: reason))
            } else {
                carried.count += 1
            }
        }
        return carried
    }

    /// Keeps what came of a training on a machine that sees nothing of this store; its weights are not here.
    public func keep(_ record: RunRecord, _ attempt: Attempt?) {
        guard let identity = record.kept?.identity, isWritable, !isEnded(identity, attempt) else { return }
        let key = attempt?.key(of: identity) ?? Self.newKey()
        do throws(FileError) {
            try FileSystem.createDirectories(files, isPrivate: true)
            _ = try take(record, key, isFresh: attempt != nil)
        } catch {
            note(
                .notWritten(
                    run: "\(record.model) seed \(record.seedText)", what: "record", reason: error.reason,
                    hasOlder: false))
        }
    }

    /// Takes one record in, under its lock: who opens the store meanwhile finds nothing that was lost.
    ///
    /// - Returns: why it is refused; `nil` if it is not.
    private func take(_ record: RunRecord, _ key: String, isFresh: Bool = false) throws(FileError) -> String? {
        guard let lock = acquireLock(key, isFresh: isFresh) else {
            return isLive(key) ? "another process trains this run" : "its lock file cannot be written"
        }
        try writeRecord(record, key: key)
        if let name = record.name { try FileSystem.write(name, to: nameFile(key), isPrivate: true) }
        change(ofRun: key) { database throws(DatabaseError) in
            try Self.write(record, key: key, state: record.state.description, to: database)
        } then: {
            lock.remove()
        }
        return nil
    }
}

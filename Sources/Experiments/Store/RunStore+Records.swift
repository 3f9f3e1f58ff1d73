// Records of runs as files: read and written, taken over from earlier versions, and carried from store to store.

import Engine
import Libraries

extension RunStore {
    /// Where the record of a run is, or would be; `nil` where what the index says of it names no file.
    func record(_ run: KeptRun) -> String? {
        guard RunFileName.isKey(run.key) else { return nil }
        return record(RunIdentity(digest: run.identity, stem: run.identity), run.key)
    }

    private func record(_ identity: RunIdentity, _ key: String) -> String? {
        let name = RecordFile.name(identity, key)
        return RecordFile.key(name) == nil ? nil : "\(results)/\(name)"
    }

    /// Writes the record of a run that has ended.
    func file(_ record: RunRecord, key: String) throws(FileError) {
        guard let identity = record.kept?.identity, let path = self.record(identity, key) else { return }
        try FileSystem.createDirectories(results, isPrivate: true)
        try RecordFile.write(record, key: key, to: path)
    }

    /// All that is known of a run beside its weights.
    public func record(of run: KeptRun) -> RunRecord? {
        guard var record = filedRecord(of: run) ?? unfiledRecord(of: run) ?? restoredRecord(of: run) else {
            return nil
        }
        record.name = run.name
        return record
    }

    /// Whether its record is a file that can be read.
    func isFiled(_ run: KeptRun) -> Bool {
        guard let path = record(run), let read = try? RecordFile.read(path) else { return false }
        return read.key == run.key
    }

    /// A damaged one is set aside, and noted.
    private func filedRecord(of run: KeptRun) -> RunRecord? {
        guard let path = record(run), FileSystem.exists(path) else { return nil }
        do throws(RecordFile.Fault) {
            let read = try RecordFile.read(path)
            return read.key == run.key ? read.record : nil
        } catch {
            if case .damaged(let reason) = error { setAside(path, of: run.label, what: "record", reason: reason) }
            return nil
        }
    }

    /// What a file of weights or a checkpoint says of it, which becomes its record where it has ended.
    private func restoredRecord(of run: KeptRun) -> RunRecord? {
        let ended = RunFile.record(at: weights(run.key))
        guard let record = ended ?? (try? CheckpointFile.head(checkpoint(run.key)))?.record,
            record.kept?.identity.digest == run.identity
        else { return nil }
        if ended != nil { try? file(record, key: run.key) }
        return record
    }

    // MARK: Earlier versions

    /// In earlier versions records were rows. One that cannot be written as a file stays a row.
    private func unfiledRecord(of run: KeptRun) -> RunRecord? {
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
            // Whoever has thousands of them does not wait for all: the next to open the store goes on.
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
                guard (try? file(record, key: key)) != nil else { continue }
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

    /// What became of records that were to be carried over.
    public struct Carried: Sendable, Equatable {
        public var count = 0
        /// They are there already.
        public var known = 0
        /// Not taken: the file or the run, and why.
        public var refused: [Refusal] = []

        public struct Refusal: Sendable, Equatable {
            public let name: String
            public let reason: String
        }
    }

    /// Copies the records of ended runs into a folder, without weights. It may hold records already, and stays as it is otherwise.
    public func export(_ runs: [KeptRun], to folder: String) throws(FileError) -> Carried {
        wait()
        try FileSystem.createDirectories(folder)
        var carried = Carried()
        for run in runs where run.hasEnded {
            guard let record = record(of: run), let identity = record.kept?.identity else {
                carried.refused.append(.init(name: run.title, reason: "its record cannot be read"))
                continue
            }
            let path = FileSystem.join(folder, RecordFile.name(identity, run.key))
            if let read = try? RecordFile.read(path), read.key == run.key, read.record.name == record.name {
                carried.known += 1
                continue
            }
            try RecordFile.write(record, key: run.key, to: path, isPrivate: false)
            carried.count += 1
        }
        return carried
    }

    /// Takes the records of a folder in, so that studies find their runs. Those that this store has are passed over, as are names that it
    /// has given otherwise.
    ///
    /// - Parameter isCancelled: asked before each file.
    public func `import`(from folder: String, isCancelled: () -> Bool = { false }) throws(FileError) -> Carried {
        wait()
        let names = try FileSystem.list(folder).filter { $0.hasSuffix(RecordFile.ending) }
        var known = Set(list().map(\.key))
        var taken = Set(list().compactMap(\.name))
        var carried = Carried()
        var found: [(key: String, record: RunRecord)] = []
        for name in names.sorted() {
            if isCancelled() { break }
            func refuse(_ reason: String) { carried.refused.append(.init(name: name.printableName, reason: reason)) }
            let read: (key: String, record: RunRecord)
            do throws(RecordFile.Fault) { read = try RecordFile.read(FileSystem.join(folder, name)) } catch {
                refuse(error.reason)
                continue
            }
            guard known.insert(read.key).inserted else {
                carried.known += 1
                continue
            }
            guard [.done].contains(read.record.state) || read.record.state.isDiverged else {
                refuse("its training has not ended")
                continue
            }
            guard read.record.hasIdentityOfItsDescription else {
                refuse("it is not the record of the training that it describes")
                continue
            }
            var record = read.record
            if let name = record.name, !taken.insert(name).inserted { record.name = nil }
            do throws(FileError) { try file(record, key: read.key) } catch {
                refuse("it cannot be written here: \(error.reason)")
                continue
            }
            found.append((read.key, record))
            carried.count += 1
        }
        found.sort { ($0.record.kept?.started ?? 0, $0.key) < ($1.record.kept?.started ?? 0, $1.key) }
        let rows = found
        change { database throws(DatabaseError) in
            for (key, record) in rows {
                try Self.write(record, key: key, state: record.state.description, to: database)
            }
        }
        for (key, record) in found {
            if let name = record.name { try? FileSystem.write(name, to: nameFile(key), isPrivate: true) }
        }
        return carried
    }
}

extension RunRecord {
    /// Whether it is found by what it describes. Where it describes nothing, or was trained by another engine, nobody can say, and no
    /// training here finds it.
    fileprivate var hasIdentityOfItsDescription: Bool {
        guard arithmetic == arithmeticVersion else { return true }
        guard let kept, let description else { return false }
        return description.identity(on: kept.instructionSet) == kept.identity
    }
}

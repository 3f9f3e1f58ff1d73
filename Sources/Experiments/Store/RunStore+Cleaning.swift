// Garbage collection of the store, and the recovery of a store whose database was lost.

import Libraries

extension RunStore {
    /// Bytes that the checkpoints of ended runs, which allow more epochs later, may take together.
    static let keptCheckpoints = 1_000_000_000

    /// What was freed.
    public struct Freed: Sendable, Equatable {
        public var files = 0
        public var byteCount = 0
        /// Recovered runs without a name: that they have none may be due to the loss, so their weights stay.
        public var foundAgain = 0
    }

    /// Removes of runs whose records can be read: checkpoints of ended ones, weights of those that no `let` has named,
    /// and what was set aside of them; and what processes that are gone left half-written or locked. What is
    /// known of the runs stays, and so does all that a training under way, or one that was cut, continues from, and
    /// every file that the database does not speak of.
    ///
    /// - Returns: `nil` where the database cannot be used: then nothing is removed, and the reason is noted.
    public func clean() -> Freed? {
        wait()
        guard isWritable, isIndexed else { return nil }
        let names = [files, results].flatMap { folder in
            ((try? FileSystem.list(folder)) ?? []).map { (name: $0, path: "\(folder)/\($0)") }
        }
        let runs = Dictionary(list().map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        var freed = Freed()
        freed.files = removeLeftClaims()
        var known: [String: Bool] = [:]
        /// Whether its record can be read.
        func isKnown(_ run: StoredRun) -> Bool {
            let isKnown = known[run.key] ?? (record(of: run) != nil && isFiled(run))
            known[run.key] = isKnown
            return isKnown
        }
        for (name, path) in names {
            guard let file = RunFileName(name) else { continue }
            let key = file.key
            let isSurplus: Bool
            switch (file.form, file.kind) {
            case (.halfWritten, _): isSurplus = !file.isBeingWritten(at: path)
            case (.whole, .lock):
                isSurplus = false
                removeLock(key, &freed)
            default:
                // Nothing of a running training, here or in another process, is surplus.
                guard let run = runs[key], !run.isFoundAgain, run.state != "running" else {
                    if file.form == .whole, file.kind == .safetensors, runs[key]?.isFoundAgain == true {
                        freed.foundAgain += 1
                    }
                    continue
                }
                switch (file.form, file.kind) {
                case (.whole, .safetensors): isSurplus = !isNamed(run) && isKnown(run)
                // The last copy of a named run whose weights were damaged stays.
                case (.whole, .checkpoint):
                    isSurplus = run.hasEnded && (!isNamed(run) || FileSystem.exists(weights(key))) && isKnown(run)
                case (.damaged, _): isSurplus = isKnown(run)
                default: isSurplus = false
                }
            }
            if isSurplus { remove(path, &freed) }
        }
        return freed
    }

    /// Whether a `let` has named it: a database that was put back or changed does not know all names.
    func isNamed(_ run: StoredRun) -> Bool { run.name != nil || FileSystem.isThere(nameFile(run.key)) }

    /// Removes the lock files of processes that have ended.
    private func removeLock(_ key: String, _ freed: inout Freed) {
        guard !isLive(key), let lock = acquireLock(key) else { return }
        lock.remove()
        freed.files += 1
    }

    private func remove(_ path: String, _ freed: inout Freed) {
        let size = FileSystem.size(path) ?? 0
        guard (try? FileSystem.remove(path)) != nil else { return }
        freed.files += 1
        freed.byteCount += size
    }

    /// Removes the partial files of processes that were killed.
    func removeLeftovers() {
        for folder in [files, results] {
            for name in (try? FileSystem.list(folder)) ?? [] {
                let path = "\(folder)/\(name)"
                guard let file = RunFileName(name), file.form == .halfWritten, !file.isBeingWritten(at: path) else {
                    continue
                }
                try? FileSystem.remove(path)
            }
        }
    }

    /// Removes the oldest checkpoints of ended runs beyond the limit.
    func pruneCheckpoints() {
        var room = Self.keptCheckpoints
        for run in rows("WHERE state IN ('done', 'diverged') ORDER BY number DESC", []) {
            guard let size = FileSystem.size(checkpoint(run.key)) else { continue }
            room -= size
            if room < 0 { try? FileSystem.remove(checkpoint(run.key)) }
        }
    }

    // MARK: Runs that another takes the place of

    /// Of a training that was interrupted and started over several times, only the furthest run is kept, and those with
    /// a name.
    func removeSurpassed(by key: String, _ record: RunRecord) {
        guard let identity = record.kept?.identity else { return }
        let cut =
            "WHERE identity = ? AND state NOT IN ('done', 'diverged', 'running') ORDER BY epochs DESC, number DESC"
        let others = rows(cut, [.text(identity.digest)]).dropFirst()
        remove(others.filter { $0.key != key && !isNamed($0) })
    }

    /// Removes runs, their files first: files without a row are those of a run that was lost, and are found again.
    /// Whoever has the lock of one continues with it.
    func remove(_ runs: [StoredRun]) {
        let locks = runs.compactMap { run in acquireLock(run.key).map { (run: run, lock: $0) } }
        guard !locks.isEmpty else { return }
        for (run, _) in locks {
            for path in [recordPath(run.identity, run.key), weights(run.key), checkpoint(run.key), nameFile(run.key)]
                .compactMap(\.self)
            {
                try? FileSystem.remove(path)
            }
        }
        change { database throws(DatabaseError) in
            for (run, _) in locks {
                try database.execute("DELETE FROM runs WHERE key = ?", [.text(run.key)])
                try database.execute("DELETE FROM unfiled WHERE key = ?", [.text(run.key)])
            }
        } then: {
            for (_, lock) in locks { lock.remove() }
        }
    }

    // MARK: After a loss

    /// Takes into the file what the files of runs say of themselves where it knows nothing of them, or not how they
    /// ended.
    ///
    /// - Parameter waiting: runs of this store that are to be written yet.
    /// - Returns: how many that were, where the file was lost or put back.
    /// - Throws: where another process holds it: then it must be tried again.
    func recover(into database: Database, except waiting: Set<String>) throws(DatabaseError) -> Int {
        let rows = try database.execute("SELECT key, state FROM runs")
        let known = Dictionary(
            rows.map { ($0[0].text ?? "", $0[1].text ?? "") }, uniquingKeysWith: { first, _ in first })
        var found: [(key: String, record: RunRecord, state: String)] = []
        var filed: Set<String> = []
        func isUnfinished(_ key: String) -> Bool {
            known[key].map { $0 != "done" && $0 != "diverged" } ?? true
        }
        for name in (try? FileSystem.list(results)) ?? [] {
            guard let key = RunRecordFile.key(name) else { continue }
            filed.insert(key)
            // A result is whole, whatever the lock of another machine says.
            guard isUnfinished(key), !waiting.contains(key), !RunLock.isHeldHere(lock(key)),
                let read = try? RunRecordFile.read("\(results)/\(name)"), read.key == key,
                read.record.reasonToRefuse == nil
            else { continue }
            found.append((key, read.record, read.record.state.description))
        }
        for name in (try? FileSystem.list(files)) ?? [] {
            let key = String(name.prefix { $0 != "." })
            if waiting.contains(key) || filed.contains(key) { continue }
            if name == "\(key).safetensors" {
                guard isUnfinished(key), !isLive(key), let record = WeightsFile.record(at: weights(key)) else {
                    continue
                }
                found.append((key, record, record.state.description))
            } else if name == "\(key).checkpoint", known[key] == nil, !FileSystem.exists(weights(key)) {
                guard let record = (try? CheckpointFile.head(checkpoint(key)))?.record else { continue }
                found.append((key, record, isLive(key) ? "running" : "interrupted"))
            }
        }
        // In the order in which they were begun, which the numbers of their rows then keep.
        found = found.filter { $0.record.kept != nil }.sorted {
            ($0.record.kept?.started ?? 0, $0.key) < ($1.record.kept?.started ?? 0, $1.key)
        }
        guard !found.isEmpty else { return 0 }
        try database.transaction { () throws(DatabaseError) in
            for (key, record, state) in found {
                var record = record
                if let name = keptName(key) { record.name = name }
                try Self.write(record, key: key, state: state, to: database)
                guard known[key] == nil, record.name == nil else { continue }
                try database.execute("UPDATE runs SET found = 1 WHERE key = ? AND name IS NULL", [.text(key)])
            }
        }
        // A lock file that is left means that another process kept its end from being written, or that it was killed:
        // nothing was lost.
        return found.contains { !FileSystem.isThere(lock($0.key)) } ? found.count : 0
    }

    // MARK: Names

    /// What `let`s called a run, the last one last: a run that is bound again is found by all of them.
    private func keptNames(_ key: String) -> [String] {
        let path = nameFile(key)
        guard FileSystem.isRegularFile(path), FileSystem.size(path) ?? 0 < 10_000,
            let text = try? FileSystem.readText(path)
        else { return [] }
        return text.split(separator: "\n").map(String.init)
    }

    /// The name of a run.
    func keptName(_ key: String) -> String? { keptNames(key).last }

    /// Writes what a run is called now. Names beyond so many are forgotten, the oldest first.
    func addName(_ name: String, _ key: String) {
        let names = keptNames(key).filter { $0 != name }.suffix(19) + [name]
        try? FileSystem.write(names.joined(separator: "\n"), to: nameFile(key), isPrivate: true)
    }

    /// Takes a name from all other runs, so that it means one.
    func removeName(_ name: String, except key: String) {
        for other in keys(called: name) where other != key {
            let names = keptNames(other).filter { $0 != name }
            if names.isEmpty {
                try? FileSystem.remove(nameFile(other))
            } else {
                try? FileSystem.write(names.joined(separator: "\n"), to: nameFile(other), isPrivate: true)
            }
        }
    }

    /// The runs that a `let` has called so at any time.
    func keys(called name: String) -> [String] {
        ((try? FileSystem.list(files)) ?? []).compactMap { RunFileName($0) }
            .filter { $0.form == .whole && $0.kind == .name && keptNames($0.key).contains(name) }.map(\.key)
    }

    /// Takes the names next to the files of runs into the database, which may be an older one that was put back, and
    /// writes those that are in it alone beside the files: an older Tandem named them. A name that another run has
    /// beside its files is that one's.
    func matchNames(of database: Database) throws(DatabaseError) {
        var unknown: [[DatabaseValue]] = []
        // Most of thousands of runs have neither: one look at the folder shows it.
        let present = Set((try? FileSystem.list(files)) ?? [])
        func has(_ key: String, _ kind: RunFileName.Kind) -> Bool { present.contains("\(key).\(kind.rawValue)") }
        let rows = try database.execute("SELECT key, name FROM runs").map { (key: $0[0].text ?? "", name: $0[1].text) }
        let names = Dictionary(
            rows.filter { has($0.key, .name) }.compactMap { row in keptName(row.key).map { (row.key, $0) } },
            uniquingKeysWith: { first, _ in first })
        let taken = Set(names.values)
        for (key, known) in rows {
            if let name = names[key] {
                if name != known { unknown.append([.text(name), .text(key)]) }
            } else if let known, taken.contains(known) {
                unknown.append([.null, .text(key)])
            } else if let name = known, !has(key, .name), has(key, .safetensors) || has(key, .checkpoint) {
                try? FileSystem.write(name, to: nameFile(key), isPrivate: true)
            }
        }
        guard !unknown.isEmpty else { return }
        try database.transaction { () throws(DatabaseError) in
            for values in unknown {
                try database.execute("UPDATE runs SET name = ?, found = 0 WHERE key = ?", values)
            }
        }
    }
}

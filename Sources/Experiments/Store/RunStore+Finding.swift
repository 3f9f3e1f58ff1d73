// How runs are found: by what decides their bits, by what they are called, or all of them.

import Engine
import Libraries
import Network

extension RunStore {
    /// The runs, the newest first.
    ///
    /// - Parameters:
    ///   - limit: the most runs that are returned.
    ///   - place: how many are skipped.
    public func list(limit: Int = .max, after place: Int = 0) -> [StoredRun] {
        if place == 0 { takeInUnlisted() }
        return marked(rows("ORDER BY number DESC LIMIT ? OFFSET ?", [.integer(limit), .integer(place)]))
    }

    /// Says which are older ones. Of several of one model and seed the newest is called so, whether or not they have
    /// names: a name that is given later leaves each of them what it was called.
    private func marked(_ runs: [StoredRun]) -> [StoredRun] {
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

    /// The number of runs.
    public var count: Int {
        use { file throws(DatabaseError) in Self.count(file.database) } ?? 0
    }

    static func count(_ database: Database) -> Int {
        (try? database.execute("SELECT count(*) FROM runs"))?.first?.first?.integer ?? 0
    }

    /// Of an identity, trained by this engine's arithmetic: records from elsewhere may say anything of another's.
    private static let endedHere =
        "WHERE identity = ? AND arithmetic = ? AND state IN ('done', 'diverged') ORDER BY number DESC"

    /// The ended run of this identity that has its weights, if there is one.
    public func kept(_ identity: RunIdentity, _ attempt: Attempt? = nil) -> StoredRun? {
        wait()
        return ended(identity, attempt) { runs in runs.first { FileSystem.exists(self.weights($0.key)) } }
    }

    /// All but the weights of an ended run of this identity, whether or not its weights are kept.
    public func endedRecord(_ identity: RunIdentity, _ attempt: Attempt? = nil) -> RunRecord? {
        wait()
        return ended(identity, attempt) { runs in runs.lazy.compactMap { self.record(of: $0) }.first }
    }

    /// Whether an ended run of this identity is kept, whether or not with its weights. One that is being written is
    /// waited for no longer than an interrupt may take.
    public func isEnded(_ identity: RunIdentity, _ attempt: Attempt? = nil) -> Bool {
        background.wait(within: 0.05)
        return ended(identity, attempt) { $0.first } != nil
    }

    /// Which of these trainings have a result, as the names of files say: one look at the folder, whatever their
    /// number.
    public func withResults(_ trainings: [(identity: RunIdentity, attempt: Attempt?)]) -> [Bool] {
        var (identities, keys): (Set<Substring>, Set<String>) = ([], [])
        for name in (try? FileSystem.list(results)) ?? [] {
            guard let key = RunRecordFile.key(name) else { continue }
            identities.insert(name.prefix { $0 != "." })
            keys.insert(key)
        }
        return trainings.map { identity, attempt in
            attempt.map { keys.contains($0.key(of: identity)) } ?? identities.contains(identity.digest.prefix(32))
        }
    }

    /// What `choose` takes of the ended runs of an identity, or of that of one attempt; those that the file does not
    /// list yet come last.
    private func ended<Chosen>(
        _ identity: RunIdentity, _ attempt: Attempt?, _ choose: ([StoredRun]) -> Chosen?
    ) -> Chosen? {
        func chosen() -> Chosen? {
            var runs = rows(Self.endedHere, [.text(identity.digest), .integer(arithmeticVersion)])
            if let key = attempt?.key(of: identity) { runs = runs.filter { $0.key == key } }
            return choose(runs)
        }
        if let found = chosen() { return found }
        takeInUnlisted()
        return chosen()
    }

    /// An ended run whose weights are kept and have this digest, with them.
    ///
    /// Cost: reads the records of the runs whose weights are kept.
    public func run(digest: String, _ architecture: Architecture) -> Run? {
        wait()
        for kept in list() where kept.hasEnded && FileSystem.exists(weights(kept.key)) {
            guard let record = record(of: kept), record.digest == digest, let description = record.description,
                description.architecture == architecture
            else { continue }
            if let run = load(kept, architecture, description.options) { return run }
        }
        return nil
    }

    /// The run that `list` calls so: by a `let`, the newest as `gap seed 2`, or an older one as `gap seed 2 #3f2a91c0`;
    /// these two whether or not a `let` has named it.
    public func kept(called name: String) -> StoredRun? {
        if let run = listed(called: name) { return run }
        takeInUnlisted()
        return listed(called: name)
    }

    private func listed(called name: String) -> StoredRun? {
        for condition in [
            "name = ? ORDER BY number DESC",
            "model || ' seed ' || seed || ' #' || substr(key, 1, \(StoredRun.tagLength)) = ? ORDER BY number DESC",
            "model || ' seed ' || seed = ? ORDER BY number DESC",
        ] {
            if let run = marked(rows("WHERE \(condition) LIMIT 1", [.text(name)])).first { return run }
        }
        // Its earlier and other names.
        return keys(called: name).lazy.compactMap { self.marked(self.rows("WHERE key = ?", [.text($0)])).first }.first
    }

    func rows(_ condition: String, _ values: [DatabaseValue]) -> [StoredRun] {
        let rows = use { file throws(DatabaseError) in
            try file.database.execute("SELECT \(StoredRun.columns) FROM runs \(condition)", values)
        }
        return (rows ?? []).map { StoredRun($0, isLive: isLive) }
    }

    /// Whether a process holds the lock of a run.
    func isLive(_ key: String) -> Bool { RunLock.isHeld(lock(key), watch) }
}

// What of a store takes room and is wanted no more, and what is found again of one whose file was lost.

import Glibc
import Libraries

extension RunStore {
    /// Checkpoints of ended runs, which are there to be gone on from for more epochs, may take so much room together.
    static let keptCheckpoints = 1_000_000_000

    /// What was freed.
    public struct Freed: Sendable, Equatable {
        public var files = 0
        public var byteCount = 0
    }

    /// Removes checkpoints of ended runs, weights of runs that no `let` has named, and what was set aside or left half-written. What is
    /// known of the runs stays, and so does all that a training under way, or one that was cut, goes on from.
    public func clean() -> Freed {
        wait()
        guard isWritable, let names = try? FileSystem.list(files) else { return Freed() }
        let runs = Dictionary(list().map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        var freed = Freed()
        for name in names {
            let parts = name.split(separator: ".")
            guard parts.count > 1 else { continue }
            let run = runs[String(parts[0])]
            let isWanted: Bool
            switch parts.dropFirst().joined(separator: ".") {
            case "safetensors": isWanted = run?.name != nil
            case "checkpoint": isWanted = run.map { !$0.hasEnded } ?? false
            case "lock": isWanted = run?.state == "running"
            default: isWanted = name.hasSuffix(".part") && isBeingWritten(name)
            }
            if !isWanted { remove("\(files)/\(name)", &freed) }
        }
        for name in (try? FileSystem.list(folder)) ?? [] where name.hasPrefix("tandem.sqlite.damaged") {
            remove(FileSystem.join(folder, name), &freed)
        }
        return freed
    }

    private func remove(_ path: String, _ freed: inout Freed) {
        let size = FileSystem.size(path) ?? 0
        guard (try? FileSystem.remove(path)) != nil else { return }
        freed.files += 1
        freed.byteCount += size
    }

    /// Whether the process is there that writes a file `….<process>.part`.
    private func isBeingWritten(_ name: String) -> Bool {
        let parts = name.split(separator: ".")
        guard parts.count > 2, let process = pid_t(parts[parts.count - 2]) else { return false }
        return kill(process, 0) == 0 || errno == EPERM
    }

    /// Removes what processes that were killed left half-written.
    func removeLeftovers() {
        for name in (try? FileSystem.list(files)) ?? [] where name.hasSuffix(".part") && !isBeingWritten(name) {
            try? FileSystem.remove("\(files)/\(name)")
        }
    }

    /// Removes the oldest checkpoints of ended runs that are too much.
    func pruneCheckpoints() {
        var room = Self.keptCheckpoints
        for run in rows("WHERE state IN ('done', 'diverged') ORDER BY number DESC", []) {
            guard let size = FileSystem.size(checkpoint(run.key)) else { continue }
            room -= size
            if room < 0 { try? FileSystem.remove(checkpoint(run.key)) }
        }
    }

    // MARK: Runs that another takes the place of

    /// Of one training that was cut several times, each begun anew, the furthest holds all that the others do: they go.
    func removeSurpassed(by key: String, _ record: RunRecord) {
        guard let identity = record.kept?.identity else { return }
        let cut =
            "WHERE identity = ? AND state NOT IN ('done', 'diverged', 'running') ORDER BY epochs DESC, number DESC"
        for run in rows(cut, [.text(identity.digest)]).dropFirst() where run.key != key {
            // Whoever has the lock goes on with it.
            guard let lock = heldLock(run.key) else { continue }
            let removed: Void? = use { file throws(DatabaseError) in
                try file.database.transaction { () throws(DatabaseError) in
                    try Self.delete(run.key, from: file.database)
                }
            }
            if removed != nil { removeFiles(run.key) }
            lock.release()
        }
    }

    /// Removes the rows of a run.
    static func delete(_ key: String, from database: Database) throws(DatabaseError) {
        try database.execute("DELETE FROM runs WHERE key = ?", [.text(key)])
        try database.execute("DELETE FROM records WHERE key = ?", [.text(key)])
    }

    func removeFiles(_ key: String) {
        for path in [weights(key), checkpoint(key), lock(key)] { try? FileSystem.remove(path) }
    }

    // MARK: After a loss

    /// Takes into a new file what the files of runs say of themselves.
    /// - Returns: how many runs it holds then.
    func recover(into database: Database) -> Int {
        for name in (try? FileSystem.list(files)) ?? [] {
            let key = String(name.prefix { $0 != "." })
            var record: RunRecord?
            var state = "interrupted"
            if name == "\(key).safetensors" {
                record = RunFile.record(at: "\(files)/\(name)")
                state = record?.state.description ?? ""
            } else if name == "\(key).checkpoint", !FileSystem.exists(weights(key)) {
                record = (try? CheckpointFile.head("\(files)/\(name)"))?.record
            }
            guard let record else { continue }
            let isKnown =
                (try? database.execute("SELECT 1 FROM runs JOIN records USING (key) WHERE key = ?", [.text(key)]))
            guard isKnown?.isEmpty != false else { continue }
            _ = try? Self.write(record, key: key, state: state, to: database)
        }
        return (try? database.execute("SELECT count(*) FROM runs"))?.first?.first?.integer ?? 0
    }
}

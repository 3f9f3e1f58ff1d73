// How the store begins to keep a training: from its start, from an interruption, or from the end of a shorter training.

import Engine
import Libraries
import Network

extension RunStore {
    /// Begins to keep a training.
    ///
    /// - Parameters:
    ///   - record: what it is found by.
    ///   - claim: the right to train it, which ends with the training.
    ///   - attempt: where it is trained though there is a run of it, from the start; `nil`: it resumes where it can.
    ///   - keepsWeights: whether its weights are kept at its end, or only its results.
    /// - Returns: `nil` if nothing can be kept, which is noted, and there is nothing to continue from.
    public func begin(
        _ record: RunRecord, _ architecture: Architecture, _ options: TrainingOptions, _ claim: TrainingClaim? = nil,
        attempt: Attempt? = nil, keepsWeights: Bool = true
    ) -> RunKeeper? {
        guard let identity = record.kept?.identity else { return nil }
        // The earlier result must be on disk to continue from, without a second copy in memory.
        wait()
        func unkept() -> RunKeeper? {
            // Its result will not be found again.
            claim?.release()
            return attempt != nil ? nil : self.unkept(record, identity, architecture, options)
        }
        guard isWritable else { return unkept() }
        do throws(FileError) { try FileSystem.createDirectories(files, isPrivate: true) } catch {
            note(StoreFault(notKept: files, error))
            return unkept()
        }
        removeLeftovers()
        if let keeper = continued(record, identity, architecture, options, attempt, claim) {
            keeper.keepsWeights = keepsWeights
            // Other processes list it as running from now on, not from its next checkpoint on.
            if let key = keeper.key {
                change(ofRun: key) { database throws(DatabaseError) in
                    try database.execute("UPDATE runs SET state = 'running' WHERE key = ?", [.text(key)])
                }
            }
            return keeper
        }
        let key = attempt?.key(of: identity) ?? Self.newKey()
        let isClaimed = claim?.isHeld ?? false
        guard let lock = acquireLock(key, isFresh: attempt != nil, isClaimed: isClaimed) else { return unkept() }
        let keeper =
            attempt != nil
            ? RunKeeper(RunWriter(self, record, key: key, lock: lock, claim))
            : extended(record, identity, architecture, options, key, lock, claim)
        keeper.keepsWeights = keepsWeights
        var first = record
        if let beginning = keeper.beginning { first.position = beginning.position }
        let beginning = first
        let isKept = change(ofRun: key) { database throws(DatabaseError) in
            try Self.write(beginning, key: key, state: "running", to: database)
        }
        return isKept ? keeper : keeper.withoutKeeping
    }

    static func newKey() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<8).map { _ in UInt8.random(in: 0...255, using: &generator) }.hexadecimal
    }

    /// - Parameters:
    ///   - isFresh: whether it is that of an attempt.
    ///   - isClaimed: whether this process has the claim of what the run trains.
    /// - Returns: `nil` where another process holds it.
    func acquireLock(_ key: String, isFresh: Bool = false, isClaimed: Bool = false) -> RunLock? {
        do throws(FileError) {
            return try RunLock.acquire(lock(key), watch, isFresh: isFresh, isClaimed: isClaimed)
        } catch {
            note(StoreFault(notKept: files, error))
            return nil
        }
    }

    /// The same training, interrupted; one that another process trains is left to it.
    private func continued(
        _ record: RunRecord, _ identity: RunIdentity, _ architecture: Architecture, _ options: TrainingOptions,
        _ attempt: Attempt?, _ claim: TrainingClaim?
    ) -> RunKeeper? {
        let own = attempt?.key(of: identity)
        for run in rows(Self.unfinished, [.text(identity.digest)]) where own == nil || run.key == own {
            let lock = acquireLock(run.key, isFresh: attempt != nil, isClaimed: claim?.isHeld ?? false)
            guard let lock else { continue }
            // It may have ended between the two.
            guard rows("WHERE key = ?", [.text(run.key)]).first?.hasEnded == false else {
                lock.remove()
                continue
            }
            let found = readCheckpoint(run.key, of: run.label, architecture, options)
            var record = record
            record.name = run.name
            record.kept?.started = run.started
            return RunKeeper(
                RunWriter(self, record, key: run.key, lock: lock, claim, isContinued: true), beginning: found,
                source: found == nil ? nil : run)
        }
        return nil
    }

    /// Continues from the furthest training of the same stem that has no more epochs; from the start where there is
    /// none.
    private func extended(
        _ record: RunRecord, _ identity: RunIdentity, _ architecture: Architecture, _ options: TrainingOptions,
        _ key: String, _ lock: RunLock, _ claim: TrainingClaim?
    ) -> RunKeeper {
        let writer = RunWriter(self, record, key: key, lock: lock, claim)
        for run in shorter(identity, options) {
            guard let found = readCheckpoint(run.key, of: run.label, architecture, options),
                found.position.epoch <= options.epochs
            else { continue }
            return RunKeeper(writer, beginning: found, source: run)
        }
        return RunKeeper(writer)
    }

    private static let unfinished =
        "WHERE identity = ? AND state NOT IN ('done', 'diverged') ORDER BY epochs DESC, number DESC"

    /// Runs of the same stem that have fewer epochs, the furthest first.
    private func shorter(_ identity: RunIdentity, _ options: TrainingOptions) -> [StoredRun] {
        rows(
            "WHERE stem = ? AND epochs < ? AND identity != ? ORDER BY epochs DESC, number DESC",
            [.text(identity.stem), .integer(options.epochs), .text(identity.digest)])
    }

    /// Where a training that cannot be kept continues; `nil` if it begins from the start.
    private func unkept(
        _ record: RunRecord, _ identity: RunIdentity, _ architecture: Architecture, _ options: TrainingOptions
    ) -> RunKeeper? {
        for run in rows(Self.unfinished, [.text(identity.digest)]) + shorter(identity, options) {
            guard let found = readCheckpoint(run.key, of: run.label, architecture, options),
                run.identity == identity.digest || found.position.epoch <= options.epochs
            else { continue }
            return RunKeeper(nil, beginning: found, source: run)
        }
        return nil
    }

    /// Runs that one of the same identity replaces: all that no other process trains.
    func replacedRuns(by key: String, _ record: RunRecord) -> [StoredRun] {
        guard let identity = record.kept?.identity else { return [] }
        return rows("WHERE identity = ? AND key != ?", [.text(identity.digest), .text(key)])
            .filter { $0.state != "running" }
    }
}

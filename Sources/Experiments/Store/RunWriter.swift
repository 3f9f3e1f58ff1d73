// Writes one training to the store on the background thread: its checkpoints, and at its end weights and record.

import Engine
import Libraries
import Synchronization

final class RunWriter: Sendable {
    let key: String
    private let store: RunStore
    private let record: RunRecord
    private let lock: RunLock
    private let claim: TrainingClaim?
    /// Whether an earlier session began it.
    private let isContinued: Bool
    /// Whether all of the end is written; `nil` before.
    private let outcome = Mutex<Bool?>(nil)
    /// Seconds that the last checkpoint took from the training, and all together.
    private let costs = Mutex((last: 0.005, all: 0.0))

    init(
        _ store: RunStore, _ record: RunRecord, key: String, lock: RunLock, _ claim: TrainingClaim?,
        isContinued: Bool = false
    ) {
        self.isContinued = isContinued
        self.store = store
        self.record = record
        self.key = key
        self.lock = lock
        self.claim = claim
    }

    /// Leaves nothing of a training that did not begin.
    deinit {
        lock.remove()
        claim?.release()
    }

    var isBusy: Bool { store.background.isBusy }
    var cost: Double { costs.withLock { $0.last } }

    func isKept(within seconds: Double) -> Bool? {
        store.background.wait(within: seconds)
        return outcome.withLock { $0 }
    }

    private func add(_ seconds: Double) {
        costs.withLock { $0 = (last: seconds, all: $0.all + seconds) }
    }

    // MARK: Under way

    /// Writes a copy of the state in the background.
    ///
    /// - Parameter seconds: how long the copy took.
    func keep(_ checkpoint: Checkpoint, copying seconds: Double) {
        store.background.begin { [self] in
            let start = Clock.threadSeconds
            write(checkpoint, record, "running")
            add(seconds + Clock.threadSeconds - start)
        }
    }

    /// Writes the state itself, while the training waits.
    func keep(_ checkpoint: Checkpoint, since start: Double) {
        write(checkpoint, record, "running")
        add(Clock.seconds - start)
    }

    /// - Parameter finish: what is done once the database says so too.
    /// - Returns: whether the state is on the disk.
    @discardableResult
    private func write(
        _ checkpoint: Checkpoint, _ record: RunRecord, _ state: String, then finish: @escaping @Sendable () -> Void = {}
    ) -> Bool {
        var record = record
        record.position = checkpoint.position
        let path = store.checkpoint(key)
        do throws(FileError) { try CheckpointFile.write(checkpoint, record, to: path) } catch {
            noteUnwritten("checkpoint", error, path: path)
            // Nothing has changed since the previous one.
            let key = key
            store.change { database throws(DatabaseError) in
                try database.execute("UPDATE runs SET state = ? WHERE key = ?", [.text(state), .text(key)])
            } then: {
                finish()
            }
            return false
        }
        update(record, state, then: finish)
        return true
    }

    private func update(_ record: RunRecord, _ state: String, then finish: @escaping @Sendable () -> Void) {
        let key = key
        store.change(ofRun: key) { database throws(DatabaseError) in
            try RunStore.write(record, key: key, state: state, to: database)
        } then: {
            finish()
        }
    }

    private func noteUnwritten(_ what: String, _ error: FileError, path: String) {
        store.note(
            .notWritten(run: label, what: what, reason: error.reason, hasOlder: FileSystem.exists(path)))
    }

    private var label: String { "\(record.model) seed \(record.seedText)" }

    // MARK: The end

    /// Nothing was trained.
    func abandon() {
        let (key, isContinued) = (key, isContinued)
        store.change(ofRun: key) { database throws(DatabaseError) in
            try database.execute(
                isContinued
                    ? "UPDATE runs SET state = 'interrupted' WHERE key = ?" : "DELETE FROM runs WHERE key = ?",
                [.text(key)])
        }
    }

    private var removeLock: @Sendable () -> Void { { [lock] in lock.remove() } }

    func end(_ run: Run, _ last: Checkpoint, keepsWeights: Bool) {
        var record = record
        record.state = run.state
        record.position = last.position
        let ended = record
        store.background.begin { [self] in
            switch run.state {
            case .interrupted, .stopped:
                if run.steps > 0 {
                    let isWritten = write(last, ended, run.state.description, then: removeLock)
                    outcome.withLock { $0 = isWritten }
                } else {
                    update(ended, "interrupted", then: removeLock)
                    outcome.withLock { $0 = true }
                }
                store.removeSurpassed(by: key, ended)
            case .done, .diverged, .loaded: writeEnd(run, last, ended, keepsWeights)
            }
            // Its file stays where the database does not say yet how the run ended.
            lock.release()
            claim?.release()
        }
    }

    private func writeEnd(_ run: Run, _ last: Checkpoint, _ record: RunRecord, _ keepsWeights: Bool) {
        let start = Clock.threadSeconds
        var record = record
        // First a checkpoint of the end: from now on no step is lost.
        let isDone = run.state == .done
        if keepsWeights, isDone, last.state.byteCount <= RunStore.keptCheckpoints { write(last, record, "running") }
        record.digest = run.digest
        let path = store.weights(key)
        if keepsWeights {
            do throws(FileError) {
                try FileSystem.createDirectories(store.files, isPrivate: true)
                _ = try WeightsFile.write(run, record, to: path, isPrivate: true)
            } catch { noteUnwritten("file of weights", error, path: path) }
        }
        // Only a whole run replaces a whole one.
        let isWhole = FileSystem.exists(path)
        let replaced = store.replacedRuns(by: key, record).filter { isWhole || !$0.hasEnded }
        for older in replaced where isDone {
            guard let digest = store.record(of: older)?.digest, digest != record.digest else { continue }
            store.note(.otherBits(run: label, date: older.date))
        }
        record.kept?.keepingSeconds = costs.withLock { $0.all } + Clock.threadSeconds - start
        do throws(FileError) { try store.writeRecord(record, key: key) } catch {
            store.note(.notWritten(run: label, what: "record", reason: error.reason, hasOlder: false))
            // Weights describe their run as well. Without either it has not ended for the next session, and its
            // checkpoint says the rest.
            if !FileSystem.exists(path) {
                if isDone {
                    write(last, record, "interrupted", then: removeLock)
                } else {
                    update(record, "interrupted", then: removeLock)
                }
                return
            }
        }
        let (key, ended, state) = (key, record, run.state.description)
        store.change(ofRun: key) { database throws(DatabaseError) in
            try RunStore.write(ended, key: key, state: state, to: database)
        } then: { [store, lock] in
            store.remove(replaced.filter { !store.isNamed($0) })
            if !isDone || !keepsWeights { try? FileSystem.remove(store.checkpoint(key)) }
            lock.remove()
            store.pruneCheckpoints()
        }
    }
}

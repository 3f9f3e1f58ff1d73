// The lock that shows other processes that a run is being trained: released when the training or its process ends.

import Libraries
import Synchronization

final class RunLock: Sendable {
    private let lock: Mutex<FileLock?>

    private init(_ lock: consuming sending FileLock) { self.lock = Mutex(lock) }

    /// - Returns: `nil` where another process holds it.
    static func acquire(_ path: String) throws(FileError) -> RunLock? {
        // Long enough for a process that removes the lock files of ended processes, too short to be noticed.
        guard let lock = try FileLock(path, patience: Patience(0.2)) else { return nil }
        return RunLock(lock)
    }

    /// Whether it is held, here or by another process; the lock is not taken to find out.
    static func isHeld(_ path: String) -> Bool { FileLock.isHeld(path) }

    /// Writes into its file which process holds it, for people.
    func write(_ bytes: [UInt8]) { lock.withLock { $0?.write(bytes) } }

    func release() { lock.withLock { $0 = nil } }

    /// Releases it and removes its file, if it is still held.
    func remove() {
        lock.withLock { lock in
            let held = lock.take()
            if let held { held.remove() }
        }
    }
}

// The lock that shows other processes that a run is being trained: released when the training or its process ends, and
// taken over from a machine that is lost.

import Glibc
import Libraries

final class RunLock: Sendable {
    private let file: HeldFile

    private init(_ file: HeldFile) { self.file = file }

    deinit { release() }

    /// What stands in that of an attempt, which the claim of its identity says nothing of.
    private static let freshText = Array("fresh".utf8)

    /// - Parameters:
    ///   - isFresh: whether it is that of an attempt.
    ///   - isClaimed: whether this process has the claim of what the run trains: then who had the lock on another
    ///     machine is lost.
    /// - Returns: `nil` where another process holds it.
    static func acquire(
        _ path: String, _ watch: Watch, isFresh: Bool = false, isClaimed: Bool = false
    ) throws(FileError) -> RunLock? {
        // Long enough for a process that removes the lock files of ended processes, too short to be noticed.
        for _ in 0..<20 {
            switch try HeldFile.acquire(
                path, isFresh ? freshText : [], watch,
                isGone: { isClaimed && $0.text.starts(with: freshText) == isFresh })
            {
            case .granted(let file): return RunLock(file)
            case .held(let holder): if !holder.isOfThisMachine { return nil }
            }
            usleep(10_000)
        }
        return nil
    }

    /// Whether it is held, here or by another process; the lock is not taken to find out.
    static func isHeld(_ path: String, _ watch: Watch) -> Bool {
        guard let holder = ClaimFile.Holder(ofFileAt: path) else { return false }
        return holder.isOfThisMachine ? FileLock.isHeld(path) : !watch.isStale(path, holder)
    }

    /// The same of a process of this machine alone.
    static func isHeldHere(_ path: String) -> Bool {
        ClaimFile.Holder(ofFileAt: path)?.isOfThisMachine == true && FileLock.isHeld(path)
    }

    func release() { file.release() }

    /// Releases it and removes its file, unless another process has it by now.
    func remove() { file.remove() }
}

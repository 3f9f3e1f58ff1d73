// Who trains what: a file `claims/IDENTITY`, held by one process of all on a store, from before the first step until
// what came of the training is found by others. Who comes later waits, or trains something else meanwhile.

import Glibc
import Libraries
import Runtime

/// The right to train what an identity says. It ends with its process, with `release`, or with the last that has it.
public final class TrainingClaim: Sendable {
    /// Tells within this machine that the process lives. `nil` where nothing can be written: then nobody else finds
    /// what is trained here, and nobody waits for it.
    private let lock: RunLock?

    fileprivate init(_ lock: RunLock?) { self.lock = lock }

    deinit { release() }

    /// To be called where the result, or what a training goes on from, is found by others.
    func release() { lock?.remove() }

    /// What came of asking for one.
    public enum Answer: Sendable {
        case granted(TrainingClaim)
        /// Another process is at it: `process 4711`.
        case held(by: String)
    }
}

extension RunStore {
    /// Asks for the right to train what `identity` says. Nobody is waited for.
    ///
    /// Who is granted it looks once more for the result: the process that had it before may have ended the training.
    public func claim(_ identity: RunIdentity) -> TrainingClaim.Answer {
        let path = FileSystem.join(claims, identity.digest)
        do throws(FileError) {
            try FileSystem.createDirectories(claims, isPrivate: true)
            guard let lock = try RunLock.acquire(path) else { return .held(by: holder(ofClaimAt: path)) }
            let holder: JSON = ["host": .string(Machine.host), "process": .integer(Int(getpid()))]
            lock.write(holder.bytes)
            return .granted(TrainingClaim(lock))
        } catch { return .granted(TrainingClaim(nil)) }
    }

    /// The same, and waits for who has it: asks twenty times a second.
    ///
    /// - Parameter waiting: is told once for whom, where somebody has it.
    public func claim(
        _ identity: RunIdentity, unless cancellation: Cancellation, waiting: (_ holder: String) -> Void
    ) throws(TrainingError) -> TrainingClaim {
        var isTold = false
        while true {
            switch claim(identity) {
            case .granted(let claim): return claim
            case .held(let holder):
                if !isTold { waiting(holder) }
                isTold = true
                if cancellation.isCancelled { throw .cancelled }
                usleep(50_000)
            }
        }
    }

    private func holder(ofClaimAt path: String) -> String {
        guard let bytes = try? FileSystem.read(path, limit: 10_000), let holder = try? JSON(parsing: bytes),
            let process = holder["process"]?.integer
        else { return "another process" }
        guard let host = holder["host"]?.string, host != Machine.host else { return "process \(process)" }
        return "process \(process) on \(host)"
    }

    /// Removes what processes that were killed have left of their claims.
    ///
    /// - Returns: how many.
    func removeLeftClaims() -> Int {
        ((try? FileSystem.list(claims)) ?? []).count { name in
            let path = FileSystem.join(claims, name)
            guard RunFileName.isHexadecimal(name, count: 64), !RunLock.isHeld(path),
                let lock = try? RunLock.acquire(path)
            else {
                return false
            }
            lock.remove()
            return true
        }
    }
}

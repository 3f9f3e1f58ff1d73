// Who trains what: a file `claims/IDENTITY`, held by one process of all on a store, on whatever machines they are, from
// before the first step until what came of the training is found by others. Who comes later waits, or trains something
// else meanwhile. A machine that is lost writes its claims no more: after three minutes another one takes them over.

import Glibc
import Libraries
import Runtime
import Text

/// The right to train what an identity says. It ends with its process, with `release`, or with the last that has it.
public final class TrainingClaim: Sendable {
    /// `nil` where nothing can be written: then nobody else finds what is trained here, and nobody waits for it.
    private let file: HeldFile?

    fileprivate init(_ file: HeldFile?) { self.file = file }

    deinit { release() }

    /// Seconds without a change after which the claim of another machine is taken over.
    public static var staleSeconds: Double { Watch.staleSeconds }

    /// As claims of this machine say it.
    public static var ownHost: String { String(Machine.host.prefix(64)).printableName }

    /// Whether others see it.
    var isHeld: Bool { file != nil }

    /// To be called where the result, or what a training goes on from, is found by others.
    func release() { file?.remove() }

    /// How far the training is, for who looks at the claim.
    public func tell(_ progress: TrainingProgress) { file?.tell(Self.text(progress)) }

    /// What came of asking for one.
    public enum Answer: Sendable {
        case granted(TrainingClaim)
        /// Another process is at it: `process 4711 on n2`.
        case held(by: String)
    }

    /// What is told of who has a claim, and how far it is.
    fileprivate static func text(_ progress: TrainingProgress? = nil) -> [UInt8] {
        var holder: JSONObject = [
            "host": .string(ownHost), "process": .integer(Int(getpid())),
        ]
        if let progress { holder["progress"] = progress.json }
        return JSON.object(holder).bytes
    }
}

extension RunStore {
    /// Asks for the right to train what `identity` says, or to train it in this attempt. Nobody is waited for.
    ///
    /// Who is granted it looks once more for the result: the process that had it before may have ended the training.
    public func claim(_ identity: RunIdentity, _ attempt: Attempt? = nil) -> TrainingClaim.Answer {
        switch ask(identity, attempt) {
        case .granted(let claim): .granted(claim)
        case .held(let holder): .held(by: holder.name)
        }
    }

    private enum Asked {
        case granted(TrainingClaim)
        case held(ClaimFile.Holder)
    }

    private func ask(_ identity: RunIdentity, _ attempt: Attempt?) -> Asked {
        let path = FileSystem.join(claims, identity.name(attempt))
        do throws(FileError) {
            try FileSystem.createDirectories(claims, isPrivate: true)
            // Who has let go of it has mostly ended it.
            if let holder = watch.holderUntilNow(path), withResults([(identity, attempt)]) == [false] {
                return .held(holder)
            }
            switch try HeldFile.acquire(path, TrainingClaim.text(), watch) {
            case .granted(let file):
                // The result of who had it before may be there though this machine's copy of the folder lacks it.
                FileSystem.refresh(results)
                return .granted(TrainingClaim(file))
            case .held(let holder): return .held(holder)
            }
        } catch { return .granted(TrainingClaim(nil)) }
    }

    /// The same, and waits for who has it: asks twenty times a second, or every second where that is another machine.
    ///
    /// - Parameter waiting: is told once for whom, where somebody has it.
    public func claim(
        _ identity: RunIdentity, _ attempt: Attempt? = nil, unless cancellation: Cancellation,
        waiting: (_ holder: String) -> Void
    ) throws(TrainingError) -> TrainingClaim {
        var isTold = false
        while true {
            switch ask(identity, attempt) {
            case .granted(let claim): return claim
            case .held(let holder):
                if !isTold { waiting(holder.name) }
                isTold = true
                for _ in 0..<(holder.isOfThisMachine ? 1 : 20) {
                    if cancellation.isCancelled { throw .cancelled }
                    usleep(50_000)
                }
            }
        }
    }

    /// What a claim says, whoever has it.
    ///
    /// - Parameter name: that `RunIdentity.name` gives.
    /// - Returns: `nil` where there is none.
    public func claimed(_ name: String) -> (host: String, process: Int, progress: TrainingProgress?)? {
        guard let holder = ClaimFile.Holder(ofFileAt: FileSystem.join(claims, name)) else { return nil }
        let json = try? JSON(parsing: holder.text)
        return (
            (json?["host"]?.string ?? "").printableName, json?["process"]?.integer ?? 0,
            (json?["progress"]).flatMap(TrainingProgress.init)
        )
    }

    /// The names of all claims.
    public var claimNames: Set<String> { Set((try? FileSystem.list(claims)) ?? []) }

    /// Removes what processes that were killed have left of their claims; of another machine only what has not changed
    /// for long enough.
    ///
    /// - Returns: how many.
    func removeLeftClaims() -> Int {
        HalfWrittenFile.removeLeft(in: claims)
        HalfWrittenFile.removeLeft(in: results)
        return ((try? FileSystem.list(claims)) ?? []).count { name in
            let path = FileSystem.join(claims, name)
            guard RunFileName.isHexadecimal(name, count: 64), !RunLock.isHeld(path, watch),
                let lock = try? RunLock.acquire(path, watch)
            else { return false }
            lock.remove()
            return true
        }
    }
}

extension ClaimFile.Holder {
    /// `process 4711`, or `process 4711 on n2`.
    fileprivate var name: String {
        guard let holder = try? JSON(parsing: text), let process = holder["process"]?.integer else {
            return "another process"
        }
        guard let host = holder["host"]?.string, host != Machine.host || !isOfThisMachine else {
            return "process \(process)"
        }
        return "process \(process) on \(host.printableName)"
    }
}

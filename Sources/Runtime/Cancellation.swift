// The flag that stops what runs: set by an interrupt, read by the engine between tiles and by a download between
// chunks.

import Synchronization

/// One atomic flag. `cancel` is safe in a signal handler and from any thread.
public final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    public init() {}

    public var isCancelled: Bool { flag.load(ordering: .relaxed) }

    public func cancel() { flag.store(true, ordering: .relaxed) }

    /// Makes the flag ready for the next piece of work.
    public func reset() { flag.store(false, ordering: .relaxed) }
}

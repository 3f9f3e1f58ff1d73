// How long to wait for another process that holds a database or a lock.

import Synchronization

public final class Patience: Sendable {
    private let seconds: Double
    private let isCancelled: @Sendable () -> Bool
    /// Who has waited in vain does not wait again, but looks: ten things that want the same are not ten times as slow.
    private let isExhausted = Atomic<Bool>(false)

    /// - Parameter isCancelled: asked every few milliseconds; nothing is waited for while it is true.
    public init(_ seconds: Double, isCancelled: @escaping @Sendable () -> Bool = { false }) {
        self.seconds = seconds
        self.isCancelled = isCancelled
    }

    /// To be called where what was waited for was free.
    public func renew() { isExhausted.store(false, ordering: .relaxed) }

    /// Whether to give up what was waited for so long.
    func hasEnded(after seconds: Double) -> Bool {
        if isExhausted.load(ordering: .relaxed) || isCancelled() { return true }
        guard seconds >= self.seconds else { return false }
        isExhausted.store(true, ordering: .relaxed)
        return true
    }
}

// A thread that can be waited for, also for a limited time.

import Libraries

final class KernelThread: Sendable {
    private let thread: SystemThread
    private let ended = Wakeup()

    init(_ body: @escaping @Sendable () -> Void) {
        let ended = ended
        do throws(SystemThread.Failure) {
            thread = try SystemThread {
                body()
                ended.signal()
            }
        } catch { preconditionFailure("the system gives no thread: \(error)") }
    }

    func join() { thread.join() }

    /// Waits at most so long; a thread that continues is left to end with the process.
    /// - Returns: whether it has ended.
    func join(milliseconds: Int) -> Bool {
        MessageSocket.wait(for: [], descriptors: [ended.readEnd], milliseconds: milliseconds)
        guard !ended.clear().isEmpty else {
            thread.detach()
            return false
        }
        join()
        return true
    }
}

// A thread that can be waited for, also for a limited time.

import Glibc
import Libraries

/// The unchecked part: `thread` is written once, before anybody else has the object.
final class KernelThread: @unchecked Sendable {
    private var thread = pthread_t()
    private let ended = Wakeup()

    init(_ body: @escaping @Sendable () -> Void) {
        final class Body: Sendable {
            let run: @Sendable () -> Void
            init(_ run: @escaping @Sendable () -> Void) { self.run = run }
        }
        let ended = ended
        let work = Body {
            body()
            ended.signal()
        }
        let code = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, Unmanaged.passRetained(work).toOpaque())
        precondition(code == 0, "the system gives no thread: \(String(cString: strerror(code)))")
    }

    func join() { pthread_join(thread, nil) }

    /// Waits at most so long; a thread that continues is left to end with the process.
    /// - Returns: whether it has ended.
    func join(milliseconds: Int) -> Bool {
        MessageSocket.wait(for: [], descriptors: [ended.readEnd], milliseconds: milliseconds)
        guard !ended.clear().isEmpty else {
            pthread_detach(thread)
            return false
        }
        join()
        return true
    }
}

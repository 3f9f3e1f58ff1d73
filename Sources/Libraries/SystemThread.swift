// A thread of the system that runs one closure (pthreads(7)).

import Glibc

public struct SystemThread: Sendable {
    private let thread: pthread_t

    /// Why no thread can be started.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    public init(_ body: @escaping @Sendable () -> Void) throws(Failure) {
        final class Work: Sendable {
            let run: @Sendable () -> Void
            init(_ run: @escaping @Sendable () -> Void) { self.run = run }
        }
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw Failure(description: String(cString: strerror(code)))
        }
        self.thread = thread
    }

    /// Waits until it has ended; once for each thread that is not detached.
    public func join() { pthread_join(thread, nil) }

    /// Nobody waits for it.
    public func detach() { pthread_detach(thread) }
}

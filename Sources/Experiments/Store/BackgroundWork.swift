// Work done one piece after another on a thread of its own while the caller continues: files are written while a
// training runs.

import Glibc
import Libraries
import Runtime
import Synchronization

final class BackgroundWork: Sendable {
    /// The thread of what was begun last; each waits for the one before.
    private let last = Mutex<pthread_t?>(nil)
    private let pending = Counter()

    deinit { wait() }

    /// Whether something is under way.
    var isBusy: Bool { pending.value.load(ordering: .acquiring) > 0 }

    /// Runs `body` after earlier work; synchronously where no thread can be started.
    func begin(_ body: @escaping @Sendable () -> Void) {
        pending.value.add(1, ordering: .acquiringAndReleasing)
        last.withLock { last in
            let previous = last
            let work = Work { [pending] in
                if let previous { pthread_join(previous, nil) }
                body()
                pending.value.subtract(1, ordering: .acquiringAndReleasing)
            }
            var thread = pthread_t()
            let code = pthread_create(
                &thread, nil,
                { argument in
                    if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
                    return nil
                }, Unmanaged.passRetained(work).toOpaque())
            if code == 0 {
                last = thread
            } else {
                Unmanaged.passUnretained(work).release()
                work.run()
                last = nil
            }
        }
    }

    /// Waits until all is done.
    func wait() {
        let thread = last.withLock { last in
            defer { last = nil }
            return last
        }
        if let thread { pthread_join(thread, nil) }
    }

    /// Waits until all is done, or `cancellation` is cancelled: asked every millisecond.
    ///
    /// - Returns: whether all is done.
    func wait(unless cancellation: Cancellation) -> Bool {
        while isBusy {
            if cancellation.isCancelled { return false }
            usleep(1000)
        }
        wait()
        return true
    }

    /// Waits until all is done, or so many seconds are over.
    func wait(within seconds: Double) {
        let end = Clock.seconds + seconds
        while isBusy, Clock.seconds < end { usleep(1000) }
    }

    private final class Work: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }
}

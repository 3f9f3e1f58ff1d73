// Work done one piece after another on a thread of its own while the caller continues: files are written while a
// training runs.

import Glibc
import Libraries
import Runtime
import Synchronization

final class BackgroundWork: Sendable {
    /// The thread of what was begun last; each waits for the one before.
    private let last = Mutex<SystemThread?>(nil)
    private let pending = Counter()

    deinit { wait() }

    /// Whether something is under way.
    var isBusy: Bool { pending.value.load(ordering: .acquiring) > 0 }

    /// Runs `body` after earlier work; synchronously where no thread can be started.
    func begin(_ body: @escaping @Sendable () -> Void) {
        pending.value.add(1, ordering: .acquiringAndReleasing)
        last.withLock { last in
            let previous = last
            let work: @Sendable () -> Void = { [pending] in
                previous?.join()
                body()
                pending.value.subtract(1, ordering: .acquiringAndReleasing)
            }
            do throws(SystemThread.Failure) { last = try SystemThread(work) } catch {
                work()
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
        thread?.join()
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

    private final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }
}

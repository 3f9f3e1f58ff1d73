// A timer that a thread can wait for together with sockets.

import CTimer
import Glibc

/// Rings once, so long after it was set; setting it again forgets what was set before.
public final class Alarm: Sendable {
    /// Readable once it has rung, until `clear`.
    public let descriptor: Int32

    public init() {
        descriptor = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK | TFD_CLOEXEC))
        precondition(descriptor >= 0, "no file descriptor is left for a timer")
    }

    deinit { close(descriptor) }

    /// - Parameter seconds: 0 rings at once.
    public func set(after seconds: Double) {
        // A value of 0 would switch it off.
        let nanoseconds = max(1, Int(seconds * 1e9))
        set(timespec(tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000))
    }

    public func cancel() { set(timespec()) }

    private func set(_ value: timespec) {
        var setting = itimerspec(it_interval: timespec(), it_value: value)
        timerfd_settime(descriptor, 0, &setting, nil)
    }

    /// Makes it wait for the next ring.
    public func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }
}

// SIGINT, SIGTERM and SIGHUP as bytes in a pipe, and the process that started this one.

import Glibc
import Libraries

/// Written once before handlers are installed; a handler may only touch what is as plain as this.
nonisolated(unsafe) private var signalPipe: Int32 = -1

enum ProcessSignals {
    /// From now on the signals' numbers come out of `wakeup`. A peer that is gone no longer ends the process.
    static func forward(to wakeup: Wakeup) {
        signalPipe = wakeup.writeEnd
        for number in [SIGINT, SIGTERM, SIGHUP] where number != SIGHUP || !SignalHandling.isIgnored(number) {
            _ = signal(number) { number in
                let saved = errno
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(signalPipe, &byte, 1)
                errno = saved
            }
        }
        _ = signal(SIGPIPE, SIG_IGN)
        // At a limit of the size of files a write fails instead.
        _ = signal(SIGXFSZ, SIG_IGN)
    }
}

/// The process named by `JPY_PARENT_PID`: a kernel ends itself when its parent has died.
struct ParentProcess {
    private let identifier: pid_t
    private let isDirect: Bool

    init?(identifier: String?) {
        guard let number = identifier.flatMap({ pid_t($0) }), number > 1 else { return nil }
        self.identifier = number
        isDirect = getppid() == number
    }

    var isGone: Bool {
        if isDirect { return getppid() != identifier }
        return kill(identifier, 0) != 0 && errno == ESRCH
    }
}

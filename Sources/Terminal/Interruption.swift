// Ctrl-C drops the line being typed, or stops what the session does, and never ends the process. SIGTERM and SIGHUP
// stop it as well, store it, and then end the process.

import Glibc
import Libraries
import Session
import Synchronization

enum Interruption {
    /// Written once, before the handler is set; kept for the life of the process.
    nonisolated(unsafe) private static var workspace: Workspace?
    /// The signal that asked the process to end; 0 where none did.
    private static let ending = Atomic<Int32>(0)

    static func stops(_ workspace: Workspace) {
        self.workspace = workspace
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in Interruption.interrupt() }
        // Programs that start others from threads of theirs may leave signals blocked.
        var handled = sigset_t()
        sigemptyset(&handled)
        for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&handled, number) }
        pthread_sigmask(SIG_UNBLOCK, &handled, nil)
        // No SA_RESTART: a read that waits for a key must return.
        sigaction(SIGINT, &action, nil)
        signal(SIGPIPE, SIG_IGN)
        // At a limit of the size of files a write fails instead.
        signal(SIGXFSZ, SIG_IGN)
        // Made here: a handler may not.
        ending.store(0, ordering: .relaxed)
        for number in [SIGTERM, SIGHUP] where !SignalHandling.isIgnored(number) {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                Interruption.ending.store(number, ordering: .relaxed)
                Interruption.interrupt()
            }
            sigaction(number, &action, nil)
        }
    }

    /// A cell that asks stops with its question; before the next prompt both are forgotten.
    private static func interrupt() {
        LineInput.interrupt()
        workspace?.interrupt()
    }

    /// The exit code of a process that was asked to end: 143 after SIGTERM.
    static var endingCode: Int32? {
        let number = ending.load(ordering: .relaxed)
        return number == 0 ? nil : 128 + number
    }
}

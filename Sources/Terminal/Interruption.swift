// Ctrl-C: the handler drops the line being typed, or stops what the session does, and never ends the process.

import Glibc
import Libraries
import Session

enum Interruption {
    /// Written once, before the handler is set; kept for the life of the process.
    nonisolated(unsafe) private static var workspace: Workspace?

    static func stops(_ workspace: Workspace) {
        self.workspace = workspace
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            if !LineInput.interrupt() { Interruption.workspace?.interrupt() }
        }
        // No SA_RESTART: a read that waits for a key must return.
        sigaction(SIGINT, &action, nil)
        signal(SIGPIPE, SIG_IGN)
    }
}

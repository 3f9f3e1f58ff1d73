// What the process does at a signal.

import Glibc

public enum SignalHandling {
    /// Whether it was started with the signal ignored: `nohup` does so with SIGHUP.
    public static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}

// How a cell ends early. Faults are thrown as `Diagnostic`s, everything else that ends a cell as a `Stop`.

import Language

enum Stop: Error {
    case fault(Diagnostic)
    /// Interrupted by the user; the message says what is kept.
    case interrupted(Diagnostic)
    /// A training whose loss became NaN or infinite.
    case diverged(Diagnostic)
    /// `quit` was called.
    case quit

    /// Any error as a `Stop`.
    init(_ error: any Error) {
        switch error {
        case let stop as Stop: self = stop
        case let diagnostic as Diagnostic: self = .fault(diagnostic)
        default: self = .fault(Diagnostic(code: .failed, "\(error)"))
        }
    }

    /// The message for the user.
    var diagnostic: Diagnostic {
        switch self {
        case .fault(let diagnostic), .interrupted(let diagnostic), .diverged(let diagnostic): diagnostic
        case .quit: Diagnostic(code: .quit, "`quit` ends a session, not an expression")
        }
    }
}

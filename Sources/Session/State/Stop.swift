// How work ends early. Faults are thrown as the diagnostics that they are; everything else that ends a cell is thrown
// as this.

import Language

enum Stop: Error {
    case fault(Diagnostic)
    /// By the user, who is told what is kept.
    case interrupted(Diagnostic)
    /// A training whose loss became NaN or infinite.
    case diverged(Diagnostic)
    /// `quit` was called.
    case quit

    /// What was thrown, whatever it is.
    init(_ error: any Error) {
        switch error {
        case let stop as Stop: self = stop
        case let diagnostic as Diagnostic: self = .fault(diagnostic)
        default: self = .fault(Diagnostic(code: .failed, "\(error)"))
        }
    }

    /// What a person reads of it.
    var diagnostic: Diagnostic {
        switch self {
        case .fault(let diagnostic), .interrupted(let diagnostic), .diverged(let diagnostic): diagnostic
        case .quit: Diagnostic(code: .quit, "`quit` ends a session, not an expression")
        }
    }
}

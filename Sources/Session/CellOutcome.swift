// How a cell ended.

import Language

/// How a cell ended. Errors were already given to `Output.report`; the first one is repeated here for a reply.
public enum CellOutcome: Sendable {
    case finished
    case failed(Diagnostic)
    case interrupted(Diagnostic)
    /// `quit` was called.
    case quit
}

// STUB until the parser lands. Whether a cell could be run as it stands, for Jupyter's `is_complete` and the REPL.

public enum Completeness: Equatable, Sendable {
    case complete
    /// More is needed; `indent` is what the next line should begin with.
    case incomplete(indent: String)
    case invalid
}

public func completeness(of source: SourceText) -> Completeness {
    .complete
}

// Whether a cell could be run as it stands, for Jupyter's `is_complete` and the REPL.

public enum Completeness: Equatable, Sendable {
    case complete
    /// More is needed; `indent` is what the next line should begin with.
    case incomplete(indent: String)
    case invalid
}

/// A cell with any fault that more text could not mend is `invalid` (also `if ) {`, though its brace is open); one that
/// only lacks its end is `incomplete`, to be indented by four spaces for each open brace.
public func completeness(of source: SourceText) -> Completeness {
    guard source.bytes.count <= SyntaxLimits.cellBytes else { return .invalid }
    let parser = LargeStack.run {
        var parser = Parser(source)
        _ = parser.statements(inBody: false)
        return parser
    }
    if parser.faults.isEmpty { return .complete }
    guard parser.faults.allSatisfy(\.isAtEnd) else { return .invalid }
    let openBraces = parser.tokens.indices.count {
        parser.tokens[$0].isSymbol(.leftBrace) && parser.closers[$0] < 0
    }
    return .incomplete(indent: String(repeating: " ", count: 4 * min(openBraces, 40)))
}

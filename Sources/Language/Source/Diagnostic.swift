// What is wrong with a program, where, and what to do about it. A diagnostic is a value; `DiagnosticText` turns it into
// the block a person reads.

/// Text that takes the place of a stretch of a source: an insertion where the stretch is empty.
public struct TextEdit: Hashable, Sendable {
    public var range: SourceRange
    public var text: String

    public init(_ range: SourceRange, _ text: String) {
        self.range = range
        self.text = text
    }
}

public struct Diagnostic: Error, Sendable {
    public enum Severity: String, Sendable {
        case error, warning, note
    }

    public var severity: Severity
    public var code: FaultCode
    /// What is wrong, in the user's terms, one sentence without a full stop.
    public var message: String
    public var source: SourceText?
    public var range: SourceRange?
    /// Where in the program's own terms, as `in model VGG(pooled: true), after layer 27 (adaptiveavgpool 2)`.
    public var context: [String]
    /// What to type instead, in one line; code in backticks.
    public var fix: String?
    /// What `fix` says as changes of the source, in its order and apart from each other; empty where only a person can
    /// choose.
    public var edits: [TextEdit]

    public init(
        _ severity: Severity = .error, code: FaultCode, _ message: String, source: SourceText? = nil,
        at range: SourceRange? = nil, context: [String] = [], fix: String? = nil, edits: [TextEdit] = []
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.source = source
        self.range = range
        self.context = context
        self.fix = fix
        self.edits = edits
    }
}

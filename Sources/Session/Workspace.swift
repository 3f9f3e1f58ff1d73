// The state of one session, shared by every front end: the names bound so far, the last of each kind, the folder paths are
// relative to, and the flag that interrupts.

import Language
import Runtime

/// How a cell ended. Errors were already given to `Output.report`; the first one is repeated here for a reply.
public enum CellOutcome: Sendable {
    case finished
    case failed(Diagnostic)
    case interrupted(Diagnostic)
    /// `quit` was called.
    case quit
}

/// What may stand at a cursor. Offsets are Unicode scalars from the start of the cell.
public struct CompletionList: Sendable {
    public struct Item: Sendable {
        /// What replaces the text between `start` and `end`.
        public var text: String
        /// `word`, `layer`, `option`, `choice`, `model`, `run`, `data`, `value`, `member` or `path`.
        public var kind: String
        /// Type, default or value, in a few characters.
        public var detail: String

        public init(text: String, kind: String, detail: String) {
            self.text = text
            self.kind = kind
            self.detail = detail
        }
    }

    public var start: Int
    public var end: Int
    public var items: [Item]

    public init(start: Int, end: Int, items: [Item]) {
        self.start = start
        self.end = end
        self.items = items
    }
}

/// `execute` runs on one thread at a time; `interrupt`, `complete`, `inspect` and `completeness` may be called from any
/// thread while it runs.
public final class Workspace: Sendable {
    /// - Parameter folder: what paths in the program are relative to.
    public init(output: any Output, folder: String = ".") {
        self.output = output
        self.folder = folder
    }

    let output: any Output
    let folder: String

    /// Replaces the value of top-level `let`s of these names, for `tandem run --set`. The text is read as an expression, else
    /// taken as a string. To be set before the first cell; `unusedOverrides` tells which met no `let`.
    public func override(_ name: String, with text: String) {}

    public var unusedOverrides: [String] { [] }

    /// Runs a cell to its end, its first error or an interrupt.
    public func execute(_ source: SourceText) -> CellOutcome { .finished }

    /// Evaluates one expression for Jupyter's `user_expressions`, without showing anything.
    public func evaluate(_ text: String) throws(Diagnostic) -> RichValue { RichValue(text: "") }

    /// Stops what `execute` does within 100 ms. Safe in a signal handler: it stores one atomic flag.
    public func interrupt() {}

    public func complete(_ code: String, at cursor: Int) -> CompletionList { CompletionList(start: 0, end: 0, items: []) }

    /// What stands at the cursor: help on a word, or what a value is.
    public func inspect(_ code: String, at cursor: Int) -> RichValue? { nil }

    /// `help` for a word, or the overview for none; `nil` where there is no such word.
    public func help(_ word: String?) -> RichValue? { nil }

    public func completeness(of code: String) -> Completeness { .complete }
}

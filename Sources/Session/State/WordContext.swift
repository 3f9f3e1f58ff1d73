// What the action of a word may see and do: the session, and the cell that its call is in. Words never see the
// interpreter.

import Experiments
import Language
import Network
import Runtime

/// One for each cell, used by its thread.
final class WordContext {
    let session: SessionState
    let faults: FaultMaker
    /// Reads text of the language that a file holds.
    let reader: any ProgramReader
    /// Whether words are kept from showing and writing: while a model is checked at its definition.
    var isSilent = false
    /// Whether files that the program asks for are written by this process.
    var writesFiles: Bool { !isSilent && !session.isFollower }
    /// The expression whose value is shown as soon as it is there.
    var shownRange: SourceRange?
    /// Whether the statement has asked for a secret, which its value may hold.
    var holdsSecret = false
    /// An interrupt or a divergence after which a word still has a value: thrown once the value is bound.
    var pendingStop: Stop?

    init(_ session: SessionState, _ faults: FaultMaker, reader: any ProgramReader) {
        self.session = session
        self.faults = faults
        self.reader = reader
    }

    var output: any Output { session.output }
    var folder: String { session.folder }
    var interruption: Cancellation { session.interruption }
    var store: RunStore? { session.store }
    var source: SourceText { faults.source }

    func interrupted(at range: SourceRange) -> Stop { faults.interrupted(at: range) }

    func checkInterrupt(at range: SourceRange) throws {
        if interruption.isCancelled { throw interrupted(at: range) }
    }

    // MARK: Writing, unless a model is only being checked

    func write(_ text: String) {
        if !isSilent { output.write(text) }
    }

    func show(_ value: RichValue) {
        if !isSilent { output.show(value) }
    }

    /// Help that `?word` asked for.
    func page(_ value: RichValue) {
        if !isSilent { output.page(value) }
    }

    /// Where the lines of a log go; `nil` where its form wants none.
    func lineLog(_ form: LogForm) -> ((String) -> Void)? {
        switch form {
        case .lines: { [self] in write($0) }
        case .auto where output.logsLines: { [output] in output.log($0) }
        case .auto, .bar, .none: nil
        }
    }

    /// Reports what the store could not keep, or found damaged.
    func tellStoreFaults(at range: SourceRange) { session.tellStoreFaults(in: source, at: range) }
}

// What a session shows, as text: results to standard output, bars and diagnostics to standard error.

import Language
import Libraries
import Session
import Synchronization

public final class TextOutput: Output {
    /// How a diagnostic begins: with its block, or with `FILE:11:5: error: …` for scripts.
    public enum DiagnosticStyle: Sendable {
        case block
        case located
    }

    private let style: DiagnosticStyle
    private let isColored: Bool
    private let readsAnswers: Bool
    /// Whether a bar is on the last line of the terminal.
    private let hasBar = Mutex(false)

    /// - Parameter readsAnswers: whether standard input holds the answers to `ask`.
    public init(style: DiagnosticStyle, readsAnswers: Bool) {
        self.style = style
        self.readsAnswers = readsAnswers
        isColored = StandardStream.error.isTerminal && Environment.allowsColor
    }

    /// Bars belong on a terminal; where the output goes to a file, the log lines do.
    public var drawsProgress: Bool {
        StandardStream.output.isTerminal && StandardStream.error.isTerminal && Environment.allowsCursor
    }

    public func write(_ text: String) {
        clearBar()
        StandardStream.output.write(text)
    }

    public func show(_ value: RichValue) {
        let size = StandardStream.output.isTerminal ? StandardStream.output.size : nil
        write(ended(value.terminalForm(size, isColored: Environment.allowsColor)))
    }

    public func result(_ value: RichValue) { show(value) }

    public func progress(_ update: ProgressUpdate) {
        guard drawsProgress else { return }
        let bar = ProgressBar(update: update, columns: StandardStream.error.columns ?? 80).text
            .replacing("\n", with: "\u{1B}[K\n")
        hasBar.withLock { hasBar in
            StandardStream.error.write("\r\(bar)\u{1B}[K" + (update.isFinal ? "\n" : ""))
            hasBar = !update.isFinal
        }
    }

    public func report(_ diagnostic: Diagnostic) {
        clearBar()
        let text = DiagnosticText(
            diagnostic, isColored: isColored,
            // A terminal that does not know its size has 80 columns.
            terminalColumns: StandardStream.error.isTerminal ? StandardStream.error.columns ?? 80 : nil)
        StandardStream.error.write(ended(style == .located ? text.locatedBlock : text.block))
    }

    public func ask(_ prompt: String, isSecret: Bool) -> Answer {
        guard readsAnswers else { return .nobody }
        clearBar()
        return switch LineInput.ask(prompt, isSecret: isSecret, limit: SyntaxLimits.cellBytes) {
        case .line(let line): .line(line)
        case .interrupted: .interrupted
        case .end: .nobody
        }
    }

    /// Ends the line of a bar that was left by an interrupt or an error, so that what it showed stays readable.
    private func clearBar() {
        hasBar.withLock { hasBar in
            if hasBar { StandardStream.error.write("\n") }
            hasBar = false
        }
    }

    private func ended(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }
}

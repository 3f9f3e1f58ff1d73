// Shows what a session says as text, and keeps it as the outputs of a notebook's cells: `tandem run --output`.

import Language
import Libraries
import Notebook
import Session
import Synchronization

final class NotebookRecorder: Output {
    private struct State {
        var count = 0
        var outputs: [NotebookOutput] = []
        /// Those of the cell; they end its outputs as one error.
        var faults: [Diagnostic] = []
        /// Text after them that may still grow, by its stream.
        var stream: (name: String, text: String)?

        mutating func add(_ output: NotebookOutput) {
            endStream()
            outputs.append(output)
        }

        /// After text of the same stream, as clients join it.
        mutating func add(_ text: String, to name: String) {
            if stream?.name != name { endStream() }
            if stream == nil { stream = (name, text) } else { stream?.text += text }
        }

        mutating func endStream() {
            if let stream { outputs.append(.stream(name: stream.name, text: stream.text)) }
            stream = nil
        }
    }

    private let text: any Output
    private let state = Mutex(State())

    init(_ text: any Output) { self.text = text }

    /// A notebook always has room for the curve of a training, wherever the text goes.
    let drawsProgress = true
    var logsLines: Bool { text.logsLines }

    // MARK: Cells

    func begin(_ count: Int) { state.withLock { $0 = State(count: count) } }

    /// What the cell has shown.
    func end() -> [NotebookOutput] {
        state.withLock { state in
            state.endStream()
            guard !state.faults.isEmpty else { return state.outputs }
            let traceback = Traceback(state.faults, isColored: false)
            return state.outputs + [
                .error(name: traceback.name, message: traceback.message, traceback: traceback.blocks)
            ]
        }
    }

    // MARK: Output

    func write(_ text: String) {
        self.text.write(text)
        state.withLock { $0.add(text, to: "stdout") }
    }

    func log(_ text: String) { self.text.write(text) }

    func show(_ value: RichValue) {
        text.show(value)
        state.withLock { $0.add(.display(data: value.bundle)) }
    }

    func showFolded(_ value: RichValue) {
        let data = value.bundle
        state.withLock { $0.add(.display(data: data)) }
    }

    func result(_ value: RichValue) {
        text.result(value)
        state.withLock { $0.add(.result(data: value.bundle, executionCount: $0.count)) }
    }

    func progress(_ update: ProgressUpdate) {
        text.progress(update)
        // Of a bar alone nothing remains to be looked at.
        guard update.isFinal, !update.panels.isEmpty || !update.conclusion.isEmpty else { return }
        let data = update.bundle
        state.withLock { $0.add(.display(data: data)) }
    }

    func report(_ diagnostic: Diagnostic) {
        text.report(diagnostic)
        if diagnostic.severity == .error {
            state.withLock { $0.faults.append(diagnostic) }
        } else {
            let block = DiagnosticText(diagnostic, isColored: false).block
            state.withLock { $0.add(block + "\n", to: diagnostic.streamName) }
        }
    }

    func ask(_ prompt: String, isSecret: Bool) -> Answer { text.ask(prompt, isSecret: isSecret) }
}

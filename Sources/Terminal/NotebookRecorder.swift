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
        /// Text behind them that may still grow, by its stream.
        var stream: (name: String, text: String)?

        mutating func add(_ output: NotebookOutput) {
            endStream()
            outputs.append(output)
        }

        /// Behind text of the same stream, as clients join it.
        mutating func add(_ text: String, to name: String) {
            if stream?.name != name { endStream() }
            if stream == nil { stream = (name, text) } else { stream?.text += text }
        }

        mutating func endStream() {
            if let stream { outputs.append(.stream(name: stream.name, text: stream.text)) }
            stream = nil
        }
    }

    private let text: TextOutput
    private let state = Mutex(State())

    init(_ text: TextOutput) { self.text = text }

    /// A notebook always has room for the curve of a training, wherever the text goes.
    let drawsProgress = true
    var logsLines: Bool { text.logsLines }

    // MARK: Cells

    func begin(_ count: Int) { state.withLock { $0 = State(count: count) } }

    /// What the cell has shown.
    func end() -> [NotebookOutput] {
        state.withLock { state in
            state.endStream()
            return state.outputs
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
        state.withLock { $0.add(.display(data: Self.data(value.forms))) }
    }

    func result(_ value: RichValue) {
        text.result(value)
        state.withLock { $0.add(.result(data: Self.data(value.forms), executionCount: $0.count)) }
    }

    func progress(_ update: ProgressUpdate) {
        text.progress(update)
        // Of a bar nothing stays to be looked at.
        guard update.isFinal, let svg = update.svg else { return }
        let share = Int((min(1, max(0, update.fraction)) * 100).rounded(.down))
        let data = Self.data([("text/plain", "\(update.title): \(share) %"), ("image/svg+xml", svg())])
        state.withLock { $0.add(.display(data: data)) }
    }

    func report(_ diagnostic: Diagnostic) {
        text.report(diagnostic)
        let block = DiagnosticText(diagnostic, isColored: false).block
        if diagnostic.severity == .error {
            state.withLock {
                $0.add(
                    .error(name: diagnostic.code, message: diagnostic.message, traceback: [block]))
            }
        } else {
            state.withLock { $0.add(block + "\n", to: "stderr") }
        }
    }

    func ask(_ prompt: String, isSecret: Bool) -> Answer { text.ask(prompt, isSecret: isSecret) }

    private static func data(_ forms: [(type: String, text: String)]) -> JSONObject {
        var data = JSONObject()
        for form in forms { data[form.type] = .string(form.text) }
        return data
    }
}

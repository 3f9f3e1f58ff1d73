// What a running cell writes, as messages on iopub with the cell's request as parent. Errors are gathered: a cell ends
// with one `error` message, however many faults were found in it.

import Language
import Libraries
import Session
import Synchronization

final class CellOutput: Output {
    /// Seconds between two updates of one display: a tenth of what the activity has taken so far, within these bounds.
    /// The browser on the same two cores takes what a training then lacks: at four updates a second to its end it was a
    /// quarter.
    private static let updateIntervals = 0.25...2.0
    /// Share of the time that may go into drawing: the training waits meanwhile.
    private static let drawingShare = 0.01

    /// The cell that runs.
    struct Cell: Sendable {
        let execution: Execution
        var errors: [Diagnostic] = []
        var resultText: String?
        /// Help to be read beside the notebook.
        var pages: [RichValue] = []
        /// When each bar was drawn first, and when it may be drawn next.
        var drawings: [Int: (first: Double, next: Double)] = [:]
    }

    private let cell = Mutex<Cell?>(nil)
    private let broadcaster: Broadcaster
    typealias Question = @Sendable (_ cell: Execution, _ prompt: String, _ isSecret: Bool) -> Answer
    private let ask = Mutex<Question?>(nil)
    /// Until a cell has said it: who writes cells does not see a kernel's standard error.
    private let startFaults: Mutex<[Diagnostic]>

    let drawsProgress = true

    /// - Parameters:
    ///   - environmentFaults: what is wrong with the variables of the environment.
    ///   - historyFailure: why earlier cells are not there.
    init(broadcaster: Broadcaster, environmentFaults: [String] = [], historyFailure: String? = nil) {
        self.broadcaster = broadcaster
        var faults = environmentFaults.map {
            Diagnostic(
                .warning, code: .environment, $0, fix: "set it where Jupyter is started, and restart the kernel")
        }
        if let historyFailure { faults.append(Diagnostic(.warning, code: .store, historyFailure)) }
        startFaults = Mutex(faults)
    }

    /// How a question comes to the person; until then there is nobody.
    func asks(_ question: @escaping Question) { ask.withLock { $0 = question } }

    func begin(_ execution: Execution) {
        cell.withLock { $0 = Cell(execution: execution) }
        guard !execution.isSilent else { return }
        let faults = startFaults.withLock { faults in
            defer { faults = [] }
            return faults
        }
        for fault in faults { report(fault) }
    }

    /// What was gathered; whatever is written later goes nowhere.
    func end() -> Cell? {
        cell.withLock { cell in
            defer { cell = nil }
            return cell
        }
    }

    /// The cell that runs, unless it is to be silent.
    private var audible: Execution? {
        cell.withLock { $0.flatMap { $0.execution.isSilent ? nil : $0.execution } }
    }

    // MARK: Output

    func write(_ text: String) {
        guard let execution = audible else { return }
        broadcaster.write(text, to: "stdout", parent: execution.request.header)
    }

    /// Text that somebody else in this process wrote; between two cells it belongs to none.
    func writeStray(_ text: String) {
        let parent = cell.withLock { $0?.execution.request.header } ?? Array("{}".utf8)
        broadcaster.write(text, to: "stdout", parent: parent)
    }

    func show(_ value: RichValue) { send("display_data", ["data": .object(value.bundle)]) }

    func showFolded(_ value: RichValue) { show(value) }

    func result(_ value: RichValue) {
        guard let execution = audible else { return }
        cell.withLock { $0?.resultText = value.text }
        send(
            "execute_result",
            ["execution_count": .integer(execution.count), "data": .object(value.bundle)])
    }

    func page(_ value: RichValue) { cell.withLock { $0?.pages.append(value) } }

    func progress(_ update: ProgressUpdate) {
        let start = Clock.seconds
        guard let execution = audible else { return }
        let isFirst: Bool? = cell.withLock { cell in
            guard let drawing = cell?.drawings[update.id] else { return true }
            return update.isFinal || start >= drawing.next ? false : nil
        }
        guard let isFirst else { return }
        broadcaster.send(
            execution.request.broadcast(
                isFirst ? "display_data" : "update_display_data",
                [
                    "data": .object(update.bundle), "metadata": [:],
                    "transient": ["display_id": .string("tandem-progress-\(broadcaster.session)-\(update.id)")],
                ]))
        let end = Clock.seconds
        cell.withLock { cell in
            let first = cell?.drawings[update.id]?.first ?? start
            let interval = min(
                Self.updateIntervals.upperBound, max(Self.updateIntervals.lowerBound, (end - first) / 10))
            cell?.drawings[update.id] = (first, end + max(interval, (end - start) / Self.drawingShare))
        }
    }

    func report(_ diagnostic: Diagnostic) {
        if diagnostic.severity == .error {
            cell.withLock { $0?.errors.append(diagnostic) }
        } else if let execution = audible {
            let text = DiagnosticText(diagnostic, isColored: true).block + "\n"
            broadcaster.write(text, to: diagnostic.streamName, parent: execution.request.header)
        }
    }

    func ask(_ prompt: String, isSecret: Bool) -> Answer {
        guard let execution = cell.withLock({ $0?.execution }), execution.allowsInput,
            let question = ask.withLock({ $0 })
        else { return .nobody }
        return question(execution, prompt, isSecret)
    }

    private func send(_ type: String, _ content: JSONObject) {
        guard let execution = audible else { return }
        var content = content
        content["metadata"] = [:]
        broadcaster.send(execution.request.broadcast(type, content))
    }
}

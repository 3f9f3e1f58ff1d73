// An output that remembers what a cell wrote, for tests.

import Language
import Session
import Synchronization

final class RecordingOutput: Output {
    struct Record: Sendable {
        var text = ""
        var shown: [RichValue] = []
        var results: [RichValue] = []
        var progress: [ProgressUpdate] = []
        var diagnostics: [Diagnostic] = []
    }

    let drawsProgress: Bool
    /// What the person answers, in order.
    private let answers: Mutex<[Answer]>
    private let record = Mutex(Record())
    private let textHook = Mutex<(@Sendable (String) -> Void)?>(nil)
    private let onProgress: @Sendable (ProgressUpdate) -> Void

    init(
        drawsProgress: Bool = false, answers: [Answer] = [],
        onProgress: @escaping @Sendable (ProgressUpdate) -> Void = { _ in }
    ) {
        self.drawsProgress = drawsProgress
        self.answers = Mutex(answers)
        self.onProgress = onProgress
    }

    var all: Record { record.withLock { $0 } }

    /// Called with each text that is written.
    var onText: (@Sendable (String) -> Void)? {
        get { textHook.withLock { $0 } }
        set { textHook.withLock { $0 = newValue } }
    }
    func forgetText() { record.withLock { $0.text = "" } }

    func write(_ text: String) {
        record.withLock { $0.text += text }
        onText?(text)
    }
    func show(_ value: RichValue) { record.withLock { $0.shown.append(value) } }
    func result(_ value: RichValue) { record.withLock { $0.results.append(value) } }
    func progress(_ update: ProgressUpdate) {
        record.withLock { $0.progress.append(update) }
        onProgress(update)
    }
    func report(_ diagnostic: Diagnostic) { record.withLock { $0.diagnostics.append(diagnostic) } }
    func ask(_ prompt: String, isSecret: Bool) -> Answer {
        write(isSecret ? "[secret] " : prompt)
        return answers.withLock { $0.isEmpty ? .nobody : $0.removeFirst() }
    }
}

/// A session and what it put out.
struct Session {
    let output: RecordingOutput
    let workspace: Workspace

    /// - Parameter home: where runs are kept; `nil`: nowhere, so that nothing is taken from another test.
    init(drawsProgress: Bool = false, answers: [Answer] = [], folder: String = ".", home: String? = nil) {
        output = RecordingOutput(drawsProgress: drawsProgress, answers: answers)
        workspace = Workspace(output: output, folder: folder, home: home)
    }

    @discardableResult
    func run(_ text: String) -> CellOutcome { workspace.execute(SourceText(text)) }
}

/// What one cell in a fresh session prints.
func printed(_ text: String) -> String {
    let session = Session()
    session.run(text)
    return session.output.all.text
}

/// The text of the last value of a cell.
func result(_ text: String) -> String? {
    let session = Session()
    session.run(text)
    return session.output.all.results.last?.text
}

/// The first error of a cell as the block a person reads; `nil` where it has none.
func fault(_ text: String) -> String? {
    let session = Session()
    session.run(text)
    return session.output.all.diagnostics.first.map { DiagnosticText($0).block }
}

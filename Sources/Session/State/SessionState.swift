// What a session remembers from cell to cell. A cell's errors leave everything bound before them in place.

import Cluster
import Experiments
import Language
import Runtime

/// Unchecked: used by one thread at a time, that of `Workspace.execute`; others see only the snapshot of names that it
/// publishes.
final class SessionState: @unchecked Sendable {
    let output: any Output
    /// What paths in programs are relative to.
    let folder: String
    let interruption: Cancellation
    /// Where runs are kept; `nil` keeps none beyond the session.
    let store: RunStore?
    /// How a process is started that trains; `nil`: everything is trained in this one.
    let workerCommand: WorkerCommand?
    /// Where several processes run the same program.
    let launcher: Launcher?
    /// Whether another process runs the same, and writes the files that the program asks for.
    var isFollower: Bool { launcher.map { $0.rank > 0 } ?? false }
    /// What the names of attempts begin with: the same in all processes that run this program.
    private let attemptStart: String
    /// How many there have been.
    private var attemptCount = 0

    /// What top-level `let`s and definitions have bound.
    var names: [String: Value] = [:]
    /// What a verb without its subject takes.
    var lastModel: Model?
    var lastRun: RunValue?
    var lastData: DataValue?
    var lastStudy: StudyValue?
    /// What was last made again for a run that is measured on its own data.
    var remadeData: DataValue?
    /// Hashes of the networks whose lint a training has reported.
    var lintedNetworks: Set<Int> = []
    /// Layers of which it was said that their arguments may be in the order of another library.
    var notedOrders: Set<String> = []
    /// What was said of options that do nothing.
    var notedOptions: Set<String> = []
    /// Definitions of which it was said that they hide a word.
    var notedNames: Set<String> = []
    /// Faults of the store that were reported, of this process or another.
    var toldStoreFaults: Set<String> = []
    /// Numbers of `ProgressUpdate`s.
    var progressCount = 0
    /// `tandem run --set`: by the name of a top-level `let`.
    var overrides: [String: String] = [:]
    /// Called before something long begins, so that completion sees the names bound so far.
    var publish: () -> Void = {}

    init(
        output: any Output, folder: String, interruption: Cancellation, store: RunStore? = nil,
        workerCommand: WorkerCommand? = nil, launcher: Launcher? = nil
    ) {
        self.output = output
        self.folder = folder
        self.interruption = interruption
        self.store = store
        self.workerCommand = workerCommand
        self.launcher = launcher
        attemptStart = launcher?.name ?? Attempt.drawn().name
    }

    /// A new one. The processes of a launcher all make the same ones.
    func newAttempt() -> Attempt {
        attemptCount += 1
        return Attempt("\(attemptStart) \(attemptCount)")
    }

    /// A session that nothing of this one can be seen from, for programs that a file holds: without names, subjects and
    /// store.
    var blank: SessionState { SessionState(output: output, folder: folder, interruption: interruption) }

    /// Remembers the last value of each kind.
    func noteLast(_ value: Value) {
        switch value {
        case .model(let model): lastModel = model
        case .template(let template): if let model = template.standard { lastModel = model }
        case .object(let object):
            if let data = object as? DataValue { lastData = data }
            if let run = object as? RunValue { lastRun = run }
            if let study = object as? StudyValue { lastStudy = study }
        default: break
        }
    }

    /// Reports what the store could not keep, or found damaged.
    func tellStoreFaults(in source: SourceText? = nil, at range: SourceRange? = nil) {
        for fault in store?.takeFaults() ?? [] {
            toldStoreFaults.insert(fault.message)
            output.report(
                Diagnostic(
                    .warning, code: .store, fault.message, source: range == nil ? nil : source, at: range,
                    fix: fault.fix))
        }
    }

    /// The expression that `--set` gives for a name, and the string that it means where it is not an expression.
    func override(_ name: String) -> (text: String, expression: Expression?, place: SourceText)? {
        guard let text = overrides[name] else { return nil }
        let program = parse(SourceText(text, name: "--set \(name)"))
        guard !program.diagnostics.contains(where: { $0.severity == .error }), program.statements.count == 1,
            case .expression(let expression) = program.statements[0].kind
        else { return (text, nil, program.source) }
        return (text, expression, program.source)
    }
}

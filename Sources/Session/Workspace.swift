// The state of one session, shared by every front end: the names bound so far, the last of each kind, the folder paths
// are relative to, and the flag that interrupts.

import Cluster
import Engine
import Experiments
import Language
import Libraries
import Runtime
import Synchronization
import Text

/// `execute` runs on one thread at a time; `interrupt`, `complete`, `inspect` and `completeness` may be called from any
/// thread while it runs. Cells are parsed and run on a thread of their own with a large stack, which the caller waits
/// for.
public final class Workspace: Sendable {
    /// Tandem's own version.
    public static let version = tandemVersion

    private let session: SessionState
    private let interruption: Cancellation
    private let output: any Output
    /// What `complete` and `inspect` see, as of the last cell or the start of the last long action.
    private let names = Mutex<[String: Value]>([:])

    /// - Parameters:
    ///   - folder: what paths in the program are relative to.
    ///   - home: where runs are kept; `nil` keeps none beyond the session. Nothing is opened there before a run is
    ///     wanted.
    ///   - workerCommand: starts a process that trains, for several at once; `nil`: everything is trained in this one.
    ///   - isOneOfSeveral: whether other processes, which a launcher has started, run the same program.
    public init(
        output: any Output, folder: String = ".", home: String? = nil, workerCommand: WorkerCommand? = nil,
        isOneOfSeveral: Bool = false
    ) {
        let output = PrintableOutput(output)
        self.output = output
        let interruption = Cancellation()
        self.interruption = interruption
        session = SessionState(
            output: output, folder: folder, interruption: interruption,
            store: home.map { RunStore(folder: $0, isCancelled: { interruption.isCancelled }) },
            workerCommand: workerCommand, launcher: isOneOfSeveral ? Launcher.current : nil)
        session.publish = { [unowned self] in publishNames() }
    }

    /// Starts this program as one that trains.
    public static var ownWorkers: WorkerCommand { .itself }

    /// `$TANDEM_HOME`, or where it is by default: the home of a session with a person; `nil` where that variable is
    /// wrong.
    public static var standardHome: String? { Environment.dataFolder }

    /// Faults of the environment variables that control training and name folders; to be reported before the first
    /// cell.
    public static var environmentFaults: [String] {
        Environment.folderFaults + EngineError.environmentFaults.map { "\($0)" }
            + [WorkerSetting.fault].compactMap { $0.map { "\($0.reason); \($0.fix)" } }
    }

    /// Waits until all runs are on disk, and reports what could not be kept. To be called before the process ends.
    public func close() {
        session.store?.close()
        session.tellStoreFaults()
    }

    /// Replaces the value of top-level `let`s of these names, for `tandem run --set`. The text is read as an
    /// expression, else taken as a string. To be set before the first cell.
    ///
    /// - Returns: what is wrong with the value, as far as that can be known before the names of the program are.
    @discardableResult
    public func override(_ name: String, with text: String) -> [Diagnostic] {
        session.overrides[name] = text
        guard let override = session.override(name), override.expression != nil else { return [] }
        let faults = faults(of: override.place).filter { $0.severity == .error }
        return faults.contains { $0.code == .unknownName } ? [] : faults
    }

    /// Runs a cell to its end, its first error or an interrupt. A cell that cannot be read does not run at all.
    public func execute(_ source: SourceText) -> CellOutcome {
        return LargeStack.run {
            defer { publishNames() }
            let program = FaultMaker.read(source, among: Array(session.names.keys))
            let interpreter = Interpreter(session, source)
            if let first = program.diagnostics.first(where: { $0.severity == .error }) {
                let others = interpreter.independentFaults(of: program)
                return .failed(report(program.diagnostics + others, in: source) ?? first)
            }
            do {
                let faults = try interpreter.run(program)
                return report(faults, in: source).map { .failed($0) } ?? .finished
            } catch {
                let stop = Stop(error)
                if case .quit = stop { return .quit }
                output.report(stop.diagnostic)
                if case .interrupted(let diagnostic) = stop { return .interrupted(diagnostic) }
                return .failed(stop.diagnostic)
            }
        }
    }

    /// What is wrong with a cell, as far as that is known without running it. Not to be called while one runs.
    public func faults(of source: SourceText) -> [Diagnostic] {
        LargeStack.run {
            let program = FaultMaker.read(source, among: Array(session.names.keys))
            guard program.diagnostics.isEmpty else {
                return program.diagnostics + Interpreter(session, source).independentFaults(of: program)
            }
            let checker = Checker(program, session: session)
            checker.run()
            return checker.findings.map(\.diagnostic)
        }
    }

    /// The most faults that are shown, besides the parser's note that counts the rest.
    private static let shownFaults = 21

    /// The faults of a cell in the order of its text; those at places of earlier cells, and what counts the rest, at
    /// its end.
    /// - Returns: the first.
    private func report(_ faults: [Diagnostic], in source: SourceText) -> Diagnostic? {
        func place(_ fault: Diagnostic) -> Int {
            fault.source === source && fault.severity == .error ? fault.range?.start ?? .max : .max
        }
        let sorted = faults.enumerated().sorted { (place($0.element), $0.offset) < (place($1.element), $1.offset) }
        for (_, fault) in sorted.prefix(Self.shownFaults) { output.report(fault) }
        if sorted.count > Self.shownFaults {
            let count = sorted.count - Self.shownFaults
            output.report(
                Diagnostic(
                    .note, code: .moreErrors, "there \(count == 1 ? "is 1 more error" : "are \(count) more errors")",
                    source: source, at: sorted[Self.shownFaults].element.range))
        }
        return sorted.first?.element
    }

    /// Evaluates one expression for Jupyter's `user_expressions`, without showing anything.
    public func evaluate(_ text: String) throws(Diagnostic) -> RichValue {
        let result: Result<RichValue, Diagnostic> = LargeStack.run {
            let program = parse(SourceText(text))
            if let first = program.diagnostics.first(where: { $0.severity == .error }) { return .failure(first) }
            guard program.statements.count == 1, case .expression(let expression) = program.statements[0].kind else {
                return .failure(Diagnostic(code: .noExpression, "this is not one expression", source: program.source))
            }
            do {
                let interpreter = Interpreter(session, program.source)
                interpreter.context.isSilent = true
                return .success(try interpreter.evaluate(expression).rich.printable)
            } catch {
                return .failure(Stop(error).diagnostic)
            }
        }
        return try result.get()
    }

    private func publishNames() {
        let current = session.names
        names.withLock { $0 = current }
    }

    /// Stops `execute` within 100 ms. Safe in a signal handler: it sets one atomic flag.
    public func interrupt() { interruption.cancel() }

    /// Whether running the same again continues: trainings are kept beyond the session. Not to be asked while a cell
    /// runs.
    public var keepsTrainings: Bool { session.store != nil && (session.lastRun != nil || session.lastStudy != nil) }

    public var isInterrupted: Bool { interruption.isCancelled }

    /// Clears an interrupt that came while nothing ran. A front end calls it before it asks for a cell or announces
    /// one; a later interrupt is meant for the cell.
    public func forgetInterrupt() { interruption.reset() }

    public func complete(_ code: String, at cursor: Int) -> CompletionList {
        Completion(code, at: cursor, names: names.withLock { $0 }, folder: session.folder).list
    }

    /// What is at the cursor: help on a word, or what a value is.
    public func inspect(_ code: String, at cursor: Int) -> RichValue? {
        Inspection(code, at: cursor, names: names.withLock { $0 }).page?.printable
    }

    /// `help` for a word or a group of words, or the overview for none; `nil` where there is nothing of that name.
    public func help(_ word: String?) -> RichValue? { HelpText.page(word) }

    public func completeness(of code: String) -> Completeness {
        Language.completeness(of: SourceText(code))
    }
}

// Runs a script without a person: `tandem run FILE`, or a script on standard input.

import Glibc
import Language
import Libraries
import Notebook
import Session

public let tandemVersion = Workspace.version

/// The exit codes of `tandem` (see the README).
public enum ExitCode {
    public static let success: Int32 = 0
    public static let failure: Int32 = 1
    public static let usage: Int32 = 2
    public static let interrupted: Int32 = 130
}

public struct Runner {
    /// `name=value` of `--set`, in order.
    public var overrides: [(name: String, value: String)] = []
    /// Where the executed notebook (`.ipynb`) or page (`.html`) goes.
    public var outputPath: String?
    /// Its number where it is one of several processes that run the same: all but 0 show nothing and write no files.
    public var rank: Int?
    private var isFollower: Bool { rank ?? 0 > 0 }

    public init() {}

    /// Runs a script or a notebook. Paths in it are relative to its folder.
    public func run(path: String) -> Int32 {
        do {
            // Before the first cell: what took a night must not end at a folder that is not there.
            let output = try isFollower ? nil : outputPath.map { try OutputFile($0, for: path) }
            var script = try Script.read(path)
            // A page or a notebook for others; the person's own file keeps what it needs to run.
            if let output, FileSystem.identity(output.path) != FileSystem.identity(path) { script.hidePasswords() }
            return run(
                script, folder: FileSystem.folder(of: path), title: FileSystem.name(of: path), to: output,
                readsAnswers: true)
        } catch {
            return refuse("\(error)")
        }
    }

    public func runStandardInput() -> Int32 {
        do {
            let text = try FileSystem.readStandardInput(limit: SyntaxLimits.cellBytes)
            let script = Script(text: text, name: "standard input")
            return run(script, folder: ".", title: "script", to: nil, readsAnswers: false)
        } catch {
            return refuse("\(error)")
        }
    }

    private func refuse(_ reason: String) -> Int32 {
        complain(reason)
        return ExitCode.usage
    }

    /// - Parameter readsAnswers: whether standard input is free for them.
    private func run(
        _ script: Script, folder: String, title: String, to output: OutputFile?, readsAnswers: Bool
    ) -> Int32 {
        let faults =
            Workspace.environmentFaults + Overrides(pairs: overrides).faults(in: script.cells.map(\.source))
        guard faults.isEmpty else { return refuse(faults.joined(separator: "\ntandem: ")) }
        let text: any Output =
            isFollower
            ? FollowerOutput(rank: rank ?? 0) : TextOutput(style: .located, readsAnswers: readsAnswers)
        let recorder = output == nil ? nil : NotebookRecorder(text)
        let workspace = Workspace(
            output: recorder ?? text, folder: folder, home: Workspace.standardHome,
            workerCommand: Workspace.ownWorkers, isOneOfSeveral: rank != nil)
        defer { workspace.close() }
        let wrong = overrides.flatMap { workspace.override($0.name, with: $0.value) }
        for fault in wrong { text.report(fault) }
        guard wrong.isEmpty else { return ExitCode.usage }
        Interruption.stops(workspace)
        var notebook = script.notebook
        for (index, _) in script.cells {
            notebook.cells[index].outputs = []
            notebook.cells[index].executionCount = nil
        }
        var code: Int32?
        for (count, (index, source)) in script.cells.enumerated() where code == nil {
            recorder?.begin(count + 1)
            code = Interruption.endingCode ?? exitCode(of: workspace.execute(source))
            // `more` and `resume` are for who can type them; a script has only itself.
            if code == ExitCode.interrupted, workspace.keepsTrainings {
                complain("running \(title) again continues: what was trained is loaded from the run store")
            }
            if code == ExitCode.failure, notebook.cells[index].mayFail { code = nil }
            notebook.cells[index].executionCount = count + 1
            notebook.cells[index].outputs = recorder?.end() ?? []
        }
        // What was computed before an error is not lost.
        do { try output?.write(notebook, title: title) } catch {
            complain("\(error)")
            code = code ?? ExitCode.failure
        }
        return code.map { Interruption.endingCode ?? $0 } ?? ExitCode.success
    }

    /// `nil` where the next cell may run.
    private func exitCode(of outcome: CellOutcome) -> Int32? {
        switch outcome {
        case .finished: Interruption.endingCode
        case .failed: ExitCode.failure
        case .interrupted: ExitCode.interrupted
        case .quit: ExitCode.success
        }
    }
}

/// Why there is no help for a word, with what may be meant.
public func helpFault(_ word: String) -> String {
    let workspace = Workspace(output: TextOutput(style: .block, readsAnswers: false))
    let isName = !word.isEmpty && word.unicodeScalars.allSatisfy { $0.properties.isIDContinue }
    var fix = ""
    do throws(Diagnostic) { if isName { _ = try workspace.evaluate("help \(word)") } } catch {
        if let meant = error.fix, meant.hasPrefix("did you mean") { fix = "; \(meant)" }
    }
    return "there is no word `\(word.printableName)`\(fix); `tandem help` lists them"
}

/// The text of a word's help, or the overview; `nil` where there is no such word.
public func helpPage(_ word: String?, asMarkdown: Bool) -> String? {
    let workspace = Workspace(output: TextOutput(style: .block, readsAnswers: false))
    guard let page = workspace.help(word) else { return nil }
    let text = asMarkdown ? page.markdown ?? page.text : page.text
    return text.hasSuffix("\n") ? text : text + "\n"
}

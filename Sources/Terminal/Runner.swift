// Runs a script without a person: `tandem run FILE`, or a script on standard input.

import Glibc
import Language
import Libraries
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

    public init() {}

    /// Runs a script. Paths in it are relative to its folder.
    public func run(path: String) -> Int32 {
        do {
            let cells = try Script.cells(of: path)
            return run(cells, folder: FileSystem.folder(of: path), readsAnswers: true)
        } catch {
            StandardStream.error.write("tandem: \(error)\n")
            return ExitCode.usage
        }
    }

    public func runStandardInput() -> Int32 {
        do {
            let text = try FileSystem.readText("/dev/stdin")
            return run([SourceText(text, name: "standard input")], folder: ".", readsAnswers: false)
        } catch {
            StandardStream.error.write("tandem: \(error)\n")
            return ExitCode.usage
        }
    }

    /// - Parameter readsAnswers: whether standard input is free for them.
    private func run(_ cells: [SourceText], folder: String, readsAnswers: Bool) -> Int32 {
        let workspace = Workspace(
            output: TextOutput(style: .located, readsAnswers: readsAnswers), folder: folder,
            home: Workspace.standardHome)
        defer { workspace.close() }
        for (name, value) in overrides { workspace.override(name, with: value) }
        Interruption.stops(workspace)
        for cell in cells {
            let outcome = workspace.execute(cell)
            if let code = Interruption.endingCode { return code }
            switch outcome {
            case .finished: continue
            case .failed: return ExitCode.failure
            case .interrupted: return ExitCode.interrupted
            case .quit: return ExitCode.success
            }
        }
        guard workspace.unusedOverrides.isEmpty else {
            for name in workspace.unusedOverrides {
                StandardStream.error.write("tandem: --set \(name): no top-level `let \(name) = …` is in the program\n")
            }
            return ExitCode.usage
        }
        return ExitCode.success
    }
}

/// The text of a word's help, or the overview; `nil` where there is no such word.
public func helpPage(_ word: String?, asMarkdown: Bool) -> String? {
    let workspace = Workspace(output: TextOutput(style: .block, readsAnswers: false))
    guard let page = workspace.help(word) else { return nil }
    let text = asMarkdown ? page.markdown ?? page.text : page.text
    return text.hasSuffix("\n") ? text : text + "\n"
}

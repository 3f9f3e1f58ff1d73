// The prompt: each input is a cell, with history, Tab, lines that go on, and `?word`.

import Glibc
import Language
import Libraries
import Session

public struct REPL {
    private let workspace: Workspace
    private let historyPath: String?

    private static let prompt = "tandem> "
    private static let continuation = "   ...> "

    public init() {
        workspace = Workspace(
            output: TextOutput(style: .block, readsAnswers: true), home: Workspace.standardHome)
        let folder = Environment.dataFolder
        historyPath = (try? FileSystem.createDirectories(folder)) == nil ? nil : FileSystem.join(folder, "history.txt")
    }

    /// Reads and runs until Ctrl-D or `quit`. Returns the exit code.
    public func run() -> Int32 {
        Interruption.stops(workspace)
        StandardStream.output.write("Tandem \(tandemVersion). `help` lists the words, Tab completes, Ctrl-D leaves.\n")
        let pending = Pending()
        LineInput.prepare(historyPath: historyPath) { [workspace] line, cursor in
            Self.complete(line, cursor, behind: pending.text, workspace)
        }
        defer { workspace.close() }
        defer { if let historyPath { LineInput.saveHistory(to: historyPath) } }
        while true {
            if let code = Interruption.endingCode { return code }
            workspace.forgetInterrupt()
            switch LineInput.read(prompt: pending.text.isEmpty ? Self.prompt : Self.continuation) {
            case .interrupted: pending.text = ""
            case .end:
                StandardStream.output.write("\n")
                return 0
            case .line(let line):
                let cell = pending.text + line
                // An empty line ends what goes on, so that nobody is trapped in an open brace.
                if case .incomplete = workspace.completeness(of: cell), !line.allSatisfy(\.isWhitespace) {
                    pending.text = cell + "\n"
                    continue
                }
                pending.text = ""
                guard !cell.allSatisfy(\.isWhitespace) else { continue }
                LineInput.remember(cell.split(separator: "\n").joined(separator: " "))
                if case .quit = workspace.execute(SourceText(cell)) { return 0 }
            }
        }
    }

    /// The lines typed before this one.
    private final class Pending {
        var text = ""
    }

    private static func complete(
        _ line: String, _ cursor: Int, behind pending: String, _ workspace: Workspace
    ) -> (start: Int, texts: [String]) {
        let before = String(decoding: Array(line.utf8).prefix(cursor), as: UTF8.self)
        let offset = pending.unicodeScalars.count
        let list = workspace.complete(pending + line, at: offset + before.unicodeScalars.count)
        let start = String(String.UnicodeScalarView(line.unicodeScalars.prefix(max(0, list.start - offset)))).utf8.count
        return (start, list.items.map(\.text))
    }
}

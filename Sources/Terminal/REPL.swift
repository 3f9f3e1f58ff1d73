// The prompt: each input is a cell, with history, Tab, lines that continue, and `?word`.

import Glibc
import Language
import Libraries
import Session

public struct REPL {
    private let workspace: Workspace
    private let history: History

    private static let prompt = "tandem> "
    private static let continuation = "   ...> "

    public init() {
        workspace = Workspace(
            output: TextOutput(style: .block, readsAnswers: true), home: Workspace.standardHome,
            workerCommand: Workspace.ownWorkers)
        history = History(History.standardPath)
    }

    /// Reads and runs until Ctrl-D or `quit`. Returns the exit code.
    public func run() -> Int32 {
        let faults = Workspace.environmentFaults
        guard faults.isEmpty else {
            for fault in faults { complain(fault) }
            return ExitCode.usage
        }
        Interruption.stops(workspace)
        StandardStream.output.write("Tandem \(tandemVersion). `help` lists the words, Tab completes, Ctrl-D leaves.\n")
        if let failure = history.failure { complain(failure) }
        let pending = Pending()
        LineInput.prepare(history: earlierCells()) { [workspace] line, cursor in
            Self.complete(line, cursor, behind: pending.text, workspace)
        }
        defer {
            workspace.close()
            if let lost = history.close() { complain(lost) }
        }
        var count = 0
        /// Whether Ctrl-D was pressed inside a block. The end of the input, of a terminal that is gone, comes again and
        /// again.
        var isAsked = false
        while true {
            if let code = Interruption.endingCode { return code }
            workspace.forgetInterrupt()
            let wasAsked = isAsked
            isAsked = false
            switch LineInput.read(prompt: pending.text.isEmpty ? Self.prompt : Self.continuation) {
            case .interrupted: pending.text = ""
            case .end:
                StandardStream.output.write("\n")
                if pending.text.isEmpty || wasAsked { return 0 }
                StandardStream.error.write(
                    "the block is not finished: an empty line ends it, Ctrl-C drops it, Ctrl-D again leaves\n")
                isAsked = true
            case .line(let line):
                let cell = pending.text + line
                // An empty line ends what continues, so that nobody is trapped in an open brace.
                if case .incomplete = workspace.completeness(of: cell), !line.allSatisfy(\.isWhitespace) {
                    pending.text = cell + "\n"
                    continue
                }
                pending.text = ""
                guard !cell.allSatisfy(\.isWhitespace) else { continue }
                if !cell.hasPrefix(" ") {
                    count += 1
                    LineInput.remember(cell)
                    // Now: who ends this process may not leave it the time.
                    history.add([.input(cell, line: count)])
                }
                if case .quit = workspace.execute(SourceText(cell)) { return 0 }
            }
        }
    }

    /// What arrow-up finds of earlier sessions, the oldest first.
    private func earlierCells() -> [String] {
        let cells = history.tail(Self.rememberedCells).map(\.input).filter { $0.utf8.count <= Self.longestCell }
        // Earlier versions kept each cell as one line of a text file.
        guard let path = Environment.dataFolder.map({ FileSystem.join($0, "history.txt") }),
            FileSystem.isRegularFile(path), FileSystem.size(path) ?? 0 <= Self.longestCell * 10
        else { return cells }
        do throws(FileError) {
            return try FileSystem.readText(path).split(separator: "\n").suffix(Self.rememberedCells).map(String.init)
                + cells
        } catch {
            complain("\(error)")
            return cells
        }
    }

    private static let rememberedCells = 1000
    /// Bytes of a cell that somebody would want back at a prompt.
    private static let longestCell = 100_000

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

// The prompt, in a pseudo-terminal.

import Foundation
import Testing

struct REPLTests {
    /// A session that has shown its first prompt.
    private func session(_ body: (PseudoTerminal) throws -> Void) throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let terminal = try PseudoTerminal(environment: ["TANDEM_HOME": folder.path, "NO_COLOR": "1"])
        try terminal.waitFor("tandem> ")
        try body(terminal)
    }

    private func leave(_ terminal: PseudoTerminal) throws {
        try terminal.waitFor("tandem> ")
        terminal.type(PseudoTerminal.controlD)
        #expect(try terminal.exitCode() == 0)
    }

    @Test func linesGoOnInsideABraceAndCtrlDLeaves() throws {
        try session { terminal in
            terminal.type("let n = 20\rif n > 3 {\r")
            try terminal.waitFor("   ...> ")
            terminal.type("print n + 1\r}\r")
            try terminal.waitFor("\n21\n")
            try leave(terminal)
        }
    }

    @Test(arguments: ["", ", secret: true"])
    func ctrlCEndsAQuestionAndTheNextOneIsAsked(_ option: String) throws {
        try session { terminal in
            for _ in 0..<2 {
                terminal.type("ask(\"How many? \"\(option))\r")
                try terminal.waitFor("\n")
                try terminal.waitFor("How many? ")
                terminal.type(PseudoTerminal.controlC)
                try terminal.waitFor("interrupted")
                try terminal.waitFor("tandem> ")
            }
            terminal.type("print 1 + ask(\"How many? \"\(option))\r")
            try terminal.waitFor("\n")
            try terminal.waitFor("How many? ")
            terminal.type("20\r")
            try terminal.waitFor("\n21\n")
            try leave(terminal)
        }
    }

    @Test func tabCompletesAWord() throws {
        try session { terminal in
            terminal.type("evalua\t")
            try terminal.waitFor("evaluate")
            terminal.type(PseudoTerminal.controlC)
            try leave(terminal)
        }
    }

    @Test func ctrlCDropsTheLineAndTheBlockBeingTyped() throws {
        try session { terminal in
            terminal.type("print 777 +")
            try terminal.waitFor("777 +")
            terminal.type(PseudoTerminal.controlC)
            try terminal.waitFor("tandem> ")
            terminal.type("if true {\r")
            try terminal.waitFor("   ...> ")
            terminal.type(PseudoTerminal.controlC)
            try terminal.waitFor("tandem> ")
            terminal.type("print 6 * 7\r")
            try terminal.waitFor("\n42\n")
            #expect(!terminal.shown.contains("error"))
            try leave(terminal)
        }
    }

    @Test func ctrlCStopsALoopAndTheSessionGoesOn() throws {
        try session { terminal in
            terminal.type("print \"begun\"; repeat 2000000000 { 1 }\r")
            try terminal.waitFor("\nbegun\n")
            terminal.type(PseudoTerminal.controlC)
            try terminal.waitFor("interrupted")
            try terminal.waitFor("tandem> ")
            terminal.type("print 6 * 7\r")
            try terminal.waitFor("\n42\n")
            try leave(terminal)
        }
    }

    @Test func ctrlCStopsATrainingAndKeepsIt() throws {
        try session { terminal in
            terminal.type("model Net { input 3x32x32; conv 4, stride: 4; relu; flatten; linear 10 }\r")
            terminal.type("let a = train Net, on: take(synthetic(), 64, test: 32), epochs: 1000000\r")
            try terminal.waitFor(" left")
            terminal.type(PseudoTerminal.controlC)
            try terminal.waitFor("what was trained is kept")
            try terminal.waitFor("tandem> ")
            terminal.type("print a.state\r")
            try terminal.waitFor("\ninterrupted\n")
            try leave(terminal)
        }
    }

    @Test func aQuestionMarkShowsHelpAndQuitLeaves() throws {
        try session { terminal in
            terminal.type("?dropout\r")
            try terminal.waitFor("Example")
            terminal.type("quit\r")
            #expect(try terminal.exitCode() == 0)
        }
    }

    @Test func anErrorPointsAtItsPlaceAndTheSessionGoesOn() throws {
        try session { terminal in
            terminal.type("print nosuch\r")
            try terminal.waitFor("nosuch")
            try terminal.waitFor("^^^^^^")
            terminal.type("print 6 * 7\r")
            try terminal.waitFor("\n42\n")
            try leave(terminal)
        }
    }

    @Test func historyIsKeptFromSessionToSession() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let environment = ["TANDEM_HOME": folder.path]
        let first = try PseudoTerminal(environment: environment)
        try first.waitFor("tandem> ")
        first.type("print 20 + 3\r")
        try first.waitFor("\n23\n")
        try leave(first)
        let second = try PseudoTerminal(environment: environment)
        try second.waitFor("tandem> ")
        second.type("\u{1B}[A\r")
        try second.waitFor("\n23\n")
        try leave(second)
    }

    @Test(arguments: [("xterm", true), ("dumb", false), ("", false)])
    func aTerminalThatOnlyPrintsGetsNoColors(kind: String, hasColors: Bool) throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let terminal = try PseudoTerminal(environment: ["TANDEM_HOME": folder.path, "TERM": kind, "NO_COLOR": ""])
        try terminal.waitFor("tandem> ")
        terminal.type("show take(synthetic(), 2, test: 1); print nosuch\r")
        try terminal.waitFor("^^^^^^")
        try leave(terminal)
        #expect(terminal.hasColors == hasColors)
    }

    // MARK: History

    private static let upArrow = "\u{1B}[A"

    /// A prompt in this home.
    private func prompt(_ home: URL, columns: UInt16 = 80) throws -> PseudoTerminal {
        let terminal = try PseudoTerminal(
            environment: ["TANDEM_HOME": home.path, "NO_COLOR": "1"], columns: columns)
        try terminal.waitFor("tandem> ")
        return terminal
    }

    @Test func aRecalledBlockIsWhole() throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        let first = try prompt(home)
        first.type("for i in 7...7 { // once\r")
        try first.waitFor("   ...> ")
        first.type("print i * 11\r}\r")
        try first.waitFor("\n77\n")
        try first.waitFor("tandem> ")
        first.type("\(Self.upArrow)\r")
        try first.waitFor("\n77\n")
        try leave(first)
        let second = try prompt(home)
        second.type("\(Self.upArrow)\r")
        try second.waitFor("\n77\n")
        try second.waitFor("tandem> ")
        // Ctrl-R finds it by its second line.
        second.type("\u{12}i * 11")
        try second.waitFor("print i * 11")
        second.type("\r")
        try second.waitFor("\n77\n")
        try leave(second)
    }

    @Test func aPastedBlockIsOneCellAndIsRecalledWhole() throws {
        try session { terminal in
            terminal.type("\u{1B}[200~for i in 7...7 { // once\r\tprint i * 11\r}\u{1B}[201~\r")
            try terminal.waitFor("\n77\n")
            try terminal.waitFor("tandem> ")
            terminal.type("\(Self.upArrow)\r")
            try terminal.waitFor("\n77\n")
            #expect(!terminal.shown.contains("error"))
            try leave(terminal)
        }
    }

    @Test func twoPromptsKeepBothTheirHistories() throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        let (one, other) = (try prompt(home), try prompt(home))
        for (terminal, number) in [(one, 11), (other, 12)] {
            terminal.type("print \(number) * 101\r")
            try terminal.waitFor("\n\(number * 101)\n")
        }
        try leave(other)
        try leave(one)
        let third = try prompt(home)
        third.type("\(Self.upArrow)\r")
        try third.waitFor("\n1212\n")
        try third.waitFor("tandem> ")
        third.type("\(Self.upArrow)\(Self.upArrow)\(Self.upArrow)\r")
        try third.waitFor("\n1111\n")
    }

    @Test func theCellsOfTwoPromptsAreRecalledInTheOrderInWhichTheyWereEntered() throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        let (one, other) = (try prompt(home), try prompt(home))
        for (terminal, number) in [(other, 11), (one, 12), (other, 13)] {
            terminal.type("print \(number) * 101\r")
            try terminal.waitFor("\n\(number * 101)\n")
        }
        let third = try prompt(home)
        // What is recalled is entered, and then comes first.
        for (number, presses) in [(13, 1), (12, 3), (11, 5)] {
            third.type(String(repeating: Self.upArrow, count: presses) + "\r")
            try third.waitFor("\n\(number * 101)\n")
            try third.waitFor("tandem> ")
        }
    }

    /// Readline would draw its last rows over its first ones.
    @Test func aBlockThatIsTallerThanTheWindowIsRecalledInOneRow() throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        let environment = ["TANDEM_HOME": home.path, "NO_COLOR": "1"]
        let terminal = try PseudoTerminal(environment: environment, rows: 6)
        try terminal.waitFor("tandem> ")
        let lines = (1...8).map { "print \($0)" }.joined(separator: "\r")
        terminal.type("\u{1B}[200~if true {\r\(lines)\r}\u{1B}[201~\r")
        try terminal.waitFor("\n8\n")
        try terminal.waitFor("tandem> ")
        terminal.type(Self.upArrow)
        try terminal.waitFor("print 7^Jprint 8^J}")
        terminal.type("\r")
        try terminal.waitFor("\n1\n2\n3\n4\n5\n6\n7\n8\n")
        try terminal.waitFor("tandem> ")
        // One that fits is drawn as it was typed.
        terminal.type("\u{1B}[200~if true {\rprint 9\r}\u{1B}[201~\r")
        try terminal.waitFor("\n9\n")
        try terminal.waitFor("tandem> ")
        terminal.type(Self.upArrow)
        try terminal.waitFor("if true {\nprint 9\n}")
    }

    /// The cursor goes up to the first row of what is shown, as the terminal has wrapped it again, and all from there
    /// is cleared: else a copy would stay at each change.
    @Test(arguments: [Tandem.path, "/bin/bash"])
    func whatIsTypedIsDrawnInItsPlaceWhenTheWindowHasAnotherSize(executable: String) throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        let terminal = try PseudoTerminal(
            executable == Tandem.path ? [] : ["--norc", "--noprofile", "-i"],
            environment: ["TANDEM_HOME": home.path, "NO_COLOR": "1", "PS1": "shell> ", "TANDEM": Tandem.path],
            executable: executable)
        if executable != Tandem.path {
            try terminal.waitFor("shell> ")
            terminal.type("$TANDEM\r")
        }
        try terminal.waitFor("tandem> ")
        let long = "print \"" + String(repeating: "x", count: 60) + "\""
        let block = "if true {\n\(long)\n}"
        terminal.type("\u{1B}[200~\(block.replacing("\n", with: "\r"))\u{1B}[201~")
        try terminal.waitFor(block)
        for (columns, rowsAbove) in [(UInt16(70), 2), (90, 2), (60, 3), (30, 4), (80, 2)] {
            terminal.resize(columns: columns)
            try terminal.waitFor("tandem> if true {\n")
            try terminal.waitFor("}")
            let last = terminal.raw.components(separatedBy: "\u{1B}[J")
            #expect(last[last.count - 2].hasSuffix("\u{1B}[\(rowsAbove)A"), "\(columns) columns")
        }
        terminal.type("\r")
        try terminal.waitFor("\n" + String(repeating: "x", count: 60))
    }

    /// Readline works out where a prompt wraps when it is set.
    @Test func aQuestionLongerThanARowIsDrawnForTheNewSizeOfTheWindow() throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        let question = (10...59).map { "\($0)" }.joined(separator: " ")
        func drawing(_ columns: UInt16, resized: UInt16?) throws -> String {
            let terminal = try prompt(home, columns: columns)
            terminal.type("let question = \"\(question)> \"\r")
            try terminal.waitFor("tandem> ")
            terminal.type("print ask(question)\r")
            try terminal.waitFor("ask(question)")
            try terminal.waitFor("59> ")
            terminal.type("answer")
            try terminal.waitFor("answer")
            if let resized {
                terminal.resize(columns: resized)
                try terminal.waitFor("59> answer")
            }
            let drawn = terminal.raw[
                (terminal.raw.range(of: "10 11", options: .backwards)?.lowerBound ?? terminal.raw.startIndex)...]
            terminal.type("\r")
            try terminal.waitFor("\nanswer\n")
            return String(drawn)
        }
        for columns in [UInt16(40), 60, 130] {
            #expect(try drawing(80, resized: columns) == drawing(columns, resized: nil), "\(columns) columns")
        }
    }

    @Test func whatCannotBeWrittenLastsAsLongAsTheSessionAndIsSaidToDoSo() throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        let terminal = try prompt(home)
        terminal.type("model A { input 3x32x32; conv 16, padding: 1; relu; flatten; linear 10 }\r")
        terminal.type("model B { input 3x32x32; flatten; linear 10 }\r")
        terminal.type("let data = take(synthetic(), 2000, test: 20)\r")
        terminal.type("let a = train A, on: data, epochs: 1000\r")
        try terminal.waitFor("images/s")
        try terminal.setDisk(isFull: true)
        terminal.type(PseudoTerminal.controlC)
        try terminal.waitFor("what was trained is kept until this session ends")
        try terminal.waitFor("tandem> ")
        terminal.type("let few = take(data, 100, test: 20); let b = train B, on: few, epochs: 2\r")
        try terminal.waitFor("tandem> ")
        terminal.type("print \"reached\", b.accuracy < 101, a.state\r")
        try terminal.waitFor("reached true interrupted")
        terminal.type("findlr B, on: few, steps: 20\r")
        try terminal.waitFor("tandem> ")
        terminal.type("let s = compare B, A, on: data, epochs: 50, seeds: 1...2, workers: 1\r")
        try terminal.waitFor("training 2 of 4")
        terminal.type(PseudoTerminal.controlC)
        try terminal.waitFor("those that were done are kept until this session ends")
        try terminal.waitFor("tandem> ")
        try terminal.setDisk(isFull: false)
        terminal.type("let c = train B, on: few, epochs: 3, seed: 2\r")
        try terminal.waitFor("tandem> ")
        terminal.type("runs\r")
        try terminal.waitFor("c ")
        try leave(terminal)
        // The cells of the time in which nothing could be written are not lost.
        let next = try prompt(home)
        next.type(Self.upArrow + Self.upArrow + Self.upArrow)
        try next.waitFor("s = compare B, A")
    }

    @Test func whatWasEnteredSurvivesAKill() throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        let first = try prompt(home)
        first.type("print 11 * 101; repeat 2000000000 { 1 }\r")
        try first.waitFor("\n1111\n")
        first.send(SIGKILL)
        _ = try first.exitCode()
        let second = try prompt(home)
        second.type(Self.upArrow)
        try second.waitFor("print 11 * 101; repeat")
    }

    @Test func theHistoryOfAnEarlierVersionIsFoundAndALineBehindASpaceIsNotKept() throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        try "print 1\nprint 20 + 3\n".write(
            to: home.appending(path: "history.txt"), atomically: true, encoding: .utf8)
        let terminal = try prompt(home)
        terminal.type(" print 6 * 7\r")
        try terminal.waitFor("\n42\n")
        try terminal.waitFor("tandem> ")
        terminal.type("\(Self.upArrow)\r")
        try terminal.waitFor("\n23\n")
        try leave(terminal)
    }

    /// What the prompt says before the first cell is as printable as what a cell says.
    @Test func noEscapeOfAPathReachesTheTerminal() throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        let folder = "\(home.path)/odd\u{1B}]0;title\u{7}"
        try FileManager.default.createDirectory(
            atPath: "\(folder)/tandem.sqlite", withIntermediateDirectories: true)
        let terminal = try PseudoTerminal(environment: ["TANDEM_HOME": folder, "NO_COLOR": "1"])
        try terminal.waitFor("odd␛]0;title␇/tandem.sqlite cannot be used: ")
        try leave(terminal)
    }

    @Test func aHistoryThatCannotBeKeptIsSaidAndThePromptWorks() throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        try FileManager.default.createDirectory(
            at: home.appending(path: "tandem.sqlite"), withIntermediateDirectories: true)
        let terminal = try PseudoTerminal(environment: ["TANDEM_HOME": home.path, "NO_COLOR": "1"])
        try terminal.waitFor("tandem.sqlite cannot be used: ")
        try terminal.waitFor("tandem> ")
        terminal.type("print 6 * 7\r")
        try terminal.waitFor("\n42\n")
        try terminal.waitFor("tandem> ")
        terminal.type("\(Self.upArrow)\r")
        try terminal.waitFor("\n42\n")
        try leave(terminal)
    }

    // MARK: Signals and the end

    @Test func ctrlDInsideABlockAsksFirst() throws {
        try session { terminal in
            terminal.type("if true {\r")
            try terminal.waitFor("   ...> ")
            terminal.type(PseudoTerminal.controlD)
            try terminal.waitFor("Ctrl-D again leaves")
            try terminal.waitFor("   ...> ")
            // The block is still there.
            terminal.type("print 6 * 7\r}\r")
            try terminal.waitFor("\n42\n")
            try terminal.waitFor("tandem> ")
            terminal.type("if true {\r")
            try terminal.waitFor("   ...> ")
            terminal.type(PseudoTerminal.controlD)
            try terminal.waitFor("   ...> ")
            terminal.type(PseudoTerminal.controlD)
            #expect(try terminal.exitCode() == 0)
        }
    }

    /// What a shell's `fg` does; and Ctrl-Z itself, which stops nothing where no shell could continue it.
    @Test func thePromptIsDrawnAgainAfterAStop() throws {
        try session { terminal in
            terminal.type("print 6 *")
            try terminal.waitFor("print 6 *")
            terminal.send(SIGSTOP)
            terminal.send(SIGCONT)
            try terminal.waitFor("tandem> print 6 *")
            terminal.type("\u{1A}")
            try terminal.waitFor("tandem> print 6 *")
            terminal.type(" 7\r")
            try terminal.waitFor("\n42\n")
            try leave(terminal)
        }
    }

    /// Between `bg` and `fg` the terminal is in the state in which the shell reads its own prompt.
    @Test func thePromptIsDrawnWhenAShellTakesItFromTheBackground() throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        let terminal = try PseudoTerminal(
            ["--norc", "--noprofile", "-i"],
            environment: ["TANDEM_HOME": home.path, "NO_COLOR": "1", "PS1": "shell> ", "TANDEM": Tandem.path],
            executable: "/bin/bash")
        func enter(_ command: String) throws {
            try terminal.waitFor("shell> ")
            terminal.type("\(command)\r")
            try terminal.waitFor(command)
        }
        try enter("$TANDEM")
        try terminal.waitFor("tandem> ")
        terminal.type("print 6 *")
        try terminal.waitFor("print 6 *")
        terminal.type("\u{1A}")
        try enter("bg")
        try enter("fg")
        try terminal.waitFor("tandem> print 6 *")
        terminal.type(" 7\r")
        try terminal.waitFor(" 7\n42\n")
        try terminal.waitFor("tandem> ")
        // A cell that ends in the background.
        terminal.type("repeat 2000000 { 1 }; print 43 + 1\r")
        try terminal.waitFor("43 + 1\n")
        terminal.type("\u{1A}")
        try enter("bg")
        try terminal.waitFor("44\n")
        // A `fg` in the moment in which the system stops it finds it running and leaves it stopped: a race of shells.
        terminal.type("until jobs | grep -q Stopped; do sleep 0.1; done; echo has'' stopped\r")
        try terminal.waitFor("\nhas stopped\n")
        terminal.type("fg\r")
        try terminal.waitFor("fg\n")
        try terminal.waitFor("tandem> ")
        terminal.type("print 45")
        try terminal.waitFor("print 45")
        terminal.type("\r")
        try terminal.waitFor("\n45\n")
        try terminal.waitFor("tandem> ")
        terminal.type(PseudoTerminal.controlD)
        // Begun in the background.
        try enter("$TANDEM &")
        try terminal.waitFor("Ctrl-D leaves.\n")
        terminal.type("fg\r")
        try terminal.waitFor("tandem> ")
        terminal.type("print 46")
        try terminal.waitFor("print 46")
        terminal.type(PseudoTerminal.controlC + PseudoTerminal.controlD)
        try enter("exit")
        #expect(try terminal.exitCode() == 0)
    }
}

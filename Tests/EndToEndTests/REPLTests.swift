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
            try terminal.waitFor("images/s")
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
}

// The language programs, each as one cell, through `tandem run` and through the prompt: both write what a session says,
// with the same diagnostics. (JupyterTests does the same with the kernel.)

import Foundation
import TestSupport
import Testing

@Suite(.serialized) struct FrontEndTests {
    /// One training after the other, as a session of the tests does.
    private static func alone(_ home: String) -> [String: String] { ["TANDEM_HOME": home, "TANDEM_WORKERS": "1"] }

    @Test func aScriptShowsWhatASessionSays() throws {
        #expect(FrontEndProgram.all.count >= 250)
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "script.tandem")
        for (number, program) in FrontEndProgram.all.enumerated() {
            let said = program.said()
            // Each in a home of its own: what another has trained would be kept.
            let home = folder.appending(path: "\(number)").path
            try program.text.write(to: file, atomically: true, encoding: .utf8)
            let result = try Tandem.run(["run", file.path], environment: Self.alone(home))
            if !said.hasProgress {
                #expect(result.output == said.terminalText(columns: nil, withDiagnostics: false), "\(program.path)")
            }
            let blocks = result.error.replacing(#/[^\n]*script\.tandem:([0-9]+:[0-9]+:)? /#, with: "")
            #expect(blocks == said.blocks.map { $0 + "\n" }.joined(), "\(program.path)")
        }
    }

    @Test func thePromptShowsWhatASessionSays() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (number, program) in FrontEndProgram.all.enumerated() {
            let said = program.said()
            let home = folder.appending(path: "\(number)").path
            let terminal = try PseudoTerminal(
                environment: Self.alone(home).merging(["NO_COLOR": "1"]) { $1 }, columns: 100)
            // Pasted at once, as terminals do: the lines are one cell.
            try terminal.waitFor("tandem> ")
            terminal.type("\u{1B}[200~\(program.text.trimmingCharacters(in: .newlines))\u{1B}[201~\r")
            let shown = try terminal.outputOfCell()
            guard !said.hasProgress else { continue }
            #expect(shown == said.terminalText(columns: 100, withDiagnostics: true), "\(program.path)")
        }
    }
}

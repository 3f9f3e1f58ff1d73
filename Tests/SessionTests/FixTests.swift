// Every fix that an error offers as an edit, applied to the program that shows it: the program then runs, or shows a
// different error that is not before it.

import Foundation
import Language
import Session
import Synchronization
import Testing

/// Ends what takes long: that it began shows that nothing was wrong before.
private final class HastyOutput: Output {
    private let diagnostics = Mutex([Diagnostic]())
    private let workspace = Mutex<Workspace?>(nil)

    let drawsProgress = true
    func write(_ text: String) {}
    func show(_ value: RichValue) {}
    func result(_ value: RichValue) {}
    func progress(_ update: ProgressUpdate) { workspace.withLock { $0?.interrupt() } }
    func report(_ diagnostic: Diagnostic) { diagnostics.withLock { $0.append(diagnostic) } }
    func ask(_ prompt: String, isSecret: Bool) -> Answer { .nobody }

    var errors: [Diagnostic] {
        diagnostics.withLock { $0.filter { $0.severity == .error && $0.code != "interrupted" } }
    }

    /// The errors of the last of some cells in a fresh session.
    static func errors(of cells: [String]) -> [Diagnostic] {
        let output = HastyOutput()
        let workspace = Workspace(output: output, folder: programFolder.path)
        output.workspace.withLock { $0 = workspace }
        var before = 0
        for cell in cells {
            before = output.errors.count
            workspace.forgetInterrupt()
            _ = workspace.execute(SourceText(cell))
        }
        output.workspace.withLock { $0 = nil }
        return Array(output.errors.dropFirst(before))
    }
}

struct FixTests {
    @Test func everyFixMendsItsError() throws {
        var applied = 0
        for path in programs {
            let program = try String(contentsOf: programFolder.appendingPathComponent(path), encoding: .utf8)
            // What a comment expects is no part of the program.
            let cells = cells(program)
            for (index, cell) in cells.enumerated() where cell.contains("// error") {
                let plain = Self.withoutExpectations(cell)
                let before = cells[..<index].map(Self.withoutExpectations)
                for error in HastyOutput.errors(of: before + [plain]) where !error.edits.isEmpty {
                    guard let source = error.source, source.text == plain, let range = error.range else { continue }
                    applied += 1
                    let edited = source.applying(error.edits)
                    #expect(edited != plain, "\(path): \(error.message)")
                    let after = HastyOutput.errors(of: before + [edited])
                    let line = source.position(of: range.start).line
                    for other in after where other.source?.text == edited {
                        let start = other.range?.start ?? 0
                        let isSame = other.message == error.message && start == range.start
                        #expect(!isSame, "\(path): `\(edited)` still shows: \(other.message)")
                    }
                    let first = after.compactMap { other in
                        other.source?.text == edited
                            ? other.range.flatMap { other.source?.position(of: $0.start).line } : nil
                    }.min()
                    let firstBefore = HastyOutput.errors(of: before + [plain]).compactMap { other in
                        other.range.flatMap { other.source?.position(of: $0.start).line }
                    }.min()
                    #expect(
                        first ?? .max >= min(line, firstBefore ?? line),
                        "\(path): `\(edited)` shows an earlier error: \(after.map(\.message))")
                }
            }
        }
        #expect(applied >= 100)
    }

    /// The text up to the comments that foretell what comes of it.
    private static func withoutExpectations(_ cell: String) -> String {
        cell.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var text = String(line)
            for mark in ["// error", "// fix:", "// expect:", "// note:", "// context:", "// cell"] {
                if let range = text.range(of: mark) { text = String(text[..<range.lowerBound]) }
            }
            while text.last == " " { text.removeLast() }
            return text
        }.joined(separator: "\n")
    }
}

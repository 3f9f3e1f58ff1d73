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
        diagnostics.withLock { $0.filter { $0.severity == .error && $0.code.text != "interrupted" } }
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
    /// Programs where a fix uncovers another error: all others run then, or show what they showed besides.
    private static let hiding: Set<String> = ["commands/unknown-word.tandem", "habits/model-as-a-name.tandem"]

    @Test func everyFixMendsItsError() throws {
        var applied = 0
        var hiding: Set<String> = []
        for path in programs {
            let program = try String(contentsOf: programFolder.appendingPathComponent(path), encoding: .utf8)
            // What a comment expects is no part of the program.
            let cells = cells(program)
            for (index, cell) in cells.enumerated() where cell.contains("// error") {
                let plain = Self.withoutExpectations(cell)
                let before = cells[..<index].map(Self.withoutExpectations)
                let errors = HastyOutput.errors(of: before + [plain])
                for error in errors where !error.edits.isEmpty {
                    guard let source = error.source, source.text == plain, let range = error.range else { continue }
                    applied += 1
                    let edited = source.applying(error.edits)
                    #expect(edited != plain, "\(path): \(error.message)")
                    let after = HastyOutput.errors(of: before + [edited])
                    guard !after.isEmpty else { continue }
                    // Of the errors that are left, none is that one, and where it was the only one, what it hid has
                    // another reason and is after it or in its place.
                    let shift = edited.utf8.count - plain.utf8.count
                    let rest = after.filter { other in
                        !errors.contains { $0.message == other.message && $0.fix == other.fix }
                    }
                    #expect(
                        !after.contains { $0.message == error.message && $0.range?.start == range.start },
                        "\(path): `\(edited)` still shows: \(error.message)")
                    #expect(
                        rest.allSatisfy { ($0.range?.start ?? 0) >= min(range.start, range.start + shift) },
                        "\(path): `\(edited)` shows an earlier error: \(rest.map(\.message))")
                    if !rest.isEmpty { hiding.insert(path) }
                }
            }
        }
        #expect(hiding == Self.hiding)
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

// Runs the programs of Tests/LanguageTests/Programs and holds what they put out against their comments:
//
//     print 1 + 1            // expect: 2          one line of output, in order
//     print nowhere          // error: there is …  the error of this line …
//                            // fix: …             … and its fix
//     // error 3:12: …                             the same with line and column, where the line cannot bear a comment
//     train wide             // note: …          a note or warning
//     // context: …                                one line of the error's context
//     // cell                                      a new cell begins here
//
// Every line of output, every note and every error has to be foretold. Output is what a front end shows in order:
// printed text, values of looking words and the last value of a cell.

import Foundation
import Language
import Session
import Synchronization
import Testing

let programFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../LanguageTests/Programs").standardizedFileURL

/// The programs by their path under the folder, as `strings/escapes.tandem`.
let programs: [String] = {
    let files = FileManager.default.enumerator(atPath: programFolder.path)?.compactMap { $0 as? String } ?? []
    return files.filter { $0.hasSuffix(".tandem") }.sorted()
}()

/// Keeps the lines of everything a program shows, and its errors.
final class ProgramOutput: Output {
    private let record = Mutex((text: "", diagnostics: [Diagnostic]()))

    let drawsProgress = true
    func write(_ text: String) { record.withLock { $0.text += text } }
    func show(_ value: RichValue) { write(value.text + "\n") }
    func result(_ value: RichValue) { write(value.text + "\n") }
    func progress(_ update: ProgressUpdate) {}
    func report(_ diagnostic: Diagnostic) {
        record.withLock { $0.diagnostics.append(diagnostic) }
    }
    func ask(_ prompt: String, isSecret: Bool) -> Answer { .nobody }

    var lines: [String] {
        var lines = record.withLock { $0.text }.split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    var errors: [Diagnostic] { record.withLock { $0.diagnostics.filter { $0.severity == .error } } }
    var notes: [String] { record.withLock { $0.diagnostics.filter { $0.severity != .error }.map(\.message) } }
}

/// What the comments of a program foretell.
private struct Expectations {
    struct Fault: Equatable, CustomStringConvertible {
        var line: Int
        var column: Int?
        var message: String
        var fix: String?
        var context: [String] = []

        var description: String {
            "\(line):\(column.map(String.init) ?? "-"): \(message)" + (fix.map { " | fix: \($0)" } ?? "")
                + context.map { " | \($0)" }.joined()
        }
    }

    var output: [String] = []
    var notes: [String] = []
    var faults: [Fault] = []

    init(_ program: String) {
        for (index, line) in program.components(separatedBy: "\n").enumerated() {
            if let text = comment("expect", in: line) { output.append(text) }
            if let text = comment("note", in: line) { notes.append(text) }
            if let text = comment("error", in: line) {
                faults.append(Fault(line: index + 1, column: nil, message: text))
            }
            if let match = line.firstMatch(of: /\/\/ error (\d+):(\d+): (.*)/) {
                faults.append(Fault(line: Int(match.1) ?? 0, column: Int(match.2), message: String(match.3)))
            }
            guard let last = faults.indices.last else { continue }
            if let text = comment("fix", in: line) { faults[last].fix = text }
            if let text = comment("context", in: line) { faults[last].context.append(text) }
        }
    }

    private func comment(_ name: String, in line: String) -> String? {
        guard let range = line.range(of: "// \(name):") else { return nil }
        return String(line[range.upperBound...].dropFirst())
    }

    /// An error as the comments would tell it: only what `expected` speaks of.
    static func fault(_ diagnostic: Diagnostic, like expected: Fault?) -> Fault {
        let position = diagnostic.range.flatMap { diagnostic.source?.position(of: $0.start) }
        return Fault(
            line: position?.line ?? 0, column: expected != nil && expected?.column == nil ? nil : position?.column,
            message: diagnostic.message, fix: expected != nil && expected?.fix == nil ? nil : diagnostic.fix,
            context: expected?.context.isEmpty == false ? diagnostic.context : [])
    }
}

/// The cells of a program, each with the lines before it left empty so that places are those of the file.
func cells(_ program: String) -> [String] {
    var cells = [""]
    for (index, line) in program.components(separatedBy: "\n").enumerated() {
        if line.hasPrefix("// cell") { cells.append(String(repeating: "\n", count: index)) }
        cells[cells.count - 1] += line + "\n"
    }
    return cells
}

struct ProgramTests {
    @Test func thereAreProgramsAndProgramsThatFail() throws {
        let failing = try programs.filter {
            try String(contentsOf: programFolder.appendingPathComponent($0), encoding: .utf8).contains("// error")
        }
        #expect(programs.count >= 250)
        #expect(failing.count >= 100)
    }

    @Test(arguments: programs)
    func doesWhatItsCommentsSay(_ path: String) throws {
        let program = try String(contentsOf: programFolder.appendingPathComponent(path), encoding: .utf8)
        let expected = Expectations(program)
        let output = ProgramOutput()
        let workspace = Workspace(output: output, folder: programFolder.path)
        for cell in cells(program) { _ = workspace.execute(SourceText(cell, name: path)) }
        #expect(output.lines == expected.output)
        #expect(output.notes == expected.notes)
        let faults = output.errors.enumerated().map { index, diagnostic in
            Expectations.fault(
                diagnostic, like: expected.faults.indices.contains(index) ? expected.faults[index] : nil)
        }
        #expect(faults == expected.faults)
    }
}

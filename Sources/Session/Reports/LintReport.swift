// What `lint` shows: layers and parameters without effect, and what to write instead.

import Graphics
import Libraries
import Network

enum LintReport {
    static func table(_ architecture: Architecture, title: String) -> Table {
        let notes = architecture.lint
        var table = Table(
            caption: notes.isEmpty
                ? "\(title): nothing to say" : "\(title): \(counted(notes.count, "note"))",
            columns: ["what", "instead"].map { Table.Column($0, isNumber: false) })
        for note in notes {
            table.add([Table.Cell(note.message), Table.Cell(note.advice)])
        }
        return table
    }

    /// A line a note, each below its layer's number, in the width of the terminal.
    static func rich(_ architecture: Architecture, title: String) -> RichValue {
        let table = table(architecture, title: title)
        @Sendable func text(_ columns: Int?) -> String {
            ([table.caption] + table.rows.map { hanging("  ", "\($0[0].text); \($0[1].text)", columns: columns) })
                .joined(separator: "\n")
        }
        return RichValue(
            text: text(nil), terminalText: { text($0) },
            html: table.rows.isEmpty ? "<p>\(markupEscaped(table.caption))</p>" : table.html,
            markdown: table.rows.isEmpty ? table.caption : table.markdown)
    }

    /// What `summary` adds: the notes alone; `nil` where there are none.
    static func short(_ architecture: Architecture) -> RichValue? {
        let lines = architecture.lint.map { "lint: " + $0.message }
        return lines.isEmpty ? nil : RichValue(text: lines.joined(separator: "\n"))
    }
}

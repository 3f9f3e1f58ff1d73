// A table as a value: what `table` shows and a run's `curve` is.

import Graphics

final class TableValue: ObjectValue {
    static let kind = ValueKind.table

    let table: Table

    init(_ table: Table) { self.table = table }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }
    var text: String { rich.text }

    /// Times are in all forms but the plain text, by which notebooks are compared.
    var rich: RichValue {
        RichValue(
            text: table.withoutTimings.text, terminalText: { [table] in table.text(columns: $0) }, html: table.html,
            markdown: table.markdown, latex: table.latex)
    }

    /// What a file of this table holds, by its ending.
    var fileForms: [String: () -> String] {
        [
            "csv": { [table] in table.csv + "\n" }, "md": { [table] in table.markdown + "\n" },
            "json": { [table] in table.json + "\n" }, "html": { [table] in table.html + "\n" },
            "tex": { [table] in Table.latexHead + "\n" + table.latex + "\n" },
        ]
    }

    static let memberHelp: [(name: String, help: String)] = [
        ("rows", "how many rows it has"), ("columns", "the titles of its columns"),
    ]

    func member(_ name: String) -> Value? {
        switch name {
        case "rows": .integer(table.rows.count)
        case "columns": .list(Items(table.columns.map { .string($0.title) }))
        default: nil
        }
    }
}

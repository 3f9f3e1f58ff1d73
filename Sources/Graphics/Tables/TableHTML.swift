// A table as HTML that is legible on light and dark pages: no colors of its own, no scripts, alignment in the cells
// because GitHub drops style sheets.

import Libraries

extension Table {
    public var html: String {
        let alignments = columns.indices.map { column in DecimalAlignment(rows.map { $0[column] }) }
        let styles = columns.indices.map { column in
            if columns[column].isNumber {
                return "text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap"
            }
            // A name stays on its line, beside numbers that leave it no room; a sentence is broken.
            let isShort = rows.allSatisfy { $0[column].text.count <= 32 }
            return isShort ? "text-align:left;white-space:nowrap" : "text-align:left"
        }
        func cell(_ row: Int, _ column: Int) -> String {
            let cell = rows[row][column]
            var text = markupEscaped(cell.text)
            if columns[column].isNumber, cell.number != nil {
                // Spaces as wide as the digits and points that the others have there.
                text += alignments[column].missing(cell.text).map { $0 == "." ? "\u{2008}" : "\u{2007}" }.joined()
            }
            return "<td style=\"\(styles[column])\">\(text)</td>"
        }
        let title = caption.isEmpty ? "" : "<caption style=\"text-align:left\">\(markupEscaped(caption))</caption>"
        let heads = columns.indices.map {
            "<th scope=\"col\" style=\"\(styles[$0])\">\(markupEscaped(columns[$0].head))</th>"
        }
        let body = rows.indices.map { row in "<tr>" + columns.indices.map { cell(row, $0) }.joined() + "</tr>" }
        // Left, as sentences and pictures are: JupyterLab centers what does not say where it belongs.
        return
            "<table style=\"margin-left:0;margin-right:auto\">\(title)<thead><tr>\(heads.joined())</tr></thead><tbody>\(body.joined())</tbody></table>"
    }
}

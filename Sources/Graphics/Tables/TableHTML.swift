// A table as HTML that reads on light and dark pages: no colors of its own, no scripts, alignment in the cells because
// GitHub drops style sheets.

extension Table {
    public var html: String {
        let alignments = columns.indices.map { column in DecimalAlignment(rows.map { $0[column] }) }
        func style(_ column: Int) -> String {
            columns[column].isNumber
                ? "text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap" : "text-align:left"
        }
        func cell(_ row: Int, _ column: Int) -> String {
            let cell = rows[row][column]
            var text = markupEscaped(cell.text)
            if isBest(row: row, column: column) { text = "<b title=\"best\">\(text)</b>" }
            if columns[column].isNumber, cell.number != nil {
                // Spaces as wide as the digits and points that the others have there.
                text += alignments[column].missing(cell.text).map { $0 == "." ? "\u{2008}" : "\u{2007}" }.joined()
            }
            return "<td style=\"\(style(column))\">\(text)</td>"
        }
        let title = caption.isEmpty ? "" : "<caption>\(markupEscaped(caption))</caption>"
        let heads = columns.indices.map {
            "<th scope=\"col\" style=\"\(style($0))\">\(markupEscaped(columns[$0].head))</th>"
        }
        let body = rows.indices.map { row in "<tr>" + columns.indices.map { cell(row, $0) }.joined() + "</tr>" }
        return "<table>\(title)<thead><tr>\(heads.joined())</tr></thead><tbody>\(body.joined())</tbody></table>"
    }
}

/// Text for HTML and SVG, in elements and attributes. Control characters, which XML forbids, become spaces.
public func markupEscaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": result += " "
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}

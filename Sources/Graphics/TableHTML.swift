// A table as HTML that reads on light and dark pages: no colors of its own, no scripts, alignment in the cells because
// GitHub drops style sheets.

extension Table {
    public var html: String {
        func row(_ texts: [String], _ tag: String) -> String {
            "<tr>"
                + columns.indices.map { column in
                    let side = columns[column].isNumber ? "right" : "left"
                    return "<\(tag) style=\"text-align:\(side)\">\(markupEscaped(texts[column]))</\(tag)>"
                }.joined() + "</tr>"
        }
        let title = caption.isEmpty ? "" : "<caption>\(markupEscaped(caption))</caption>"
        return "<table>\(title)<thead>\(row(columns.map(\.title), "th"))</thead><tbody>"
            + rows.map { row($0.map(\.text), "td") }.joined() + "</tbody></table>"
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

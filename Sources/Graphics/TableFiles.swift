// A table in the forms that other programs read: Markdown, CSV, JSON and LaTeX.

extension Table {
    public var markdown: String {
        func row(_ texts: [String]) -> String {
            "| " + texts.map { $0.replacing("|", with: "\\|").replacing("\n", with: " ") }.joined(separator: " | ")
                + " |"
        }
        let rule = "|" + columns.map { $0.isNumber ? "---:|" : ":---|" }.joined()
        return ([row(columns.map(\.title)), rule] + rows.map { row($0.map(\.text)) }).joined(separator: "\n")
    }

    /// Source: RFC 4180. Numbers are written in full.
    public var csv: String {
        func field(_ text: String) -> String {
            text.contains { "\",\r\n".contains($0) } ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
        }
        func row(_ texts: [String]) -> String { texts.map(field).joined(separator: ",") }
        return ([row(columns.map(\.title))] + rows.map { row($0.map(\.plain)) }).joined(separator: "\n")
    }

    /// An array with one object a row.
    public var json: String {
        func string(_ text: String) -> String {
            var result = "\""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\"": result += "\\\""
                case "\\": result += "\\\\"
                case "\u{0}"..."\u{1F}":
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                default: result.unicodeScalars.append(scalar)
                }
            }
            return result + "\""
        }
        let objects = rows.map { row in
            "  {"
                + zip(columns, row).map { column, cell in
                    let isNumber = cell.number?.isFinite ?? false
                    return string(column.title) + ": " + (isNumber ? cell.plain : string(cell.text))
                }.joined(separator: ", ") + "}"
        }
        return objects.isEmpty ? "[]" : "[\n" + objects.joined(separator: ",\n") + "\n]"
    }

    /// A `tabular` with the rules of `booktabs`.
    public var latex: String {
        func escaped(_ text: String) -> String {
            var result = ""
            for character in text {
                switch character {
                case "%", "&", "#", "_", "$", "{", "}": result += "\\\(character)"
                case "\\": result += "\\textbackslash{}"
                case "~": result += "\\textasciitilde{}"
                case "^": result += "\\textasciicircum{}"
                default: result.append(character)
                }
            }
            return result
        }
        func row(_ texts: [String]) -> String { "  " + texts.map(escaped).joined(separator: " & ") + " \\\\" }
        let sides = columns.map { $0.isNumber ? "r" : "l" }.joined()
        return
            (["\\begin{tabular}{\(sides)}", "  \\toprule", row(columns.map(\.title)), "  \\midrule"]
            + rows.map { row($0.map(\.text)) } + ["  \\bottomrule", "\\end{tabular}"]).joined(separator: "\n")
    }
}

extension Table.Cell {
    /// The number in full, else the text.
    fileprivate var plain: String {
        guard let number, number.isFinite else { return text }
        return number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : number.description
    }
}

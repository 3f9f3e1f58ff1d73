// A table in the forms that other programs read: Markdown, CSV, JSON and LaTeX.

extension Table {
    public var markdown: String {
        func escaped(_ text: String) -> String {
            text.reduce(into: "") { result, character in
                switch character {
                case "|", "<", "&", "*", "`", "[", "\\": result += "\\\(character)"
                case "\n", "\r", "\r\n": result += " "
                default: result.append(character)
                }
            }
        }
        func line(_ texts: [String]) -> String { "| " + texts.joined(separator: " | ") + " |" }
        let rule = "|" + columns.map { $0.isNumber ? "---:|" : ":---|" }.joined()
        let body = rows.indices.map { row in
            line(
                columns.indices.map { escaped(rows[row][$0].text) })
        }
        return ([line(columns.map { escaped($0.head) }), rule] + body).joined(separator: "\n")
    }

    /// What begins a formula, or what some program takes for it: also as wide, small, raised and lowered signs, which
    /// are normalized to it.
    private static let formulaSigns = Set("=+-@|%\t\r\n＝＋－＠｜％﹢﹣﹦﹪﹫⁺⁻⁼₊₋₌−".unicodeScalars)

    /// Source: RFC 4180. Numbers are written in full. A text that a spreadsheet would run as a formula begins with `'`,
    /// which it shows as text (OWASP, "CSV Injection").
    public var csv: String {
        func field(_ text: String) -> String {
            let first = text.unicodeScalars.first { !$0.isPassedOver }
            let isFormula = first.map { Self.formulaSigns.contains($0) } ?? false
            let isNumber = Double(text.replacing("−", with: "-")) != nil
            let text = isFormula && !isNumber ? "'" + text : text
            let isQuoted = text.unicodeScalars.contains { "\",;\t\r\n".unicodeScalars.contains($0) }
            return isQuoted ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
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

    /// A `tabular` with the rules of `booktabs`, numbers aligned at their points.
    public var latex: String {
        func line(_ texts: [String]) -> String { "  " + texts.joined(separator: " & ") + " \\\\" }
        let alignments = columns.indices.map { column in DecimalAlignment(rows.map { $0[column] }) }
        var body = rows.indices.map { row in
            line(
                columns.indices.map { column in
                    let cell = rows[row][column]
                    var text = Self.latexEscaped(cell.text)
                    if columns[column].isNumber, cell.number != nil {
                        // A minus, not a hyphen.
                        if text.hasPrefix("-") { text = "$-$" + text.dropFirst() }
                        let missing = alignments[column].missing(cell.text)
                        if !missing.isEmpty { text += "\\phantom{\(Self.latexEscaped(String(missing)))}" }
                    }
                    return text
                })
        }
        if summaryCount > 0 { body.insert("  \\midrule", at: rows.count - summaryCount) }
        let sides = columns.map { $0.isNumber ? "r" : "l" }.joined()
        return
            ([
                "\\begin{tabular}{\(sides)}", "  \\toprule", line(columns.map { Self.latexEscaped($0.head) }),
                "  \\midrule",
            ]
            + body + ["  \\bottomrule", "\\end{tabular}"]).joined(separator: "\n")
    }

    /// The same as a floating table with its caption, as a paper takes it in.
    public var latexWithCaption: String {
        let tabular = latex.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
        return
            "\\begin{table}\n  \\centering\n  \\caption{\(Self.latexEscaped(caption))}\n\(tabular)\n\\end{table}"
    }

    /// What stands above tables in a file for LaTeX.
    public static let latexHead = "% needs \\usepackage{booktabs}"

    /// Markdown under its caption.
    public var markdownWithCaption: String { caption.isEmpty ? markdown : "\(caption)\n\n\(markdown)" }

    /// Text for LaTeX.
    private static func latexEscaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "%", "&", "#", "_", "$", "{", "}": result += "\\\(character)"
            case "\\": result += "\\textbackslash{}"
            case "~": result += "\\textasciitilde{}"
            case "^": result += "\\textasciicircum{}"
            case "<": result += "\\textless{}"
            case ">": result += "\\textgreater{}"
            case "±": result += "$\\pm$"
            case "×": result += "$\\times$"
            case "→": result += "$\\rightarrow$"
            case "−": result += "$-$"
            case "—": result += "---"
            case "\n", "\r", "\r\n": result += " "
            default: result.append(character)
            }
        }
        return result
    }
}

extension Unicode.Scalar {
    /// Whether a program may leave it out where it is first: spaces of every width, and what has none.
    fileprivate var isPassedOver: Bool {
        properties.isDefaultIgnorableCodePoint || properties.generalCategory == .format
            || properties.isWhitespace && !"\t\r\n".unicodeScalars.contains(self)
    }
}

extension Table.Cell {
    /// The number in full, else the text.
    fileprivate var plain: String {
        guard let number, number.isFinite else { return text }
        return number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : number.description
    }
}

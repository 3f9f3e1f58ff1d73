// A table as lines of text: columns side by side, the head underlined.

extension Table {
    /// Lines without a newline at the end. Widths count characters.
    public var text: String {
        let widths = columns.indices.map { column in
            max(columns[column].title.count, rows.map { $0[column].text.count }.max() ?? 0)
        }
        func line(_ texts: [String]) -> String {
            let cells = columns.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - texts[column].count)
                return columns[column].isNumber ? padding + texts[column] : texts[column] + padding
            }
            let line = cells.joined(separator: "  ")
            return String(line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex)])
        }
        var lines = caption.isEmpty ? [] : [caption]
        lines.append(line(columns.map(\.title)))
        lines.append(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  "))
        lines += rows.map { line($0.map(\.text)) }
        return lines.joined(separator: "\n")
    }
}

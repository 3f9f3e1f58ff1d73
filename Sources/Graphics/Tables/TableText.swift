// A table as lines of text: columns side by side, the head underlined, points under each other.

import Text

extension Table {
    /// Lines without a newline at the end, as wide as they are. Widths count the columns of a terminal.
    public var text: String { text(columns: nil) }

    /// The same in at most so many characters a line: columns that find no room follow in further blocks, each after
    /// the first column again.
    public func text(columns limit: Int?) -> String {
        let texts = columns.indices.map { column in alignedTexts(column) }
        let widths = columns.indices.map { column in
            max(columns[column].head.columnWidth, texts[column].map(\.columnWidth).max() ?? 0)
        }
        let blocks = blocks(widths, limit ?? .max).map { block in
            func line(_ cells: [String]) -> String {
                zip(block, cells).map { column, text in
                    let padding = String(repeating: " ", count: max(0, widths[column] - text.columnWidth))
                    return columns[column].isNumber ? padding + text : text + padding
                }.joined(separator: "  ").trimmedAtEnd
            }
            let rule = block.map { String(repeating: "─", count: widths[$0]) }.joined(separator: "  ")
            let heads = block.map { columns[$0].head }
            var lines = rows.indices.map { row in line(block.map { texts[$0][row] }) }
            if summaryCount > 0 { lines.insert(rule, at: rows.count - summaryCount) }
            return ([line(heads), rule] + lines).joined(separator: "\n")
        }
        return (caption.isEmpty ? "" : caption + "\n") + blocks.joined(separator: "\n\n")
    }

    /// The cells of a column, filled up after their last digit.
    private func alignedTexts(_ column: Int) -> [String] {
        guard columns[column].isNumber else { return rows.map { $0[column].text } }
        let alignment = DecimalAlignment(rows.map { $0[column] })
        return rows.indices.map { row in
            let cell = rows[row][column]
            guard cell.number != nil else { return cell.text }
            return cell.text + String(repeating: " ", count: alignment.missing(cell.text).count)
        }
    }

    /// Which columns are side by side.
    private func blocks(_ widths: [Int], _ limit: Int) -> [[Int]] {
        var (blocks, used) = ([[Int]](), 0)
        for column in widths.indices {
            if let last = blocks.indices.last, used + 2 + widths[column] <= limit {
                blocks[last].append(column)
                used += 2 + widths[column]
            } else {
                blocks.append(column == 0 ? [0] : [0, column])
                used = widths[0] + (column == 0 ? 0 : 2 + widths[column])
            }
        }
        return blocks.isEmpty ? [[]] : blocks
    }
}

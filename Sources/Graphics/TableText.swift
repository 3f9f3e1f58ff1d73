// A table as lines of text: columns side by side, the head underlined.

extension Table {
    /// Lines without a newline at the end, as wide as they are. Widths count characters.
    public var text: String { text(columns: nil) }

    /// The same in at most so many characters a line: columns that find no room follow in further blocks, each behind the
    /// first column again.
    public func text(columns limit: Int?) -> String {
        let widths = columns.indices.map { column in
            max(columns[column].title.count, rows.map { $0[column].text.count }.max() ?? 0)
        }
        let blocks = blocks(widths, limit ?? .max).map { block in
            func line(_ texts: [String]) -> String {
                let cells = block.map { column in
                    let padding = String(repeating: " ", count: widths[column] - texts[column].count)
                    return columns[column].isNumber ? padding + texts[column] : texts[column] + padding
                }
                let line = cells.joined(separator: "  ")
                return String(line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex)])
            }
            let rule = block.map { String(repeating: "─", count: widths[$0]) }.joined(separator: "  ")
            return ([line(columns.map(\.title)), rule] + rows.map { line($0.map(\.text)) }).joined(separator: "\n")
        }
        return (caption.isEmpty ? "" : caption + "\n") + blocks.joined(separator: "\n\n")
    }

    /// Which columns stand side by side.
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

// The axes of a plot in a terminal: ticks at the left and below, the field of dots between them.

import Text

struct TextFrame {
    let terminal: TextTerminal
    let x: Scale
    let y: Scale
    private let gutter: Int
    var canvas: BrailleCanvas

    /// - Parameter lines: those that the plot needs beside the field and its axes: title and key.
    init(x: Scale, y: Scale, lines: Int, on terminal: TextTerminal) {
        self.terminal = terminal
        self.x = x
        self.y = y
        gutter = y.ticks.map { y.text($0).count }.max() ?? 0
        let rows = max(5, min(24, terminal.rows - 4 - lines))
        canvas = BrailleCanvas(columns: max(10, min(120, terminal.columns) - gutter - 3), rows: rows)
    }

    func dotX(_ value: Double) -> Int { dot(x.place(value), canvas.width) }
    func dotY(_ value: Double) -> Int { canvas.height - 1 - dot(y.place(value), canvas.height) }

    private func dot(_ share: Double, _ count: Int) -> Int {
        share.isFinite ? Int((max(-1, min(2, share)) * Double(count - 1)).rounded()) : -1
    }

    /// Title of the vertical axis, field, horizontal axis with ticks and title.
    var linesOfText: [String] {
        var ticks: [Int: String] = [:]
        for tick in y.ticks { ticks[dotY(tick) / 4] = y.text(tick) }
        var lines = [terminal.colored(padded(y.title, terminal.columns - 1).trimmedAtEnd, .muted)]
        for row in 0..<canvas.rows {
            let side = padded(ticks[row] ?? "", gutter, atRight: true) + (ticks[row] == nil ? " │" : " ┤")
            lines.append(terminal.colored(side, .muted) + canvas.line(row, on: terminal).trimmedAtEnd)
        }
        var axis = Array(repeating: Character("─"), count: canvas.columns)
        var labels = Array(repeating: Character(" "), count: canvas.columns + gutter + 2)
        var end = -1
        for tick in x.ticks {
            let column = dotX(tick) / 2
            guard axis.indices.contains(column) else { continue }
            axis[column] = "┬"
            let text = Array(x.text(tick))
            let start = max(0, min(labels.count - text.count, column + gutter + 2 - text.count / 2))
            guard start > end, start + text.count <= labels.count else { continue }
            labels.replaceSubrange(start..<start + text.count, with: text)
            end = start + text.count
        }
        lines.append(terminal.colored(String(repeating: " ", count: gutter) + " └" + String(axis), .muted))
        lines.append(terminal.colored(String(labels).trimmedAtEnd, .muted))
        let title = String(x.title.prefix(columns: canvas.columns))
        let room = gutter + 2 + max(0, (canvas.columns - title.columnWidth) / 2)
        lines.append(terminal.colored(String(repeating: " ", count: room) + title, .muted))
        return lines
    }
}

extension String {
    var trimmedAtEnd: String {
        guard let last = lastIndex(where: { $0 != " " }) else { return "" }
        return String(self[...last])
    }
}

/// Parts with two spaces between them, in lines that fit. Widths are those of the plain texts.
func flowed(_ parts: [(plain: String, shown: String)], columns: Int) -> [String] {
    var lines: [String] = []
    var used = 0
    for part in parts {
        let width = part.plain.columnWidth
        if lines.isEmpty || used + 3 + width > columns {
            lines.append(part.shown)
            used = width
        } else {
            lines[lines.count - 1] += "   " + part.shown
            used += 3 + width
        }
    }
    return lines
}

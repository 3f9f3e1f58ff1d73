// A square of counts, classes by classes, as a value: the confusion matrix of a network. Correct and wrong counts have
// a color and a scale each, so that a few mistakes are visible next to many hits.

import Text

public struct HeatMap: Hashable, Sendable {
    public var title: String
    public var caption: String
    /// What is counted over the rows: `class`; over the columns: `predicted`.
    public var rowTitle: String
    public var columnTitle: String
    public var names: [String]
    /// One row per class; all as long as `names`.
    public var counts: [[Int]]

    public init(
        title: String, rowTitle: String, columnTitle: String, names: [String], counts: [[Int]], caption: String = ""
    ) {
        precondition(counts.count == names.count && counts.allSatisfy { $0.count == names.count }, "a square")
        self.title = title
        self.rowTitle = rowTitle
        self.columnTitle = columnTitle
        self.names = names
        self.counts = counts
        self.caption = caption
    }

    /// More classes than this have no numbers in their cells.
    static let numbered = 20

    private func isHit(_ row: Int, _ column: Int) -> Bool { row == column }

    /// Of each cell: 0 for none, 1 for the most of its kind.
    private var shares: [[Double]] {
        let (hits, misses) = (mostHits, mostMisses)
        return names.indices.map { row in
            names.indices.map { column in
                let largest = isHit(row, column) ? hits : misses
                return largest > 0 ? Double(counts[row][column]) / Double(largest) : 0
            }
        }
    }

    private var mostHits: Int { names.indices.map { counts[$0][$0] }.max() ?? 0 }
    private var mostMisses: Int {
        names.indices.flatMap { row in names.indices.filter { $0 != row }.map { counts[row][$0] } }.max() ?? 0
    }

    /// What is confused most, the most first.
    public var confusions: [(row: Int, column: Int, count: Int)] {
        names.indices.flatMap { row in
            names.indices.filter { $0 != row && counts[row][$0] > 0 }.map { (row, $0, counts[row][$0]) }
        }.sorted { ($1.2, $0.0, $0.1) < ($0.2, $1.0, $1.1) }
    }
}

extension HeatMap: Picture {
    public func table(limit: Int) -> Table {
        var table = Table(
            caption: title,
            columns: [Table.Column("\(rowTitle) \\ \(columnTitle)", isNumber: false)] + names.map { Table.Column($0) }
                + [Table.Column("right", unit: "%")])
        for (row, counts) in counts.enumerated().prefix(limit) {
            let sum = counts.reduce(0, +)
            table.add(
                [Table.Cell(names[row])] + counts.map { Table.Cell($0) }
                    + [Table.Cell(sum > 0 ? 100 * Double(counts[row]) / Double(sum) : nil, digits: 1)])
        }
        return table
    }

    var description: String {
        let most = confusions.prefix(5).map { "\(names[$0.row]) as \(names[$0.column]) \($0.count) times" }
        return "\(rowTitle) by \(columnTitle)."
            + (most.isEmpty ? "" : " Most often: " + most.joined(separator: "; ") + ".")
    }

    public var svg: String {
        let isNumbered = names.count <= HeatMap.numbered
        let cell =
            isNumbered
            ? (width: max(46, widestCount + 8), height: 28.0)
            : (width: 400 / Double(names.count), height: 400 / Double(names.count))
        let shown = isNumbered ? names.map { TextWidth.shortened($0, to: 120, size: 12) } : []
        let longest = shown.map { TextWidth.of($0, size: 12) }.max() ?? 0
        let left = Sheet.margin + 24 + longest + 10
        let top = 62 + (isNumbered ? longest : 0)
        let side = (width: cell.width * Double(names.count), height: cell.height * Double(names.count))
        let width = max(left + side.width + 76, 360)
        let lines = Frame.captionLines(caption, width: width)
        let height = top + side.height + 20 + Double(lines.count) * 15
        var sheet = Sheet(width: width, height: height, title: title, description: description)
        sheet.title(title)
        sheet.text(columnTitle, left + side.width / 2, 48, .middle, size: 13)
        sheet.text(rowTitle, Sheet.margin + 10, top + side.height / 2, .middle, size: 13, isTurned: true)
        if isNumbered {
            sheet.text("right", left + side.width + 64, top - 8, .end, ink: .muted)
            for (index, name) in shown.enumerated() {
                sheet.text(name, left + (Double(index) + 0.5) * cell.width + 4, top - 8, isTurned: true)
                sheet.text(name, left - 8, top + (Double(index) + 0.5) * cell.height + 4, .end)
            }
            drawCells(on: &sheet, left, top, cell.width, cell.height)
        } else {
            sheet.image(pixels, left, top, side.width, side.height, title: description)
        }
        sheet.rectangle(left, top, side.width, side.height, .sheet, opacity: 0, outline: .muted)
        sheet.caption(lines)
        return sheet.svg
    }

    private var widestCount: Double {
        counts.joined().map { TextWidth.of(grouped($0), size: 12, isBold: true) }.max() ?? 0
    }

    /// How strong a full cell is: text over it keeps a contrast of 4.5 : 1.
    static let strongest = 0.5

    private func drawCells(on sheet: inout Sheet, _ left: Double, _ top: Double, _ width: Double, _ height: Double) {
        let shares = shares
        for row in names.indices {
            let y = top + Double(row) * height
            for column in names.indices {
                let x = left + Double(column) * width
                let count = counts[row][column]
                if count > 0 {
                    sheet.rectangle(
                        x, y, width, height, .series(isHit(row, column) ? 0 : 1),
                        opacity: 0.06 + (HeatMap.strongest - 0.06) * shares[row][column])
                }
                let isQuiet = count == 0
                sheet.text(
                    isQuiet ? "·" : grouped(count), x + width / 2, y + height / 2 + 4, .middle,
                    ink: isQuiet ? .muted : .text,
                    isBold: isHit(row, column))
            }
            let sum = counts[row].reduce(0, +)
            if sum > 0 {
                sheet.text(
                    "\(fixed(100 * Double(counts[row][row]) / Double(sum), 1)) %",
                    left + Double(names.count) * width + 64,
                    y + height / 2 + 4, .end, ink: .muted)
            }
        }
    }

    /// One pixel a cell, over white.
    private var pixels: [UInt8] {
        let inks = [(0.0, 114.0, 178.0), (184.0, 78.0, 0.0)]
        let shares = shares
        let bytes = names.indices.flatMap { row in
            names.indices.flatMap { column -> [UInt8] in
                let (ink, share) = (inks[isHit(row, column) ? 0 : 1], shares[row][column])
                return [ink.0, ink.1, ink.2].map { UInt8(max(0, min(255, 255 + ($0 - 255) * share))) }
            }
        }
        return PNG.file(width: names.count, height: names.count, pixels: bytes)
    }

    public func text(on terminal: TextTerminal) -> String {
        let title = terminal.bold(padded(title, terminal.columns).trimmedAtEnd)
        let digits = max(3, counts.joined().map { grouped($0).count }.max() ?? 1) + 1
        let nameWidth = min(14, names.map(\.columnWidth).max() ?? 0)
        guard nameWidth + digits * names.count + 8 <= terminal.columns else {
            // No room for the square: what is confused most.
            let most = confusions.prefix(max(5, terminal.rows - 6)).map { item in
                let line = "\(names[item.row]) → \(names[item.column])"
                return padded(line, min(40, terminal.columns - 10)) + " "
                    + padded(grouped(item.count), 7, atRight: true)
            }
            return ([title, terminal.colored("most often", .muted)] + most).joined(separator: "\n")
        }
        // Names of columns from top to bottom would take ten lines: their first letters do.
        let head = names.map { padded(String($0.prefix(columns: digits - 1)), digits, atRight: true) }.joined()
        var lines = [title, terminal.colored(padded("", nameWidth) + head + "   right", .muted)]
        let shares = shares
        for row in names.indices {
            var line = padded(names[row], nameWidth)
            for column in names.indices {
                let count = counts[row][column]
                let text = padded(count == 0 ? "·" : grouped(count), digits, atRight: true)
                line += terminal.shaded(text, isHit(row, column) ? .series(0) : .series(1), shares[row][column])
            }
            let sum = counts[row].reduce(0, +)
            line += padded(
                sum > 0 ? fixed(100 * Double(counts[row][row]) / Double(sum), 1) + " %" : "", 8, atRight: true)
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }
}

extension TextTerminal {
    /// Black on a light color of the 256: the stronger the share, the fuller the color.
    func shaded(_ text: String, _ ink: Ink, _ share: Double) -> String {
        guard colors != .none, share > 0 else { return text }
        let steps = ink == .series(0) ? [195, 153, 117, 75] : [230, 223, 216, 209]
        let step = steps[max(0, min(steps.count - 1, Int(share * Double(steps.count))))]
        return "\u{1B}[38;5;16;48;5;\(step)m\(text)\u{1B}[0m"
    }
}

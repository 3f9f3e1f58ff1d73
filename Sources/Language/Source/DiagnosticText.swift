// The block of text a person reads for a diagnostic: the message, the line it is about with carets under the place, the
// context and the fix. Every front end shows this block; the runner puts file, line and column in front.

import Text

/// A diagnostic as text, without a newline at its end.
public struct DiagnosticText: Sendable {
    public var diagnostic: Diagnostic
    /// Whether ANSI colors are used.
    public var isColored: Bool
    /// The widest part of a source line that is shown, in columns; of longer lines a window around the place.
    public var columns: Int
    /// That of the terminal, in which the excerpt and the number of its line have room; `nil` where there is none.
    public var terminalColumns: Int?

    public init(
        _ diagnostic: Diagnostic, isColored: Bool = false, columns: Int = 100, terminalColumns: Int? = nil
    ) {
        self.diagnostic = diagnostic
        self.isColored = isColored
        self.columns = max(20, columns)
        self.terminalColumns = terminalColumns
    }

    /// `error: …`, the source line and carets, the context, `fix: …`
    public var block: String {
        lines(first: headline).joined(separator: "\n")
    }

    /// The block with `FILE:11:5: ` in front of its first line, for `tandem run`.
    public var locatedBlock: String {
        lines(first: place + headline).joined(separator: "\n")
    }

    // MARK: Parts

    private var place: String {
        guard let source = diagnostic.source else { return "" }
        let name = Self.printable(source.name ?? "input")
        guard let range = diagnostic.range else { return paint("\(name): ", .strong) }
        let position = source.position(of: range.start)
        return paint("\(name):\(position.line):\(position.column): ", .strong)
    }

    private var headline: String {
        let severity = paint("\(diagnostic.severity.rawValue):", severityColor)
        return severity + " " + paint(Self.printable(diagnostic.message), .strong)
    }

    private var severityColor: Color {
        switch diagnostic.severity {
        case .error: .error
        case .warning: .warning
        case .note: .note
        }
    }

    private func lines(first: String) -> [String] {
        var lines = [first] + snippet
        lines += diagnostic.context.map { "  " + Self.printable($0) }
        if let fix = diagnostic.fix { lines.append("  " + paint("fix:", .fix) + " " + Self.printable(fix)) }
        return lines
    }

    /// The gutter with the source line, and the one with the carets. A cell that is too large to be read is too large
    /// to be shown.
    private var snippet: [String] {
        guard let source = diagnostic.source, source.bytes.count <= SyntaxLimits.cellBytes, let range = diagnostic.range
        else { return [] }
        let number = source.position(of: range.start).line
        let label = String(number)
        let room = terminalColumns.map { max(20, $0 - max(4, label.count) - " │ ".count) } ?? columns
        let line = SourceLine(
            source.line(number), startOffset: source.lineStarts[number - 1], range: range, columns: room)
        let gutter = String(repeating: " ", count: max(0, 4 - label.count))
        let blank = String(repeating: " ", count: max(4, label.count))
        return [
            gutter + paint("\(label) │ ", .gutter) + line.text,
            blank + paint(" │ ", .gutter) + String(repeating: " ", count: line.caretColumn)
                + paint(String(repeating: "^", count: line.caretCount), severityColor),
        ]
    }

    /// The text as a terminal and a notebook may show it: without control characters and without secrets.
    public static func printable(_ text: String) -> String {
        let name = withoutSecrets(text).printableName
        guard name.unicodeScalars.contains("\u{A0}") else { return name }
        // A space as any other, where carets are under it.
        return String(String.UnicodeScalarView(name.unicodeScalars.map { $0 == "\u{A0}" ? " " : $0 }))
    }

    // MARK: Colors

    private enum Color: String {
        case error = "1;31"
        case warning = "1;33"
        case note = "1;36"
        case fix = "32"
        case gutter = "34"
        case strong = "1"
    }

    private func paint(_ text: String, _ color: Color) -> String {
        isColored && !text.isEmpty ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// One line of a source as it is drawn, and where its carets are.
private struct SourceLine {
    var text = ""
    var caretColumn = 0
    var caretCount = 1

    init(_ line: String, startOffset: Int, range: SourceRange, columns: Int) {
        // Each character with the columns it takes and the byte it starts at.
        var cells: [(text: String, column: Int, width: Int)] = []
        var column = 0
        var offset = startOffset
        var caretStart: Int?
        var caretEnd: Int?
        var counter = ColumnCounter()
        var shown = withoutSecrets(line).unicodeScalars[...]
        for character in line {
            let next = offset + character.utf8.count
            if next > range.start, caretStart == nil { caretStart = column }
            if offset >= range.end, caretEnd == nil { caretEnd = column }
            let count = character.unicodeScalars.count
            // Most of a line stands for itself: asking costs as much as drawing all of the rest.
            let isPlain = count == 1 && shown.first.map { (" "..."~").contains($0) } ?? false
            let piece = String(shown.prefix(count))
            let drawn = isPlain ? piece : DiagnosticText.printable(piece)
            shown = shown.dropFirst(count)
            let isTab = character == "\t"
            let before = counter.columns
            counter.add(drawn)
            let width = isTab ? 4 - column % 4 : counter.columns - before
            cells.append((isTab ? String(repeating: " ", count: width) : drawn, column, width))
            column += width
            offset = next
        }
        let start = caretStart ?? column
        let end = max(start + 1, caretEnd ?? column)

        // A line that is too long shows from a third of the width before the place on.
        var windowStart = 0
        if column > columns, end > columns - 1 {
            windowStart = max(0, min(start - columns / 3, column - columns + 1))
        }
        let windowEnd = windowStart + columns - (windowStart > 0 ? 1 : 0)
        let isCut = column > windowEnd
        let lead = windowStart > 0 ? "…" : ""
        text = lead
        // Where the window cuts a wide character in two, it begins one column later.
        var drawnStart = windowStart
        for cell in cells {
            if cell.column < windowStart {
                drawnStart = max(drawnStart, cell.column + cell.width)
                continue
            }
            if cell.column + cell.width > windowEnd - (isCut ? 1 : 0) { break }
            text += cell.text
        }
        if isCut { text += "…" }
        caretColumn = max(0, start - drawnStart) + (lead.isEmpty ? 0 : 1)
        caretCount = max(1, min(end, windowEnd - (isCut ? 1 : 0)) - max(start, drawnStart))
        while text.unicodeScalars.last == " " { text.unicodeScalars.removeLast() }
    }
}

// The text of one cell or script and the places in it. Offsets are UTF-8 bytes inside Tandem; lines and columns are
// derived here, columns in Unicode scalars as editors and the Jupyter protocol count them.

/// A half-open stretch of a source text, in UTF-8 bytes.
public struct SourceRange: Hashable, Sendable {
    public var start: Int
    public var end: Int

    public init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    /// The smallest range that holds both.
    public func union(_ other: SourceRange) -> SourceRange {
        SourceRange(min(start, other.start), max(end, other.end))
    }
}

/// A line and a column, both counted from 1; the column in Unicode scalars.
public struct SourcePosition: Hashable, Sendable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// A cell or a script: its name for messages (`experiment.tandem`, `experiment.ipynb:cell 3`, or nothing) and its text.
public final class SourceText: Sendable {
    public let name: String?
    public let text: String
    /// The text as UTF-8, which the lexer reads and every offset counts.
    public let bytes: [UInt8]
    /// The offset of the first byte of each line.
    public let lineStarts: [Int]

    /// Marks of UTF-8 before the text, which editors write and nobody sees, are no part of it.
    public init(_ text: String, name: String? = nil) {
        self.name = name
        self.text = String(text.unicodeScalars.drop { $0 == "\u{FEFF}" })
        bytes = Array(self.text.utf8)
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
        lineStarts = starts
    }

    /// The line and column of a byte offset; offsets after the end are those of the end.
    public func position(of offset: Int) -> SourcePosition {
        let offset = max(0, min(offset, bytes.count))
        var low = 0
        var high = lineStarts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle - 1 }
        }
        let scalars = bytes[lineStarts[low]..<offset].count { $0 & 0xC0 != 0x80 }
        return SourcePosition(line: low + 1, column: scalars + 1)
    }

    /// The text of a line counted from 1, without its newline.
    public func line(_ number: Int) -> String {
        guard lineStarts.indices.contains(number - 1) else { return "" }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    public subscript(_ range: SourceRange) -> String {
        let start = max(0, min(range.start, bytes.count))
        return String(decoding: bytes[start..<max(start, min(range.end, bytes.count))], as: UTF8.self)
    }

    /// The text after changes that lie apart from each other.
    public func applying(_ edits: [TextEdit]) -> String {
        var result = bytes
        for edit in edits.sorted(by: { $0.range.start > $1.range.start }) {
            let start = max(0, min(edit.range.start, result.count))
            result.replaceSubrange(start..<max(start, min(edit.range.end, result.count)), with: edit.text.utf8)
        }
        return String(decoding: result, as: UTF8.self)
    }
}

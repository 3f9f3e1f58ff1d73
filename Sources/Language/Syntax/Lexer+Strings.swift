// Strings with escapes and `\( … )`. A string ends on its line; an interpolation may go over several. What a string of
// another language is (`'text'`, `f"…"`, `"""`) is named, and read as the string it most likely means.

extension Lexer {
    mutating func readStringStart() {
        let start = offset
        if starts(with: "\"\"\"") { return readTripleQuoted() }
        offset += 1
        openStrings.append(start)
        add(.stringStart, from: start)
        readStringRest()
    }

    /// Reads on inside a string to its end or to the next interpolation.
    mutating func readStringRest() {
        let start = offset
        var value = String.UnicodeScalarView()
        while offset < bytes.count, peek() != UInt8(ascii: "\n"), peek() != UInt8(ascii: "\r") {
            if peek() == UInt8(ascii: "\"") {
                add(.stringText(String(value)), from: start)
                offset += 1
                _ = openStrings.popLast()
                return add(.stringEnd, from: offset - 1)
            }
            if starts(with: "\\(") {
                add(.stringText(String(value)), from: start)
                offset += 2
                interpolations.append(0)
                return add(.interpolationStart, from: offset - 2)
            }
            if peek() == UInt8(ascii: "\\") {
                if let scalar = readEscape() { value.append(scalar) }
            } else {
                let (scalar, length) = scalar(at: offset)
                value.append(scalar)
                offset += max(1, length)
            }
        }
        fault(
            .unterminatedString, openStrings.last ?? start, offset,
            edits: openStrings.count == 1 ? [TextEdit(SourceRange(offset, offset), "\"")] : [])
        openStrings = []
        add(.stringText(String(value)), from: start)
        add(.stringEnd, from: offset, isFaulty: true)
        // The strings around it, whose interpolations are still open, end here too.
        for _ in interpolations {
            add(.interpolationEnd, from: offset, isFaulty: true)
            add(.stringEnd, from: offset, isFaulty: true)
        }
        interpolations = []
    }

    private mutating func readEscape() -> Unicode.Scalar? {
        let start = offset
        offset += 1
        let (scalar, length) = scalar(at: offset)
        if scalar == "\n" || scalar == "\r" || length == 0 { return nil }
        offset += length
        switch scalar {
        case "n": return "\n"
        case "t": return "\t"
        case "\"", "\\": return scalar
        case "u":
            guard peek() == UInt8(ascii: "{") else { break }
            var end = offset + 1
            while end < bytes.count, end < offset + 10, Unicode.Scalar(bytes[end]).properties.isASCIIHexDigit {
                end += 1
            }
            let digits = text(offset + 1, end)
            guard end < bytes.count, bytes[end] == UInt8(ascii: "}"), let code = UInt32(digits, radix: 16),
                let value = Unicode.Scalar(code)
            else {
                fault(.invalidScalar, start, end)
                offset = end
                return nil
            }
            offset = end + 1
            return value
        default: break
        }
        fault(.unknownEscape(String(scalar)), start, offset)
        return nil
    }

    mutating func readSingleQuoted() {
        let start = offset
        let lineEnd = endOfLine(from: offset)
        offset += 1
        while offset < lineEnd, peek() != UInt8(ascii: "'") { offset += peek() == UInt8(ascii: "\\") ? 2 : 1 }
        offset = min(offset, lineEnd)
        let inner = text(start + 1, offset)
        if offset < lineEnd { offset += 1 }
        fault(.singleQuotes(inner), start, offset, edits: [TextEdit(SourceRange(start, offset), Lexer.quoted(inner))])
        addPlainString(inner, from: start)
    }

    /// `f"loss {x}"`: read as the string `"loss \(x)"`.
    mutating func readPrefixedString(_ prefix: String, from start: Int) {
        let quote = peek()
        let lineEnd = endOfLine(from: offset)
        var end = offset + 1
        while end < lineEnd, bytes[end] != quote { end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1 }
        end = min(end, lineEnd)
        var inner = text(offset + 1, end)
        if prefix.lowercased().contains("f") { inner = Lexer.interpolated(inner) }
        let written = Lexer.quoted(inner)
        let isClosed = end < lineEnd
        let whole = SourceRange(start, isClosed ? end + 1 : end)
        fault(
            .pythonString(prefix: prefix, written: written), start, offset + 1,
            edits: isClosed ? [TextEdit(whole, written)] : [])
        guard isClosed else { return }
        offset = whole.end
        addPlainString(inner, from: start)
    }

    /// A text in double quotes, where it holds none itself.
    static func quoted(_ inner: String) -> String {
        "\"" + inner.replacing("\\'", with: "'").replacing("\\\"", with: "\"").replacing("\"", with: "\\\"") + "\""
    }

    /// Python's `{x}` and `{x:.2f}` as `\(x)`.
    private static func interpolated(_ text: String) -> String {
        var result = ""
        var value: String?
        for character in text {
            switch (character, value) {
            case ("{", nil): value = ""
            case ("}", let inside?):
                result += "\\(" + inside.prefix { $0 != ":" && $0 != "!" } + ")"
                value = nil
            case (_, let inside?): value = inside + String(character)
            case (_, nil): result.append(character)
            }
        }
        return result + (value.map { "{" + $0 } ?? "")
    }

    private mutating func readTripleQuoted() {
        let start = offset
        offset += 3
        while offset < bytes.count, !starts(with: "\"\"\"") { offset += 1 }
        offset = min(offset + 3, bytes.count)
        fault(.tripleQuotes, start, start + 3)
        addPlainString("", from: start)
    }

    private mutating func addPlainString(_ value: String, from start: Int) {
        add(.stringStart, from: start)
        add(.stringText(value), from: start)
        add(.stringEnd, from: start)
    }
}

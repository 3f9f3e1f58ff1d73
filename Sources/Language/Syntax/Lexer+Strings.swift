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
        fault(.unterminatedString, openStrings.last ?? start, offset)
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
        fault(.singleQuotes(inner), start, offset)
        addPlainString(inner, from: start)
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

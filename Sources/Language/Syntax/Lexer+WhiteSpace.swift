// White space and comments between tokens. A pasted page brings no-break spaces, tabs and CRLF: all are white space.

extension Lexer {
    mutating func skipWhiteSpaceAndComments() {
        while offset < bytes.count {
            switch peek() {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                newlineBefore = true
                offset += 1
            case UInt8(ascii: " "), UInt8(ascii: "\t"), 0x0B, 0x0C:
                spaceBefore = true
                offset += 1
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"):
                skipLineComment()
            case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"):
                skipBlockComment()
            case UInt8(ascii: "#"):
                let start = offset
                offset = endOfLine(from: offset)
                fault(
                    .hashComment, start, min(offset, start + 1),
                    edits: [TextEdit(SourceRange(start, start + 1), "//")])
                spaceBefore = true
            case 0x80...:
                let (scalar, length) = scalar(at: offset)
                // U+FEFF is the byte order mark, U+200B a space without width: both come with pasted text.
                guard scalar.properties.isWhitespace || scalar == "\u{FEFF}" || scalar == "\u{200B}" else { return }
                spaceBefore = true
                if scalar == "\u{2028}" || scalar == "\u{2029}" || scalar == "\u{85}" { newlineBefore = true }
                offset += length
            default:
                return
            }
        }
    }

    private mutating func skipLineComment() {
        let start = offset
        offset = endOfLine(from: offset)
        checkSwallowed(by: start)
        spaceBefore = true
    }

    /// `conv width // 2, kernel: 3` is whole division in Python; here it would lose the kernel without a word.
    private mutating func checkSwallowed(by start: Int) {
        guard !newlineBefore, let last = tokens.last else { return }
        var dividend: String?
        switch last.kind {
        case .name where !last.isReserved: dividend = text(startOfMembers(), last.range.end)
        case .integer, .decimal: dividend = text(last.range.start, last.range.end)
        case .symbol(.rightParenthesis), .symbol(.rightBracket): break
        default: return
        }
        var index = start + 2
        while index < offset, bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\t") { index += 1 }
        let digits = index
        while index < offset, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) { index += 1 }
        let end = index
        while index < offset, bytes[index] == UInt8(ascii: " ") || bytes[index] == UInt8(ascii: "\t") { index += 1 }
        guard end > digits, index == offset || bytes[index] == UInt8(ascii: ",") else { return }
        // `// 10,000 images` speaks of ten thousand.
        let group = bytes[index..<offset].dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard group.count != 3 else { return }
        let divisor = text(digits, end)
        let edits = dividend.map {
            [TextEdit(SourceRange(startOfMembers(), end), "div(\($0), \(divisor))")]
        }
        fault(.swallowingComment(divisor: divisor, dividend: dividend), start, end, edits: edits ?? [])
    }

    /// Where `a.b.c`, whose `c` is the last token, begins.
    private func startOfMembers() -> Int {
        var index = tokens.count - 1
        while index >= 2, tokens[index - 1].isSymbol(.dot), tokens[index - 2].name != nil { index -= 2 }
        return tokens[index].range.start
    }

    /// Block comments nest, as in Swift, so that a part with comments can be commented out.
    private mutating func skipBlockComment() {
        let start = offset
        var depth = 1
        offset += 2
        while offset < bytes.count, depth > 0 {
            if starts(with: "/*") {
                depth += 1
                offset += 2
            } else if starts(with: "*/") {
                depth -= 1
                offset += 2
            } else {
                if peek() == UInt8(ascii: "\n") { newlineBefore = true }
                offset += 1
            }
        }
        if depth > 0 { fault(.unclosedComment, start, start + 2, isAtEnd: true) }
        spaceBefore = true
    }
}

// Cuts a cell into tokens. Never fails: what means nothing becomes a fault and, where that helps the parser to
// continue, the token that was meant. One pass, no recursion, so that no text can exhaust the stack; strings and their
// interpolations are flat runs of tokens.

struct Lexer {
    let source: SourceText
    let bytes: [UInt8]
    /// The byte that is read next.
    var offset = 0
    var tokens: [Token] = []
    var faults: [SyntaxFault] = []
    /// For each open interpolation, how many parentheses are open inside it.
    var interpolations: [Int] = []
    /// Where the strings begin that are still open, the innermost last.
    var openStrings: [Int] = []
    var spaceBefore = false
    var newlineBefore = true

    init(_ source: SourceText) {
        self.source = source
        bytes = source.bytes
    }

    static func tokens(of source: SourceText) -> (tokens: [Token], faults: [SyntaxFault]) {
        var lexer = Lexer(source)
        lexer.run()
        return (lexer.tokens, lexer.faults)
    }

    private mutating func run() {
        while offset < bytes.count {
            skipWhiteSpaceAndComments()
            if offset < bytes.count { readToken() }
        }
        newlineBefore = true
        add(.end, from: bytes.count)
    }

    // MARK: Reading bytes and characters

    /// The byte that many places ahead, or 0 after the end.
    func peek(_ distance: Int = 0) -> UInt8 {
        let index = offset + distance
        return index < bytes.count ? bytes[index] : 0
    }

    func starts(with text: String) -> Bool {
        let utf8 = text.utf8
        guard offset + utf8.count <= bytes.count else { return false }
        return bytes[offset..<offset + utf8.count].elementsEqual(utf8)
    }

    /// The character at a byte offset and how many bytes it takes. The bytes come from a `String` and are valid UTF-8.
    func scalar(at index: Int) -> (scalar: Unicode.Scalar, length: Int) {
        guard index < bytes.count else { return ("\0", 0) }
        let first = bytes[index]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        var value = UInt32(first) & (0x7F >> UInt32(length))
        for byte in bytes[min(index + 1, bytes.count)..<min(index + length, bytes.count)] {
            value = value << 6 | UInt32(byte & 0x3F)
        }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", min(length, bytes.count - index))
    }

    /// The offset after the name characters that begin at `index`.
    func endOfName(from index: Int) -> Int {
        var end = index
        while end < bytes.count {
            let (scalar, length) = scalar(at: end)
            guard scalar.isNamePart else { break }
            end += length
        }
        return end
    }

    func endOfLine(from index: Int) -> Int {
        bytes[index...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? bytes.count
    }

    func text(_ start: Int, _ end: Int) -> String { source[SourceRange(start, end)] }

    // MARK: Adding

    mutating func add(_ kind: Token.Kind, from start: Int, isFaulty: Bool = false) {
        tokens.append(
            Token(
                kind: kind, range: SourceRange(start, offset), spaceBefore: spaceBefore || newlineBefore,
                newlineBefore: newlineBefore, isFaulty: isFaulty))
        spaceBefore = false
        newlineBefore = false
    }

    mutating func fault(
        _ kind: SyntaxFault.Kind, _ start: Int, _ end: Int, isAtEnd: Bool = false, edits: [TextEdit] = []
    ) {
        faults.append(SyntaxFault(kind: kind, range: SourceRange(start, end), isAtEnd: isAtEnd, edits: edits))
    }

    // MARK: Tokens

    private mutating func readToken() {
        let start = offset
        let byte = peek()
        if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { return readNumber() }
        if byte == UInt8(ascii: "."), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(peek(1)), !isGluedToValue {
            return readNumber()
        }
        if byte == UInt8(ascii: "\"") { return readStringStart() }
        if byte == UInt8(ascii: "'") { return readSingleQuoted() }
        if isAtLineHead, skipCommandLine() { return }
        let (first, length) = scalar(at: offset)
        if first.isNameStart {
            offset = endOfName(from: offset)
            let name = text(start, offset)
            if peek() == UInt8(ascii: "\"") || peek() == UInt8(ascii: "'"),
                ["f", "r", "b", "u", "fr", "rf", "br", "rb"].contains(name.lowercased())
            {
                return readPrefixedString(name, from: start)
            }
            return add(.name(name), from: start)
        }
        if readForeignOperator() || readSymbol() || readLookalike(first, length) { return }
        readUnknown()
    }

    /// Whether a `.` here follows a value without space, as the one of `a.5`.
    private var isGluedToValue: Bool {
        guard !spaceBefore, !newlineBefore, let last = tokens.last else { return false }
        switch last.kind {
        case .name, .stringEnd, .integer, .decimal, .shape: return true
        case .symbol(let symbol): return symbol == .rightParenthesis || symbol == .rightBracket
        default: return false
        }
    }

    /// The symbol that begins here, the longest first.
    private var symbolHere: Token.Symbol? {
        let second = peek(1)
        switch peek() {
        case UInt8(ascii: "("): return .leftParenthesis
        case UInt8(ascii: ")"): return .rightParenthesis
        case UInt8(ascii: "["): return .leftBracket
        case UInt8(ascii: "]"): return .rightBracket
        case UInt8(ascii: "{"): return .leftBrace
        case UInt8(ascii: "}"): return .rightBrace
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: ":"): return .colon
        case UInt8(ascii: ";"): return .semicolon
        case UInt8(ascii: "."): return second == UInt8(ascii: ".") && peek(2) == UInt8(ascii: ".") ? .ellipsis : .dot
        case UInt8(ascii: "+"): return .plus
        case UInt8(ascii: "-"): return .minus
        case UInt8(ascii: "*"): return .star
        case UInt8(ascii: "/"): return .slash
        case UInt8(ascii: "%"): return .percent
        case UInt8(ascii: "?"): return .question
        case UInt8(ascii: "&"): return second == UInt8(ascii: "&") ? .and : nil
        case UInt8(ascii: "|"): return second == UInt8(ascii: "|") ? .or : nil
        case UInt8(ascii: "="): return second == UInt8(ascii: "=") ? .equal : .assign
        case UInt8(ascii: "!"): return second == UInt8(ascii: "=") ? .notEqual : .not
        case UInt8(ascii: "<"): return second == UInt8(ascii: "=") ? .lessOrEqual : .less
        case UInt8(ascii: ">"): return second == UInt8(ascii: "=") ? .greaterOrEqual : .greater
        default: return nil
        }
    }

    private mutating func readSymbol() -> Bool {
        guard let symbol = symbolHere else { return false }
        let start = offset
        offset += symbol.rawValue.utf8.count
        if let open = interpolations.last {
            if symbol == .leftParenthesis { interpolations[interpolations.count - 1] = open + 1 }
            if symbol == .rightParenthesis {
                if open == 0 {
                    interpolations.removeLast()
                    add(.interpolationEnd, from: start)
                    readStringRest()
                    return true
                }
                interpolations[interpolations.count - 1] = open - 1
            }
        }
        add(.symbol(symbol), from: start)
        return true
    }

    /// Operators of other languages, and the token that stands for them so that the parser can continue.
    private static let foreignOperators: [(text: String, meant: Token.Kind)] = [
        ("===", .symbol(.equal)), ("!==", .symbol(.notEqual)), ("..<", .symbol(.ellipsis)), ("**", .symbol(.star)),
        ("+=", .symbol(.assign)), ("-=", .symbol(.assign)), ("*=", .symbol(.assign)), ("/=", .symbol(.assign)),
        ("%=", .symbol(.assign)), ("=>", .unknown), ("->", .unknown), ("++", .unknown), ("--", .unknown),
        ("<>", .symbol(.notEqual)),
        ("=<", .symbol(.lessOrEqual)), (":=", .symbol(.assign)),
        ("×", .symbol(.star)),
    ]

    private mutating func readForeignOperator() -> Bool {
        let start = offset
        // Most tokens begin with none of these characters.
        guard peek() == 0xC3 || "=!.*+-/%:&|<".utf8.contains(peek()) else { return false }
        let single: (text: String, meant: Token.Kind)? =
            if starts(with: "&"), !starts(with: "&&") {
                ("&", .symbol(.and))
            } else if starts(with: "|"), !starts(with: "||") {
                ("|", .symbol(.or))
            } else if starts(with: ".."), !starts(with: "..."), !starts(with: "..<") {
                ("..", .symbol(.ellipsis))
            } else {
                nil
            }
        guard let found = single ?? Lexer.foreignOperators.first(where: { starts(with: $0.text) }) else { return false }
        // `--1` is a minus twice; after a name and before nothing it is C's.
        if found.text == "--", !isDecrement { return false }
        offset += found.text.utf8.count
        noteForeignOperator(found.text, from: start)
        add(found.meant, from: start, isFaulty: true)
        return true
    }

    /// Whether the `--` here is that of `x--`.
    private var isDecrement: Bool {
        guard !spaceBefore, !newlineBefore, tokens.last?.name != nil else { return false }
        let next = peek(2)
        return next == 0 || next == UInt8(ascii: "\n") || next == UInt8(ascii: "\r") || next == UInt8(ascii: ";")
    }

    /// The fault of an operator that other languages have, which has just been read.
    private mutating func noteForeignOperator(_ found: String, from start: Int) {
        let here = SourceRange(start, offset)
        switch found {
        case "..", "..<":
            let isOpen = found == "..<"
            fault(
                .foreignOperator(found, written: nil), start, offset, edits: isOpen ? [] : [TextEdit(here, "...")])
        case "===", "!==", "&", "|", "<>", "=<", "×", ":=":
            let meant =
                ["&": "&&", "|": "||", "<>": "!=", "=<": "<=", "×": "*", ":=": "="][found] ?? String(found.dropLast())
            if found == ":=" { return fault(.foreignOperator(found, written: nil), start, offset) }
            fault(.foreignOperator(found, written: meant), start, offset, edits: [TextEdit(here, meant)])
        case "**":
            // A small power of something short is a product.
            var end = offset
            while end < bytes.count, bytes[end] == UInt8(ascii: " ") { end += 1 }
            let digits = end
            while end < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[end]) { end += 1 }
            var written: String?
            var edits: [TextEdit] = []
            if let power = Int(text(digits, end)), (2...4).contains(power), end == endOfName(from: end),
                let last = tokens.last, !newlineBefore, isSimple(last)
            {
                let base = text(last.range.start, last.range.end)
                written = Array(repeating: base, count: power).joined(separator: " * ")
                edits = [TextEdit(SourceRange(last.range.start, end), "(\(written ?? base))")]
            }
            fault(.foreignOperator(found, written: written), start, offset, edits: edits)
        case "++", "--", "+=", "-=", "*=", "/=", "%=":
            let lineEnd = endOfLine(from: offset)
            var written: String?
            if let name = tokens.last?.name {
                let value = found == "++" || found == "--" ? "1" : Lexer.trimmed(text(offset, lineEnd))
                written = "let \(name == "y" ? "z" : "y") = \(name) \(found.prefix(1)) \(value)"
            }
            fault(.foreignOperator(found, written: written), start, offset)
        default: fault(.foreignOperator(found, written: nil), start, offset)
        }
    }

    static func trimmed(_ text: String) -> String {
        let front = text.drop { $0 == " " || $0 == "\t" }
        return String(front.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    private func isSimple(_ token: Token) -> Bool {
        switch token.kind {
        case .integer, .decimal: true
        case .name: !token.isReserved
        default: false
        }
    }

    /// Characters that an editor or a web page puts in the place of the plain ones.
    private mutating func readLookalike(_ scalar: Unicode.Scalar, _ length: Int) -> Bool {
        let start = offset
        switch scalar {
        case "\u{2010}"..."\u{2015}", "\u{2212}":
            offset += length
            fault(
                .lookalike(found: String(scalar), meant: "-"), start, offset, edits: [.init(.init(start, offset), "-")])
            add(.symbol(.minus), from: start, isFaulty: true)
        case "…":
            offset += length
            fault(
                .lookalike(found: String(scalar), meant: "..."), start, offset,
                edits: [.init(.init(start, offset), "...")])
            add(.symbol(.ellipsis), from: start, isFaulty: true)
        case "“", "”", "„", "«", "»", "‘", "’":
            // As far as the next such quote on the line, which is most likely the string.
            offset += length
            let end = endOfLine(from: offset)
            var inner = offset..<end
            while offset < end {
                let (next, nextLength) = self.scalar(at: offset)
                if ["“", "”", "„", "«", "»", "‘", "’", "\""].contains(next) { inner = inner.lowerBound..<offset }
                offset += nextLength
                if inner.upperBound < end { break }
            }
            let meant = Lexer.quoted(text(inner.lowerBound, inner.upperBound))
            fault(
                .lookalike(found: String(scalar), meant: meant), start, offset,
                edits: [.init(.init(start, offset), meant)])
            add(.stringStart, from: start, isFaulty: true)
            add(.stringEnd, from: offset, isFaulty: true)
        case "\u{FF01}"..."\u{FF5E}":
            // The wide forms that East Asian input methods give.
            guard let plain = Unicode.Scalar(scalar.value - 0xFEE0) else { return false }
            guard let symbol = Token.Symbol(rawValue: String(plain)) else { return false }
            offset += length
            fault(
                .lookalike(found: String(scalar), meant: String(plain)), start, offset,
                edits: [.init(.init(start, offset), String(plain))])
            add(.symbol(symbol), from: start, isFaulty: true)
        case "、", "。":
            offset += length
            fault(
                .lookalike(found: String(scalar), meant: ","), start, offset, edits: [.init(.init(start, offset), ",")])
            add(.symbol(.comma), from: start, isFaulty: true)
        default:
            return false
        }
        return true
    }

    /// A run of characters that mean nothing is one fault.
    private mutating func readUnknown() {
        let start = offset
        while offset < bytes.count {
            let (scalar, length) = scalar(at: offset)
            let isKnown =
                scalar.isASCII
                ? !["@", "$", "^", "~", "`", "\\"].contains(scalar) && scalar.value > 0x20 && scalar.value < 0x7F
                : scalar.isNameStart || scalar.properties.isWhitespace
            if offset > start, isKnown || scalar == " " || scalar == "\n" || scalar == "\r" || scalar == "\t" { break }
            offset += max(1, length)
        }
        fault(.unknownCharacters(text(start, offset)), start, offset)
        add(.unknown, from: start, isFaulty: true)
    }

    // MARK: Lines of other tools

    /// Whether a statement could begin here, as far as the previous token shows.
    private var isAtLineHead: Bool {
        guard newlineBefore, interpolations.isEmpty else { return false }
        guard case .symbol(let last) = tokens.last?.kind else { return true }
        return [.rightParenthesis, .rightBracket, .leftBrace, .rightBrace, .semicolon, .question].contains(last)
    }

    private static let shellWords: Set<String> = [
        "ls", "pip", "pip3", "cd", "cat", "pwd", "nvidia", "conda", "wget", "curl", "git", "echo", "mkdir", "rm",
        "python",
        "python3", "unzip", "tar", "head", "tail", "apt", "sh", "bash", "cp", "mv", "df", "du", "free", "top", "which",
    ]

    /// `%time …`, `%%bash` and `!ls …` are for IPython: the whole line is skipped.
    private mutating func skipCommandLine() -> Bool {
        let start = offset
        if starts(with: "%%") || starts(with: "%") {
            let name = starts(with: "%%") ? offset + 2 : offset + 1
            guard name < bytes.count, scalar(at: name).scalar.isNameStart else { return false }
            offset = endOfName(from: name)
        } else if starts(with: "!") {
            var end = endOfName(from: offset + 1)
            guard Lexer.shellWords.contains(text(offset + 1, end)) else { return false }
            while end < bytes.count, bytes[end] > 0x20 { end += 1 }
            offset = end
        } else {
            return false
        }
        let (command, end) = (text(start, offset), offset)
        offset = endOfLine(from: offset)
        // What is timed stays; every other line goes.
        var rest = offset
        if ["%time", "%timeit", "%%time", "%%timeit"].contains(command) {
            rest = end
            while rest < offset, bytes[rest] == UInt8(ascii: " ") { rest += 1 }
        }
        fault(.commandLine(command), start, end, edits: [.init(.init(start, rest), "")])
        return true
    }
}

// Turns the tokens of a cell into a tree. A recursive descent, at most `SyntaxLimits.depth` deep; where a statement
// cannot be read it says so once, skips to the next one and continues, so that a cell shows all its independent faults
// at once. The parser knows no words: white space tells a command from an expression (`+Commands`).

/// Reads a cell. Never throws and never stops at the first fault: what could not be read is in `Program.diagnostics`.
public func parse(_ source: SourceText) -> Program {
    guard source.bytes.count <= SyntaxLimits.cellBytes else {
        let fault = SyntaxFault(kind: .cellTooLarge(bytes: source.bytes.count), range: SourceRange(0, 0))
        return Program(source: source, statements: [], diagnostics: [Diagnostic(fault, in: source)])
    }
    return LargeStack.run {
        var parser = Parser(source)
        let statements = parser.statements(inBody: false).statements
        return Program(source: source, statements: statements, diagnostics: parser.diagnostics, unread: parser.unread)
    }
}

struct Parser {
    let source: SourceText
    let tokens: [Token]
    /// For each opening bracket (also of strings and interpolations) the token that closes it, for all others -1.
    let closers: [Int]
    var faults: [SyntaxFault]
    /// Statements that could not be read.
    var unread: [SourceRange] = []
    /// The token that is read next; the last one is `.end` and is never passed.
    var index = 0
    /// How many nodes of the tree are above the one that is read.
    var depth = 0
    /// Inside `(`, `[` and `\(` a new line ends nothing.
    var ignoresNewlines = false
    /// The brackets that are open in this statement.
    var openers: [Int] = []

    private var saidTooDeep = false

    /// The statement cannot be read on; its fault is noted already.
    struct UnreadableStatement: Error {}

    /// An expression and how many nodes its tree is high.
    struct Node {
        var expression: Expression
        var height: Int

        init(_ kind: Expression.Kind, _ range: SourceRange, height: Int = 1) {
            expression = Expression(kind, range: range)
            self.height = height
        }
    }

    init(_ source: SourceText) {
        self.source = source
        (tokens, faults) = Lexer.tokens(of: source)
        closers = Parser.matchBrackets(tokens)
    }

    /// The faults in the order of the text, as many as a person can use.
    var diagnostics: [Diagnostic] {
        let shown = 20
        let sorted = faults.enumerated().sorted {
            ($0.element.range.start, $0.offset) < ($1.element.range.start, $1.offset)
        }
        var diagnostics = sorted.prefix(shown).map { Diagnostic($0.element, in: source) }
        if sorted.count > shown {
            let rest = SyntaxFault(kind: .moreFaults(sorted.count - shown), range: sorted[shown].element.range)
            diagnostics.append(Diagnostic(rest, in: source))
        }
        return diagnostics
    }

    private static func matchBrackets(_ tokens: [Token]) -> [Int] {
        var closers = [Int](repeating: -1, count: tokens.count)
        var open: [(index: Int, closer: Token.Kind)] = []
        // How many of each closer the open brackets wait for, so that a stray one costs no search.
        var awaited: [Int] = [0, 0, 0, 0, 0]
        func slot(_ kind: Token.Kind) -> Int? {
            switch kind {
            case .symbol(.rightParenthesis): 0
            case .symbol(.rightBracket): 1
            case .symbol(.rightBrace): 2
            case .interpolationEnd: 3
            case .stringEnd: 4
            default: nil
            }
        }
        for (index, token) in tokens.enumerated() {
            let closer: Token.Kind? =
                switch token.kind {
                case .symbol(.leftParenthesis): .symbol(.rightParenthesis)
                case .symbol(.leftBracket): .symbol(.rightBracket)
                case .symbol(.leftBrace): .symbol(.rightBrace)
                case .interpolationStart: .interpolationEnd
                case .stringStart: .stringEnd
                default: nil
                }
            if let closer, let slot = slot(closer) {
                open.append((index, closer))
                awaited[slot] += 1
            } else if let found = slot(token.kind), awaited[found] > 0 {
                // A `}` also ends what is open inside its block, but a `)` does not end a block.
                if token.kind != .symbol(.rightBrace), open.last?.closer == .symbol(.rightBrace) { continue }
                while let last = open.popLast() {
                    if let slot = slot(last.closer) { awaited[slot] -= 1 }
                    if last.closer == token.kind {
                        closers[last.index] = index
                        break
                    }
                    if last.closer == .symbol(.rightBrace) {
                        open.append(last)
                        awaited[2] += 1
                        break
                    }
                }
            }
        }
        return closers
    }

    // MARK: Tokens

    var current: Token { tokens[index] }
    var next: Token { tokens[min(index + 1, tokens.count - 1)] }
    var previous: Token? { index > 0 ? tokens[index - 1] : nil }

    /// Where the token before ends.
    var lastEnd: Int { previous?.range.end ?? 0 }

    mutating func advance() {
        if index < tokens.count - 1 { index += 1 }
    }

    func isAt(_ symbol: Token.Symbol) -> Bool { current.isSymbol(symbol) }

    /// Whether the statement cannot continue with the current token because a new line, `;`, `}` or the end comes
    /// first.
    var endsStatement: Bool { endsStatement(at: index) }

    func endsStatement(at position: Int) -> Bool {
        let token = tokens[min(position, tokens.count - 1)]
        if token.newlineBefore, !ignoresNewlines { return true }
        return token.kind == .end || token.isSymbol(.semicolon) || token.isSymbol(.rightBrace)
    }

    /// A token as it is in the text, short enough for a message.
    func written(at position: Int) -> String {
        var range = tokens[position].range
        if tokens[position].kind == .stringStart, closers[position] > position {
            range = range.union(tokens[closers[position]].range)
        }
        let text = source[range]
        return text.count > 30 ? text.prefix(30) + "…" : text
    }

    /// The places of the rest of a statement from a token on, to its new line, `;` or `}`, or with `inArgument` to a
    /// comma.
    func rest(from start: Int, inArgument: Bool = false) -> SourceRange {
        var position = start
        while position < tokens.count - 1 {
            let token = tokens[position]
            if token.newlineBefore, position > start { break }
            if case .symbol(let symbol) = token.kind {
                if [.semicolon, .rightBrace, .rightParenthesis, .rightBracket].contains(symbol) { break }
                if symbol == .comma, inArgument { break }
            }
            position = closers[position] > position ? closers[position] + 1 : position + 1
        }
        guard position > start else { return SourceRange(tokens[start].range.start, tokens[start].range.start) }
        return SourceRange(tokens[start].range.start, tokens[position - 1].range.end)
    }

    // MARK: Faults

    mutating func note(
        _ kind: SyntaxFault.Kind, _ range: SourceRange, isAtEnd: Bool = false, edits: [TextEdit] = []
    ) {
        // Everything that is open at the end is one fault to a person, and so is too deep a nesting.
        if isAtEnd, faults.contains(where: \.isAtEnd) { return }
        if kind == .tooDeep {
            if saidTooDeep { return }
            saidTooDeep = true
        }
        faults.append(SyntaxFault(kind: kind, range: range, isAtEnd: isAtEnd, edits: edits))
    }

    mutating func fail(
        _ kind: SyntaxFault.Kind, _ range: SourceRange, isAtEnd: Bool = false, edits: [TextEdit] = []
    ) -> UnreadableStatement {
        note(kind, range, isAtEnd: isAtEnd, edits: edits)
        return UnreadableStatement()
    }

    /// The current token is not what should be here.
    /// - Parameter continues: whether the text could continue after a new line at this place.
    mutating func unexpected(_ expected: SyntaxFault.Expectation, continues: Bool = true) -> UnreadableStatement {
        if current.isFaulty { return UnreadableStatement() }
        let isEnd = current.kind == .end
        let isCutOff = current.newlineBefore || isAt(.semicolon) || isAt(.rightBrace)
        if isCutOff, let opener = openers.last {
            let bracket = source[tokens[opener].range]
            return fail(
                .unclosed(bracket), tokens[opener].range, isAtEnd: isEnd,
                edits: [TextEdit(SourceRange(lastEnd, lastEnd), SyntaxFaultText.closer(of: bracket))])
        }
        if isEnd || isCutOff, let previous {
            if previous.isSymbol(.percent), index >= 2, case .integer(let number) = tokens[index - 2].kind, number >= 0
            {
                let range = tokens[index - 2].range.union(previous.range)
                let share = SyntaxFaultText.share(ofPercent: number)
                return fail(.percent(share), range, edits: [TextEdit(range, share)])
            }
            var edits: [TextEdit] = []
            if expected == .value, case .symbol = previous.kind {
                edits = [TextEdit(SourceRange(index >= 2 ? tokens[index - 2].range.end : lastEnd, lastEnd), "")]
            }
            return fail(
                .missing(expected, behind: written(at: index - 1)), previous.range, isAtEnd: isEnd && continues,
                edits: edits)
        }
        return fail(.unexpected(found: written(at: index), expected: expected), current.range)
    }

    mutating func checkDepth(_ height: Int = 0) throws(UnreadableStatement) {
        guard depth + height <= SyntaxLimits.depth else { throw fail(.tooDeep, current.range) }
    }

    // MARK: Brackets

    /// Passes an opening bracket; what follows is one level deeper, and new lines in it end nothing.
    /// Returns what `close` needs to go back.
    mutating func open() throws(UnreadableStatement) -> Bool {
        depth += 1
        try checkDepth()
        openers.append(index)
        advance()
        let before = ignoresNewlines
        ignoresNewlines = true
        return before
    }

    /// Passes the closing bracket, or says what is in its way.
    mutating func close(_ closer: Token.Kind, _ before: Bool) throws(UnreadableStatement) {
        guard current.kind == closer else { throw notEnded(closing: closer) }
        advance()
        depth -= 1
        _ = openers.popLast()
        ignoresNewlines = before
    }

    // MARK: Continuing after a fault

    /// Skips the rest of a statement that cannot be read. Blocks on the way are read for their own faults.
    mutating func resynchronize(from start: Int, open: ArraySlice<Int>) {
        if let outermost = open.first(where: { closers[$0] >= index }) { index = closers[outermost] + 1 }
        while current.kind != .end {
            if isAt(.semicolon) || isAt(.rightBrace) { return }
            if current.newlineBefore, index > start, !isAt(.leftBrace) { return }
            if isAt(.leftBrace) {
                let (brace, outerDepth) = (index, depth)
                if (try? body()) == nil { index = max(brace, closers[brace]) + 1 }
                depth = outerDepth
                if current.isWord("else") { advance() }
            } else if closers[index] > index {
                index = closers[index] + 1
            } else {
                advance()
            }
        }
    }
}

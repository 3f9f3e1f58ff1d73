// What people type in the first hour: the habits of Python, Swift and IPython. Each is recognized where it goes wrong,
// so that the answer can be one line that helps.

extension Parser {
    /// The fault where an expression has ended but the text continues.
    /// - Parameter closing: the bracket that should be here; `nil` where the statement should end.
    mutating func notEnded(closing: Token.Kind?, expected: SyntaxFault.Expectation? = nil) -> UnreadableStatement {
        if current.isFaulty { return UnreadableStatement() }
        let onSameLine = !current.newlineBefore && current.kind != .end
        if onSameLine, let slip = slipBehindValue(inBrackets: closing != nil) {
            return fail(slip.kind, slip.range, edits: slip.edits)
        }
        if let expected { return unexpected(expected) }
        switch closing {
        case nil:
            let needsComma =
                switch (previous?.kind, current.kind) {
                case (.integer, .symbol), (.decimal, .symbol), (.shape, .symbol), (.stringEnd, .symbol): false
                case (.integer, _), (.decimal, _), (.shape, _), (.stringEnd, _): current.name == nil
                default: false
                }
            let place = needsComma ? lastEnd : current.range.start
            return fail(
                .statementNotEnded(found: written(at: index), needsComma: needsComma), current.range,
                edits: [TextEdit(SourceRange(place, place), needsComma ? "," : "; ")])
        case .symbol(let symbol): return unexpected(.closing(symbol.rawValue))
        default: return unexpected(.closing(")"))
        }
    }

    private func slipBehindValue(inBrackets: Bool) -> SyntaxFault? {
        guard let previous else { return nil }
        func fault(_ kind: SyntaxFault.Kind, _ range: SourceRange, _ edits: [TextEdit] = []) -> SyntaxFault {
            SyntaxFault(kind: kind, range: range, edits: edits)
        }
        let both = previous.range.union(current.range)
        let previousIsName = previous.name != nil && !previous.isReserved
        switch current.kind {
        case .symbol(.question): return fault(.questionMark(written: nil), current.range)
        case .symbol(.leftParenthesis) where previousIsName:
            return spaceBeforeBracket("(", both)
        case .symbol(.leftBracket) where previousIsName:
            return spaceBeforeBracket("[", both)
        case .symbol(.rightParenthesis) where !inBrackets, .symbol(.rightBracket) where !inBrackets:
            return fault(.strayCloser(written(at: index)), current.range, [TextEdit(current.range, "")])
        case .name("if"): return fault(.ternary(written: nil), current.range)
        case .name("else"): return fault(.strayElse, current.range)
        case .name("for") where inBrackets: return fault(.comprehension(written: nil), current.range)
        case .name(let name):
            if next.isSymbol(.colon) {
                let value = source[rest(from: min(index + 2, tokens.count - 1), inArgument: true)]
                return fault(
                    .missingComma(label: name, value: value), current.range,
                    [TextEdit(SourceRange(previous.range.end, previous.range.end), ",")])
            }
            if case .integer = previous.kind, name.allSatisfy({ $0 == "x" || $0.isNumber }) {
                return spacedShape(both)
            }
            if previousIsName, !current.isReserved { return commandInExpression(both) }
        case .integer, .decimal, .shape, .stringStart:
            if previousIsName { return commandInExpression(both) }
        default: break
        }
        return nil
    }

    private func spaceBeforeBracket(_ bracket: String, _ range: SourceRange) -> SyntaxFault {
        let name = written(at: index - 1)
        let space = SourceRange(lastEnd, current.range.start)
        let end = closers[index] > index ? tokens[closers[index]].range.end : current.range.end
        let written = name + source[SourceRange(current.range.start, end)]
        return SyntaxFault(
            kind: .spaceBeforeBracket(name: name, bracket: bracket, written: written), range: range,
            edits: [TextEdit(space, "")])
    }

    /// `epochs 10` after a comma lacks its colon; `adam 1e-3` in a value its parentheses.
    private func commandInExpression(_ range: SourceRange) -> SyntaxFault {
        let name = written(at: index - 1)
        let isOption = index >= 2 && tokens[index - 2].isSymbol(.comma)
        let argument = source[rest(from: index, inArgument: true)]
        let value = rest(from: index, inArgument: !openers.isEmpty || isOption)
        let edits =
            isOption
            ? [TextEdit(SourceRange(lastEnd, lastEnd), ":")]
            : [
                TextEdit(SourceRange(lastEnd, current.range.start), "("),
                TextEdit(SourceRange(value.end, value.end), ")"),
            ]
        return SyntaxFault(
            kind: .commandInExpression(name, argument: isOption ? argument : source[value], isOption: isOption),
            range: range, edits: edits)
    }

    /// `3 x 32 x 32`
    private func spacedShape(_ range: SourceRange) -> SyntaxFault {
        var written = self.written(at: index - 1)
        var end = previous?.range.end ?? 0
        var position = index
        while position < tokens.count - 1, !tokens[position].newlineBefore {
            switch tokens[position].kind {
            case .name(let name) where name.first == "x" && name.dropFirst().allSatisfy(\.isNumber): written += name
            case .integer(let size) where written.last == "x": written += String(size)
            default:
                let edits = written.last == "x" ? [] : [TextEdit(SourceRange(range.start, end), written)]
                return SyntaxFault(kind: .spacedShape(written: written), range: range, edits: edits)
            }
            end = tokens[position].range.end
            position += 1
        }
        let edits = written.last == "x" ? [] : [TextEdit(SourceRange(range.start, end), written)]
        return SyntaxFault(kind: .spacedShape(written: written), range: range, edits: edits)
    }

    /// `a, b = 1, 2`: names that are bound together.
    mutating func tupleWithoutLet() -> UnreadableStatement? {
        var names: [String] = []
        var position = index
        while let name = tokens[position].name, !tokens[position].isReserved {
            names.append(name)
            position += 1
            guard tokens[position].isSymbol(.comma) else { break }
            position += 1
        }
        guard names.count > 1, tokens[position].isSymbol(.assign), position + 1 < tokens.count else { return nil }
        let range = SourceRange(current.range.start, tokens[position].range.end)
        let (value, edits) = tupleEdits(names, from: current.range.start, assign: position, keyword: "let ")
        return fail(
            .assignmentWithoutLet("(\(names.joined(separator: ", ")))", value: value), range, edits: edits)
    }

    /// `let (a, b) = (1, 2)` for names without parentheses, whose values may lack theirs as well.
    func tupleEdits(
        _ names: [String], from start: Int, assign: Int, keyword: String
    ) -> (value: String, edits: [TextEdit]) {
        let values = rest(from: min(assign + 1, tokens.count - 1))
        let hasComma = rest(from: min(assign + 1, tokens.count - 1), inArgument: true).end < values.end
        let value = hasComma ? "(\(source[values]))" : source[values]
        let all = SourceRange(start, values.end)
        return (value, [TextEdit(all, "\(keyword)(\(names.joined(separator: ", "))) = \(value)")])
    }

    /// Where the body of Python's `if x:` ends: the end of the line, or of the lines after it that stand further in.
    func pythonBody(from colon: SourceRange) -> (isOneLine: Bool, end: Int) {
        let line = source.position(of: colon.start).line
        let head = source.line(line)
        let column = head.prefix { $0 == " " || $0 == "\t" }.count
        let lineEnd = rest(from: min(index + 1, tokens.count - 1))
        if !next.newlineBefore { return (true, lineEnd.end) }
        var end = colon.end
        var number = line + 1
        while number <= source.lineStarts.count {
            let text = source.line(number)
            let indent = text.prefix { $0 == " " || $0 == "\t" }.count
            let isBlank = indent == text.count
            if !isBlank, indent <= column { break }
            if !isBlank { end = source.lineStarts[number - 1] + text.utf8.count }
            number += 1
        }
        return (false, end)
    }

    // MARK: Statements of other languages

    private static let withBody: Set<String> = [
        "def", "class", "while", "with", "try", "except", "finally", "func", "function", "fn", "struct", "elif",
        "async",
    ]
    private static let withoutBody: Set<String> = [
        "import", "from", "var", "const", "return", "del", "global", "assert", "raise", "lambda", "auto", "final",
    ]

    /// Names a statement of another language and skips it with the indented lines that belong to it; `false` where the
    /// statement is none. Such words are ordinary names where nothing follows them as it would there.
    mutating func foreignStatement() throws(UnreadableStatement) -> Bool {
        guard let name = current.name, !current.isReserved, !next.newlineBefore else { return try exitWord() }
        guard Parser.withBody.contains(name) || Parser.withoutBody.contains(name) else { return try exitWord() }
        guard
            next.name != nil || beginsArgument(at: index + 1)
                || (Parser.colonWords.contains(name) && next.isSymbol(.colon))
        else {
            return false
        }
        // `with: recipe` and the like are labels.
        if tokens[min(index + 1, tokens.count - 1)].isSymbol(.colon), !Parser.colonWords.contains(name) { return false }
        // The parts after a `try:` need no sentence of their own.
        if !["except", "finally"].contains(name) {
            note(.foreignStatement(name), current.range, edits: foreignEdits(name))
        }
        let column = source.position(of: current.range.start).column
        skipLine()
        while Parser.withBody.contains(name), current.kind != .end, !isAt(.rightBrace),
            source.position(of: current.range.start).column > column
        {
            skipLine()
        }
        return true
    }

    private static let colonWords: Set<String> = ["try", "except", "finally"]

    private func foreignEdits(_ name: String) -> [TextEdit] {
        switch name {
        case "var", "const", "auto", "final": [TextEdit(current.range, "let")]
        case "return": [TextEdit(SourceRange(current.range.start, next.range.start), "")]
        case "import", "from", "global", "del", "raise", "assert":
            [TextEdit(rest(from: index), "")]
        default: []
        }
    }

    private mutating func skipLine() {
        repeat {
            if isAt(.leftBrace), closers[index] > index { index = closers[index] }
            advance()
        } while current.kind != .end && !current.newlineBefore && !isAt(.rightBrace)
    }

    private mutating func exitWord() throws(UnreadableStatement) -> Bool {
        guard current.isWord("exit") else { return false }
        let isCall = next.isSymbol(.leftParenthesis) && closers[min(index + 1, tokens.count - 1)] == index + 2
        let after = tokens[min(index + (isCall ? 3 : 1), tokens.count - 1)]
        guard after.newlineBefore || after.isSymbol(.semicolon) || after.isSymbol(.rightBrace) else { return false }
        throw fail(.exitWord("exit"), current.range, edits: [TextEdit(current.range, "quit")])
    }
}

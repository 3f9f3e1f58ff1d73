// What people type in the first hour: the habits of Python, Swift and IPython. Each is recognized where it goes wrong, so
// that the answer can be one line that helps.

extension Parser {
    /// The fault where an expression has ended but the text goes on.
    /// - Parameter closing: the bracket that should stand here; `nil` where the statement should end.
    mutating func notEnded(closing: Token.Kind?, expected: SyntaxFault.Expectation? = nil) -> Stop {
        if current.isFaulty { return Stop() }
        let onSameLine = !current.newlineBefore && current.kind != .end
        if onSameLine, let slip = slipBehindValue(inBrackets: closing != nil) { return fail(slip.kind, slip.range) }
        if let expected { return unexpected(expected) }
        switch closing {
        case nil: return fail(.statementNotEnded(found: written(at: index)), current.range)
        case .symbol(let symbol): return unexpected(.closing(symbol.rawValue))
        default: return unexpected(.closing(")"))
        }
    }

    private func slipBehindValue(inBrackets: Bool) -> SyntaxFault? {
        guard let previous else { return nil }
        func fault(_ kind: SyntaxFault.Kind, _ range: SourceRange) -> SyntaxFault {
            SyntaxFault(kind: kind, range: range)
        }
        let both = previous.range.union(current.range)
        let previousIsName = previous.name != nil && !previous.isReserved
        switch current.kind {
        case .symbol(.question): return fault(.questionMark, current.range)
        case .symbol(.leftParenthesis) where previousIsName:
            return fault(.spaceBeforeBracket(name: written(at: index - 1), bracket: "("), both)
        case .symbol(.leftBracket) where previousIsName:
            return fault(.spaceBeforeBracket(name: written(at: index - 1), bracket: "["), both)
        case .symbol(.rightParenthesis) where !inBrackets, .symbol(.rightBracket) where !inBrackets:
            return fault(.strayCloser(written(at: index)), current.range)
        case .name("if"): return fault(.ternary, current.range)
        case .name("else"): return fault(.strayElse, current.range)
        case .name("for") where inBrackets: return fault(.comprehension, current.range)
        case .name(let name):
            if next.isSymbol(.colon) {
                return fault(.missingComma(label: name), current.range)
            }
            if case .integer = previous.kind, name.allSatisfy({ $0 == "x" || $0.isNumber }) {
                return fault(.spacedShape, both)
            }
            if previousIsName, !current.isReserved { return fault(.commandInExpression(written(at: index - 1)), both) }
        case .integer, .decimal, .shape, .stringStart:
            if previousIsName { return fault(.commandInExpression(written(at: index - 1)), both) }
        default: break
        }
        return nil
    }

    // MARK: Statements of other languages

    private static let withBody: Set<String> = [
        "def", "class", "while", "with", "try", "func", "struct", "elif", "async",
    ]
    private static let withoutBody: Set<String> = [
        "import", "from", "var", "const", "return", "del", "global", "assert", "raise", "lambda", "auto",
    ]

    /// Names a statement of another language and skips it with the indented lines that belong to it; `false` where the
    /// statement is none. Such words are ordinary names where nothing follows them as it would there.
    mutating func foreignStatement() throws(Stop) -> Bool {
        guard let name = current.name, !current.isReserved, !next.newlineBefore else { return try exitWord() }
        guard Parser.withBody.contains(name) || Parser.withoutBody.contains(name) else { return try exitWord() }
        guard next.name != nil || beginsArgument(at: index + 1) || (name == "try" && next.isSymbol(.colon)) else {
            return false
        }
        // `with: recipe` and the like are labels.
        if tokens[min(index + 1, tokens.count - 1)].isSymbol(.colon), name != "try" { return false }
        note(.foreignStatement(name), current.range)
        let column = source.position(of: current.range.start).column
        skipLine()
        while Parser.withBody.contains(name), current.kind != .end, !isAt(.rightBrace),
            source.position(of: current.range.start).column > column
        {
            skipLine()
        }
        return true
    }

    private mutating func skipLine() {
        repeat {
            if isAt(.leftBrace), closers[index] > index { index = closers[index] }
            advance()
        } while current.kind != .end && !current.newlineBefore && !isAt(.rightBrace)
    }

    private mutating func exitWord() throws(Stop) -> Bool {
        guard current.isWord("exit") else { return false }
        let isCall = next.isSymbol(.leftParenthesis) && closers[min(index + 1, tokens.count - 1)] == index + 2
        let after = tokens[min(index + (isCall ? 3 : 1), tokens.count - 1)]
        guard after.newlineBefore || after.isSymbol(.semicolon) || after.isSymbol(.rightBrace) else { return false }
        throw fail(.exitWord("exit"), current.range)
    }
}

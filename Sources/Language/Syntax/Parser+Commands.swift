// Commands: `verb argument, label: value { … }`. White space decides, as in Swift: a name at the head of a statement or
// after `let x =`, then a space, then something that can begin a value, is a command; `f(` and `f[` glued are a call
// and an index; anything else is an expression.

extension Parser {
    mutating func expressionStatement() throws(UnreadableStatement) -> Node {
        if isAt(.question) { return try help() }
        if isHelpBehind { return helpBehind() }
        if case .symbol(let symbol) = current.kind {
            switch symbol {
            case .leftParenthesis, .leftBracket, .minus, .not: break
            case .rightParenthesis, .rightBracket: throw fail(.strayCloser(symbol.rawValue), current.range)
            case .leftBrace, .assign, .colon, .semicolon, .rightBrace, .question: throw unexpected(.word("a statement"))
            default:
                if current.isFaulty { throw UnreadableStatement() }
                throw fail(.lineBeginsWithOperator(symbol.rawValue), current.range)
            }
        }
        if let name = current.name {
            if name == "else" { throw fail(.strayElse, current.range) }
            if next.isSymbol(.colon), !next.newlineBefore {
                throw fail(.strayLabel(name), current.range.union(next.range))
            }
            if next.isSymbol(.comma), let fault = tupleWithoutLet() { throw fault }
            if !current.isReserved, next.isSymbol(.assign), !next.newlineBefore, !next.isFaulty {
                let value = source[rest(from: min(index + 2, tokens.count - 1))]
                throw fail(
                    .assignmentWithoutLet(name, value: value), current.range.union(next.range),
                    edits: [TextEdit(SourceRange(current.range.start, current.range.start), "let ")])
            }
        }
        let node = try commandOrExpression()
        if isAt(.assign), !endsStatement, !current.isFaulty {
            switch node.expression.kind {
            case .member, .index: throw fail(.assignmentToMember, node.expression.range.union(current.range))
            default: break
            }
        }
        return node
    }

    /// At the head of a statement or after `let x =`.
    mutating func commandOrExpression() throws(UnreadableStatement) -> Node {
        let head = current
        guard let name = head.name, !head.isReserved else { return try expression() }
        if name == "help", let word = next.name, next.isReserved, !next.newlineBefore, endsStatement(at: index + 2) {
            let range = next.range
            advance()
            advance()
            return helpNode(word, range, mark: head.range)
        }
        if beginsArgument(at: index + 1), !["not", "True", "False", "None"].contains(name) { return try command() }
        if next.isSymbol(.leftBrace) { return try command() }
        var node = try expression()
        // `residual(stride: 2) { … }` is the same call as `residual stride: 2 { … }`.
        if isAt(.leftBrace), case .call(var call) = node.expression.kind, call.callee.range == head.range {
            let height = try bodies(of: &call)
            node = Node(
                .call(call), SourceRange(head.range.start, lastEnd), height: max(node.height, height + 1))
        }
        return node
    }

    /// Whether the token at `position`, after a name at the head of a statement, is the first argument of a command.
    func beginsArgument(at position: Int) -> Bool {
        let token = tokens[min(position, tokens.count - 1)]
        guard token.spaceBefore, !token.newlineBefore || ignoresNewlines else { return false }
        let following = tokens[min(position + 1, tokens.count - 1)]
        switch token.kind {
        case .integer, .decimal, .shape, .stringStart: return true
        case .symbol(.leftParenthesis), .symbol(.leftBracket): return true
        case .symbol(.minus), .symbol(.not): return !following.spaceBefore && following.kind != .end
        case .name(let name):
            if following.isSymbol(.colon) { return true }
            if token.isReserved { return ["true", "false", "if"].contains(name) }
            return name != "and" && name != "or"
        default: return false
        }
    }

    private mutating func command() throws(UnreadableStatement) -> Node {
        let start = current.range.start
        let callee = Identifier(current.name ?? "", current.range)
        let hasArguments = beginsArgument(at: index + 1)
        advance()
        var call = Call(callee: callee, arguments: [], style: .command)
        var height = 0
        depth += 1
        try checkDepth()
        while hasArguments {
            let (argument, argumentHeight) = try argument()
            call.arguments.append(argument)
            height = max(height, argumentHeight)
            guard isAt(.comma), !endsStatement else { break }
            let comma = current.range
            advance()
            if isAt(.semicolon) || isAt(.rightBrace) {
                throw fail(.trailingComma, comma, edits: [TextEdit(comma, "")])
            }
            if current.newlineBefore, looksLikeStatement(behind: call.arguments) {
                note(.swallowingComma(written(at: index)), comma, edits: [TextEdit(comma, "")])
                break
            }
        }
        height = max(height, try bodies(of: &call))
        depth -= 1
        try checkDepth(height + 1)
        return Node(.call(call), SourceRange(start, lastEnd), height: height + 1)
    }

    /// The blocks after a call. No statement begins with `{`, so they may be on the next line.
    private mutating func bodies(of call: inout Call) throws(UnreadableStatement) -> Int {
        var height = 0
        while isAt(.leftBrace) {
            let body = try body()
            call.bodies.append(body.body)
            height = max(height, body.height)
        }
        return height
    }

    /// Whether the line after a comma is a statement of its own, so that the comma is a slip.
    private func looksLikeStatement(behind arguments: [Call.Argument]) -> Bool {
        guard let name = current.name, !next.isSymbol(.colon) else { return false }
        if current.isReserved { return ["let", "model", "block", "for", "repeat"].contains(name) }
        if next.newlineBefore || next.isSymbol(.semicolon) || next.isSymbol(.rightBrace) {
            // `kernel: 3,` and then `relu` alone: a value without label after one with a label.
            return arguments.last?.label != nil
        }
        return next.isSymbol(.assign) || next.isSymbol(.leftBrace) || beginsArgument(at: index + 1)
    }

    /// `value` or `label: value`.
    mutating func argument() throws(UnreadableStatement) -> (Call.Argument, height: Int) {
        guard let name = current.name else {
            let value = try expression()
            return (.init(label: nil, value: value.expression), value.height)
        }
        let label = Identifier(name, current.range)
        if next.isSymbol(.assign), !next.newlineBefore || ignoresNewlines {
            let place = next.isFaulty ? nil : current.range.union(next.range)
            advance()
            advance()
            return try argumentWithEquals(label, at: place)
        } else if !next.isSymbol(.colon) {
            let value = try expression()
            return (.init(label: nil, value: value.expression), value.height)
        }
        advance()
        advance()
        let value = try expression()
        return (.init(label: label, value: value.expression), value.height)
    }

    /// `padding=1`, read as `padding: 1`, from the value on.
    private mutating func argumentWithEquals(
        _ label: Identifier, at place: SourceRange?
    ) throws(UnreadableStatement) -> (Call.Argument, height: Int) {
        let written = source[rest(from: index, inArgument: true)]
        if let place {
            note(
                .equalsForColon(label.text, value: written), place,
                edits: [TextEdit(SourceRange(label.range.end, current.range.start), ": ")])
        }
        let value = try expression()
        return (.init(label: label, value: value.expression), value.height)
    }

    // MARK: Help

    /// `?word`, or `?` alone.
    private mutating func help() throws(UnreadableStatement) -> Node {
        let start = current.range
        while isAt(.question) { advance() }
        if endsStatement { return Node(.name("help"), start) }
        guard let name = current.name else { throw unexpected(.name(of: "word")) }
        let range = current.range
        advance()
        return helpNode(name, range, mark: start)
    }

    /// Whether the statement is `word?`, where the word may be one of the parser's own: `for?`.
    var isHelpBehind: Bool { current.name != nil && next.isSymbol(.question) && isHelpMark(at: index + 1) }

    /// `word?`
    private mutating func helpBehind() -> Node {
        let (name, range) = (current.name ?? "", current.range)
        advance()
        let mark = current.range
        while isAt(.question) { advance() }
        return helpNode(name, range, mark: mark)
    }

    private func helpNode(_ name: String, _ range: SourceRange, mark: SourceRange) -> Node {
        let argument = Call.Argument(label: nil, value: Expression(.name(name), range: range))
        let call = Call(callee: Identifier("help", mark), arguments: [argument], style: .command)
        return Node(.call(call), range.union(mark), height: 2)
    }

    /// Whether only `?` is between here and the end of the statement.
    private func isHelpMark(at position: Int) -> Bool {
        var position = position
        while tokens[position].isSymbol(.question), position < tokens.count - 1 { position += 1 }
        let token = tokens[position]
        return token.newlineBefore || token.isSymbol(.semicolon) || token.isSymbol(.rightBrace)
    }
}

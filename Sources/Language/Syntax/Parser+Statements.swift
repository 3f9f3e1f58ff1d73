// Statements and blocks: `let`, `model`, `block`, `for`, `repeat`, `if`, and everything else, which is an expression or
// a command.

extension Parser {
    /// Reads statements to the end of the text, or in a body to its `}`.
    mutating func statements(inBody: Bool) -> (statements: [Statement], height: Int) {
        var statements: [Statement] = []
        var height = 0
        while current.kind != .end {
            if isAt(.semicolon) {
                advance()
                continue
            }
            if isAt(.rightBrace) {
                if inBody { break }
                note(.strayCloser("}"), current.range)
                advance()
                continue
            }
            let start = index
            let (outerDepth, outerOpeners, outerNewlines) = (depth, openers.count, ignoresNewlines)
            do throws(UnreadableStatement) {
                if let read = try statement() {
                    var statement = read.statement
                    try endStatement(&statement)
                    statements.append(statement)
                    height = max(height, read.height)
                } else {
                    unread.append(SourceRange(tokens[start].range.start, lastEnd))
                }
            } catch {
                let open = openers[min(outerOpeners, openers.count)...]
                depth = outerDepth
                ignoresNewlines = outerNewlines
                openers.removeLast(open.count)
                resynchronize(from: start, open: open)
                unread.append(SourceRange(tokens[start].range.start, lastEnd))
            }
        }
        return (statements, height)
    }

    /// What is after a statement: a new line, `;`, `}`, the end, or the `shortcut` of a `residual { … }`.
    private mutating func endStatement(_ statement: inout Statement) throws(UnreadableStatement) {
        if isAt(.semicolon) {
            statement.isQuiet = true
            advance()
            return
        }
        if endsStatement { return }
        if current.isWord("shortcut"), previous?.isSymbol(.rightBrace) == true { return }
        throw notEnded(closing: nil)
    }

    private mutating func statement() throws(UnreadableStatement) -> (statement: Statement, height: Int)? {
        let start = current.range.start
        depth += 1
        try checkDepth()
        defer { depth -= 1 }
        if try foreignStatement() { return nil }
        let kind: Statement.Kind
        let height: Int
        switch current.name {
        case _ where isHelpBehind:
            let node = try expressionStatement()
            (kind, height) = (.expression(node.expression), node.height)
        case "let": (kind, height) = try binding()
        case "model" where next.isSymbol(.dot) || next.isSymbol(.assign):
            // The name that every PyTorch notebook gives its network.
            if next.isSymbol(.assign) { throw modelAsName() }
            let node = try expressionStatement()
            (kind, height) = (.expression(node.expression), node.height)
        case "model", "block": (kind, height) = try definition()
        case "for":
            advance()
            let head = try loopHead()
            let body = try body()
            kind = .forLoop(
                names: head.names, isTuple: head.isTuple, sequence: head.sequence.expression, body: body.body)
            height = max(head.sequence.height, body.height)
        case "repeat":
            advance()
            let count = try expression()
            let body = try body()
            kind = .repeatLoop(count: count.expression, body: body.body)
            height = max(count.height, body.height)
        case "if":
            let result = try conditional()
            kind = .conditional(result.conditional)
            height = result.height
        default:
            let node = try expressionStatement()
            kind = .expression(node.expression)
            height = node.height
        }
        return (Statement(kind, range: SourceRange(start, lastEnd)), height + 1)
    }

    // MARK: let

    private mutating func binding() throws(UnreadableStatement) -> (Statement.Kind, height: Int) {
        advance()
        let names: [Identifier]
        let isTuple = isAt(.leftParenthesis)
        if isTuple {
            names = try tupleNames()
        } else {
            names = [try newName("variable")]
            try checkBehindName(names[0])
        }
        guard isAt(.assign) else { throw unexpected(.symbol("="), continues: false) }
        advance()
        let value = try commandOrExpression()
        return (.binding(names: names, isTuple: isTuple, value: value.expression), value.height)
    }

    private mutating func modelAsName() -> UnreadableStatement {
        fail(.reservedName("model"), current.range, edits: [TextEdit(current.range, "let net")])
    }

    private mutating func checkBehindName(_ name: Identifier) throws(UnreadableStatement) {
        if endsStatement { return }
        if isAt(.comma) { throw tupleFault(from: name) }
        if isAt(.colon) {
            let assign = tokens[index...].prefix { !$0.newlineBefore }.firstIndex { $0.isSymbol(.assign) }
            let value = assign.map { source[rest(from: min($0 + 1, tokens.count - 1))] } ?? "…"
            throw fail(
                .typeAnnotation(name.text, value: value), current.range,
                edits: assign.map { [TextEdit(SourceRange(name.range.end, tokens[$0].range.start), " ")] } ?? [])
        }
        if isAt(.leftParenthesis) { throw fail(.functionBinding(name.text), current.range) }
    }

    /// `a, b` where `(a, b)` is meant.
    private mutating func tupleFault(from name: Identifier) -> UnreadableStatement {
        var names = [name.text]
        var range = name.range
        while isAt(.comma), let other = next.name {
            names.append(other)
            range = range.union(next.range)
            advance()
            advance()
        }
        var position = index
        if tokens[position].name != nil { position += 1 }
        let joined = names.joined(separator: ", ")
        let edits =
            tokens[min(position, tokens.count - 1)].isSymbol(.assign)
            ? tupleEdits(names, from: range.start, assign: position, keyword: "").edits
            : [TextEdit(range, "(\(joined))")]
        return fail(.tupleWithoutParentheses(joined), range, edits: edits)
    }

    private mutating func tupleNames() throws(UnreadableStatement) -> [Identifier] {
        let before = try open()
        var names = [try newName("variable")]
        while isAt(.comma) {
            advance()
            names.append(try newName("variable"))
        }
        let range = SourceRange(names[0].range.start, lastEnd)
        try close(.symbol(.rightParenthesis), before)
        if names.count < 2 { throw fail(.oneValueTuple, range) }
        return names
    }

    /// A name that is bound here, which may not be a reserved word.
    mutating func newName(_ what: String) throws(UnreadableStatement) -> Identifier {
        guard let name = current.name, !current.newlineBefore || ignoresNewlines else {
            throw unexpected(.name(of: what), continues: ignoresNewlines)
        }
        if current.isReserved {
            throw fail(
                .reservedName(name), current.range,
                edits: [TextEdit(current.range, SyntaxFaultText.nameInstead(of: name))])
        }
        let identifier = Identifier(name, current.range)
        advance()
        return identifier
    }

    // MARK: model and block

    private mutating func definition() throws(UnreadableStatement) -> (Statement.Kind, height: Int) {
        let isModel = current.isWord("model")
        advance()
        let name = try newName(isModel ? "model" : "block")
        var parameters: [Definition.Parameter] = []
        var height = 0
        if isAt(.leftParenthesis) {
            let before = try open()
            while !isAt(.rightParenthesis) {
                let (parameter, parameterHeight) = try parameter()
                parameters.append(parameter)
                height = max(height, parameterHeight + 1)
                guard isAt(.comma) else { break }
                advance()
            }
            try close(.symbol(.rightParenthesis), before)
        }
        let body = try body()
        let definition = Definition(name: name, parameters: parameters, body: body.body)
        return (isModel ? .model(definition) : .block(definition), max(height, body.height))
    }

    private mutating func parameter() throws(UnreadableStatement) -> (Definition.Parameter, height: Int) {
        let name = try newName("parameter")
        guard isAt(.colon) || isAt(.assign) else { return (.init(name: name, defaultValue: nil), 0) }
        if isAt(.assign), !current.isFaulty {
            let behind = min(index + 1, tokens.count - 1)
            note(
                .equalsForColon(name.text, value: source[rest(from: behind, inArgument: true)]),
                name.range.union(current.range),
                edits: [TextEdit(SourceRange(name.range.end, tokens[behind].range.start), ": ")])
        }
        advance()
        let value = try expression()
        return (.init(name: name, defaultValue: value.expression), value.height)
    }

    // MARK: Blocks

    /// `x in …` or `(a, b) in …`, after `for`.
    mutating func loopHead() throws(UnreadableStatement) -> (names: [Identifier], isTuple: Bool, sequence: Node) {
        let isTuple = isAt(.leftParenthesis)
        var names: [Identifier]
        if isTuple {
            names = try tupleNames()
        } else {
            names = [try newName("variable")]
            if isAt(.comma) { throw tupleFault(from: names[0]) }
        }
        if isAt(.assign), !isTuple { throw forWithEquals(names[0]) }
        guard current.isWord("in"), !current.newlineBefore || ignoresNewlines else {
            throw unexpected(.word("in"), continues: false)
        }
        advance()
        return (names, isTuple, try expression())
    }

    /// `for i = 1:3 …`
    private mutating func forWithEquals(_ name: Identifier) -> UnreadableStatement {
        let ends = tokens[min(index + 1, tokens.count - 1)...].prefix(3).map(\.kind)
        var written: String?
        if ends.count == 3, case .integer(let first) = ends[0], ends[1] == .symbol(.colon),
            case .integer(let last) = ends[2]
        {
            written = "for \(name.text) in \(first)...\(last) { … }"
        }
        return fail(.forWithEquals(written: written), current.range)
    }

    /// `{ … }`, which may begin on the next line.
    mutating func body() throws(UnreadableStatement) -> (body: Body, height: Int) {
        guard isAt(.leftBrace) else {
            if isAt(.colon) { throw colonForBrace() }
            if current.isWord("else"), !current.newlineBefore { throw fail(.ternary(written: nil), current.range) }
            if current.isWord("then") || current.isWord("do"), !current.newlineBefore {
                let end = rest(from: index).end
                throw fail(
                    .wordForBrace(current.name ?? ""), current.range,
                    edits: [TextEdit(current.range, "{"), TextEdit(SourceRange(end, end), " }")])
            }
            if isAt(.assign), !endsStatement, !current.isFaulty {
                throw fail(.assignmentForComparison, current.range, edits: [TextEdit(current.range, "==")])
            }
            if endsStatement { throw unexpected(.body) }
            throw notEnded(closing: nil, expected: .body)
        }
        let brace = current.range
        depth += 1
        try checkDepth()
        let (outerOpeners, outerNewlines) = (openers, ignoresNewlines)
        openers = []
        ignoresNewlines = false
        advance()
        let (statements, height) = statements(inBody: true)
        if isAt(.rightBrace) { advance() } else { note(.unclosed("{"), brace, isAtEnd: true) }
        openers = outerOpeners
        ignoresNewlines = outerNewlines
        depth -= 1
        return (Body(statements: statements, range: SourceRange(brace.start, lastEnd)), height + 1)
    }

    /// `for x in y:` of Python, with the lines that belong to it.
    private mutating func colonForBrace() -> UnreadableStatement {
        let (isOneLine, end) = pythonBody(from: current.range)
        let lead = tokens[index - 1].range.end
        let edits = [
            TextEdit(SourceRange(lead, current.range.end), " {"),
            TextEdit(SourceRange(end, end), isOneLine ? " }" : "\n}"),
        ]
        var written: String?
        if isOneLine {
            let start = tokens[...index].lastIndex { $0.newlineBefore || $0.isSymbol(.semicolon) } ?? 0
            let head = SourceRange(tokens[start].range.start, lead)
            written = source[head] + " { " + Lexer.trimmed(source[SourceRange(current.range.end, end)]) + " }"
        }
        return fail(.colonForBrace(written: written), current.range, edits: edits)
    }

    /// `if a { … } else if b { … } else { … }`; an `else` may be on the next line.
    mutating func conditional() throws(UnreadableStatement) -> (conditional: Conditional, height: Int) {
        var branches: [Conditional.Branch] = []
        var otherwise: Body?
        var height = 0
        depth += 1
        try checkDepth()
        while true {
            advance()
            let condition = try expression()
            let body = try body()
            branches.append(.init(condition: condition.expression, body: body.body))
            height = max(height, condition.height, body.height)
            guard current.isWord("else"), !next.isSymbol(.colon) else { break }
            advance()
            if current.isWord("if") { continue }
            let last = try self.body()
            otherwise = last.body
            height = max(height, last.height)
            break
        }
        depth -= 1
        return (Conditional(branches: branches, otherwise: otherwise), height + 1)
    }
}

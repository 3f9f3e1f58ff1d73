// Expressions by precedence climbing, loosest first: `||`, `&&`, comparison, `...`, `+ -`, `* / %`, unary. Comparisons
// and ranges do not chain. A node knows its height, so that a chain as long as `1+1+…` is refused before its tree is
// too deep.

extension Parser {
    private struct Operator {
        var kind: Expression.BinaryOperator?
        var precedence: Int

        static let comparison = 3
        static let range = 4

        init?(_ token: Token) {
            switch token.kind {
            case .symbol(.or), .name("or"): (kind, precedence) = (.or, 1)
            case .symbol(.and), .name("and"): (kind, precedence) = (.and, 2)
            case .symbol(.equal): (kind, precedence) = (.equal, Self.comparison)
            case .symbol(.notEqual): (kind, precedence) = (.notEqual, Self.comparison)
            case .symbol(.less): (kind, precedence) = (.less, Self.comparison)
            case .symbol(.lessOrEqual): (kind, precedence) = (.lessOrEqual, Self.comparison)
            case .symbol(.greater): (kind, precedence) = (.greater, Self.comparison)
            case .symbol(.greaterOrEqual): (kind, precedence) = (.greaterOrEqual, Self.comparison)
            case .symbol(.ellipsis): (kind, precedence) = (nil, Self.range)
            case .symbol(.plus): (kind, precedence) = (.add, 5)
            case .symbol(.minus): (kind, precedence) = (.subtract, 5)
            case .symbol(.star): (kind, precedence) = (.multiply, 6)
            case .symbol(.slash): (kind, precedence) = (.divide, 6)
            case .symbol(.percent): (kind, precedence) = (.remainder, 6)
            default: return nil
            }
        }
    }

    mutating func expression(_ minimum: Int = 0) throws(UnreadableStatement) -> Node {
        var left = try unary()
        if minimum == 0, !endsStatement, isAt(.question) || current.isWord("if"), let choice = try ternary(left) {
            return choice
        }
        while !endsStatement, let found = Operator(current), found.precedence >= minimum {
            let operatorRange = current.range
            if let word = current.name {
                let meant = word == "or" ? "||" : "&&"
                note(.foreignWord(found: word, meant: meant), operatorRange, edits: [TextEdit(operatorRange, meant)])
            }
            advance()
            depth += 1
            try checkDepth()
            let right = try expression(found.precedence + 1)
            depth -= 1
            let height = max(left.height, right.height) + 1
            try checkDepth(height)
            let range = left.expression.range.union(right.expression.range)
            let kind: Expression.Kind =
                if let binary = found.kind {
                    .binary(binary, left.expression, right.expression, operatorRange: operatorRange)
                } else {
                    .range(left.expression, right.expression)
                }
            left = Node(kind, range, height: height)
            if !endsStatement, let other = Operator(current), other.precedence == found.precedence {
                if found.precedence == Operator.comparison { throw fail(.chainedComparison, current.range) }
                if found.precedence == Operator.range { throw fail(.chainedRange, current.range) }
            }
        }
        return left
    }

    private mutating func unary() throws(UnreadableStatement) -> Node {
        let start = current.range
        let kind: Expression.UnaryOperator
        switch current.kind {
        case .symbol(.minus): kind = .negate
        case .symbol(.not): kind = .not
        case .name("not") where beginsArgument(at: index + 1) && !next.isSymbol(.leftBracket):
            note(
                .foreignWord(found: "not", meant: "!"), start,
                edits: [TextEdit(SourceRange(start.start, next.range.start), "!")])
            kind = .not
        default: return try postfix()
        }
        advance()
        depth += 1
        try checkDepth()
        let operand = try unary()
        depth -= 1
        try checkDepth(operand.height + 1)
        return Node(
            .unary(kind, operand.expression), start.union(operand.expression.range), height: operand.height + 1)
    }

    // MARK: Members, indices, calls

    private mutating func postfix() throws(UnreadableStatement) -> Node {
        var node = try primary()
        while !endsStatement {
            if isAt(.dot) {
                advance()
                guard let name = current.name, !current.newlineBefore || ignoresNewlines else {
                    throw unexpected(.name(of: "member"), continues: false)
                }
                let member = Identifier(name, current.range)
                advance()
                node = Node(
                    .member(node.expression, member), node.expression.range.union(member.range), height: node.height + 1
                )
                if isAt(.leftParenthesis), !current.spaceBefore {
                    guard let callee = dottedName(node.expression) else {
                        throw fail(.calledMember(name), member.range)
                    }
                    let height = node.height
                    node = try call(Identifier(callee, node.expression.range))
                    node.height = max(node.height, height)
                }
            } else if isAt(.leftBracket), !current.spaceBefore {
                node = try indexed(node)
            } else if isAt(.leftParenthesis), !current.spaceBefore {
                throw fail(.calledValue, current.range)
            } else {
                break
            }
            try checkDepth(node.height)
        }
        return node
    }

    /// `nn.Conv2d` as one name, to be called: no word has such a name, but the session knows what was meant.
    private func dottedName(_ expression: Expression) -> String? {
        switch expression.kind {
        case .name(let name): name
        case .member(let base, let member): dottedName(base).map { $0 + "." + member.text }
        default: nil
        }
    }

    private mutating func indexed(_ base: Node) throws(UnreadableStatement) -> Node {
        let before = try open()
        if isAt(.colon) { throw fail(.slice(written: nil), current.range) }
        let position = try expression()
        if isAt(.comma) { throw fail(.notIndexedByOne, current.range) }
        if isAt(.colon) { throw slice(of: base, from: position) }
        try close(.symbol(.rightBracket), before)
        return Node(
            .index(base.expression, position.expression), SourceRange(base.expression.range.start, lastEnd),
            height: max(base.height, position.height) + 1)
    }

    /// `x[1:3]` of Python
    private mutating func slice(of base: Node, from first: Node) -> UnreadableStatement {
        let list = source[base.expression.range]
        if case .integer(let start) = first.expression.kind, case .integer(let end) = next.kind, end > start,
            closers.indices.contains(index + 2), tokens[index + 2].isSymbol(.rightBracket)
        {
            let written = "[for i in \(start)...\(end - 1) { \(list)[i] }]"
            let range = SourceRange(base.expression.range.start, tokens[index + 2].range.end)
            return fail(.slice(written: written), current.range, edits: [TextEdit(range, written)])
        }
        return fail(.slice(written: nil), current.range)
    }

    /// `a ? b : c` and `b if a else c`, read as the `if` they mean; `nil` where it is something else.
    private mutating func ternary(_ left: Node) throws(UnreadableStatement) -> Node? {
        let mark = current.range
        let isPython = current.isWord("if")
        let separator = tokens[index...].prefix { !$0.newlineBefore || $0.range == mark }.contains {
            isPython ? $0.isWord("else") : $0.isSymbol(.colon)
        }
        guard separator else { return nil }
        // Python's form in a condition of its own is no choice: `if a if b`.
        advance()
        let second = try expression(1)
        guard isPython ? current.isWord("else") : isAt(.colon) else { throw notEnded(closing: nil) }
        if isPython, next.isSymbol(.leftBrace) { throw fail(.ternary(written: nil), mark) }
        advance()
        let third = try expression(1)
        let (condition, one, other) = isPython ? (second, left, third) : (left, second, third)
        let range = left.expression.range.union(third.expression.range)
        func text(_ node: Node) -> String { source[node.expression.range] }
        let written = "if \(text(condition)) { \(text(one)) } else { \(text(other)) }"
        note(
            isPython ? .ternary(written: written) : .questionMark(written: written), mark,
            edits: [TextEdit(range, written)])
        func body(_ node: Node) -> Body {
            Body(
                statements: [Statement(.expression(node.expression), range: node.expression.range)],
                range: node.expression.range)
        }
        let branch = Conditional.Branch(condition: condition.expression, body: body(one))
        let height = max(left.height, second.height, third.height) + 3
        try checkDepth(height)
        return Node(.conditional(Conditional(branches: [branch], otherwise: body(other))), range, height: height)
    }

    // MARK: Values

    private mutating func primary() throws(UnreadableStatement) -> Node {
        let token = current
        switch token.kind {
        case .integer(let value): return literal(.integer(value))
        case .decimal(let value): return literal(.decimal(value))
        case .shape(let sizes): return literal(.shape(sizes))
        case .stringStart: return try string()
        case .symbol(.leftParenthesis): return try parenthesized()
        case .symbol(.leftBracket): return try list()
        case .name(let name): return try named(name)
        default:
            let isDictionary = isAt(.leftBrace) && !current.isFaulty && !endsStatement
            let fault = isDictionary ? fail(.dictionary, current.range) : unexpected(.value)
            // A dictionary or set of another language is not read as a block.
            if isAt(.leftBrace), closers[index] > index { index = closers[index] + 1 }
            throw fault
        }
    }

    private mutating func literal(_ kind: Expression.Kind) -> Node {
        let range = current.range
        advance()
        return Node(kind, range)
    }

    private mutating func named(_ name: String) throws(UnreadableStatement) -> Node {
        switch name {
        case "true", "false": return literal(.boolean(name == "true"))
        case "if":
            let start = current.range.start
            let result = try conditional()
            try checkDepth(result.height + 1)
            return Node(.conditional(result.conditional), SourceRange(start, lastEnd), height: result.height + 1)
        case "True", "False":
            note(
                .foreignWord(found: name, meant: name.lowercased()), current.range,
                edits: [TextEdit(current.range, name.lowercased())])
            return literal(.boolean(name == "True"))
        case "None", "nil", "null":
            if name == "None" { throw fail(.noneWord(name), current.range) }
        default:
            if name == "model", next.isSymbol(.dot), !next.spaceBefore { return literal(.name(name)) }
            if current.isReserved { throw unexpected(.value) }
        }
        guard next.isSymbol(.leftParenthesis), !next.spaceBefore else { return literal(.name(name)) }
        let callee = Identifier(name, current.range)
        advance()
        return try call(callee)
    }

    /// `f(a, b: c)` from the parenthesis on
    private mutating func call(_ callee: Identifier) throws(UnreadableStatement) -> Node {
        let before = try open()
        var arguments: [Call.Argument] = []
        var height = 0
        while !isAt(.rightParenthesis) {
            let (argument, argumentHeight) = try argument()
            arguments.append(argument)
            height = max(height, argumentHeight)
            guard isAt(.comma) else { break }
            advance()
        }
        try close(.symbol(.rightParenthesis), before)
        let call = Call(callee: callee, arguments: arguments, style: .parentheses)
        try checkDepth(height + 1)
        return Node(.call(call), SourceRange(callee.range.start, lastEnd), height: height + 1)
    }

    private mutating func string() throws(UnreadableStatement) -> Node {
        let start = current.range.start
        var parts: [Expression.StringPart] = []
        var height = 0
        advance()
        while true {
            switch current.kind {
            case .stringText(let text):
                if !text.isEmpty { parts.append(.text(text)) }
                advance()
            case .interpolationStart:
                let opening = current.range
                let before = try open()
                if current.kind == .interpolationEnd, !current.isFaulty {
                    throw fail(.emptyInterpolation, opening.union(current.range))
                }
                let value = try expression()
                try close(.interpolationEnd, before)
                parts.append(.interpolation(value.expression))
                height = max(height, value.height)
            case .stringEnd:
                advance()
                try checkDepth(height + 1)
                return Node(.string(parts), SourceRange(start, lastEnd), height: height + 1)
            default:
                throw unexpected(.closing("\""))
            }
        }
    }

    /// `( … )`: a value in parentheses, or a tuple.
    private mutating func parenthesized() throws(UnreadableStatement) -> Node {
        let start = current.range
        let before = try open()
        if isAt(.rightParenthesis) { throw fail(.emptyParentheses, start.union(current.range)) }
        let first = try expression()
        guard isAt(.comma) else {
            try close(.symbol(.rightParenthesis), before)
            var node = first
            node.expression.range = SourceRange(start.start, lastEnd)
            return node
        }
        var values = [first.expression]
        var height = first.height
        while isAt(.comma) {
            advance()
            if isAt(.rightParenthesis) { break }
            let value = try expression()
            values.append(value.expression)
            height = max(height, value.height)
        }
        try close(.symbol(.rightParenthesis), before)
        let range = SourceRange(start.start, lastEnd)
        if values.count < 2 { throw fail(.oneValueTuple, range) }
        try checkDepth(height + 1)
        return Node(.tuple(values), range, height: height + 1)
    }

    /// `[x for x in y]` of Python, read as the `[for x in y { x }]` it means.
    private mutating func comprehension(_ value: Node, from start: Int, _ before: Bool) throws(UnreadableStatement)
        -> Node
    {
        let place = current.range
        advance()
        let head = try loopHead()
        guard isAt(.rightBracket) else { throw fail(.comprehension(written: nil), place) }
        let loop = source[SourceRange(place.start, lastEnd)]
        let written = "[\(loop) { \(source[value.expression.range]) }]"
        try close(.symbol(.rightBracket), before)
        let range = SourceRange(start, lastEnd)
        note(.comprehension(written: written), place, edits: [TextEdit(range, written)])
        let statement = Statement(.expression(value.expression), range: value.expression.range)
        let height = max(head.sequence.height, value.height + 2) + 1
        try checkDepth(height)
        let kind = Expression.Kind.listLoop(
            names: head.names, isTuple: head.isTuple, sequence: head.sequence.expression,
            body: Body(statements: [statement], range: value.expression.range))
        return Node(kind, range, height: height)
    }

    /// `[a, b]` or `[for x in … { … }]`
    private mutating func list() throws(UnreadableStatement) -> Node {
        let start = current.range.start
        let before = try open()
        if current.isWord("for") {
            advance()
            let head = try loopHead()
            let body = try body()
            try close(.symbol(.rightBracket), before)
            let height = max(head.sequence.height, body.height) + 1
            try checkDepth(height)
            let kind = Expression.Kind.listLoop(
                names: head.names, isTuple: head.isTuple, sequence: head.sequence.expression, body: body.body)
            return Node(kind, SourceRange(start, lastEnd), height: height)
        }
        var values: [Expression] = []
        var height = 0
        while !isAt(.rightBracket) {
            let value = try expression()
            values.append(value.expression)
            height = max(height, value.height)
            if values.count == 1, current.isWord("for") { return try comprehension(value, from: start, before) }
            guard isAt(.comma) else { break }
            advance()
        }
        try close(.symbol(.rightBracket), before)
        try checkDepth(height + 1)
        return Node(.list(values), SourceRange(start, lastEnd), height: height + 1)
    }
}

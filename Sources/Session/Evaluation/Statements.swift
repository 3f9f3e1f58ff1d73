// Statements: bindings, definitions, loops and choices.

import Language
import Network

extension Interpreter {
    /// Runs a statement whose value is not used.
    func run(_ statement: Statement) throws {
        switch statement.kind {
        case .expression(let expression):
            let isShown = !statement.isQuiet && !context.isSilent && showsUnbound(expression)
            let outer = context.shownRange
            context.shownRange = isShown ? expression.range : nil
            defer { context.shownRange = outer }
            let (value, hasShown) = try evaluateHead(expression)
            if !hasShown, isShown, !value.isNothing {
                output.show(value.rich)
            }
            try stopIfPending()
        case .binding(let names, let isTuple, let value):
            try bind(names, isTuple: isTuple, value)
        case .model(let definition): try define(definition, isModel: true)
        case .block(let definition): try define(definition, isModel: false)
        case .forLoop(let names, let isTuple, let sequence, let body):
            try forEach(names, isTuple: isTuple, in: sequence) { try runStatements(body) }
        case .repeatLoop(let count, let body): try repeatBody(count, body)
        case .conditional(let conditional):
            if let body = try chosenBody(conditional) {
                try withScope { try runStatements(body) }
            }
        }
    }

    func runStatements(_ body: Body) throws {
        try descend(at: body.range) {
            for statement in body.statements { try run(statement) }
        }
    }

    /// Runs a body whose last expression is its value: a list's loop, or `if` as an expression. Layers have no value,
    /// so none are collected here.
    func value(of body: Body) throws -> Value {
        let outer = layers
        layers = nil
        defer { layers = outer }
        return try descend(at: body.range) {
            for statement in body.statements.dropLast() { try run(statement) }
            guard let last = body.statements.last else { return .nothing }
            guard case .expression(let expression) = last.kind else {
                if case .conditional(let conditional) = last.kind {
                    guard let chosen = try chosenBody(conditional) else { return .nothing }
                    return try withScope { try value(of: chosen) }
                }
                try run(last)
                return .nothing
            }
            return try evaluateHead(expression).value
        }
    }

    func withScope<Result>(_ body: () throws -> Result) throws -> Result {
        let outer = scope
        scope = Scope(parent: outer)
        defer { scope = outer }
        return try body()
    }

    // MARK: Bindings

    private func bind(_ names: [Identifier], isTuple: Bool, _ expression: Expression) throws {
        for name in names { try checkUnbound(name) }
        if !isTuple, let name = names.first {
            let value = try overridden(name) ?? evaluateHead(expression).value
            if value.isNothing {
                try stopIfPending()
                throw fault(
                    .noValue, "this gives no value that `\(name.text)` could take", at: expression.range,
                    fix: "leave `let \(name.text) =` out")
            }
            try bind(name, value.named(name.text))
        } else {
            let parts = try components(of: evaluateHead(expression).value, names, at: expression.range)
            for (name, value) in zip(names, parts) { try bind(name, overridden(name) ?? value.named(name.text)) }
        }
        try stopIfPending()
    }

    /// The value of `--set`, read as an expression, else a string.
    private func overridden(_ name: Identifier) throws -> Value? {
        guard scope == nil, let (text, expression, place) = session.override(name.text) else { return nil }
        guard let expression else { return .string(text) }
        // A bare word that is not a name is a string: `--set folder=images`.
        if case .name(let word) = expression.kind, find(word) == nil, visibleWord(word) == nil {
            return .string(text)
        }
        let outer = source
        source = place
        defer { source = outer }
        do {
            return try evaluate(expression).named(name.text)
        } catch let diagnostic as Diagnostic where diagnostic.code == .unknownName {
            return .string(text)
        }
    }

    /// Unpacks a tuple or list into as many names.
    private func components(of value: Value, _ names: [Identifier], at range: SourceRange) throws -> [Value] {
        let parts: [Value]
        switch value {
        case .tuple(let items), .list(let items): parts = items.values
        case .shape(let shape): parts = shape.sizes.map { .integer($0) }
        default:
            throw fault(
                .wrongType, "\(names.count) names take a tuple or a list, not \(value.kind)", at: range,
                fix: "for example `let (a, b) = (1, 2)`")
        }
        guard parts.count == names.count else {
            throw fault(
                .wrongCount, "there are \(parts.count) values for \(names.count) names", at: range,
                fix: "write as many names as values")
        }
        return parts
    }

    // MARK: Loops and choices

    /// Runs `turn` once for each element, with the names bound in a new scope.
    ///
    /// - Parameter limit: more iterations than this are an error before the first.
    func forEach(
        _ names: [Identifier], isTuple: Bool, in sequence: Expression, limit: Int = .max, _ turn: () throws -> Void
    ) throws {
        let value = try evaluate(sequence)
        if limit < .max, case .range(let first, let last) = value, rangeCount(first, last) ?? .max > limit {
            throw faults.tooLong(at: sequence.range)
        }
        let outer = scope
        defer { scope = outer }
        let inner = Scope(parent: outer)
        func run(_ element: Value) throws {
            try checkInterrupt(at: sequence.range)
            inner.removeAll()
            scope = inner
            if !isTuple, let name = names.first {
                inner.bind(name.text, element)
            } else {
                let parts = try components(of: element, names, at: sequence.range)
                for (name, part) in zip(names, parts) {
                    try checkUnbound(name)
                    inner.bind(name.text, part)
                }
            }
            try turn()
        }
        switch value {
        case .list(let items), .tuple(let items):
            for element in items.values where context.pendingStop == nil { try run(element) }
        case .range(let first, let last):
            guard first <= last else { return }
            for number in first...last {
                try run(.integer(number))
                if context.pendingStop != nil { return }
            }
        case .shape(let shape): for size in shape.sizes { try run(.integer(size)) }
        default:
            throw fault(
                .wrongType, "`for` iterates over a list or a range, not \(value.kind)", at: sequence.range,
                fix: value.number == nil ? nil : "write `for x in 1...\(source[sequence.range])`, or `repeat n { … }`",
                edits: value.number.map { $0 >= 1 } == true
                    ? [TextEdit(SourceRange(sequence.range.start, sequence.range.start), "1...")] : [])
        }
    }

    private func repeatBody(_ count: Expression, _ body: Body) throws {
        let value = try evaluate(count)
        guard case .integer(let turns) = value, turns >= 0 else {
            let given = if case .integer(let number) = value { String(number) } else { value.kind.rawValue }
            throw fault(
                .wrongType, "`repeat` takes a whole number that is not negative, not \(given)", at: count.range,
                fix: value.number.map { "write `\(Int(max(0, min(1e6, $0.isNaN ? 0 : $0)).rounded()))`" }
                    ?? "write how often: `repeat 3 { … }`")
        }
        let outer = scope
        defer { scope = outer }
        let inner = Scope(parent: outer)
        try descend(at: body.range) {
            var turn = 0
            while turn < turns {
                turn += 1
                try checkInterrupt(at: count.range)
                inner.removeAll()
                scope = inner
                for statement in body.statements { try run(statement) }
            }
        }
    }

    /// The branch whose condition holds; `nil` where none does and there is no `else`.
    func chosenBody(_ conditional: Conditional) throws -> Body? {
        for branch in conditional.branches where try isTrue(branch.condition) { return branch.body }
        return conditional.otherwise
    }

    func isTrue(_ condition: Expression) throws -> Bool {
        let value = try evaluate(condition)
        guard case .boolean(let flag) = value else {
            throw fault(
                .wrongType, "a condition is true or false, not \(value.kind)", at: condition.range,
                fix: value.number == nil ? nil : "compare it: `\(source[condition.range]) != 0`",
                edits: value.number == nil
                    ? [] : [TextEdit(SourceRange(condition.range.end, condition.range.end), " != 0")])
        }
        return flag
    }

    // MARK: Showing

    /// Whether the result of this statement is shown though it is not the last of the cell.
    private func showsUnbound(_ expression: Expression) -> Bool {
        switch expression.kind {
        case .call(let call): visibleWord(call.callee.text)?.shows == .unbound
        case .name(let name): find(name) == nil && visibleWord(name)?.shows == .unbound
        default: false
        }
    }
}

// Expressions: every kind of node to its value.

import Graphics
import Language
import Network

extension Interpreter {
    /// The head of a statement or of `let x =`, where a name may be a word without arguments. `hasShown` tells that a
    /// looking word has already put its value in front of the person.
    func evaluateHead(_ expression: Expression) throws -> (value: Value, hasShown: Bool) {
        switch expression.kind {
        case .name(let name):
            if let layers {
                if let word = visibleWord(name), word.isLayer {
                    try addLayer(word, [], bodies: [], at: expression.range, to: layers)
                    return (.nothing, false)
                }
                if case .template(let template)? = find(name), !template.isModel {
                    try expand(template, [], at: expression.range, to: layers)
                    return (.nothing, false)
                }
            }
            if let value = find(name) { return (value, false) }
            guard let word = visibleWord(name) else { throw unknownName(name, at: expression.range) }
            let value = try call(word, [], bodies: [], at: expression.range, place: expression.range)
            return (value, word.shows == .always)
        case .call(let call):
            if let layers, let word = visibleWord(call.callee.text), word.isLayer {
                try addLayer(word, call.arguments, bodies: call.bodies, at: expression.range, to: layers)
                return (.nothing, false)
            }
            if let layers, visibleWord(call.callee.text) == nil,
                case .template(let template)? = find(call.callee.text), !template.isModel
            {
                try expand(template, call.arguments, at: expression.range, to: layers)
                return (.nothing, false)
            }
            let value = try evaluate(call, at: expression.range)
            return (value, visibleWord(call.callee.text)?.shows == .always)
        default:
            return (try evaluate(expression), false)
        }
    }

    func evaluate(_ expression: Expression) throws -> Value {
        switch expression.kind {
        case .integer(let number): return .integer(number)
        case .decimal(let number): return .decimal(number)
        case .boolean(let flag): return .boolean(flag)
        case .name(let name):
            if let value = find(name) { return value }
            guard let word = visibleWord(name) else { throw unknownName(name, at: expression.range) }
            return try call(word, [], bodies: [], at: expression.range, place: expression.range)
        case .binary(let operation, let left, let right, let place):
            depth += 1
            defer { depth -= 1 }
            if depth >= EvaluationLimits.evaluationDepth { throw tooDeep(at: expression.range) }
            return try binary(operation, left, right, at: place)
        default:
            return try descend(at: expression.range) { try evaluateRare(expression) }
        }
    }

    private func evaluateRare(_ expression: Expression) throws -> Value {
        switch expression.kind {
        case .integer, .decimal, .boolean, .name, .binary: return .nothing  // `evaluate` has them
        case .string(let parts): return .string(try text(of: parts, at: expression.range))
        case .shape(let sizes): return .shape(try faults.shape(sizes, at: expression.range))
        case .list(let elements): return try list(elements.map(value(of:)), at: expression.range)
        case .tuple(let elements): return .tuple(try items(elements.map(value(of:)), at: expression.range))
        case .listLoop(let names, let isTuple, let sequence, let body):
            return try listLoop(names, isTuple, sequence, body, at: expression.range)
        case .range(let first, let last):
            return .range(try wholeNumber(first, "a range"), try wholeNumber(last, "a range"))
        case .unary(let operation, let operand): return try unary(operation, operand, at: expression.range)
        case .call(let call): return try evaluate(call, at: expression.range)
        case .member(let base, let name): return try member(name, of: evaluate(base))
        case .index(let base, let index): return try element(evaluate(base), at: index, of: expression.range)
        case .conditional(let conditional):
            guard let body = try chosenBody(conditional) else {
                throw fault(
                    .noValue, "no branch of this `if` was taken, so it has no value", at: expression.range,
                    fix: "add `else { … }`")
            }
            let value: Value = try withScope { try self.value(of: body) }
            if value.isNothing {
                throw fault(
                    .noValue, "this branch gives no value", at: body.range, fix: "end it with a value: `{ 1 }`")
            }
            return value
        }
    }

    /// The value of an element, which must have one.
    private func value(of element: Expression) throws -> Value {
        let value = try evaluate(element)
        if value.isNothing { throw noValue(at: element.range) }
        return value
    }

    func noValue(at range: SourceRange) -> Diagnostic {
        fault(.noValue, "this gives no value", at: range, fix: "put it on a line of its own")
    }

    func items(_ values: [Value], at range: SourceRange) throws -> Items {
        let items = Items(values)
        if items.depth > EvaluationLimits.listDepth {
            throw fault(
                .tooDeep, "lists nest more than \(EvaluationLimits.listDepth) deep here", at: range,
                fix: "join them to one list with `+`")
        }
        return items
    }

    func list(_ values: [Value], at range: SourceRange) throws -> Value {
        guard values.count <= EvaluationLimits.elements else { throw faults.tooLong(at: range) }
        return .list(try items(values, at: range))
    }

    private func listLoop(
        _ names: [Identifier], _ isTuple: Bool, _ sequence: Expression, _ body: Body, at range: SourceRange
    ) throws -> Value {
        var values: [Value] = []
        try forEach(names, isTuple: isTuple, in: sequence, limit: EvaluationLimits.elements) {
            let value = try value(of: body)
            if value.isNothing {
                throw fault(
                    .noValue, "the body of a list must give a value in every iteration", at: body.range,
                    fix: "end it with a value: `[for n in 1...3 { 2 * n }]`")
            }
            values.append(value)
        }
        return try list(values, at: range)
    }

    private func text(of parts: [Expression.StringPart], at range: SourceRange) throws -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .interpolation(let expression): text += try evaluate(expression).text
            }
            if text.utf8.count > EvaluationLimits.elements { throw faults.textTooLong(at: range) }
        }
        return text
    }

    func wholeNumber(_ expression: Expression, _ user: String) throws -> Int {
        let value = try evaluate(expression)
        if case .integer(let number) = value { return number }
        if case .decimal(let number) = value, let whole = Int(exactly: number), abs(number) < 1e15 {
            throw fault(
                .wrongType, "\(user) takes whole numbers, and `\(source[expression.range])` is a decimal",
                at: expression.range, fix: "write `\(whole)`", edits: [TextEdit(expression.range, "\(whole)")])
        }
        throw fault(
            .wrongType, "\(user) takes whole numbers, not \(described(value))", at: expression.range,
            fix: "`round` makes one of a decimal number")
    }

    /// A value for a message: numbers and texts as they are, others by their kind.
    func described(_ value: Value) -> String {
        switch value {
        case .integer, .decimal, .boolean, .shape, .range: value.text
        default: value.kind.rawValue
        }
    }

    // MARK: Parts of values

    private func element(_ base: Value, at index: Expression, of range: SourceRange) throws -> Value {
        let key = try evaluate(index)
        if case .object(let object) = base, case .string(let name) = key, let value = object.member(name) {
            return value
        }
        if case .object(let object) = base, let runs = object as? RunsValue {
            return try run(key, of: runs, at: index.range)
        }
        guard case .integer(let number) = key else {
            throw fault(
                .wrongType, "an index is a whole number, not \(key.kind)", at: index.range,
                fix: "the first element is `[0]`, the last `[-1]`")
        }
        func checked(_ count: Int) throws -> Int {
            // As in Python, -1 is the last.
            let place = number < 0 ? number &+ count : number
            guard (0..<count).contains(place) else {
                let limits = count == 0 ? "it is empty" : "its indices are 0...\(count - 1)"
                throw fault(
                    .outOfRange, "there is no element \(number): \(limits)", at: index.range,
                    fix: count == 0 ? "put something into it before" : "the last one is `[-1]`")
            }
            return place
        }
        switch base {
        case .list(let items), .tuple(let items): return items.values[try checked(items.values.count)]
        case .shape(let shape): return .integer(shape.sizes[try checked(shape.sizes.count)])
        case .range(let first, let last):
            guard let count = rangeCount(first, last) else {
                throw fault(
                    .outOfRange, "this range is too long to be indexed", at: range, fix: "write a shorter one")
            }
            return .integer(first + (try checked(count)))
        default:
            throw fault(
                .wrongType, "\(base.kind) has no elements", at: range,
                fix: "lists, tuples, ranges and shapes have elements")
        }
    }
}

// Arithmetic, comparison and logic. Overflow, or an undefined result, is an error at the operator.

import Language
import Network

extension Interpreter {
    func binary(
        _ operation: Expression.BinaryOperator, _ left: Expression, _ right: Expression, at place: SourceRange
    ) throws -> Value {
        switch operation {
        case .and: return .boolean(try isTrue(left) && isTrue(right))
        case .or: return .boolean(try isTrue(left) || isTrue(right))
        default: break
        }
        return try combined(operation, evaluate(left), evaluate(right), left, right, at: place)
    }

    /// The value of an operator between two values; `left` and `right` are what was written for them.
    func combined(
        _ operation: Expression.BinaryOperator, _ first: Value, _ second: Value, _ left: Expression,
        _ right: Expression, at place: SourceRange
    ) throws -> Value {
        switch (first, second) {
        case (.integer(let a), .integer(let b)): return try integers(operation, a, b, at: place)
        case (.integer, .decimal), (.decimal, .integer), (.decimal, .decimal):
            return try decimals(operation, first.number ?? 0, second.number ?? 0, at: place)
        default:
            do {
                return try others(operation, first, second, at: place)
            } catch var diagnostic as Diagnostic where diagnostic.code == .wrongType && operation == .add {
                if let edit = joined(left, right) { diagnostic.edits = [edit] }
                throw diagnostic
            }
        }
    }

    /// `"a" + 1` as `"a\(1)"`, where a text is written out.
    private func joined(_ left: Expression, _ right: Expression) -> TextEdit? {
        let range = left.range.union(right.range)
        let (first, second) = (source[left.range], source[right.range])
        if case .string = left.kind, first.last == "\"" { return TextEdit(range, "\(first.dropLast())\\(\(second))\"") }
        if case .string = right.kind, second.first == "\"" {
            return TextEdit(range, "\"\\(\(first))\(second.dropFirst())")
        }
        return nil
    }

    private func integers(
        _ operation: Expression.BinaryOperator, _ a: Int, _ b: Int, at place: SourceRange
    ) throws -> Value {
        func checked(_ result: (partialValue: Int, overflow: Bool)) throws -> Value {
            guard !result.overflow else {
                throw fault(
                    .overflow, "the result is too large for a whole number", at: place,
                    fix: "write one side as a decimal, such as `1.0`")
            }
            return .integer(result.partialValue)
        }
        switch operation {
        case .add: return try checked(a.addingReportingOverflow(b))
        case .subtract: return try checked(a.subtractingReportingOverflow(b))
        case .multiply: return try checked(a.multipliedReportingOverflow(by: b))
        case .divide:
            guard b != 0 else { throw faults.divisionByZero(at: place) }
            if b == -1 { return try checked(Int(0).subtractingReportingOverflow(a)) }
            return a % b == 0 ? .integer(a / b) : .decimal(Double(a) / Double(b))
        case .remainder:
            guard b != 0 else { throw faults.divisionByZero(at: place) }
            if b == -1 { return .integer(0) }
            // With the sign of the divisor, consistent with `div`, which rounds down.
            let rest = a % b
            return .integer(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or:
            return compared(operation, a, b)
        }
    }

    private func decimals(
        _ operation: Expression.BinaryOperator, _ a: Double, _ b: Double, at place: SourceRange
    ) throws -> Value {
        func finite(_ result: Double) throws -> Value {
            guard result.isFinite else {
                throw faults.overflow(at: place)
            }
            return .decimal(result)
        }
        switch operation {
        case .add: return try finite(a + b)
        case .subtract: return try finite(a - b)
        case .multiply: return try finite(a * b)
        case .divide:
            guard b != 0 else { throw faults.divisionByZero(at: place) }
            return try finite(a / b)
        case .remainder:
            guard b != 0 else { throw faults.divisionByZero(at: place) }
            let rest = a.truncatingRemainder(dividingBy: b)
            return try finite(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .and, .or:
            return compared(operation, a, b)
        }
    }

    private func compared<Number: Comparable>(
        _ operation: Expression.BinaryOperator, _ a: Number, _ b: Number
    ) -> Value {
        switch operation {
        case .equal: .boolean(a == b)
        case .notEqual: .boolean(a != b)
        case .less: .boolean(a < b)
        case .lessOrEqual: .boolean(a <= b)
        case .greater: .boolean(a > b)
        case .greaterOrEqual: .boolean(a >= b)
        case .add, .subtract, .multiply, .divide, .remainder, .and, .or: .nothing
        }
    }

    private func others(
        _ operation: Expression.BinaryOperator, _ first: Value, _ second: Value, at place: SourceRange
    ) throws -> Value {
        switch (operation, first, second) {
        case (.equal, _, _): return .boolean(try areEqual(first, second, at: place))
        case (.notEqual, _, _): return .boolean(!(try areEqual(first, second, at: place)))
        case (.add, .string(let a), .string(let b)):
            guard a.utf8.count + b.utf8.count <= EvaluationLimits.elements else { throw faults.textTooLong(at: place) }
            return .string(a + b)
        case (.add, .list(let a), .list(let b)): return try list(a.values + b.values, at: place)
        case (.less, .string(let a), .string(let b)): return .boolean(a < b)
        case (.lessOrEqual, .string(let a), .string(let b)): return .boolean(a <= b)
        case (.greater, .string(let a), .string(let b)): return .boolean(a > b)
        case (.greaterOrEqual, .string(let a), .string(let b)): return .boolean(a >= b)
        default:
            var fix: String?
            if case .remainder = operation, isText(first) {
                fix = "put the value into the string: `\"… \\(x)\"`"
            } else if case .add = operation, isText(first) || isText(second) {
                fix = "put the value into the string: `\"… \\(x)\"`"
            }
            throw fault(
                .wrongType, "`\(operation.rawValue)` cannot be used between \(first.kind) and \(second.kind)",
                at: place, fix: fix ?? "`\(operation.rawValue)` takes \(Self.taken(by: operation))")
        }
    }

    /// An operand, for messages.
    private static func taken(by operation: Expression.BinaryOperator) -> String {
        switch operation {
        case .add: "two numbers, two texts or two lists"
        case .less, .lessOrEqual, .greater, .greaterOrEqual: "two numbers or two texts"
        case .and, .or: "true and false"
        case .subtract, .multiply, .divide, .remainder: "two numbers"
        case .equal, .notEqual: "two values of one kind"
        }
    }

    private func isText(_ value: Value) -> Bool {
        if case .string = value { true } else { false }
    }

    /// Values of different kinds cannot be compared, rather than being unequal: it is always a slip.
    private func areEqual(_ first: Value, _ second: Value, at place: SourceRange) throws -> Bool {
        switch (first, second) {
        case (.boolean(let a), .boolean(let b)): return a == b
        case (.string(let a), .string(let b)): return a == b
        case (.shape(let a), .shape(let b)): return a == b
        case (.range(let a, let b), .range(let c, let d)): return a == c && b == d
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
            guard a.values.count == b.values.count else { return false }
            for (one, other) in zip(a.values, b.values) {
                if let left = one.number, let right = other.number {
                    if left != right { return false }
                } else if !(try areEqual(one, other, at: place)) {
                    return false
                }
            }
            return true
        case (.object(let a), .object(let b)) where type(of: a) == type(of: b): return a === b
        default:
            throw fault(
                .wrongType, "\(first.kind) and \(second.kind) cannot be compared", at: place,
                fix: "compare values of one kind")
        }
    }

    func unary(_ operation: Expression.UnaryOperator, _ operand: Expression, at range: SourceRange) throws -> Value {
        let value = try evaluate(operand)
        switch (operation, value) {
        case (.negate, .integer(let number)):
            guard number != .min else {
                throw fault(
                    .overflow, "the result is too large for a whole number", at: range,
                    fix: "write it as a decimal, such as `-1.0 * n`")
            }
            return .integer(-number)
        case (.negate, .decimal(let number)): return .decimal(-number)
        case (.not, .boolean(let flag)): return .boolean(!flag)
        case (.negate, _):
            throw fault(
                .wrongType, "`-` takes a number, not \(value.kind)", at: operand.range, fix: "for example `-3`")
        case (.not, _):
            throw fault(
                .wrongType, "`!` takes true or false, not \(value.kind)", at: operand.range,
                fix: "compare it: `!(x == 0)`")
        }
    }
}

// Words that compute a value.

import Language
import Network

/// The numbers of a call that takes either numbers or one list of them.
private func numbers(_ call: Invocation) throws -> [Value] {
    var values: [Value] = []
    for given in call.arguments.rest {
        switch given.value {
        case .integer, .decimal: values.append(given.value)
        case .list(let items), .tuple(let items):
            values.reserveCapacity(values.count + items.values.count)
            for (index, value) in items.values.enumerated() {
                try call.checkInterrupt(at: index)
                guard value.number != nil else {
                    throw call.fault(
                        .wrongType, "`\(call.arguments.word.name)` takes numbers, not \(value.kind)", at: given.range)
                }
                values.append(value)
            }
        case .range(let first, let last):
            guard let count = rangeCount(first, last), values.count + count <= Limits.elements else {
                throw call.context.faults.tooLong(at: given.range)
            }
            values.reserveCapacity(values.count + count)
            for offset in 0..<count {
                try call.checkInterrupt(at: offset)
                values.append(.integer(first + offset))
            }
        default:
            throw call.fault(
                .wrongType, "`\(call.arguments.word.name)` takes numbers, not \(given.value.kind)", at: given.range)
        }
    }
    return values
}

extension Invocation {
    /// Looks for an interrupt at every so many elements: one look costs as much as some elements do.
    fileprivate func checkInterrupt(at index: Int) throws {
        if index & 0xFFFF == 0 { try context.checkInterrupt(at: range) }
    }
}

private func nonEmptyNumbers(_ call: Invocation) throws -> [Value] {
    let values = try numbers(call)
    guard !values.isEmpty else {
        throw call.fault(.emptyList, "`\(call.arguments.word.name)` of nothing has no value")
    }
    return values
}

private func overflow(_ call: Invocation) -> Diagnostic {
    call.fault(.overflow, "the result is too large for a number")
}

private func finite(_ number: Double, _ call: Invocation) throws -> Value {
    guard number.isFinite else { throw overflow(call) }
    return .decimal(number)
}

/// A whole number where it fits one.
private func whole(_ number: Double, _ call: Invocation) throws -> Value {
    guard let integer = Int(exactly: number) else { throw overflow(call) }
    return .integer(integer)
}

private func total(_ values: [Value], _ call: Invocation) throws -> Value {
    var integers = 0
    var decimals = 0.0
    var isWhole = true
    for value in values {
        if case .integer(let number) = value {
            let (next, overflows) = integers.addingReportingOverflow(number)
            guard !overflows else { throw overflow(call) }
            integers = next
        } else {
            isWhole = false
            decimals += value.number ?? 0
        }
    }
    return isWhole ? .integer(integers) : try finite(decimals + Double(integers), call)
}

private func extreme(_ call: Invocation, _ isBetter: (Double, Double) -> Bool) throws -> Value {
    let values = try nonEmptyNumbers(call)
    var best = values[0]
    for value in values.dropFirst() {
        if case .integer(let a) = value, case .integer(let b) = best {
            // As decimals, two large whole numbers may look equal.
            if a != b, isBetter(Double(a), Double(b)) || (isBetter(1, 0) ? a > b : a < b) { best = value }
        } else if isBetter(value.number ?? 0, best.number ?? 0) {
            best = value
        }
    }
    return best
}

private let anyNumber = Parameter.Kind.decimal(-Double.infinity...Double.infinity)

let valueWords: [Word] = [
    Word(
        "shape", .values, "A shape made of values: `shape(3, n, n)` is `3x32x32` for n = 32",
        [Parameter("sizes", .integer(0...Limits.shapeValues), isRest: true, "one to three sizes")],
        result: .shape, example: "let n = 32\nprint shape(3, n, n)", aliases: ["size", "Size"],
        .perform { call in
            let sizes = call.arguments.rest.compactMap { given -> Int? in
                if case .integer(let size) = given.value { size } else { nil }
            }
            return .shape(try call.context.faults.shape(sizes, at: call.range))
        }),
    Word(
        "range", .values, "The whole numbers from `start` up to, but without, `end`; of one number, from 0 up to it",
        [
            Parameter("start", .integer(Int.min...Int.max), isPositional: true, "the first number, or the end alone"),
            Parameter(
                "end", .integer(Int.min...Int.max), .workedOut("start"), isPositional: true,
                "where to stop, not included"),
            Parameter(
                "step", .integer(Int.min...Int.max), .value(.integer(1)), isPositional: true, "how far to go each time"),
        ],
        result: .list, example: "print range(0, 10, step: 2)", aliases: ["arange", "linspace"],
        .perform { call in
            let arguments = call.arguments
            let first = arguments.integer("start") ?? 0
            let (start, end) = arguments.integer("end").map { (first, $0) } ?? (0, first)
            let step = arguments.integer("step") ?? 1
            guard step != 0 else {
                throw call.fault(.outOfRange, "`step:` cannot be 0", at: arguments.place("step"))
            }
            guard step > 0 ? start < end : start > end else { return .list(Items([])) }
            let span = start < end ? end.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(end)
            guard !span.overflow, UInt(span.partialValue - 1) / step.magnitude < Limits.elements else {
                throw call.context.faults.tooLong(at: call.range)
            }
            var values: [Value] = []
            values.reserveCapacity(Int(UInt(span.partialValue - 1) / step.magnitude) + 1)
            for number in stride(from: start, to: end, by: step) {
                try call.checkInterrupt(at: values.count)
                values.append(.integer(number))
            }
            return .list(Items(values))
        }),
    Word(
        "div", .values, "Whole division that rounds down: `div(7, 2)` is 3",
        [
            Parameter("number", .integer(Int.min...Int.max), isPositional: true, "what is divided"),
            Parameter("by", .integer(Int.min...Int.max), isPositional: true, "what it is divided by"),
        ],
        result: .wholeNumber, example: "print div(7, 2)", aliases: ["floordiv", "floor_divide", "//"],
        .perform { call in
            let (number, divisor) = (call.arguments.integer("number") ?? 0, call.arguments.integer("by") ?? 1)
            guard divisor != 0 else { throw call.context.faults.divisionByZero(at: call.range) }
            let (quotient, overflows) = number.dividedReportingOverflow(by: divisor)
            guard !overflows else { throw overflow(call) }
            let isInexact = number != quotient &* divisor
            return .integer(isInexact && (number < 0) != (divisor < 0) ? quotient - 1 : quotient)
        }),
    Word(
        "floor", .values, "The largest whole number that is not above a number",
        [Parameter("number", anyNumber, isPositional: true, "a number")],
        result: .wholeNumber, example: "print floor(2.7)", aliases: ["int", "trunc"],
        .perform { call in try whole((call.arguments.decimal("number") ?? 0).rounded(.down), call) }),
    Word(
        "sqrt", .values, "The square root",
        [Parameter("number", .decimal(0...Double.infinity), isPositional: true, "a number that is not negative")],
        result: .number, example: "print sqrt(2)",
        .perform { call in .decimal((call.arguments.decimal("number") ?? 0).squareRoot()) }),
    Word(
        "min", .values, "The smallest of several numbers, or of a list",
        [Parameter("numbers", .any, isRest: true, "numbers, or a list of them")],
        result: .number, example: "print min(3, 1, 2)", aliases: ["minimum", "amin"],
        .perform { call in try extreme(call, <) }),
    Word(
        "max", .values, "The largest of several numbers, or of a list",
        [Parameter("numbers", .any, isRest: true, "numbers, or a list of them")],
        result: .number, example: "print max([3, 1, 2])", aliases: ["maximum", "amax"],
        .perform { call in try extreme(call, >) }),
    Word(
        "abs", .values, "A number without its sign",
        [Parameter("number", anyNumber, isPositional: true, "a number")],
        result: .number, example: "print abs(-3)", aliases: ["fabs"],
        .perform { call in
            if case .integer(let number)? = call.arguments["number"] {
                guard number != .min else { throw overflow(call) }
                return .integer(abs(number))
            }
            return .decimal(abs(call.arguments.decimal("number") ?? 0))
        }),
    Word(
        "round", .values, "A number rounded, halves away from zero",
        [
            Parameter("number", anyNumber, isPositional: true, "a number"),
            Parameter(
                "digits", .integer(0...15), .value(.integer(0)), isPositional: true,
                "how many digits after the decimal point"),
        ],
        result: .number, example: "print round(2.71828, digits: 2)", aliases: ["around"],
        .perform { call in
            let number = call.arguments.decimal("number") ?? 0
            let digits = call.arguments.integer("digits") ?? 0
            if digits == 0 {
                if case .integer? = call.arguments["number"] { return call.arguments["number"] ?? .nothing }
                return try whole(number.rounded(.toNearestOrAwayFromZero), call)
            }
            var scale = 1.0
            for _ in 0..<digits { scale *= 10 }
            let scaled = number * scale
            return .decimal(scaled.isFinite ? scaled.rounded(.toNearestOrAwayFromZero) / scale : number)
        }),
    Word(
        "sum", .values, "The sum of several numbers, or of a list",
        [Parameter("numbers", .any, isRest: true, "numbers, or a list of them")],
        result: .number, example: "print sum([1, 2, 3])",
        .perform { call in try total(numbers(call), call) }),
    Word(
        "mean", .values, "The mean of several numbers, or of a list",
        [Parameter("numbers", .any, isRest: true, "numbers, or a list of them")],
        result: .number, example: "print mean([1, 2, 4])", aliases: ["average", "avg"],
        .perform { call in
            let values = try nonEmptyNumbers(call)
            return try finite(values.reduce(0) { $0 + ($1.number ?? 0) } / Double(values.count), call)
        }),
    Word(
        "count", .values, "How many elements a list, range, tuple or shape has, or letters a text",
        [Parameter("list", .any, isPositional: true, "what is counted")],
        result: .wholeNumber, example: "print count([1, 2, 3])", aliases: ["len", "length", "size"],
        .perform { call in
            switch call.arguments["list"] {
            case .list(let items)?, .tuple(let items)?: return .integer(items.values.count)
            case .string(let text)?: return .integer(text.count)
            case .shape(let shape)?: return .integer(shape.sizes.count)
            case .range(let first, let last)?:
                guard let count = rangeCount(first, last) else { throw overflow(call) }
                return .integer(count)
            case let value:
                throw call.fault(
                    .wrongType, "`count` takes a list, not \(value?.kind ?? .nothing)",
                    at: call.arguments.place("list"))
            }
        }),
    Word(
        "ask", .values, "Asks the person a question and waits for the answer",
        [
            Parameter("question", .text, isPositional: true, "what stands before the answer"),
            Parameter("secret", .boolean, .value(.boolean(false)), "whether the answer stays unseen"),
        ],
        result: .answer, example: "let epochs = ask \"How many epochs? \"",
        aliases: ["raw_input", "readline", "prompt"], takesLong: true, .perform(askPerson)),
    Word(
        "quit", .values, "Leaves the session", result: .nothing, example: "quit", aliases: ["exit", "bye"],
        .perform { _ in throw Stop.quit }),
]

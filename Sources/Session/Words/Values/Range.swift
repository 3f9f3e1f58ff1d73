// `range`

import Language

private let startOption = Option("start", .integer, isPositional: true, "the first number, or the end alone")
private let endOption = Option("end", .integer, workedOut: "start", isPositional: true, "where to stop, not included")
private let stepOption = Option("step", .integer, default: 1, isPositional: true, "how far to go each time")

extension Word {
    static let range = Word(
        "range", .values,
        "The whole numbers from `start` up to but not including `end`; with one number, from 0 up to it",
        [startOption, endOption, stepOption], result: .list, example: "print range(0, 10, step: 2)",
        aliases: ["arange", "linspace"], .perform(numbersOfRange))
}

private func numbersOfRange(_ call: Invocation) throws -> Value {
    let (start, end) = call[endOption].map { (call[startOption], $0) } ?? (0, call[startOption])
    let step = call[stepOption]
    guard step != 0 else {
        throw call.fault(
            .outOfRange, "`step:` cannot be 0", at: call.place(stepOption),
            fix: "write `step: 1`, or `step: -1` to go down")
    }
    guard step > 0 ? start < end : start > end else { return .list(Items([])) }
    // Without a sign, the distance of any two numbers is one.
    let span = UInt(bitPattern: start < end ? end &- start : start &- end)
    guard (span - 1) / step.magnitude < EvaluationLimits.elements else {
        throw call.context.faults.tooLong(at: call.range)
    }
    let count = Int((span - 1) / step.magnitude) + 1
    var values: [Value] = []
    values.reserveCapacity(count)
    for index in 0..<count {
        try call.checkInterrupt(at: index)
        values.append(.integer(start &+ index &* step))
    }
    return .list(Items(values))
}

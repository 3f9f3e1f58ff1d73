// `range`

import Language

private let startOption = Option("start", .integer, isPositional: true, "the first number, or the end alone")
private let endOption = Option("end", .integer, workedOut: "start", isPositional: true, "where to stop, not included")
private let stepOption = Option("step", .integer, default: 1, isPositional: true, "how far to go each time")

extension Word {
    static let range = Word(
        "range", .values, "The whole numbers from `start` up to, but without, `end`; of one number, from 0 up to it",
        [startOption, endOption, stepOption], result: .list, example: "print range(0, 10, step: 2)",
        aliases: ["arange", "linspace"], .perform(numbersOfRange))
}

private func numbersOfRange(_ call: Invocation) throws -> Value {
    let (start, end) = call[endOption].map { (call[startOption], $0) } ?? (0, call[startOption])
    let step = call[stepOption]
    guard step != 0 else {
        throw call.fault(.outOfRange, "`step:` cannot be 0", at: call.place(stepOption))
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
}

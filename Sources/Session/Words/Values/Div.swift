// `div`

import Language

private let number = Option("number", .integer, isPositional: true, "what is divided")
private let divisor = Option("by", .integer, isPositional: true, "what it is divided by")

extension Word {
    static let div = Word(
        "div", .values, "Integer division, rounded down: `div(7, 2)` is 3", [number, divisor], result: .wholeNumber,
        example: "print div(7, 2)", aliases: ["floordiv", "floor_divide", "//"],
        .perform { call in
            let (number, divisor) = (call[number], call[divisor])
            guard divisor != 0 else { throw call.context.faults.divisionByZero(at: call.range) }
            let (quotient, overflows) = number.dividedReportingOverflow(by: divisor)
            guard !overflows else { throw call.wholeOverflow("write one of them as a decimal, and divide with `/`") }
            let isInexact = number != quotient &* divisor
            return .integer(isInexact && (number < 0) != (divisor < 0) ? quotient - 1 : quotient)
        })
}

// `sum` and `mean`

extension Word {
    static let sum = Word(
        "sum", .values, "The sum of several numbers, or of a list", [NumberOption.list], result: .number,
        example: "print sum([1, 2, 3])", .perform { call in try total(call.numbers(), call) })

    static let mean = Word(
        "mean", .values, "The mean of several numbers, or of a list", [NumberOption.list], result: .number,
        example: "print mean([1, 2, 4])", aliases: ["average", "avg"],
        .perform { call in
            let values = try call.nonEmptyNumbers()
            return try call.finite(values.reduce(0) { $0 + ($1.number ?? 0) } / Double(values.count))
        })
}

private func total(_ values: [Value], _ call: Invocation) throws -> Value {
    var integers = 0
    var decimals = 0.0
    var isWhole = true
    for value in values {
        if case .integer(let number) = value {
            let (next, overflows) = integers.addingReportingOverflow(number)
            guard !overflows else { throw call.wholeOverflow("a decimal such as `1.0` among them gives a decimal") }
            integers = next
        } else {
            isWhole = false
            decimals += value.number ?? 0
        }
    }
    return isWhole ? .integer(integers) : try call.finite(decimals + Double(integers))
}

// `min` and `max`

extension Word {
    static let min = Word(
        "min", .values, "The smallest of several numbers, or of a list", [NumberOption.list], result: .number,
        example: "print min(3, 1, 2)", aliases: ["minimum", "amin"], .perform { try extreme($0, <) })

    static let max = Word(
        "max", .values, "The largest of several numbers, or of a list", [NumberOption.list], result: .number,
        example: "print max([3, 1, 2])", aliases: ["maximum", "amax"], .perform { try extreme($0, >) })
}

private func extreme(_ call: Invocation, _ isBetter: (Double, Double) -> Bool) throws -> Value {
    let values = try call.nonEmptyNumbers()
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

// `sqrt`

private let number = Option(
    "number", .decimal(0...Double.infinity), isPositional: true, "a number that is not negative")

extension Word {
    static let sqrt = Word(
        "sqrt", .values, "The square root", [number], result: .number, example: "print sqrt(2)",
        .perform { .decimal($0[number].squareRoot()) })
}

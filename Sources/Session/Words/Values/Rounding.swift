// `floor` and `round`

private let digits = Option(
    "digits", .integer(0...15), default: 0, isPositional: true, "how many digits after the decimal point")

extension Word {
    static let floor = Word(
        "floor", .values, "The largest whole number not above a number", [NumberOption.number],
        result: .wholeNumber, example: "print floor(2.7)", aliases: ["int", "trunc"],
        .perform { try $0.whole(($0[NumberOption.number].number ?? 0).rounded(.down)) })

    static let round = Word(
        "round", .values, "A number rounded, with halves away from zero", [NumberOption.number, digits],
        result: .number,
        example: "print round(2.71828, digits: 2)", aliases: ["around"],
        .perform { call in
            let value = call[NumberOption.number]
            let number = value.number ?? 0
            if call[digits] == 0 {
                if case .integer = value { return value }
                return try call.whole(number.rounded(.toNearestOrAwayFromZero))
            }
            var scale = 1.0
            for _ in 0..<call[digits] { scale *= 10 }
            let scaled = number * scale
            return .decimal(scaled.isFinite ? scaled.rounded(.toNearestOrAwayFromZero) / scale : number)
        })
}

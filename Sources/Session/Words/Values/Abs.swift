// `abs`

extension Word {
    static let abs = Word(
        "abs", .values, "The absolute value", [NumberOption.number], result: .number, example: "print abs(-3)",
        aliases: ["fabs"],
        .perform { call in
            let value = call[NumberOption.number]
            guard case .integer(let number) = value else { return .decimal((value.number ?? 0).magnitude) }
            guard number != .min else { throw call.wholeOverflow("write it as a decimal") }
            return .integer(Int(number.magnitude))
        })
}

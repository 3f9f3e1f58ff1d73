// `shape`

private let sizes = RestOption("sizes", .integer(0...EvaluationLimits.shapeValues), "one to three sizes")

extension Word {
    static let shape = Word(
        "shape", .values, "A shape made of values: `shape(3, n, n)` is `3x32x32` for n = 32", [sizes], result: .shape,
        example: "let n = 32\nprint shape(3, n, n)", aliases: ["size", "Size"],
        .perform { .shape(try $0.context.faults.shape($0[sizes].map(\.value), at: $0.range)) })
}

// `input`

private let shapeOption = Option(
    "shape", .shape, isPositional: true, aliases: ["input_shape", "size"], "channels x height x width, or features")

extension Word {
    static let input = Word(
        "input", .layers, "The shape of one image or vector that flows into the model", [shapeOption], result: .layer,
        example: "model Net { input 3x32x32; conv 16 }", aliases: ["InputLayer"], .input { $0[shapeOption] })
}

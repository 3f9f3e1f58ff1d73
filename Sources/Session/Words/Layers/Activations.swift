// `relu`, `leakyrelu`, `gelu`, `silu`, `sigmoid`, `tanh`, `softmax`: one line each.

import Network

private let slope = Option(
    "slope", .decimal(0...1), default: 0.01, isPositional: true, aliases: ["negative_slope", "alpha"],
    "slope below zero")

extension Word {
    /// In the order of help.
    static let activations: [Word] = [relu, leakyReLU, gelu, silu, sigmoid, tanh]

    static let relu = activation("relu", "max(0, x): `nn.ReLU`", aliases: ["rectifier"], .relu)
    static let leakyReLU = Word(
        "leakyrelu", .layers, "x, and slope · x below zero: `nn.LeakyReLU`", [slope], result: .layer,
        example: inNetwork("conv 16; leakyrelu 0.1"), .layer { .activation(.leakyReLU(slope: $0[slope])) })
    static let gelu = activation("gelu", "x · Φ(x): `nn.GELU`", .gelu)
    static let silu = activation(
        "silu", "x · sigmoid(x), also called swish: `nn.SiLU`", aliases: ["swish"], .silu)
    static let sigmoid = activation("sigmoid", "1 / (1 + exp(-x)): `nn.Sigmoid`", aliases: ["logistic"], .sigmoid)
    static let tanh = activation("tanh", "The hyperbolic tangent: `nn.Tanh`", .tanh)
    static let softmax = activation(
        "softmax", "Turns scores into probabilities: `nn.Softmax`", behind: "flatten; linear 10", .softmax)

    private static func activation(
        _ name: String, _ help: String, aliases: [String] = [], behind layers: String = "conv 16",
        _ function: Layer.Activation
    ) -> Word {
        Word(
            name, .layers, help, result: .layer, example: inNetwork("\(layers); \(name)"), aliases: aliases,
            .layer { _ in .activation(function) })
    }
}

// Functions of each value, and `softmax`: one line each.

import Network

private let slope = Option(
    "slope", .decimal(0...1), default: 0.01, isPositional: true, aliases: ["negative_slope", "alpha"],
    "slope below zero")
private let alpha = Option(
    "alpha", .notNegative, default: 1, isPositional: true, aliases: ["a"], "what it nears far below zero is -alpha")

private let perChannel = Option(
    "perchannel", .boolean, default: false, "a slope for each channel, as `nn.PReLU(channels)`, not one for all")

extension Word {
    /// In the order of help.
    static let activations: [Word] = [
        relu, leakyReLU, prelu, relu6, elu, gelu, silu, mish, hardswish, sigmoid, hardsigmoid, tanh, softplus,
    ]

    static let relu = activation("relu", "max(0, x): `nn.ReLU`", aliases: ["rectifier"], .relu)
    static let leakyReLU = Word(
        "leakyrelu", .layers, "x above zero, slope · x below: `nn.LeakyReLU`", [slope], result: .layer,
        example: inNetwork("conv 16; leakyrelu 0.1"), .layer { .activation(.leakyReLU(slope: $0[slope])) })
    static let prelu = Word(
        "prelu", .layers, "x, and a learned slope · x below zero, which begins at 0.25: `nn.PReLU`",
        [perChannel, LayerOption.freeze], result: .layer, example: inNetwork("conv 16; prelu"), since: "0.2",
        .layer { .prelu(Layer.PReLU(isPerChannel: $0[perChannel], freezing: $0.freezing(hasBias: false))) })
    static let relu6 = activation("relu6", "min(max(0, x), 6): `nn.ReLU6`", since: "0.2", .relu6)
    static let elu = Word(
        "elu", .layers, "x, and alpha · (exp(x) - 1) below zero: `nn.ELU`", [alpha], result: .layer,
        example: inNetwork("conv 16; elu"), since: "0.2", .layer { .activation(.elu(alpha: $0[alpha])) })
    static let gelu = activation("gelu", "x · Φ(x): `nn.GELU`", .gelu)
    static let silu = activation(
        "silu", "x · sigmoid(x), also called swish: `nn.SiLU`", aliases: ["swish"], since: "0.2", .silu)
    static let mish = activation("mish", "x · tanh(softplus(x)): `nn.Mish`", since: "0.2", .mish)
    static let hardswish = activation(
        "hardswish", "x · hardsigmoid(x): `nn.Hardswish`", aliases: ["hswish"], since: "0.2",
        .hardswish)
    static let sigmoid = activation("sigmoid", "1 / (1 + exp(-x)): `nn.Sigmoid`", aliases: ["logistic"], .sigmoid)
    static let hardsigmoid = activation(
        "hardsigmoid", "min(max(0, x + 3), 6) / 6: `nn.Hardsigmoid`", aliases: ["hsigmoid"],
        since: "0.2", .hardsigmoid)
    static let tanh = activation("tanh", "The hyperbolic tangent: `nn.Tanh`", .tanh)
    static let softplus = activation("softplus", "log(1 + exp(x)): `nn.Softplus`", since: "0.2", .softplus)
    static let softmax = activation(
        "softmax", "Turns scores into probabilities: `nn.Softmax`", behind: "flatten; linear 10", .softmax)

    private static func activation(
        _ name: String, _ help: String, aliases: [String] = [], since: String? = nil,
        behind layers: String = "conv 16", _ function: Layer.Activation
    ) -> Word {
        Word(
            name, .layers, help, result: .layer, example: inNetwork("\(layers); \(name)"), aliases: aliases,
            since: since, .layer { _ in .activation(function) })
    }
}

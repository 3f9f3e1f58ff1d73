// Functions of single values, and the softmax. One row of `form` says all that is known of a function; its inner loops
// are in `CKernels/activations.inc` under the same name.

import Runtime

extension Layer {
    public enum Activation: Hashable, Sendable {
        case relu
        case leakyReLU(slope: Double)
        case gelu
        case silu
        case sigmoid
        case tanh
        /// Over the channels of each pixel: the only one that is no function of single values.
        case softmax
    }
}

extension Layer.Activation {
    /// Each once, with its default settings.
    public static let all: [Layer.Activation] = [
        .relu, .leakyReLU(slope: 0.01), .gelu, .silu, .sigmoid, .tanh, .softmax,
    ]

    public struct Form: Sendable {
        /// The layer's word, and the kernel's name.
        public let name: String
        /// The class of `torch.nn`.
        let module: String
        var moduleArguments: [String] = []
        /// A slope below zero, where it has one.
        public var slope: Double?
        var trait: ValueFunction
        var lastLayerNote: (message: String, advice: String)?
        /// Whether f(x) has the sign of x, and f(0) is 0.
        var keepsSign = false
        /// The nodes of ONNX, in order; what the last gives is the function.
        public let onnx: [ONNXStep]
        /// f(x) and f'(x) in double precision; those of the softmax are not used.
        public let value: @Sendable (Double) -> Double
        public let derivative: @Sendable (Double) -> Double
    }

    public var form: Form {
        switch self {
        case .relu:
            Form(
                name: "relu", module: "ReLU", trait: .kinked { max(0, $0.lowerBound)...max(0, $0.upperBound) },
                lastLayerNote: Self.positiveScores, onnx: [ONNXStep("Relu", [.input])],
                value: { max(0, $0) }, derivative: { $0 > 0 ? 1 : 0 })
        case .leakyReLU(let slope):
            Form(
                name: "leakyrelu", module: "LeakyReLU",
                moduleArguments: slope == 0.01 ? [] : ["negative_slope=\(slope)"], slope: slope,
                trait: slope == 1
                    ? .identity
                    : .kinked {
                        slope == 0
                            ? 0...max(0, $0.upperBound) : (slope < 0 ? 0 : -Double.infinity)...Double.infinity
                    },
                onnx: [ONNXStep("LeakyRelu", [.input], attributes: [("alpha", .decimal(slope))])],
                value: { $0 > 0 ? $0 : slope * $0 }, derivative: { $0 > 0 ? 1 : slope })
        case .gelu:
            Form(
                name: "gelu", module: "GELU", trait: .curved(-0.2...Double.infinity), keepsSign: true,
                // x / 2 * (1 + erf(x / sqrt 2)): the operator of its own came with opset 20.
                onnx: [
                    ONNXStep("Mul", [.input, .constant(0.5.squareRoot(), "sqrt_half")], "scaled"),
                    ONNXStep("Erf", [.step("scaled")], "erf"),
                    ONNXStep("Add", [.step("erf"), .constant(1, "one")], "factor"),
                    ONNXStep("Mul", [.input, .constant(0.5, "half")], "half"),
                    ONNXStep("Mul", [.step("half"), .step("factor")]),
                ],
                value: { $0 * gaussian($0) },
                derivative: { gaussian($0) + $0 * exponential(-$0 * $0 / 2) / (2 * Double.pi).squareRoot() })
        case .silu:
            Form(
                name: "silu", module: "SiLU", trait: .curved(-0.28...Double.infinity), keepsSign: true,
                // The operator of its own came with opset 24.
                onnx: [
                    ONNXStep("Sigmoid", [.input], "sigmoid"), ONNXStep("Mul", [.input, .step("sigmoid")]),
                ],
                value: { $0 * logistic($0) },
                derivative: { logistic($0) * (1 + $0 * (1 - logistic($0))) })
        case .sigmoid:
            Form(
                name: "sigmoid", module: "Sigmoid", trait: .curved(0...1), lastLayerNote: Self.positiveScores,
                onnx: [ONNXStep("Sigmoid", [.input])], value: logistic,
                derivative: { logistic($0) * (1 - logistic($0)) })
        case .tanh:
            Form(
                name: "tanh", module: "Tanh", trait: .curved(-1...1), keepsSign: true,
                onnx: [ONNXStep("Tanh", [.input])],
                value: tangent, derivative: { 1 - tangent($0) * tangent($0) })
        case .softmax:
            Form(
                name: "softmax", module: "Softmax", moduleArguments: ["dim=1"], trait: .curved(0...1),
                lastLayerNote: (
                    "is applied twice: the loss takes the softmax of the outputs itself", "leave it out"
                ),
                onnx: [ONNXStep("Softmax", [.input], attributes: [("axis", .integer(1))])],
                value: { $0 }, derivative: { _ in 1 })
        }
    }

    private static let positiveScores = (
        message: "keeps scores from falling below zero, which the loss would use", advice: "leave it out"
    )
}

extension Layer.Activation: LayerKind, CustomStringConvertible {
    public var description: String {
        if case .leakyReLU(let slope) = self, slope != 0.01 { return "\(form.name) \(shortest(slope))" }
        return form.name
    }

    static var words: [String] { all.map(\.form.name) }

    var settings: LayerSettings {
        LayerSettings(form.name, form.slope.map { [.init("slope", .number($0))] } ?? [])
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        guard let activation = all.first(where: { $0.form.name == reader.name }) else {
            throw LayerSettingsError(description: "there is no activation `\(reader.name)`")
        }
        if case .leakyReLU = activation { return .activation(.leakyReLU(slope: try reader.number("slope"))) }
        return .activation(activation)
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer { try place.place(place.input) }

    var family: LayerFamily { .activation }
    var function: FunctionTrait { .pointwise(form.trait) }

    func moduleName(flat: Bool) -> String { form.module }
    func moduleArguments(_ placed: PlacedLayer) -> [String] { form.moduleArguments }

    func onnx(_ placed: PlacedLayer) -> [ONNXStep] { form.onnx }

    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
        guard self != .softmax else { return softmaxPass(placed.input) }
        let (value, derivative) = (form.value, form.derivative)
        return PlainPass(
            forward: { $0.map(value) },
            backward: { input, _, gradient in zip(input, gradient).map { derivative($0) * $1 } })
    }

    /// Over the channels at each place.
    private func softmaxPass(_ shape: Shape) -> PlainPass {
        let area = shape.height * shape.width
        @Sendable func overPlaces(_ count: Int, _ body: (_ channels: StrideTo<Int>) -> Void) {
            for place in 0..<area { body(stride(from: place, to: count, by: area)) }
        }
        return PlainPass(
            forward: { input in
                var result = input
                overPlaces(input.count) { channels in
                    let largest = channels.map { input[$0] }.max() ?? 0
                    for channel in channels { result[channel] = exponential(input[channel] - largest) }
                    let sum = channels.reduce(0) { $0 + result[$1] }
                    for channel in channels { result[channel] /= sum }
                }
                return result
            },
            backward: { _, output, gradient in
                var result = gradient
                overPlaces(gradient.count) { channels in
                    let dot = channels.reduce(0) { $0 + output[$1] * gradient[$1] }
                    for channel in channels { result[channel] = output[channel] * (gradient[channel] - dot) }
                }
                return result
            })
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        let isOfValues = self != .softmax
        return LayerTraits(
            idleNote: self == .leakyReLU(slope: 1)
                ? ("does nothing: values below zero are multiplied by 1", "leave it out") : nil,
            lastLayerNote: form.lastLayerNote, passesValues: isOfValues, keepsChannelsApart: isOfValues,
            keepsPlacesApart: true, treatsValuesAsChannels: !isOfValues)
    }
}

// MARK: Functions in double precision

@Sendable private func logistic(_ x: Double) -> Double { 1 / (1 + exponential(-x)) }
@Sendable private func tangent(_ x: Double) -> Double { 2 / (1 + exponential(-2 * x)) - 1 }

/// The normal distribution function, to 1e-7 (Abramowitz and Stegun 26.2.17).
@Sendable private func gaussian(_ x: Double) -> Double {
    let t = 1 / (1 + 0.2316419 * abs(x))
    let series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    let tail = exponential(-x * x / 2) / (2 * Double.pi).squareRoot() * series
    return x >= 0 ? 1 - tail : tail
}

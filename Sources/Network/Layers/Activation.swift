// Functions of single values, and the softmax. One row of `form` says all that is known of a function; its inner loops
// are in `CKernels/activations.inc` under the same name.

import Runtime

extension Layer {
    public enum Activation: Hashable, Sendable {
        case relu
        case leakyReLU(slope: Double)
        case relu6
        case elu(alpha: Double)
        case gelu
        case silu
        case mish
        case hardswish
        case sigmoid
        case hardsigmoid
        case tanh
        case softplus
        /// Over the channels of each pixel: the only one that is no function of single values.
        case softmax
    }
}

extension Layer.Activation {
    /// Each once, with its default settings.
    public static let all: [Layer.Activation] = [
        .relu, .leakyReLU(slope: 0.01), .relu6, .elu(alpha: 1), .gelu, .silu, .mish, .hardswish, .sigmoid, .hardsigmoid,
        .tanh, .softplus, .softmax,
    ]

    public struct Form: Sendable {
        /// The layer's word, and the kernel's name.
        public let name: String
        /// The class of `torch.nn`.
        let module: String
        /// The setting that it has, if any: the slope of a leakyrelu below zero, or the alpha of an elu.
        public var setting: Setting?
        var trait: ValueFunction
        var lastLayerNote: (message: String, advice: String)?
        /// Whether f(x) never has the other sign than x, and f(0) is 0.
        var keepsSign = false
        /// Whether it never reverses the order of two values.
        var keepsOrder = false
        /// The values that it gives back as they are.
        var unchanged: ClosedRange<Double>?
        /// Whether it lets no gradient through where it gives 0.
        var cutsZeros = false
        /// The same where it gives 6.
        var cutsSixes = false
        /// Why it changes none of its inputs and no gradient, if it does not.
        var idleNote: @Sendable (KnownValues) -> String? = { _ in nil }
        /// The nodes of ONNX, in order; what the last gives is the function.
        public let onnx: [ONNXStep]
        /// f(x) and f'(x) in double precision; those of the softmax are not used.
        public let value: @Sendable (Double) -> Double
        public let derivative: @Sendable (Double) -> Double
    }

    public struct Setting: Sendable {
        /// As the language, files and, unless it has its own name, `torch.nn` call it.
        let label: String
        var moduleLabel: String?
        public let value: Double
        let standard: Double

        var isStandard: Bool { value == standard }
    }

    public var form: Form {
        switch self {
        case .relu:
            Form(
                name: "relu", module: "ReLU", trait: .kinked { max(0, $0.lowerBound)...max(0, $0.upperBound) },
                lastLayerNote: Self.positiveScores, keepsOrder: true, unchanged: 0...Double.infinity, cutsZeros: true,
                idleNote: { $0.makesReLUIdle ? "no value is below zero any more" : nil },
                onnx: [ONNXStep("Relu", [.input])],
                value: { max(0, $0) }, derivative: { $0 > 0 ? 1 : 0 })
        case .leakyReLU(let slope):
            Form(
                name: "leakyrelu", module: "LeakyReLU",
                setting: Setting(label: "slope", moduleLabel: "negative_slope", value: slope, standard: 0.01),
                trait: slope == 1
                    ? .identity
                    : .kinked {
                        slope == 0
                            ? 0...max(0, $0.upperBound) : (slope < 0 ? 0 : -Double.infinity)...Double.infinity
                    },
                keepsOrder: slope >= 0, unchanged: (slope == 1 ? -Double.infinity : 0)...Double.infinity,
                onnx: [ONNXStep("LeakyRelu", [.input], attributes: [("alpha", .decimal(slope))])],
                value: { $0 > 0 ? $0 : slope * $0 }, derivative: { $0 > 0 ? 1 : slope })
        case .relu6:
            Form(
                name: "relu6", module: "ReLU6",
                trait: .kinked(isHomogeneous: false) { clamped($0.lowerBound, 6)...clamped($0.upperBound, 6) },
                lastLayerNote: Self.positiveScores, keepsOrder: true, unchanged: 0...6, cutsZeros: true,
                cutsSixes: true,
                idleNote: { $0.makesReLU6Idle ? "no value is below zero or above 6 any more" : nil },
                onnx: [ONNXStep("Clip", [.input, .constant(0, "zero"), .constant(6, "six")])],
                value: { clamped($0, 6) }, derivative: { $0 > 0 && $0 < 6 ? 1 : 0 })
        case .elu(let alpha):
            Form(
                name: "elu", module: "ELU", setting: Setting(label: "alpha", value: alpha, standard: 1),
                trait: .curved(-alpha...Double.infinity, isSmooth: false), keepsSign: alpha >= 0,
                keepsOrder: alpha >= 0, unchanged: 0...Double.infinity,
                onnx: [ONNXStep("Elu", [.input], attributes: [("alpha", .decimal(alpha))])],
                value: { $0 > 0 ? $0 : alpha * (exponential($0) - 1) },
                derivative: { $0 > 0 ? 1 : alpha * exponential($0) })
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
        case .mish:
            Form(
                name: "mish", module: "Mish", trait: .curved(-0.31...Double.infinity), keepsSign: true,
                // The operator of its own came with opset 18.
                onnx: [
                    ONNXStep("Softplus", [.input], "softplus"), ONNXStep("Tanh", [.step("softplus")], "tanh"),
                    ONNXStep("Mul", [.input, .step("tanh")]),
                ],
                value: { $0 * tangent(smoothRectifier($0)) },
                derivative: {
                    let factor = tangent(smoothRectifier($0))
                    return factor + $0 * (1 - factor * factor) * logistic($0)
                })
        case .hardswish:
            Form(
                name: "hardswish", module: "Hardswish", trait: .curved(-0.375...Double.infinity, isSmooth: false),
                keepsSign: true,
                onnx: [ONNXStep("HardSwish", [.input])], value: { $0 * clamped($0 + 3, 6) / 6 },
                derivative: { $0 <= -3 ? 0 : $0 < 3 ? $0 / 3 + 0.5 : 1 })
        case .sigmoid:
            Form(
                name: "sigmoid", module: "Sigmoid", trait: .curved(0...1), lastLayerNote: Self.positiveScores,
                keepsOrder: true, onnx: [ONNXStep("Sigmoid", [.input])], value: logistic,
                derivative: { logistic($0) * (1 - logistic($0)) })
        case .hardsigmoid:
            Form(
                name: "hardsigmoid", module: "Hardsigmoid",
                trait: .kinked(isHomogeneous: false) {
                    clamped($0.lowerBound + 3, 6) / 6...clamped($0.upperBound + 3, 6) / 6
                },
                lastLayerNote: Self.positiveScores, keepsOrder: true, cutsZeros: true,
                onnx: [
                    ONNXStep(
                        "HardSigmoid", [.input], attributes: [("alpha", .decimal(1.0 / 6)), ("beta", .decimal(0.5))])
                ],
                value: { clamped($0 + 3, 6) / 6 }, derivative: { abs($0) < 3 ? 1.0 / 6 : 0 })
        case .tanh:
            Form(
                name: "tanh", module: "Tanh", trait: .curved(-1...1), keepsSign: true, keepsOrder: true,
                onnx: [ONNXStep("Tanh", [.input])],
                value: tangent, derivative: { 1 - tangent($0) * tangent($0) })
        case .softplus:
            Form(
                name: "softplus", module: "Softplus", trait: .curved(0...Double.infinity),
                lastLayerNote: Self.positiveScores, keepsOrder: true, onnx: [ONNXStep("Softplus", [.input])],
                value: smoothRectifier,
                derivative: logistic)
        case .softmax:
            Form(
                name: "softmax", module: "Softmax", trait: .curved(0...1),
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
        guard let setting = form.setting, !setting.isStandard else { return form.name }
        return "\(form.name) \(shortest(setting.value))"
    }

    static var words: [String] { all.map(\.form.name) }

    var settings: LayerSettings {
        LayerSettings(form.name, form.setting.map { [.init($0.label, .number($0.value))] } ?? [])
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        guard let activation = all.first(where: { $0.form.name == reader.name }) else {
            throw LayerSettingsError(description: "there is no activation `\(reader.name)`")
        }
        switch activation {
        case .leakyReLU: return .activation(.leakyReLU(slope: try reader.number("slope")))
        case .elu: return .activation(.elu(alpha: try reader.number("alpha")))
        case .relu, .relu6, .gelu, .silu, .mish, .hardswish, .sigmoid, .hardsigmoid, .tanh, .softplus, .softmax:
            return .activation(activation)
        }
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer { try place.place(place.input) }

    var family: LayerFamily { .activation }
    var function: FunctionTrait { .pointwise(form.trait) }
    var isOfSingleValues: Bool { self != .softmax }

    func moduleName(flat: Bool) -> String { form.module }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        if self == .softmax { return ["dim=1"] }
        guard let setting = form.setting, !setting.isStandard else { return [] }
        return ["\(setting.moduleLabel ?? setting.label)=\(setting.value)"]
    }

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

@Sendable private func clamped(_ x: Double, _ highest: Double) -> Double { min(max(0, x), highest) }

/// log(1 + e^x)
@Sendable private func smoothRectifier(_ x: Double) -> Double { max(0, x) + logarithm(1 + exponential(-abs(x))) }

/// The normal distribution function, to 1e-7 (Abramowitz and Stegun 26.2.17).
@Sendable private func gaussian(_ x: Double) -> Double {
    let t = 1 / (1 + 0.2316419 * abs(x))
    let series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    let tail = exponential(-x * x / 2) / (2 * Double.pi).squareRoot() * series
    return x >= 0 ? 1 - tail : tail
}

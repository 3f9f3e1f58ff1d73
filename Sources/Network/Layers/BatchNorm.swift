// Batch normalization of each channel.

extension Layer {
    /// `nn.BatchNorm2d`, over flat input `nn.BatchNorm1d`.
    public struct BatchNorm: Hashable, Sendable {
        public var epsilon: Double
        public var momentum: Double
        public var hasScale: Bool
        public var hasBias: Bool
        public var freezing: Freezing

        public init(
            epsilon: Double = 1e-5, momentum: Double = 0.1, hasScale: Bool = true, hasBias: Bool = true,
            freezing: Freezing = Freezing()
        ) {
            self.epsilon = epsilon
            self.momentum = momentum
            (self.hasScale, self.hasBias, self.freezing) = (hasScale, hasBias, freezing)
        }
    }
}

extension Layer.BatchNorm: FreezableKind, CustomStringConvertible {
    public var description: String {
        var parts: [String] = []
        if epsilon != 1e-5 { parts.append("eps: \(epsilon)") }
        if momentum != 0.1 { parts.append("momentum: \(momentum)") }
        if !hasScale { parts.append("scale: false") }
        if !hasBias { parts.append("bias: false") }
        return typed("batchnorm", parts + freezing.written)
    }

    var layer: Layer { .batchNorm(self) }

    static let words = ["batchnorm"]

    var settings: LayerSettings {
        LayerSettings(
            "batchnorm",
            [.init("eps", .number(epsilon)), .init("momentum", .number(momentum))]
                + (hasScale ? [] : [.init("scale", .flag(false))]) + (hasBias ? [] : [.init("bias", .flag(false))])
                + freezing.settings)
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .batchNorm(
            Self(
                epsilon: try reader.number("eps"), momentum: try reader.number("momentum", in: 0...1),
                hasScale: try reader.flag("scale", else: true), hasBias: try reader.flag("bias", else: true),
                freezing: try reader.freezing()))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let (path, input) = (place.path, place.input)
        return try place.place(
            input,
            place.norms(scale: hasScale, bias: hasBias) + [
                ParameterTensor(name: "\(path).running_mean", shape: [input.channels], role: .runningMean),
                ParameterTensor(name: "\(path).running_var", shape: [input.channels], role: .runningVariance),
            ])
    }

    var family: LayerFamily { .norm }
    var function: FunctionTrait { .affine(hasShift: true) }
    var isOfSingleValues: Bool { false }

    func moduleName(flat: Bool) -> String { flat ? "BatchNorm1d" : "BatchNorm2d" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        var arguments = ["\(placed.input.channels)"]
        if epsilon != 1e-5 { arguments.append("eps=\(epsilon)") }
        if momentum != 0.1 { arguments.append("momentum=\(momentum)") }
        if !hasScale, !hasBias { arguments.append("affine=False") }
        return arguments
    }

    func ownClass(_ placed: PlacedLayer) -> PythonClass? {
        guard hasScale != hasBias else { return nil }
        return .norm(moduleName(flat: placed.input.isFlat), without: hasScale ? "bias" : "weight")
    }

    func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
        let statistics = [ParameterTensor.Role.runningMean, .runningVariance].compactMap(placed.index)
        return [
            ONNXStep(
                "BatchNormalization",
                [.input, placed.operand(of: .scale, else: 1, "ones"), placed.operand(of: .shift, else: 0, "zeros")]
                    + statistics.map { .parameter($0) }, attributes: [("epsilon", .decimal(epsilon))])
        ]
    }

    /// The running statistics as one multiplication and one addition.
    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
        let mean = placed.values(of: .runningMean, in: tensors, else: 0)
        let variance = placed.values(of: .runningVariance, in: tensors, else: 1)
        let scales = placed.values(of: .scale, in: tensors, else: 1)
        let shifts = placed.values(of: .shift, in: tensors, else: 0)
        let terms = (0..<placed.input.channels).map { channel in
            let scale = scales[channel] / (variance[channel] + epsilon).squareRoot()
            return (scale: scale, shift: shifts[channel] - mean[channel] * scale)
        }
        return .scaled(by: terms, area: placed.input.height * placed.input.width)
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        LayerTraits(
            onChannels: { _ in .batchNorm(self) }, keepsPlacesApart: true, removesBias: true,
            treatsValuesAsChannels: true)
    }
}

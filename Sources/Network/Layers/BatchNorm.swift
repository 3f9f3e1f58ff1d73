// Batch normalization of each channel.

extension Layer {
    /// `nn.BatchNorm2d`, over flat input `nn.BatchNorm1d`.
    public struct BatchNorm: Hashable, Sendable {
        public var epsilon: Double
        public var momentum: Double

        public init(epsilon: Double = 1e-5, momentum: Double = 0.1) {
            self.epsilon = epsilon
            self.momentum = momentum
        }
    }
}

extension Layer.BatchNorm: LayerKind, CustomStringConvertible {
    public var description: String {
        var parts: [String] = []
        if epsilon != 1e-5 { parts.append("eps: \(epsilon)") }
        if momentum != 0.1 { parts.append("momentum: \(momentum)") }
        return parts.isEmpty ? "batchnorm" : "batchnorm " + parts.joined(separator: ", ")
    }

    static let words = ["batchnorm"]

    var settings: LayerSettings {
        LayerSettings("batchnorm", [.init("eps", .number(epsilon)), .init("momentum", .number(momentum))])
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .batchNorm(Self(epsilon: try reader.number("eps"), momentum: try reader.number("momentum", in: 0...1)))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let tensors: [(name: String, role: ParameterTensor.Role)] = [
            ("weight", .scale), ("bias", .shift), ("running_mean", .runningMean), ("running_var", .runningVariance),
        ]
        let (path, input) = (place.path, place.input)
        return try place.place(
            input,
            tensors.map { ParameterTensor(name: "\(path).\($0.name)", shape: [input.channels], role: $0.role) })
    }

    var family: LayerFamily { .norm }
    var function: FunctionTrait { .affine(hasShift: true) }

    func moduleName(flat: Bool) -> String { flat ? "BatchNorm1d" : "BatchNorm2d" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        var arguments = ["\(placed.input.channels)"]
        if epsilon != 1e-5 { arguments.append("eps=\(epsilon)") }
        if momentum != 0.1 { arguments.append("momentum=\(momentum)") }
        return arguments
    }

    func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
        [.product("BatchNormalization", of: placed, attributes: [("epsilon", .decimal(epsilon))])]
    }

    /// The running statistics as one multiplication and one addition.
    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
        let terms = (0..<placed.input.channels).map { channel in
            let values = tensors.map { Double($0[channel]) }
            let scale = values[0] / (values[3] + epsilon).squareRoot()
            return (scale: scale, shift: values[1] - values[2] * scale)
        }
        return .scaled(by: terms, area: placed.input.height * placed.input.width)
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        LayerTraits(keepsPlacesApart: true, removesBias: true, treatsValuesAsChannels: true)
    }
}

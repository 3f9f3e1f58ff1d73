// Instance normalization: each channel of each image is normalized by itself.

extension Layer {
    /// `nn.InstanceNorm2d(C)`; `affine=True` where it has a scale and a bias.
    public struct InstanceNorm: Hashable, Sendable {
        public var epsilon: Double
        public var hasScale: Bool
        public var hasBias: Bool
        public var freezing: Freezing

        public init(
            epsilon: Double = 1e-5, hasScale: Bool = false, hasBias: Bool = false, freezing: Freezing = Freezing()
        ) {
            (self.epsilon, self.hasScale, self.hasBias, self.freezing) = (epsilon, hasScale, hasBias, freezing)
        }
    }
}

extension Layer.InstanceNorm: FreezableKind, CustomStringConvertible {
    public var description: String {
        var parts: [String] = []
        if epsilon != 1e-5 { parts.append("eps: \(epsilon)") }
        if hasScale { parts.append("scale: true") }
        if hasBias { parts.append("bias: true") }
        return typed("instancenorm", parts + freezing.written)
    }

    var layer: Layer { .instanceNorm(self) }

    static let words = ["instancenorm"]

    var settings: LayerSettings {
        LayerSettings(
            "instancenorm",
            [.init("eps", .number(epsilon)), .init("scale", .flag(hasScale)), .init("bias", .flag(hasBias))]
                + freezing.settings)
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .instanceNorm(
            Self(
                epsilon: try reader.number("eps", in: 0...1), hasScale: try reader.flag("scale"),
                hasBias: try reader.flag("bias"), freezing: try reader.freezing()))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        guard !place.input.isFlat else { throw place.fault(.needsMap) }
        return try place.place(place.input, place.norms(scale: hasScale, bias: hasBias))
    }

    var family: LayerFamily { .norm }
    /// It bends, as the deviation depends on the values.
    var function: FunctionTrait { .pointwise(.curved(-Double.infinity...Double.infinity)) }
    var isOfSingleValues: Bool { false }

    func moduleName(flat: Bool) -> String { "InstanceNorm2d" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        ["\(placed.input.channels)"] + (epsilon == 1e-5 ? [] : ["eps=\(epsilon)"])
            + (hasScale || hasBias ? ["affine=True"] : [])
    }

    func ownClass(_ placed: PlacedLayer) -> PythonClass? {
        guard hasScale != hasBias else { return nil }
        return .norm("InstanceNorm2d", without: hasScale ? "bias" : "weight")
    }

    func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
        [
            ONNXStep(
                "InstanceNormalization",
                [.input, placed.operand(of: .scale, else: 1, "ones"), placed.operand(of: .shift, else: 0, "zeros")],
                attributes: [("epsilon", .decimal(epsilon))])
        ]
    }

    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
        let area = placed.input.height * placed.input.width
        return .normalizing(
            (0..<placed.input.channels).map { Array($0 * area..<($0 + 1) * area) }, epsilon: epsilon,
            scale: placed.values(of: .scale, in: tensors, else: 1),
            shift: placed.values(of: .shift, in: tensors, else: 0), area: area)
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        let layer = Layer.instanceNorm(self)
        var traits = LayerTraits(
            keepsChannelsApart: !hasScale && !hasBias,

            normalizesSingleValues: placed.input.extent == Extent(1)
                ? ("each of its maps is a single value", "put it before the pool, or use `layernorm`") : nil,
            removesBias: true)
        if hasScale || hasBias { traits.onChannels = { _ in layer } }
        return traits
    }
}

// A factor: a constant, or one that is learned for each channel.

extension Layer {
    /// `x * factor`; learned, it is the LayerScale of Touvron et al. 2021 ("Going deeper with image transformers",
    /// section 2.1), which begins with the factor in every channel.
    public struct Scale: Hashable, Sendable {
        public var factor: Double
        public var isLearned: Bool
        public var freezing: Freezing

        public init(factor: Double, isLearned: Bool = false, freezing: Freezing = Freezing()) {
            self.factor = factor
            self.isLearned = isLearned
            self.freezing = freezing
        }

        /// Whether it gives its input, bit for bit.
        public var isIdle: Bool { factor == 1 && !isLearned }
    }
}

extension Layer.Scale: FreezableKind, CustomStringConvertible {
    public var description: String {
        typed("scale \(shortest(factor))", (isLearned ? ["learned: true"] : []) + freezing.written)
    }

    var layer: Layer { .scale(self) }

    static let words = ["scale"]

    var settings: LayerSettings {
        LayerSettings(
            "scale", [.init("factor", .number(factor)), .init("learned", .flag(isLearned))] + freezing.settings)
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .scale(
            Self(
                factor: try reader.number("factor"), isLearned: try reader.flag("learned"),
                freezing: try reader.freezing()))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let (path, input) = (place.path, place.input)
        guard isLearned else { return try place.place(input) }
        return try place.place(
            input,
            [ParameterTensor(name: "\(path).weight", shape: [input.channels], role: .scale, initial: .constant(factor))]
        )
    }

    var family: LayerFamily { .norm }
    var function: FunctionTrait { isIdle ? .identity : .affine(hasShift: false) }
    var isOfSingleValues: Bool { !isLearned }

    func moduleName(flat: Bool) -> String { isLearned ? "LayerScale" : "Scale" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        (isLearned ? ["\(placed.input.channels)"] : []) + ["\(factor)"]
    }

    func ownClass(_ placed: PlacedLayer) -> PythonClass? {
        guard isLearned else {
            return PythonClass(
                name: "Scale",
                text: """
                    class Scale(nn.Module):
                        \"\"\"Multiplies by a constant.\"\"\"

                        def __init__(self, factor):
                            super().__init__()
                            self.factor = factor

                        def forward(self, x):
                            return x * self.factor

                    """)
        }
        return PythonClass(
            name: "LayerScale",
            text: """
                class LayerScale(nn.Module):
                    \"\"\"Multiplies each channel by a learned factor.\"\"\"

                    def __init__(self, channels, factor):
                        super().__init__()
                        self.weight = nn.Parameter(torch.full((channels,), factor))

                    def forward(self, x):
                        return x * self.weight.view(-1, *[1] * (x.dim() - 2))

                """)
    }

    func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
        guard isLearned else {
            return [ONNXStep("Mul", [.input, .table("factor", shape: [], values: [Float(factor)])])]
        }
        let weight = ONNXStep.channels(0, of: placed, "factor")
        return weight.steps + [ONNXStep("Mul", [.input, weight.operand])]
    }

    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
        let factors = tensors.first?.map(Double.init) ?? [Double](repeating: factor, count: placed.input.channels)
        return .scaled(by: factors.map { ($0, 0) }, area: placed.input.height * placed.input.width)
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        let layer = Layer.scale(self)
        var traits = LayerTraits(
            idleNote: isIdle ? ("does nothing: its factor is 1", "leave it out, or give it another factor") : nil,
            passesValues: true, keepsChannelsApart: !isLearned,

            keepsPlacesApart: true,
            treatsValuesAsChannels: isLearned)
        if isLearned { traits.onChannels = { _ in layer } }
        return traits
    }
}

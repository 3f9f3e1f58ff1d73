// Layer normalization: the channels at each place are normalized together.

extension Layer {
    /// `nn.LayerNorm(C)` over the channels at each place of a map, as in ConvNeXt, or over a flat vector.
    public struct LayerNorm: Hashable, Sendable {
        public var epsilon: Double
        public var freezing: Freezing

        public init(epsilon: Double = 1e-5, freezing: Freezing = Freezing()) {
            (self.epsilon, self.freezing) = (epsilon, freezing)
        }
    }
}

extension Layer.LayerNorm: FreezableKind, CustomStringConvertible {
    public var description: String {
        typed("layernorm", (epsilon == 1e-5 ? [] : ["eps: \(epsilon)"]) + freezing.written)
    }

    var layer: Layer { .layerNorm(self) }

    static let words = ["layernorm"]

    var settings: LayerSettings {
        LayerSettings("layernorm", [.init("eps", .number(epsilon))] + freezing.settings)
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .layerNorm(Self(epsilon: try reader.number("eps", in: 0...1), freezing: try reader.freezing()))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        try place.place(place.input, place.norms(scale: true, bias: true))
    }

    var family: LayerFamily { .norm }
    /// It bends, as the deviation depends on the values.
    var function: FunctionTrait { .pointwise(.curved(-Double.infinity...Double.infinity)) }
    var isOfSingleValues: Bool { false }

    func moduleName(flat: Bool) -> String { "LayerNorm" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        ["\(placed.input.channels)"] + (epsilon == 1e-5 ? [] : ["eps=\(epsilon)"])
    }

    /// `nn.LayerNorm` goes over the last sizes, and the channels are the first.
    func ownClass(_ placed: PlacedLayer) -> PythonClass? {
        guard !placed.input.isFlat else { return nil }
        return PythonClass(
            name: "LayerNorm2d",
            text: """
                class LayerNorm2d(nn.LayerNorm):
                    \"\"\"A layer norm over the channels at each place of a map.\"\"\"

                    def forward(self, x):
                        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)

                """)
    }

    func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
        func norm(_ input: ONNXStep.Operand, _ name: String?, axis: Int) -> ONNXStep {
            .product(
                "LayerNormalization", of: placed, over: input, name,
                attributes: [("axis", .integer(axis)), ("epsilon", .decimal(epsilon))])
        }
        guard !placed.input.isFlat else { return [norm(.input, nil, axis: 1)] }
        return [
            ONNXStep("Transpose", [.input], "last", attributes: [("perm", .integers([0, 2, 3, 1]))]),
            norm(.step("last"), "normalized", axis: 3),
            ONNXStep("Transpose", [.step("normalized")], attributes: [("perm", .integers([0, 3, 1, 2]))]),
        ]
    }

    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
        let area = placed.input.height * placed.input.width
        return .normalizing(
            (0..<area).map { Array(stride(from: $0, to: placed.input.count, by: area)) }, epsilon: epsilon,
            scale: tensors[0].map(Double.init), shift: tensors[1].map(Double.init), area: area)
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        LayerTraits(
            keepsPlacesApart: true,
            normalizesSingleValues: placed.input.channels == 1
                ? ("there is a single channel", "leave it out, or use `batchnorm`") : nil,
            treatsValuesAsChannels: true)
    }
}

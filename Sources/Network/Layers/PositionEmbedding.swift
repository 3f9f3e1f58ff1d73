// A learned map that is added, by which the places of a map can be told apart.

extension Layer {
    /// `x + weight`, with a value for each channel of each place (Dosovitskiy et al. 2021, "An image is worth 16x16
    /// words", section 3.1). It begins normal with deviation 0.02, as timm's `pos_embed`.
    public struct PositionEmbedding: Hashable, Sendable {
        public var freezing: Freezing

        public init(freezing: Freezing = Freezing()) { self.freezing = freezing }
    }
}

extension Layer.PositionEmbedding: FreezableKind, CustomStringConvertible {
    public var description: String { typed("positionembedding", freezing.written) }

    var layer: Layer { .positionEmbedding(self) }

    static let words = ["positionembedding"]

    var settings: LayerSettings { LayerSettings("positionembedding", freezing.settings) }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .positionEmbedding(Self(freezing: try reader.freezing()))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let (input, path) = (place.input, place.path)
        guard !input.isFlat else { throw place.fault(.needsMap) }
        return try place.place(
            input,
            [ParameterTensor(name: "\(path).weight", shape: input.sizes, role: .position)])
    }

    var family: LayerFamily { .norm }
    var function: FunctionTrait { .affine(hasShift: true) }
    var isOfSingleValues: Bool { false }

    func moduleName(flat: Bool) -> String { "PositionEmbedding" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] { placed.input.sizes.map { "\($0)" } }

    func ownClass(_ placed: PlacedLayer) -> PythonClass? {
        PythonClass(
            name: "PositionEmbedding",
            text: """
                class PositionEmbedding(nn.Module):
                    \"\"\"Adds a learned map.\"\"\"

                    def __init__(self, *shape):
                        super().__init__()
                        self.weight = nn.Parameter(torch.randn(shape) * 0.02)

                    def forward(self, x):
                        return x + self.weight

                """)
    }

    func onnx(_ placed: PlacedLayer) -> [ONNXStep] { [ONNXStep("Add", [.input, .parameter(0)])] }

    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
        let map = tensors[0].map(Double.init)
        return PlainPass(
            forward: { input in zip(input, map).map { $0 + $1 } }, backward: { _, _, gradient in gradient })
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        LayerTraits(onChannels: { _ in .positionEmbedding(self) }, keepsPlacesApart: true)
    }
}

// Stochastic depth (Huang et al. 2016): in training, what the body of a residual makes of an image is left out at
// random.

extension Layer {
    /// timm's `DropPath(rate)`. It stands at the head of the body that it drops, and acts on what comes out of it.
    struct DropPath: LayerKind {
        let rate: Double

        let family = LayerFamily.dropout
        var isRandom: Bool { rate > 0 }
        let function = FunctionTrait.identity
        var isOfSingleValues: Bool { false }

        var description: String { "droppath \(shortest(rate))" }

        static let words = ["droppath"]

        var settings: LayerSettings { LayerSettings("droppath", [.init("rate", .number(rate))]) }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .dropPath(rate: try reader.number("rate", in: 0...1))
        }

        func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
            guard place.isHeadOfBody else { throw place.fault(.notAtHead) }
            return try place.place(place.input)
        }

        func moduleName(flat: Bool) -> String { "DropPath" }

        func moduleArguments(_ placed: PlacedLayer) -> [String] { ["\(rate)"] }

        func ownClass(_ placed: PlacedLayer) -> PythonClass? {
            PythonClass(
                name: "DropPath",
                text: """
                    class DropPath(nn.Module):
                        \"\"\"In training zeroes all values of an image with probability `rate`, and divides the rest by 1 - rate.\"\"\"

                        def __init__(self, rate):
                            super().__init__()
                            self.rate = rate

                        def forward(self, x):
                            if not self.training or self.rate == 0:
                                return x
                            kept = torch.rand(len(x), *[1] * (x.dim() - 1), device=x.device) >= self.rate
                            return x * kept / (1 - self.rate)

                    """)
        }

        func onnx(_ placed: PlacedLayer) -> [ONNXStep] { [] }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? { .identity }

        func traits(_ placed: PlacedLayer) -> LayerTraits {
            LayerTraits(
                idleNote: rate == 0 ? ("does nothing: it drops no image", "leave it out, or give it a rate") : nil,
                isView: true, passesValues: true, keepsPlacesApart: true)
        }
    }
}

extension [PlacedLayer] {
    /// The layers of a branch in the order in which they act: a droppath drops what comes out at the end.
    public var inOrderOfAction: [PlacedLayer] {
        guard count > 1, case .dropPath? = first?.layer, let first, let last else { return self }
        return dropFirst() + [PlacedLayer(layer: first.layer, input: last.output, output: last.output)]
    }
}

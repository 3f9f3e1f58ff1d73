// Zeroes values at random in training.

extension Layer {
    struct Dropout: LayerKind {
        let rate: Double

        let family = LayerFamily.dropout
        var isRandom: Bool { rate > 0 }
        let function = FunctionTrait.identity
        var isOfSingleValues: Bool { false }

        var description: String { "dropout \(shortest(rate))" }

        static let words = ["dropout"]

        var settings: LayerSettings { LayerSettings("dropout", [.init("rate", .number(rate))]) }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .dropout(rate: try reader.number("rate", in: 0...1))
        }

        func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer { try place.place(place.input) }

        func moduleName(flat: Bool) -> String { "Dropout" }

        func moduleArguments(_ placed: PlacedLayer) -> [String] { ["p=\(rate)"] }

        func onnx(_ placed: PlacedLayer) -> [ONNXStep] { [] }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? { .identity }

        func traits(_ placed: PlacedLayer) -> LayerTraits {
            LayerTraits(
                idleNote: rate == 0 ? ("does nothing: it drops no value", "leave it out, or give it a rate") : nil,
                isView: true, passesValues: true, keepsPlacesApart: true)
        }
    }
}

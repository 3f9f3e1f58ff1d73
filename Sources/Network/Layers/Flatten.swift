// A map as a flat vector, in the order of channels, rows and columns.

extension Layer {
    struct Flatten: LayerKind {
        let description = "flatten"
        /// It is a view.
        let isNumbered = false
        let family = LayerFamily.reshaping
        let function = FunctionTrait.identity
        var isOfSingleValues: Bool { false }

        static let words = ["flatten"]
        let settings = LayerSettings("flatten")

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer { .flatten }

        func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
            try place.place(Shape(features: place.input.count))
        }

        func moduleName(flat: Bool) -> String { "Flatten" }

        func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
            [ONNXStep("Flatten", [.input], attributes: [("axis", .integer(1))])]
        }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? { .identity }

        func traits(_ placed: PlacedLayer) -> LayerTraits {
            LayerTraits(
                idleNote: placed.input.isFlat ? ("does nothing: its input already is flat", "leave it out") : nil,
                isView: true, passesValues: true, keepsChannelsApart: true)
        }
    }
}

// Means over as many windows as the output has places.

extension Layer {
    struct AdaptiveAveragePool: LayerKind {
        let output: Extent

        let function = FunctionTrait.mean

        var description: String { output == Extent(1) ? "globalavgpool" : "adaptiveavgpool \(output)" }

        static let words = ["adaptiveavgpool"]

        var settings: LayerSettings { LayerSettings("adaptiveavgpool", [.init("output", .extent(output))]) }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .adaptiveAveragePool(output: try reader.extent("output", from: 1))
        }

        func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
            guard !place.input.isFlat else { throw place.fault(.needsMap) }
            return try place.place(
                Shape(channels: place.input.channels, height: output.height, width: output.width))
        }

        func moduleName(flat: Bool) -> String { "AdaptiveAvgPool2d" }

        func moduleArguments(_ placed: PlacedLayer) -> [String] { [output.python] }

        func traits(_ placed: PlacedLayer) -> LayerTraits {
            LayerTraits(
                idleNote: output == placed.input.extent
                    ? ("does nothing here: its input already is \(placed.input)", "leave it out") : nil,
                keepsChannelsApart: true)
        }
    }
}

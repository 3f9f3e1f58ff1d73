// A fully connected layer over a flat vector, or a map of 1x1.

extension Layer {
    /// `nn.Linear(in, width, bias)`
    public struct Linear: Hashable, Sendable {
        public var width: Int
        public var hasBias: Bool

        public init(width: Int, hasBias: Bool = true) {
            self.width = width
            self.hasBias = hasBias
        }
    }
}

extension Layer.Linear: LayerKind, CustomStringConvertible {
    public var description: String { hasBias ? "linear \(width)" : "linear \(width), bias: false" }

    static let words = ["linear"]

    var settings: LayerSettings {
        LayerSettings("linear", [.init("width", .integer(width)), .init("bias", .flag(hasBias))])
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .linear(Self(width: try reader.integer("width", from: 1), hasBias: try reader.flag("bias")))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let input = place.input
        guard input.isFlat || input.extent == Extent(1) else { throw place.fault(.needsFlat) }
        return try place.place(
            Shape(features: width), place.tensors(weight: [width, input.count], bias: hasBias))
    }

    func operations(_ placed: PlacedLayer) -> Int { placed.parameters[0].count }

    var function: FunctionTrait { .affine(hasShift: hasBias) }

    func moduleName(flat: Bool) -> String { "Linear" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        ["\(placed.input.count)", "\(width)"] + (hasBias ? [] : ["bias=False"])
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        LayerTraits(isProduct: true, hasBias: hasBias)
    }
}

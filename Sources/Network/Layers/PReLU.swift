// A rectifier whose slope below zero is learned.

extension Layer {
    /// `nn.PReLU()`, or `nn.PReLU(C)` with a slope for each channel. Slopes begin at 0.25.
    public struct PReLU: Hashable, Sendable {
        public var isPerChannel: Bool
        public var freezing: Freezing

        public init(isPerChannel: Bool = false, freezing: Freezing = Freezing()) {
            (self.isPerChannel, self.freezing) = (isPerChannel, freezing)
        }
    }
}

extension Layer.PReLU: FreezableKind, CustomStringConvertible {
    public var description: String {
        typed("prelu", (isPerChannel ? ["perchannel: true"] : []) + freezing.written)
    }

    var layer: Layer { .prelu(self) }

    static let words = ["prelu"]

    var settings: LayerSettings {
        LayerSettings("prelu", [.init("perchannel", .flag(isPerChannel))] + freezing.settings)
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .prelu(Self(isPerChannel: try reader.flag("perchannel"), freezing: try reader.freezing()))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let slopes = ParameterTensor(
            name: "\(place.path).weight", shape: [isPerChannel ? place.input.channels : 1], role: .slope)
        return try place.place(place.input, [slopes])
    }

    var family: LayerFamily { .activation }
    /// A slope may have any value.
    var function: FunctionTrait {
        .pointwise(.kinked { $0.lowerBound >= 0 ? $0 : -Double.infinity...Double.infinity })
    }
    var isOfSingleValues: Bool { false }

    func moduleName(flat: Bool) -> String { "PReLU" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] { isPerChannel ? ["\(placed.input.channels)"] : [] }

    func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
        let slope = ONNXStep.channels(0, of: placed, isPerChannel ? "slope" : nil)
        return slope.steps + [ONNXStep("PRelu", [.input, slope.operand])]
    }

    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
        let area = isPerChannel ? placed.input.height * placed.input.width : placed.input.count
        let slopes = tensors[0].map(Double.init)
        return PlainPass(
            forward: { input in input.enumerated().map { $1 > 0 ? $1 : $1 * slopes[$0 / area] } },
            backward: { input, _, gradient in
                gradient.enumerated().map { input[$0] > 0 ? $1 : $1 * slopes[$0 / area] }
            })
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        let layer = Layer.prelu(self)
        var traits = LayerTraits(
            passesValues: !isPerChannel,
            keepsPlacesApart: true,
            treatsValuesAsChannels: true)
        if isPerChannel { traits.onChannels = { _ in layer } }
        return traits
    }
}

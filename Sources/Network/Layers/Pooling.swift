// The largest value, or the mean, of windows that slide over a map.

extension Layer {
    /// `nn.MaxPool2d` or `nn.AvgPool2d(size, stride, padding)`, rounding down; an average counts its padding.
    public struct Pooling: Hashable, Sendable {
        public var size: Extent
        public var stride: Extent
        public var padding: Extent

        public init(size: Extent, stride: Extent? = nil, padding: Extent = Extent(0)) {
            self.size = size
            self.stride = stride ?? size
            self.padding = padding
        }
    }

    struct MaxPool: PoolKind {
        let windows: Pooling
        static let word = "maxpool"
        let function = FunctionTrait.maximum
        func moduleName(flat: Bool) -> String { "MaxPool2d" }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .maxPool(try Pooling(&reader))
        }
    }

    struct AveragePool: PoolKind {
        let windows: Pooling
        static let word = "avgpool"
        let function = FunctionTrait.mean
        func moduleName(flat: Bool) -> String { "AvgPool2d" }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .averagePool(try Pooling(&reader))
        }
    }

    /// The windows of a maximum or average.
    public var pooling: Pooling? { (kind as? any PoolKind)?.windows }
}

extension Layer.Pooling {
    fileprivate init(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) {
        self.init(
            size: try reader.extent("size", from: 1), stride: try reader.extent("stride", from: 1),
            padding: try reader.extent("padding", from: 0))
    }
}

/// What both have in common.
protocol PoolKind: LayerKind {
    var windows: Layer.Pooling { get }
    static var word: String { get }
}

extension PoolKind {
    static var words: [String] { [word] }

    var settings: LayerSettings {
        LayerSettings(
            Self.word,
            [
                .init("size", .extent(windows.size)), .init("stride", .extent(windows.stride)),
                .init("padding", .extent(windows.padding)),
            ])
    }

    var description: String {
        var parts = [windows.size.description]
        if windows.stride != windows.size { parts.append("stride: \(windows.stride)") }
        if windows.padding != Extent(0) { parts.append("padding: \(windows.padding)") }
        return "\(Self.word) " + parts.joined(separator: ", ")
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let (input, size, padding) = (place.input, windows.size, windows.padding)
        guard !input.isFlat else { throw place.fault(.needsMap) }
        guard 2 * padding.height <= size.height, 2 * padding.width <= size.width else {
            throw place.fault(.paddingTooLarge(size: size))
        }
        guard let map = input.extent.slid(by: size, stride: windows.stride, padding: padding) else {
            throw place.fault(.kernelTooLarge(kernel: size, map: input.extent))
        }
        return try place.place(Shape(channels: input.channels, height: map.height, width: map.width))
    }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        ["kernel_size=\(windows.size.python)"] + windows.stride.pythonOption("stride", unless: windows.size)
            + windows.padding.pythonOption("padding", unless: Extent(0))
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        var traits = LayerTraits(
            keepsChannelsApart: true,
            windows: SlidingWindows(size: windows.size, stride: windows.stride, padding: windows.padding))
        if windows.size == Extent(1), windows.stride == Extent(1) {
            traits.idleNote = ("does nothing: its windows are single values", "leave it out, or give it a size")
        }
        return traits
    }
}

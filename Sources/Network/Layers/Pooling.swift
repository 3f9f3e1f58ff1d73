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
        let operatorName = "MaxPool"
        let operatorSettings: [(name: String, value: ONNXStep.Attribute)] = []
        func moduleName(flat: Bool) -> String { "MaxPool2d" }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .maxPool(try Pooling(&reader))
        }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
            let windows = windows.places(placed)
            return PlainPass(
                forward: { input in windows.map { window in window.map { input[$0] }.max() ?? 0 } },
                backward: { input, _, gradient in
                    var result = [Double](repeating: 0, count: input.count)
                    for (window, share) in zip(windows, gradient) where share != 0 {
                        // Of equals the first.
                        guard let best = window.max(by: { (input[$0], $1) < (input[$1], $0) }) else { continue }
                        result[best] += share
                    }
                    return result
                })
        }
    }

    struct AveragePool: PoolKind {
        let windows: Pooling
        static let word = "avgpool"
        let function = FunctionTrait.mean
        let operatorName = "AveragePool"
        let operatorSettings: [(name: String, value: ONNXStep.Attribute)] = [("count_include_pad", .integer(1))]
        func moduleName(flat: Bool) -> String { "AvgPool2d" }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .averagePool(try Pooling(&reader))
        }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
            // It counts its padding.
            let divisor = windows.size.height * windows.size.width
            return .means(of: windows.places(placed), divisors: { _ in divisor })
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

extension Layer.Pooling {
    /// As settings of a node of ONNX.
    var attributes: [(name: String, value: ONNXStep.Attribute)] {
        [
            ("kernel_shape", .integers(size.sizes)), ("strides", .integers(stride.sizes)),
            ("pads", .integers(padding.sizes + padding.sizes)),
        ]
    }

    /// For each output, the places of the input in its window; its padding has none.
    fileprivate func places(_ placed: PlacedLayer) -> [[Int]] {
        func span(_ index: Int, _ size: Int, _ kernel: Int, _ stride: Int, _ padding: Int) -> Range<Int> {
            let start = index * stride - padding
            return max(0, start)..<max(max(0, start), min(size, start + kernel))
        }
        return windowPlaces(
            placed, rows: { span($0, placed.input.height, size.height, stride.height, padding.height) },
            columns: { span($0, placed.input.width, size.width, stride.width, padding.width) })
    }
}

/// For each output, the places of the input in its window.
///
/// - Parameters:
///   - rows: that a row of the output reads.
///   - columns: that a column of the output reads.
func windowPlaces(
    _ placed: PlacedLayer, rows: (Int) -> Range<Int>, columns: (Int) -> Range<Int>
) -> [[Int]] {
    let (input, output) = (placed.input, placed.output)
    var windows: [[Int]] = []
    windows.reserveCapacity(output.count)
    for channel in 0..<input.channels {
        for y in 0..<output.height {
            for x in 0..<output.width {
                windows.append(
                    rows(y).flatMap { row in columns(x).map { (channel * input.height + row) * input.width + $0 } })
            }
        }
    }
    return windows
}

extension PlainPass {
    /// The mean of each window.
    ///
    /// - Parameter divisors: what the sum over a window is divided by.
    static func means(of windows: [[Int]], divisors: @escaping @Sendable (_ window: [Int]) -> Int) -> PlainPass {
        PlainPass(
            forward: { input in
                windows.map { window in window.reduce(0) { $0 + input[$1] } / Double(max(1, divisors(window))) }
            },
            backward: { input, _, gradient in
                var result = [Double](repeating: 0, count: input.count)
                for (window, share) in zip(windows, gradient) where share != 0 {
                    for place in window { result[place] += share / Double(max(1, divisors(window))) }
                }
                return result
            })
    }
}

/// What both have in common.
protocol PoolKind: LayerKind {
    var windows: Layer.Pooling { get }
    static var word: String { get }
    /// Of ONNX, and what it needs beside the windows.
    var operatorName: String { get }
    var operatorSettings: [(name: String, value: ONNXStep.Attribute)] { get }
}

extension PoolKind {
    static var words: [String] { [word] }
    var family: LayerFamily { .pool }

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

    func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
        [ONNXStep(operatorName, [.input], attributes: windows.attributes + operatorSettings)]
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

// The largest value, or the mean, of windows that slide over a map.

extension Layer {
    /// `nn.MaxPool2d` or `nn.AvgPool2d(size, stride, padding)`; an average counts its padding.
    public struct Pooling: Hashable, Sendable {
        public var size: Extent
        public var stride: Extent
        public var padding: Extent
        /// `ceil_mode`: whether a last window that reaches beyond the padded map counts, where it begins on the map or
        /// in the padding before it.
        public var roundsUp: Bool

        public init(size: Extent, stride: Extent? = nil, padding: Extent = Extent(0), roundsUp: Bool = false) {
            self.size = size
            self.stride = stride ?? size
            self.padding = padding
            self.roundsUp = roundsUp
        }
    }

    struct MaxPool: PoolKind {
        let windows: Pooling
        static let word = "maxpool"
        let function = FunctionTrait.maximum
        var isOfSingleValues: Bool { false }
        func moduleName(flat: Bool) -> String { "MaxPool2d" }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .maxPool(try Pooling(&reader))
        }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
            .maxima(of: windows.places(placed))
        }

        func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
            [ONNXStep("MaxPool", [.input], attributes: windows.attributes(behind: windows.behind(placed)))]
        }
    }

    struct AveragePool: PoolKind {
        let windows: Pooling
        static let word = "avgpool"
        let function = FunctionTrait.mean
        var isOfSingleValues: Bool { false }
        func moduleName(flat: Bool) -> String { "AvgPool2d" }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .averagePool(try Pooling(&reader))
        }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
            .means(of: Array(zip(windows.places(placed), windows.divisors(placed))))
        }

        /// Padding counts, but not what a last window reads beyond it: where there is both, a node of its own pads.
        func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
            let counts = [(name: "count_include_pad", value: ONNXStep.Attribute.integer(1))]
            guard windows.roundsUp else {
                return [ONNXStep("AveragePool", [.input], attributes: windows.attributes + counts)]
            }
            let (behind, padding) = (windows.behind(placed), windows.padding)
            let beyond = Extent(max(0, behind.height - padding.height), max(0, behind.width - padding.width))
            var plain = windows
            plain.padding = Extent(0)
            let isPadded = padding != Extent(0)
            let sides = [0, 0, padding.height, padding.width]
            let pad = ONNXStep("Pad", [.input, .sizes("padding", sides + sides)], "padded")
            return (isPadded ? [pad] : []) + [
                ONNXStep(
                    "AveragePool", [isPadded ? .step("padded") : .input], attributes: plain.attributes(behind: beyond))
            ]
        }
    }

    /// The windows of a maximum or average.
    public var pooling: Pooling? { (kind as? any PoolKind)?.windows }
}

extension Layer.Pooling {
    fileprivate init(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) {
        self.init(
            size: try reader.extent("size", from: 1), stride: try reader.extent("stride", from: 1),
            padding: try reader.extent("padding", from: 0), roundsUp: try reader.flag("ceil", else: false))
    }
}

extension Layer.Pooling {
    /// As settings of a node of ONNX.
    var attributes: [(name: String, value: ONNXStep.Attribute)] { attributes(behind: padding) }

    /// - Parameter behind: zeros after the last row and column.
    fileprivate func attributes(behind: Extent) -> [(name: String, value: ONNXStep.Attribute)] {
        [
            ("kernel_shape", .integers(size.sizes)), ("strides", .integers(stride.sizes)),
            ("pads", .integers(padding.sizes + behind.sizes)),
        ]
    }

    /// Rows and columns behind the map that make ONNX's windows, which it rounds down, as many as these.
    fileprivate func behind(_ placed: PlacedLayer) -> Extent {
        guard roundsUp else { return padding }
        func behind(_ input: Int, _ output: Int, _ size: Int, _ stride: Int, _ padding: Int) -> Int {
            max(0, (output - 1) * stride + size - padding - input)
        }
        return Extent(
            behind(placed.input.height, placed.output.height, size.height, stride.height, padding.height),
            behind(placed.input.width, placed.output.width, size.width, stride.width, padding.width))
    }

    /// The rows or columns in a window that count for a mean: those of the map and of its padding.
    public static func counted(_ index: Int, input: Int, size: Int, stride: Int, padding: Int) -> Range<Int> {
        let start = index * stride - padding
        return start..<max(start, min(input + padding, start + size))
    }

    /// The same for each output in order.
    fileprivate func divisors(_ placed: PlacedLayer) -> [Int] {
        let (input, output) = (placed.input, placed.output)
        let heights = (0..<output.height).map {
            Self.counted($0, input: input.height, size: size.height, stride: stride.height, padding: padding.height)
                .count
        }
        let widths = (0..<output.width).map {
            Self.counted($0, input: input.width, size: size.width, stride: stride.width, padding: padding.width).count
        }
        return (0..<output.channels).flatMap { _ in heights.flatMap { height in widths.map { height * $0 } } }
    }

    /// For each output, the places of the input in its window; its padding has none.
    fileprivate func places(_ placed: PlacedLayer) -> [[Int]] {
        func span(_ index: Int, _ input: Int, _ size: Int, _ stride: Int, _ padding: Int) -> Range<Int> {
            Self.counted(index, input: input, size: size, stride: stride, padding: padding).clamped(to: 0..<input)
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
    /// The mean of each window, whose sum is divided by its divisor.
    static func means(of windows: [(places: [Int], divisor: Int)]) -> PlainPass {
        PlainPass(
            forward: { input in
                windows.map { window in window.places.reduce(0) { $0 + input[$1] } / Double(max(1, window.divisor)) }
            },
            backward: { input, _, gradient in
                var result = [Double](repeating: 0, count: input.count)
                for (window, share) in zip(windows, gradient) where share != 0 {
                    for place in window.places { result[place] += share / Double(max(1, window.divisor)) }
                }
                return result
            })
    }

    /// The largest value of each window.
    static func maxima(of windows: [[Int]]) -> PlainPass {
        PlainPass(
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

/// What both have in common.
protocol PoolKind: LayerKind {
    var windows: Layer.Pooling { get }
    static var word: String { get }
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
            ] + (windows.roundsUp ? [.init("ceil", .flag(true))] : []))
    }

    var description: String {
        var parts = [windows.size.description]
        if windows.stride != windows.size { parts.append("stride: \(windows.stride)") }
        if windows.padding != Extent(0) { parts.append("padding: \(windows.padding)") }
        if windows.roundsUp { parts.append("ceil: true") }
        return "\(Self.word) " + parts.joined(separator: ", ")
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let (input, size, padding) = (place.input, windows.size, windows.padding)
        guard !input.isFlat else { throw place.fault(.needsMap) }
        guard 2 * padding.height <= size.height, 2 * padding.width <= size.width else {
            throw place.fault(.paddingTooLarge(size: size))
        }
        guard
            let map = input.extent.slid(
                by: size, stride: windows.stride, padding: padding, roundsUp: windows.roundsUp)
        else {
            throw place.fault(.kernelTooLarge(kernel: size, map: input.extent))
        }
        return try place.place(Shape(channels: input.channels, height: map.height, width: map.width))
    }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        ["kernel_size=\(windows.size.python)"] + windows.stride.pythonOption("stride", unless: windows.size)
            + windows.padding.pythonOption("padding", unless: Extent(0))
            + (windows.roundsUp ? ["ceil_mode=True"] : [])
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

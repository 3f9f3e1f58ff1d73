// The largest value, or the mean, of as many windows as the output has places.

extension Layer {
    struct AdaptiveMaxPool: AdaptivePoolKind {
        let output: Extent
        static let word = "adaptivemaxpool"
        static let globalWord = "globalmaxpool"
        let function = FunctionTrait.maximum
        var isOfSingleValues: Bool { false }
        func moduleName(flat: Bool) -> String { "AdaptiveMaxPool2d" }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .adaptiveMaxPool(output: try reader.extent("output", from: 1))
        }

        /// One pool where the windows are all alike. Else the rows, and then the columns, of each window one after the
        /// other, where a window that is shorter than the longest has its last ones again, which changes no maximum.
        func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
            if output == Extent(1) { return [ONNXStep("GlobalMaxPool", [.input])] }
            if let windows = tiles(of: placed) {
                return [ONNXStep("MaxPool", [.input], attributes: windows.attributes)]
            }
            let rows = Self.gathered(from: placed.input.height, to: output.height)
            let columns = Self.gathered(from: placed.input.width, to: output.width)
            func pool(_ input: String, _ size: Extent, _ name: String? = nil) -> ONNXStep {
                ONNXStep("MaxPool", [.step(input)], name, attributes: Pooling(size: size).attributes)
            }
            return [
                ONNXStep("Gather", [.input, .sizes("rows", rows.places)], "tall", attributes: [("axis", .integer(2))]),
                pool("tall", Extent(rows.size, 1), "lowered"),
                ONNXStep(
                    "Gather", [.step("lowered"), .sizes("columns", columns.places)], "wide",
                    attributes: [("axis", .integer(3))]),
                pool("wide", Extent(1, columns.size)),
            ]
        }

        /// The places of each window, as many as the longest has.
        private static func gathered(from: Int, to: Int) -> (places: [Int], size: Int) {
            let windows = (0..<to).map { window($0, from: from, to: to) }
            let size = windows.map(\.count).max() ?? 0
            return (
                windows.flatMap { window in (0..<size).map { min(window.lowerBound + $0, window.upperBound - 1) } },
                size
            )
        }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
            .maxima(of: places(placed))
        }
    }

    struct AdaptiveAveragePool: AdaptivePoolKind {
        let output: Extent
        static let word = "adaptiveavgpool"
        static let globalWord = "globalavgpool"
        let function = FunctionTrait.mean
        var isOfSingleValues: Bool { false }
        func moduleName(flat: Bool) -> String { "AdaptiveAvgPool2d" }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .adaptiveAveragePool(output: try reader.extent("output", from: 1))
        }

        /// One pool where the windows are all alike, else a product with the shares from either side, as ONNX has no
        /// such operator.
        func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
            if output == Extent(1) { return [ONNXStep("GlobalAveragePool", [.input])] }
            if let windows = tiles(of: placed) {
                return [ONNXStep("AveragePool", [.input], attributes: windows.attributes)]
            }
            let (height, width) = (placed.input.height, placed.input.width)
            let rows = Self.shares(from: height, to: output.height)
            let columns = Self.shares(from: width, to: output.width)
            let transposed = (0..<width * output.width).map { columns[$0 % output.width * width + $0 / output.width] }
            return [
                ONNXStep(
                    "MatMul", [.input, .table("columns", shape: [width, output.width], values: transposed)], "narrowed"),
                ONNXStep(
                    "MatMul", [.table("rows", shape: [output.height, height], values: rows), .step("narrowed")]),
            ]
        }

        /// `[to, from]`: the share that each place has in a mean.
        private static func shares(from: Int, to: Int) -> [Float] {
            var shares = [Float](repeating: 0, count: from * to)
            for index in 0..<to {
                let window = window(index, from: from, to: to)
                for place in window { shares[index * from + place] = 1 / Float(window.count) }
            }
            return shares
        }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
            .means(of: places(placed).map { ($0, $0.count) })
        }
    }

    /// The size to which it pools, whatever comes in.
    var adaptiveOutput: Extent? { (kind as? any AdaptivePoolKind)?.output }
}

/// What both have in common.
protocol AdaptivePoolKind: LayerKind {
    var output: Extent { get }
    static var word: String { get }
    /// The word of the one to a single value.
    static var globalWord: String { get }
}

extension AdaptivePoolKind {
    static var words: [String] { [word] }
    var family: LayerFamily { .pool }
    var description: String { output == Extent(1) ? Self.globalWord : "\(Self.word) \(output)" }
    var settings: LayerSettings { LayerSettings(Self.word, [.init("output", .extent(output))]) }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        guard !place.input.isFlat else { throw place.fault(.needsMap) }
        return try place.place(Shape(channels: place.input.channels, height: output.height, width: output.width))
    }

    func moduleArguments(_ placed: PlacedLayer) -> [String] { [output.python] }

    /// What an output reads of a side: PyTorch's windows, from floor(i * from / to) to ceil((i + 1) * from / to).
    fileprivate static func window(_ index: Int, from: Int, to: Int) -> Range<Int> {
        index * from / to..<((index + 1) * from + to - 1) / to
    }

    fileprivate func places(_ placed: PlacedLayer) -> [[Int]] {
        windowPlaces(
            placed, rows: { Self.window($0, from: placed.input.height, to: output.height) },
            columns: { Self.window($0, from: placed.input.width, to: output.width) })
    }

    /// Its windows where they tile the map, all of one size.
    func tiles(of placed: PlacedLayer) -> Layer.Pooling? {
        guard placed.input.height % output.height == 0, placed.input.width % output.width == 0 else { return nil }
        return Layer.Pooling(size: Extent(placed.input.height / output.height, placed.input.width / output.width))
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        LayerTraits(
            idleNote: output == placed.input.extent
                ? ("does nothing here: its input already is \(placed.input)", "leave it out") : nil,
            keepsChannelsApart: true)
    }
}

// Means over as many windows as the output has places.

extension Layer {
    struct AdaptiveAveragePool: LayerKind {
        let output: Extent

        let family = LayerFamily.pool
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

        /// One pool where the windows are all alike, else a product with the shares from either side, as ONNX has no
        /// such operator.
        func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
            if output == Extent(1) { return [ONNXStep("GlobalAveragePool", [.input])] }
            let (height, width) = (placed.input.height, placed.input.width)
            if height % output.height == 0, width % output.width == 0 {
                let window = Pooling(size: Extent(height / output.height, width / output.width))
                return [ONNXStep("AveragePool", [.input], attributes: window.attributes)]
            }
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

        /// What an output reads of a side: PyTorch's windows, from floor(i * from / to) to ceil((i + 1) * from / to).
        private static func window(_ index: Int, from: Int, to: Int) -> Range<Int> {
            index * from / to..<((index + 1) * from + to - 1) / to
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
            let (input, output) = (placed.input, output)
            return .means(
                of: windowPlaces(
                    placed, rows: { Self.window($0, from: input.height, to: output.height) },
                    columns: { Self.window($0, from: input.width, to: output.width) }),
                divisors: \.count)
        }

        func traits(_ placed: PlacedLayer) -> LayerTraits {
            LayerTraits(
                idleNote: output == placed.input.extent
                    ? ("does nothing here: its input already is \(placed.input)", "leave it out") : nil,
                keepsChannelsApart: true)
        }
    }
}

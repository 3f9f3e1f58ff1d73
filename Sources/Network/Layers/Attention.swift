// Self-attention over the places of a map.

import Runtime

extension Layer {
    /// `nn.MultiheadAttention(C, heads)` whose queries, keys and values are all the places of a map.
    public struct Attention: Hashable, Sendable {
        public var heads: Int
        public var freezing: Freezing

        public init(heads: Int, freezing: Freezing = Freezing()) {
            (self.heads, self.freezing) = (heads, freezing)
        }
    }
}

extension Layer.Attention: FreezableKind, CustomStringConvertible {
    public var description: String { typed("attention heads: \(heads)", freezing.written) }

    var layer: Layer { .attention(self) }

    static let words = ["attention"]

    var settings: LayerSettings {
        LayerSettings("attention", [.init("heads", .integer(heads))] + freezing.settings)
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .attention(Self(heads: try reader.integer("heads", from: 1), freezing: try reader.freezing()))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let (input, path) = (place.input, place.path)
        guard !input.isFlat else { throw place.fault(.needsMap) }
        let channels = input.channels
        guard heads > 0, channels % heads == 0 else {
            throw place.fault(.headsDoNotDivide(heads: heads, channels: channels))
        }
        let places = input.height * input.width
        guard isCountable([places, places, channels]) else { throw place.fault(.tooLarge) }
        return try place.place(
            input,
            [
                ParameterTensor(
                    name: "\(path).in_proj_weight", shape: [3 * channels, channels], role: .weight, initial: .xavier),
                ParameterTensor(
                    name: "\(path).in_proj_bias", shape: [3 * channels], role: .bias, initial: .constant(0)),
                ParameterTensor(name: "\(path).out_proj.weight", shape: [channels, channels], role: .weight),
                ParameterTensor(
                    name: "\(path).out_proj.bias", shape: [channels], role: .bias, initial: .constant(0)),
            ])
    }

    /// Queries, keys, values and the projection are products at each place; scores, and the sums of values by them,
    /// products of places with places.
    func operations(_ placed: PlacedLayer) -> Int {
        let places = placed.input.height * placed.input.width
        return (placed.parameters[0].count + placed.parameters[2].count) * places
            + Self.operationsOfScores(placed.input)
    }

    /// Those of queries with keys, and of the shares that they give with values.
    public static func operationsOfScores(_ input: Shape) -> Int {
        let places = input.height * input.width
        return 2 * places * places * input.channels
    }

    var family: LayerFamily { .linear }
    /// It bends, as the shares depend on the values.
    var function: FunctionTrait { .pointwise(.curved(-Double.infinity...Double.infinity)) }
    var isOfSingleValues: Bool { false }

    func moduleName(flat: Bool) -> String { "MultiheadAttention" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] { ["\(placed.input.channels)", "\(heads)"] }

    func ownClass(_ placed: PlacedLayer) -> PythonClass? {
        PythonClass(
            name: "SelfAttention",
            text: """
                class SelfAttention(nn.MultiheadAttention):
                    \"\"\"Self-attention over the places of a map.\"\"\"

                    def __init__(self, channels, heads):
                        super().__init__(channels, heads, batch_first=True)

                    def forward(self, x):
                        places = x.flatten(2).transpose(1, 2)
                        return super().forward(places, places, places, need_weights=False)[0].transpose(1, 2).reshape(x.shape)

                """)
    }

    /// Places are last all along: a weight times `[C, places]` is a linear layer at each.
    func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
        let (shape, channels) = (placed.input, placed.input.channels)
        let size = channels / heads
        func share(_ name: String, _ index: Int) -> ONNXStep {
            ONNXStep(
                "Slice",
                [
                    .step("split"), .sizes("start_\(name)", [index * heads]),
                    .sizes("end_\(name)", [(index + 1) * heads]),
                    .sizes("axis_\(name)", [1]),
                ], name)
        }
        func exchanged(_ name: String, _ to: String) -> ONNXStep {
            ONNXStep("Transpose", [.step(name)], to, attributes: [("perm", .integers([0, 1, 3, 2]))])
        }
        return [
            ONNXStep("Reshape", [.input, .sizes("flat", [0, channels, -1])], "places"),
            ONNXStep("MatMul", [.parameter(0), .step("places")], "projected"),
            ONNXStep("Reshape", [.parameter(1), .sizes("column_in", [-1, 1])], "bias_in"),
            ONNXStep("Add", [.step("projected"), .step("bias_in")], "all"),
            ONNXStep("Reshape", [.step("all"), .sizes("heads", [0, 3 * heads, size, -1])], "split"),
            share("queries", 0), share("keys", 1), share("values", 2),
            exchanged("queries", "rows"),
            ONNXStep("MatMul", [.step("rows"), .step("keys")], "products"),
            ONNXStep(
                "Mul",
                [.step("products"), .table("factor", shape: [], values: [Float(1 / Double(size).squareRoot())])],
                "scores"),
            ONNXStep("Softmax", [.step("scores")], "shares", attributes: [("axis", .integer(-1))]),
            exchanged("shares", "columns"),
            ONNXStep("MatMul", [.step("values"), .step("columns")], "sums"),
            ONNXStep("Reshape", [.step("sums"), .sizes("flat", [0, channels, -1])], "joined"),
            ONNXStep("MatMul", [.parameter(2), .step("joined")], "output"),
            ONNXStep("Reshape", [.parameter(3), .sizes("column_out", [-1, 1])], "bias_out"),
            ONNXStep("Add", [.step("output"), .step("bias_out")], "shifted"),
            ONNXStep("Reshape", [.step("shifted"), .sizes("shape", [0] + shape.sizes)]),
        ]
    }

    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
        let values = tensors.map { $0.map(Double.init) }
        let channels = placed.input.channels
        let places = placed.input.height * placed.input.width
        let (size, heads) = (channels / heads, heads)
        let factor = 1 / Double(size).squareRoot()
        /// `[rows, inner] * [inner, columns]`, by where each factor's values are.
        @Sendable func product(
            _ rows: Int, _ inner: Int, _ columns: Int, _ a: (Int, Int) -> Double, _ b: (Int, Int) -> Double
        ) -> [Double] {
            var result = [Double](repeating: 0, count: rows * columns)
            for row in 0..<rows {
                for index in 0..<inner {
                    let value = a(row, index)
                    for column in 0..<columns { result[row * columns + column] += value * b(index, column) }
                }
            }
            return result
        }
        @Sendable func projected(_ input: [Double]) -> [Double] {
            let product = product(
                3 * channels, channels, places, { values[0][$0 * channels + $1] }, { input[$0 * places + $1] })
            return product.enumerated().map { $1 + values[1][$0 / places] }
        }
        /// Of one head, `[query, key]`.
        @Sendable func shares(_ all: [Double], _ head: Int) -> [Double] {
            let (q, k) = (head * size * places, (channels + head * size) * places)
            var shares = product(
                places, size, places, { all[q + $1 * places + $0] * factor }, { all[k + $0 * places + $1] })
            for row in stride(from: 0, to: shares.count, by: places) {
                let largest = shares[row..<row + places].max() ?? 0
                for place in row..<row + places { shares[place] = exponential(shares[place] - largest) }
                let sum = shares[row..<row + places].reduce(0, +)
                for place in row..<row + places { shares[place] /= sum }
            }
            return shares
        }
        return PlainPass(
            forward: { input in
                let all = projected(input)
                var context: [Double] = []
                for head in 0..<heads {
                    let (shares, v) = (shares(all, head), (2 * channels + head * size) * places)
                    context += product(
                        size, places, places, { all[v + $0 * places + $1] }, { shares[$1 * places + $0] })
                }
                let product = product(
                    channels, channels, places, { values[2][$0 * channels + $1] }, { context[$0 * places + $1] })
                return product.enumerated().map { $1 + values[3][$0 / places] }
            },
            backward: { input, _, gradient in
                let all = projected(input)
                let ofContext = product(
                    channels, channels, places, { values[2][$1 * channels + $0] }, { gradient[$0 * places + $1] })
                var ofQueries: [Double] = []
                var (ofKeys, ofValues) = (ofQueries, ofQueries)
                for head in 0..<heads {
                    let shares = shares(all, head)
                    let q = head * size * places
                    let (k, v) = (q + channels * places, q + 2 * channels * places)
                    var ofScores = product(
                        places, size, places, { ofContext[q + $1 * places + $0] }, { all[v + $0 * places + $1] })
                    for row in stride(from: 0, to: ofScores.count, by: places) {
                        let mean = (row..<row + places).reduce(0) { $0 + shares[$1] * ofScores[$1] }
                        for place in row..<row + places {
                            ofScores[place] = shares[place] * (ofScores[place] - mean) * factor
                        }
                    }
                    let scores = ofScores
                    ofQueries += product(
                        size, places, places, { all[k + $0 * places + $1] }, { scores[$1 * places + $0] })
                    ofKeys += product(
                        size, places, places, { all[q + $0 * places + $1] }, { scores[$0 * places + $1] })
                    ofValues += product(
                        size, places, places, { ofContext[q + $0 * places + $1] }, { shares[$0 * places + $1] })
                }
                let ofAll = ofQueries + ofKeys + ofValues
                return product(
                    channels, 3 * channels, places, { values[0][$1 * channels + $0] }, { ofAll[$0 * places + $1] })
            })
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits { LayerTraits() }
}

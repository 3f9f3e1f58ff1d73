// ONNX models, taken apart by a small reader of protocol buffers. That they compute the same is held by
// Benchmarks/compare-exports, which runs them in onnxruntime.

import Engine
import Network
import Testing

@testable import Experiments

/// The fields of a message: by number, in order.
private struct Message {
    enum Field {
        case number(UInt64)
        case bytes([UInt8])
    }
    var fields: [(number: Int, value: Field)] = []

    init(_ bytes: [UInt8]) throws {
        struct Malformed: Error {}
        var rest = bytes[...]
        func variable() throws -> UInt64 {
            var (value, shift) = (UInt64(0), UInt64(0))
            while let byte = rest.popFirst() {
                value |= UInt64(byte & 127) << shift
                if byte < 128 { return value }
                shift += 7
            }
            throw Malformed()
        }
        while !rest.isEmpty {
            let key = try variable()
            switch key & 7 {
            case 0: fields.append((Int(key >> 3), .number(try variable())))
            case 2, 5:
                let count = key & 7 == 5 ? 4 : Int(try variable())
                guard rest.count >= count else { throw Malformed() }
                fields.append((Int(key >> 3), .bytes(Array(rest.prefix(count)))))
                rest = rest.dropFirst(count)
            default: throw Malformed()
            }
        }
    }

    func all(_ number: Int) -> [[UInt8]] {
        fields.compactMap { if $0.number == number, case .bytes(let bytes) = $0.value { bytes } else { nil } }
    }
    func texts(_ number: Int) -> [String] { all(number).map { String(decoding: $0, as: UTF8.self) } }
    func numbers(_ number: Int) -> [Int] {
        fields.compactMap {
            if $0.number == number, case .number(let value) = $0.value { Int(truncatingIfNeeded: value) } else { nil }
        }
    }
    /// Whole numbers one after the other.
    func packed(_ number: Int) throws -> [Int] {
        // As a message of fields whose keys are all 8: number 1, of variable length.
        try all(number).flatMap { bytes -> [Int] in
            var (rest, numbers) = (bytes[...], [Int]())
            while !rest.isEmpty {
                let end = (rest.firstIndex { $0 < 128 } ?? rest.endIndex - 1) + 1
                numbers += try Message([8] + rest[..<end]).numbers(1)
                rest = rest[end...]
            }
            return numbers
        }
    }
    func messages(_ number: Int) throws -> [Message] { try all(number).map(Message.init) }
}

/// A graph as text: `Conv(images, 0.weight) -> 0 kernel_shape=[3, 3]`.
private struct Graph {
    var nodes: [String] = []
    var tensors: [String: (shape: [Int], values: [Float])] = [:]
    /// Tensors of whole numbers.
    var sizes: [String: [Int]] = [:]
    var flows: [String] = []

    init(_ layers: [Layer], input: Shape = Shape(channels: 2, height: 7, width: 7)) throws {
        let architecture = try Architecture(input: input, layers: layers)
        let parameters = try #require(
            TrainedParameters(architecture) { index in
                (0..<architecture.parameters[index].count).map { Float($0 + 1) }
            })
        let run = Run(model: "net", architecture: architecture, parameters: parameters)
        let model = try Message(ONNXGraph(run).bytes(name: "Net(w: 1)", version: "1.2.3"))
        #expect(model.numbers(1) == [8] && model.texts(2) == ["Tandem"] && model.texts(3) == ["1.2.3"])
        #expect(try model.messages(8).map { $0.numbers(2) } == [[17]])
        let graph = try #require(try model.messages(7).first)
        #expect(graph.texts(2) == ["Net(w: 1)"])
        for node in try graph.messages(1) {
            let attributes = try node.messages(5).map { attribute -> String in
                let value =
                    switch attribute.numbers(20) {
                    case [2]: "\(attribute.numbers(3)[0])"
                    case [7]: "\(attribute.numbers(8))"
                    default: "\(Self.floats(attribute.all(2)[0])[0])"
                    }
                return " \(attribute.texts(1)[0])=\(value)"
            }
            let inputs = node.texts(1).joined(separator: ", ")
            nodes.append("\(node.texts(4)[0])(\(inputs)) -> \(node.texts(2)[0])\(attributes.joined())")
        }
        let names = try graph.messages(5).flatMap { $0.texts(8) }
        #expect(Set(names).count == names.count, "each tensor has a name of its own")
        for tensor in try graph.messages(5) {
            if tensor.numbers(2) == [7] {
                sizes[tensor.texts(8)[0]] = try tensor.packed(7)
                #expect(tensor.numbers(1) == [sizes[tensor.texts(8)[0]]?.count])
                continue
            }
            #expect(tensor.numbers(2) == [1])
            tensors[tensor.texts(8)[0]] = (tensor.numbers(1), Self.floats(tensor.all(9)[0]))
        }
        for field in [11, 12] {
            let flow = try #require(try graph.messages(field).first)
            let sizes = try #require(try flow.messages(2).first?.messages(1).first?.messages(2).first).messages(1)
            let text = sizes.map { $0.texts(2).first ?? "\($0.numbers(1)[0])" }.joined(separator: "x")
            flows.append("\(flow.texts(1)[0]) \(text)")
        }
    }

    private static func floats(_ bytes: [UInt8]) -> [Float] {
        bytes.withUnsafeBytes { raw in
            (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }
}

@Suite struct ONNXTests {
    @Test func layersBecomeOperators() throws {
        let graph = try Graph([
            .convolution(
                .init(width: 4, kernel: Extent(4, 3), padding: .same, dilation: Extent(1, 2), groups: 2, hasBias: false)
            ),
            .batchNorm(.init(epsilon: 0.5)), .activation(.leakyReLU(slope: 0.25)),
            .maxPool(.init(size: Extent(3), stride: Extent(2), padding: Extent(1))),
            .averagePool(.init(size: Extent(2), stride: Extent(1))), .dropout(rate: 0.5), .flatten,
            .linear(.init(width: 3)), .activation(.softmax),
        ])
        #expect(
            graph.nodes == [
                "Conv(images, 0.weight) -> 0 kernel_shape=[4, 3] strides=[1, 1] pads=[1, 2, 2, 2] dilations=[1, 2] group=2",
                "BatchNormalization(0, 1.weight, 1.bias, 1.running_mean, 1.running_var) -> 1 epsilon=0.5",
                "LeakyRelu(1) -> 2 alpha=0.25",
                "MaxPool(2) -> 3 kernel_shape=[3, 3] strides=[2, 2] pads=[1, 1, 1, 1]",
                "AveragePool(3) -> 4 kernel_shape=[2, 2] strides=[1, 1] pads=[0, 0, 0, 0] count_include_pad=1",
                "Flatten(4) -> 6 axis=1", "Gemm(6, 7.weight, 7.bias) -> 7 transB=1", "Softmax(7) -> logits axis=1",
            ])
        #expect(graph.flows == ["images batchx2x7x7", "logits batchx3"])
        #expect(graph.tensors["0.weight"]?.shape == [4, 1, 4, 3])
        #expect(graph.tensors["0.weight"]?.values == (1...48).map { Float($0) })
        #expect(graph.tensors.count == 7)
    }

    @Test func branchesMeetAgain() throws {
        let graph = try Graph([
            .residual(body: [.convolution(.init(width: 3, kernel: Extent(1)))], shortcut: nil),
            .residual(body: [.activation(.relu)], shortcut: nil),
            .concatenation(branches: [[.activation(.tanh)], []]), .adaptiveAveragePool(output: Extent(1)),
            .linear(.init(width: 2, hasBias: false)),
        ])
        let conv = "kernel_shape=[1, 1] strides=[1, 1] pads=[0, 0, 0, 0] dilations=[1, 1] group=1"
        #expect(
            graph.nodes == [
                "Conv(images, 0.body.0.weight, 0.body.0.bias) -> 0.body.0 \(conv)",
                "Conv(images, 0.shortcut.0.weight) -> 0.shortcut.0 \(conv)", "Add(0.body.0, 0.shortcut.0) -> 0",
                "Relu(0) -> 1.body.0", "Add(1.body.0, 0) -> 1", "Tanh(1) -> 2.0.0", "Concat(2.0.0, 1) -> 2 axis=1",
                "GlobalAveragePool(2) -> 3", "Flatten(3) -> 4.flat axis=1", "Gemm(4.flat, 4.weight) -> logits transB=1",
            ])
    }

    @Test func windowsThatDifferBecomeProducts() throws {
        let graph = try Graph([.adaptiveAveragePool(output: Extent(2, 3)), .adaptiveAveragePool(output: Extent(1, 3))])
        #expect(
            graph.nodes == [
                "MatMul(images, 0.columns) -> 0.narrowed", "MatMul(0.rows, 0.narrowed) -> 0",
                "AveragePool(0) -> logits kernel_shape=[2, 1] strides=[2, 1] pads=[0, 0, 0, 0]",
            ])
        // PyTorch's windows of 7 to 2 are 0..<4 and 3..<7; of 7 to 3 they are 0..<3, 2..<5 and 4..<7.
        #expect(graph.tensors["0.rows"]?.values == [0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25])
        let third = Float(1) / 3
        let columns: [[Float]] = [[1, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 1, 1], [0, 0, 1], [0, 0, 1]]
        #expect(graph.tensors["0.columns"]?.shape == [7, 3])
        #expect(graph.tensors["0.columns"]?.values == columns.joined().map { $0 * third })
    }

    @Test func geluIsSpelledOut() throws {
        let graph = try Graph([.activation(.gelu), .activation(.gelu)], input: Shape(features: 3))
        #expect(graph.nodes.count == 10)
        #expect(graph.nodes[1] == "Erf(0.scaled) -> 0.erf" && graph.nodes[9] == "Mul(1.half, 1.factor) -> logits")
        #expect(graph.tensors.keys.sorted() == ["half", "one", "sqrt_half"])
    }

    @Test func groupnormIsSpelledOut() throws {
        let graph = try Graph(
            [.groupNorm(.init(groups: 2, epsilon: 0.25)), .flatten, .groupNorm(.init(groups: 7))],
            input: Shape(channels: 4, height: 7, width: 2))
        #expect(
            graph.nodes == [
                "Reshape(images, 0.groups) -> 0.grouped",
                "InstanceNormalization(0.grouped, 0.ones, 0.zeros) -> 0.normalized epsilon=0.25",
                "Reshape(0.normalized, 0.shape) -> 0.joined", "Reshape(0.weight, 0.channels) -> 0.scale",
                "Reshape(0.bias, 0.channels) -> 0.shift", "Mul(0.joined, 0.scale) -> 0.scaled",
                "Add(0.scaled, 0.shift) -> 0", "Flatten(0) -> 1 axis=1", "Reshape(1, 2.groups) -> 2.grouped",
                "InstanceNormalization(2.grouped, 2.ones, 2.zeros) -> 2.normalized epsilon=1e-05",
                "Reshape(2.normalized, 2.shape) -> 2.joined", "Mul(2.joined, 2.weight) -> 2.scaled",
                "Add(2.scaled, 2.bias) -> logits",
            ])
        #expect(graph.tensors["0.zeros"]?.values == [0, 0] && graph.tensors["0.ones"]?.values == [1, 1])
        #expect(
            graph.sizes == [
                "0.groups": [0, 2, -1], "0.shape": [0, 4, 7, 2], "0.channels": [4, 1, 1], "2.groups": [0, 7, -1],
                "2.shape": [0, 56],
            ])
    }

    @Test func attentionIsProductsOfPlaces() throws {
        let graph = try Graph([.attention(.init(heads: 2))], input: Shape(channels: 6, height: 5, width: 4))
        #expect(
            graph.nodes == [
                "Reshape(images, 0.flat) -> 0.places", "MatMul(0.in_proj_weight, 0.places) -> 0.projected",
                "Reshape(0.in_proj_bias, 0.column_in) -> 0.bias_in", "Add(0.projected, 0.bias_in) -> 0.all",
                "Reshape(0.all, 0.heads) -> 0.split",
                "Slice(0.split, 0.start_queries, 0.end_queries, 0.axis_queries) -> 0.queries",
                "Slice(0.split, 0.start_keys, 0.end_keys, 0.axis_keys) -> 0.keys",
                "Slice(0.split, 0.start_values, 0.end_values, 0.axis_values) -> 0.values",
                "Transpose(0.queries) -> 0.rows perm=[0, 1, 3, 2]", "MatMul(0.rows, 0.keys) -> 0.products",
                "Mul(0.products, 0.factor) -> 0.scores", "Softmax(0.scores) -> 0.shares axis=-1",
                "Transpose(0.shares) -> 0.columns perm=[0, 1, 3, 2]", "MatMul(0.values, 0.columns) -> 0.sums",
                "Reshape(0.sums, 0.flat) -> 0.joined", "MatMul(0.out_proj.weight, 0.joined) -> 0.output",
                "Reshape(0.out_proj.bias, 0.column_out) -> 0.bias_out", "Add(0.output, 0.bias_out) -> 0.shifted",
                "Reshape(0.shifted, 0.shape) -> logits",
            ])
        #expect(graph.sizes["0.heads"] == [0, 6, 3, -1] && graph.sizes["0.start_keys"] == [2])
    }

    @Test func placesAreMixedByAProduct() throws {
        let graph = try Graph(
            [.positionEmbedding(.init()), .placeMixing(.init(output: Extent(3, 2)))],
            input: Shape(channels: 6, height: 5, width: 4))
        #expect(
            graph.nodes == [
                "Add(images, 0.weight) -> 0", "Reshape(0, 1.flat) -> 1.places",
                "Transpose(1.weight) -> 1.columns perm=[1, 0]", "MatMul(1.places, 1.columns) -> 1.mixed",
                "Add(1.mixed, 1.bias) -> 1.shifted", "Reshape(1.shifted, 1.shape) -> logits",
            ])
        #expect(graph.sizes == ["1.flat": [0, 6, -1], "1.shape": [0, 6, 3, 2]])
    }

    @Test func chunksAreSlices() throws {
        let graph = try Graph(
            [.chunk(branches: [[], [.activation(.relu)]]), .channelShuffle(groups: 2)],
            input: Shape(channels: 6, height: 5, width: 4))
        #expect(
            graph.nodes == [
                "Slice(images, 0.start0, 0.end0, 0.axis) -> 0.share0",
                "Slice(images, 0.start1, 0.end1, 0.axis) -> 0.share1",
                "Relu(0.share1) -> 0.1.0", "Concat(0.share0, 0.1.0) -> 0 axis=1", "Reshape(0, 1.groups) -> 1.grouped",
                "Transpose(1.grouped) -> 1.shuffled perm=[0, 2, 1, 3, 4]", "Reshape(1.shuffled, 1.shape) -> logits",
            ])
        #expect(
            graph.sizes == [
                "0.start0": [0], "0.end0": [3], "0.start1": [3], "0.end1": [6], "0.axis": [1],
                "1.groups": [0, 2, 3, 5, 4], "1.shape": [0, 6, 5, 4],
            ])
    }

    @Test func multiplyMultiplies() throws {
        let graph = try Graph([
            .multiplication(body: [.activation(.sigmoid)]),
            .multiplication(body: [.adaptiveAveragePool(output: Extent(1)), .activation(.tanh)]),
            .multiplication(body: [.adaptiveAveragePool(output: Extent(1)), .linear(.init(width: 2))]),
        ])
        #expect(
            graph.nodes == [
                "Sigmoid(images) -> 0.body.0", "Mul(images, 0.body.0) -> 0", "GlobalAveragePool(0) -> 1.body.0",
                "Tanh(1.body.0) -> 1.body.1", "Mul(0, 1.body.1) -> 1", "GlobalAveragePool(1) -> 2.body.0",
                "Flatten(2.body.0) -> 2.body.1.flat axis=1",
                "Gemm(2.body.1.flat, 2.body.1.weight, 2.body.1.bias) -> 2.body.1 transB=1",
                "Reshape(2.body.1, 2.channels) -> 2.factor", "Mul(1, 2.factor) -> logits",
            ])
        #expect(graph.sizes == ["2.channels": [0, 2, 1, 1]])
    }

    @Test func factorsMultiply() throws {
        let graph = try Graph([
            .scale(.init(factor: 0.25)), .scale(.init(factor: 1, isLearned: true)), .flatten,
            .scale(.init(factor: 1, isLearned: true)),
        ])
        #expect(
            graph.nodes == [
                "Mul(images, 0.factor) -> 0", "Reshape(1.weight, 1.channels) -> 1.factor", "Mul(0, 1.factor) -> 1",
                "Flatten(1) -> 2 axis=1", "Mul(2, 3.weight) -> logits",
            ])
        #expect(graph.tensors["0.factor"]?.shape == [] && graph.tensors["0.factor"]?.values == [0.25])
        #expect(graph.sizes == ["1.channels": [2, 1, 1]])
    }

    @Test func siluIsSpelledOut() throws {
        let graph = try Graph([.activation(.silu)], input: Shape(features: 3))
        #expect(graph.nodes == ["Sigmoid(images) -> 0.sigmoid", "Mul(images, 0.sigmoid) -> logits"])
        #expect(graph.tensors.isEmpty)
    }

    @Test func laterFunctionsAreOperatorsOrSpelledOut() throws {
        let graph = try Graph([
            .activation(.relu6), .activation(.elu(alpha: 0.5)), .activation(.mish), .activation(.hardswish),
            .activation(.hardsigmoid), .activation(.softplus), .prelu(.init()), .prelu(.init(isPerChannel: true)),
        ])
        #expect(
            graph.nodes == [
                "Clip(images, zero, six) -> 0", "Elu(0) -> 1 alpha=0.5", "Softplus(1) -> 2.softplus",
                "Tanh(2.softplus) -> 2.tanh", "Mul(1, 2.tanh) -> 2", "HardSwish(2) -> 3",
                "HardSigmoid(3) -> 4 alpha=0.16666667 beta=0.5", "Softplus(4) -> 5", "PRelu(5, 6.weight) -> 6",
                "Reshape(7.weight, 7.channels) -> 7.slope", "PRelu(6, 7.slope) -> logits",
            ])
    }

    @Test func laterNormsAreOperators() throws {
        let graph = try Graph([
            .layerNorm(.init(epsilon: 0.25)), .instanceNorm(.init(hasScale: true)),
            .batchNorm(.init(epsilon: 0.5, hasScale: false)), .flatten, .layerNorm(.init(epsilon: 0.5)),
        ])
        #expect(
            graph.nodes == [
                "Transpose(images) -> 0.last perm=[0, 2, 3, 1]",
                "LayerNormalization(0.last, 0.weight, 0.bias) -> 0.normalized axis=3 epsilon=0.25",
                "Transpose(0.normalized) -> 0 perm=[0, 3, 1, 2]",
                "InstanceNormalization(0, 1.weight, 1.zeros) -> 1 epsilon=1e-05",
                "BatchNormalization(1, 2.ones, 2.bias, 2.running_mean, 2.running_var) -> 2 epsilon=0.5",
                "Flatten(2) -> 3 axis=1", "LayerNormalization(3, 4.weight, 4.bias) -> logits axis=1 epsilon=0.5",
            ])
        #expect(graph.tensors["1.zeros"]?.values == [0, 0] && graph.tensors["2.ones"]?.values == [1, 1])
    }

    /// ONNX rounds down: what a last window reads beyond the map is padding behind it.
    @Test func poolsThatRoundUpPadBehindTheMap() throws {
        let graph = try Graph(
            [
                .maxPool(.init(size: Extent(3), stride: Extent(2), roundsUp: true)),
                .averagePool(.init(size: Extent(2), roundsUp: true)),
                .averagePool(.init(size: Extent(2), stride: Extent(3), padding: Extent(1), roundsUp: true)),
            ], input: Shape(channels: 2, height: 12, width: 7))
        #expect(
            graph.nodes == [
                "MaxPool(images) -> 0 kernel_shape=[3, 3] strides=[2, 2] pads=[0, 0, 1, 0]",
                "AveragePool(0) -> 1 kernel_shape=[2, 2] strides=[2, 2] pads=[0, 0, 0, 1]",
                "Pad(1, 2.padding) -> 2.padded",
                "AveragePool(2.padded) -> logits kernel_shape=[2, 2] strides=[3, 3] pads=[0, 0, 0, 0]",
            ])
        #expect(graph.sizes["2.padding"] == [0, 0, 1, 1, 0, 0, 1, 1])
    }

    @Test func adaptiveMaximaArePoolsOfGatheredWindows() throws {
        let graph = try Graph([
            .adaptiveMaxPool(output: Extent(4, 7)), .adaptiveMaxPool(output: Extent(2, 1)),
            .adaptiveMaxPool(output: Extent(1)),
        ])
        #expect(
            graph.nodes == [
                "Gather(images, 0.rows) -> 0.tall axis=2",
                "MaxPool(0.tall) -> 0.lowered kernel_shape=[3, 1] strides=[3, 1] pads=[0, 0, 0, 0]",
                "Gather(0.lowered, 0.columns) -> 0.wide axis=3",
                "MaxPool(0.wide) -> 0 kernel_shape=[1, 1] strides=[1, 1] pads=[0, 0, 0, 0]",
                "MaxPool(0) -> 1 kernel_shape=[2, 7] strides=[2, 7] pads=[0, 0, 0, 0]", "GlobalMaxPool(1) -> logits",
            ])
        #expect(graph.sizes["0.rows"] == [0, 1, 1, 1, 2, 3, 3, 4, 5, 5, 6, 6])
    }

    @Test func aNetworkThatDoesNothingStillHasAnOutput() throws {
        #expect(try Graph([.dropout(rate: 0.5)], input: Shape(features: 3)).nodes == ["Identity(images) -> logits"])
    }
}

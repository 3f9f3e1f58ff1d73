// A trained network as an ONNX model: each layer as the operators of opset 17 that compute it in inference, weights under PyTorch's names.
// `images` flows in, `[batch, C, H, W]` and normalized; `logits` comes out, `[batch, classes]`.

import Engine
import Libraries
import Network

public struct ONNXGraph {
    public private(set) var input = "images"
    private let architecture: Architecture
    private var nodes: [ONNXNode] = []
    private var tensors: [ONNXTensor] = []
    private var constants: Set<String> = []

    /// The largest file that readers of protocol buffers take.
    public static let largestFile = 2 << 30

    /// - Throws: where the weights of the run are not kept.
    public init(_ run: Run) throws(TrainingError) {
        let parameters = try run.trained()
        architecture = run.architecture
        for (index, tensor) in parameters.tensors.enumerated() {
            tensors.append(
                ONNXTensor(name: tensor.name, shape: tensor.shape, values: parameters.values(index)))
        }
        let last = append(architecture.layers, path: "", behind: input)
        // What comes out has a name of its own; a network of dropouts alone has no node that could bear it.
        if nodes.isEmpty {
            nodes.append(ONNXNode(type: "Identity", inputs: [last], output: "logits"))
        } else {
            nodes[nodes.count - 1].output = "logits"
        }
    }

    /// The file.
    ///
    /// - Parameters:
    ///   - name: of the graph.
    ///   - version: Tandem's.
    public func bytes(name: String, version: String) -> [UInt8] {
        var graph = ProtocolBuffer()
        graph.reserve(tensors.reduce(0) { $0 + $1.values.count * 4 + 200 })
        for node in nodes { graph.add(1, node.message) }
        graph.add(2, name)
        for tensor in tensors { graph.add(5, tensor.message) }
        graph.add(11, ONNXValue(name: input, sizes: architecture.input.sizes).message)
        graph.add(12, ONNXValue(name: "logits", sizes: architecture.output.sizes).message)
        var operators = ProtocolBuffer()
        operators.add(1, "")
        operators.add(2, 17)
        var model = ProtocolBuffer()
        model.add(1, 8)  // The IR version that came with opset 17.
        model.add(2, "Tandem")
        model.add(3, version)
        model.add(8, operators)
        model.add(7, graph)
        return model.bytes
    }

    // MARK: Layers

    /// Adds layers one behind the other.
    /// - Returns: the name of the value that comes out.
    private mutating func append(_ layers: [PlacedLayer], path: String, behind input: String) -> String {
        var value = input
        for (index, layer) in layers.enumerated() { value = append(layer, path: "\(path)\(index)", behind: value) }
        return value
    }

    private mutating func append(_ layer: PlacedLayer, path: String, behind input: String) -> String {
        switch layer.layer {
        case .convolution(let settings):
            return add(
                "Conv", layer, input, path,
                [
                    ("kernel_shape", .integers(settings.kernel.sizes)), ("strides", .integers(settings.stride.sizes)),
                    ("pads", .integers(settings.pads)), ("dilations", .integers(settings.dilation.sizes)),
                    ("group", .integer(settings.groups)),
                ])
        case .linear:
            let flat = layer.input.isFlat ? input : add("Flatten", [input], "\(path).flat", [("axis", .integer(1))])
            return add("Gemm", layer, flat, path, [("transB", .integer(1))])
        case .batchNorm(let settings):
            return add("BatchNormalization", layer, input, path, [("epsilon", .decimal(settings.epsilon))])
        case .activation(let activation): return append(activation, behind: input, path)
        case .maxPool(let settings): return add("MaxPool", [input], path, settings.attributes)
        case .averagePool(let settings):
            return add("AveragePool", [input], path, settings.attributes + [("count_include_pad", .integer(1))])
        case .adaptiveAveragePool(let output): return append(adaptive: output, layer.input, behind: input, path)
        case .flatten: return add("Flatten", [input], path, [("axis", .integer(1))])
        case .dropout: return input
        case .residual:
            let body = append(layer.branches[0], path: "\(path).body.", behind: input)
            let shortcut = append(layer.branches[1], path: "\(path).shortcut.", behind: input)
            return add("Add", [body, shortcut], path)
        case .concatenation:
            var branches: [String] = []
            for (index, branch) in layer.branches.enumerated() {
                branches.append(append(branch, path: "\(path).\(index).", behind: input))
            }
            return add("Concat", branches, path, [("axis", .integer(1))])
        }
    }

    private mutating func append(_ activation: Layer.Activation, behind input: String, _ path: String) -> String {
        var value = input
        for step in activation.form.onnx {
            let operands = step.operands.map { operand in
                switch operand {
                case .input: input
                case .step(let name): "\(path).\(name)"
                case .constant(let number, let name): constant(number, name)
                }
            }
            let attributes = step.attributes.map { attribute -> (name: String, value: ONNXNode.Attribute) in
                switch attribute.value {
                case .integer(let number): (attribute.name, .integer(number))
                case .decimal(let number): (attribute.name, .decimal(number))
                }
            }
            value = add(step.type, operands, step.name.map { "\(path).\($0)" } ?? path, attributes)
        }
        return value
    }

    /// Means over as many windows as the output has places: one pool where the windows are all alike, else a product with the shares
    /// from either side, as ONNX has no such operator.
    private mutating func append(
        adaptive output: Extent, _ shape: Shape, behind input: String, _ path: String
    ) -> String {
        if output == Extent(1) { return add("GlobalAveragePool", [input], path) }
        let (height, width) = (shape.height, shape.width)
        if height % output.height == 0, width % output.width == 0 {
            let window = Layer.Pooling(size: Extent(height / output.height, width / output.width))
            return add("AveragePool", [input], path, window.attributes)
        }
        let rows = shares(from: height, to: output.height)
        let columns = shares(from: width, to: output.width)
        let transposed = (0..<width * output.width).map { columns[$0 % output.width * width + $0 / output.width] }
        tensors.append(ONNXTensor(name: "\(path).rows", shape: [output.height, height], values: rows))
        tensors.append(ONNXTensor(name: "\(path).columns", shape: [width, output.width], values: transposed))
        let narrowed = add("MatMul", [input, "\(path).columns"], "\(path).narrowed")
        return add("MatMul", ["\(path).rows", narrowed], path)
    }

    /// `[to, from]`: the share that each place has in a mean. PyTorch's windows: from floor(i * from / to) to ceil((i + 1) * from / to).
    private func shares(from: Int, to: Int) -> [Float] {
        var shares = [Float](repeating: 0, count: from * to)
        for place in 0..<to {
            let window = place * from / to..<((place + 1) * from + to - 1) / to
            for index in window { shares[place * from + index] = 1 / Float(window.count) }
        }
        return shares
    }

    // MARK: Nodes

    /// A node over a value and the layer's own tensors.
    private mutating func add(
        _ type: String, _ layer: PlacedLayer, _ input: String, _ path: String,
        _ attributes: [(name: String, value: ONNXNode.Attribute)]
    ) -> String {
        add(type, [input] + layer.parameters.map(\.name), path, attributes)
    }

    /// - Parameter output: the name of what comes out, which is the node's as well.
    private mutating func add(
        _ type: String, _ inputs: [String], _ output: String,
        _ attributes: [(name: String, value: ONNXNode.Attribute)] = []
    ) -> String {
        nodes.append(ONNXNode(type: type, inputs: inputs, output: output, attributes: attributes))
        return output
    }

    private mutating func constant(_ value: Double, _ name: String) -> String {
        if constants.insert(name).inserted {
            tensors.append(ONNXTensor(name: name, shape: [], values: [Float(value)]))
        }
        return name
    }
}

extension Extent {
    fileprivate var sizes: [Int] { [height, width] }
}

extension Layer.Convolution {
    /// Top, left, bottom, right.
    fileprivate var pads: [Int] {
        switch padding {
        case .exactly(let padding): return padding.sizes + padding.sizes
        case .same:
            let rows = dilation.height * (kernel.height - 1)
            let columns = dilation.width * (kernel.width - 1)
            return [rows / 2, columns / 2, rows - rows / 2, columns - columns / 2]
        }
    }
}

extension Layer.Pooling {
    fileprivate var attributes: [(name: String, value: ONNXNode.Attribute)] {
        [
            ("kernel_shape", .integers(size.sizes)), ("strides", .integers(stride.sizes)),
            ("pads", .integers(padding.sizes + padding.sizes)),
        ]
    }
}

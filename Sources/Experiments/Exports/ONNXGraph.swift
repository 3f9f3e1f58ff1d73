// A trained network as an ONNX model: the nodes of each layer, which it has in `Network/Layers`, and the weights under
// PyTorch's names. `images` flows in, `[batch, C, H, W]` and normalized; `logits` comes out, `[batch, classes]`.

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
        graph.reserve(tensors.reduce(0) { $0 + $1.byteCount + 200 })
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

    /// Adds layers one after the other.
    /// - Returns: the name of the value that comes out.
    private mutating func append(_ layers: [PlacedLayer], path: String, behind input: String) -> String {
        var value = input
        for (index, layer) in layers.enumerated() { value = append(layer, path: "\(path)\(index)", behind: value) }
        return value
    }

    private mutating func append(_ layer: PlacedLayer, path: String, behind input: String) -> String {
        var branches: [String] = []
        for (index, branch) in layer.branches.enumerated() {
            let share = layer.onnxInput(branch: index).map { append($0, of: layer, path: path, behind: input) }
            branches.append(append(branch, path: "\(path).\(layer.branchName(index)).", behind: share ?? input))
        }
        var value = input
        for step in layer.onnx { value = append(step, of: layer, path: path, behind: input, branches) }
        return value
    }

    /// Adds a node of a layer.
    /// - Parameter branches: the names of what comes out of them.
    /// - Returns: the name of what it gives, which is the node's as well.
    private mutating func append(
        _ step: ONNXStep, of layer: PlacedLayer, path: String, behind input: String, _ branches: [String] = []
    ) -> String {
        var inputs: [String] = []
        for operand in step.operands {
            switch operand {
            case .input: inputs.append(input)
            case .step(let name): inputs.append("\(path).\(name)")
            case .branch(let index): inputs.append(branches[index])
            case .parameter(let index): inputs.append(layer.parameters[index].name)
            case .constant(let number, let name):
                inputs.append(constant(ONNXTensor(name: name, shape: [], values: [Float(number)])))
            case .table(let name, let shape, let values):
                inputs.append(constant(ONNXTensor(name: "\(path).\(name)", shape: shape, values: values)))
            case .sizes(let name, let sizes):
                inputs.append(constant(ONNXTensor(name: "\(path).\(name)", sizes: sizes)))
            }
        }
        let output = step.name.map { "\(path).\($0)" } ?? path
        nodes.append(ONNXNode(type: step.type, inputs: inputs, output: output, attributes: step.attributes))
        return output
    }

    /// Adds it, unless a node before has used it.
    private mutating func constant(_ tensor: ONNXTensor) -> String {
        if constants.insert(tensor.name).inserted { tensors.append(tensor) }
        return tensor.name
    }
}

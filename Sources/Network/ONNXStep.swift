// A layer as nodes of ONNX (opset 17), in which `Experiments/Exports` writes a network. Each layer has a list of them;
// what the last gives is the layer's output, and an empty list passes the input on.

public struct ONNXStep: Sendable {
    public enum Operand: Sendable {
        /// The layer's input.
        case input
        /// What a step before gives.
        case step(String)
        /// What comes out of a branch.
        case branch(Int)
        /// One of the layer's own tensors, in PyTorch's order.
        case parameter(Int)
        /// A number that all layers share under this name.
        case constant(Double, String)
        /// Numbers of this layer alone, in the order of their names.
        case table(String, shape: [Int], values: [Float])
        /// Whole numbers of this layer alone: the sizes of a reshaped value, of which 0 stays and -1 takes the rest.
        case sizes(String, [Int])
    }

    public enum Attribute: Sendable {
        case integer(Int)
        case integers([Int])
        case decimal(Double)
    }

    /// `Relu`
    public let type: String
    public let operands: [Operand]
    /// Of what it gives; the last step has none.
    public let name: String?
    public let attributes: [(name: String, value: Attribute)]

    init(
        _ type: String, _ operands: [Operand], _ name: String? = nil,
        attributes: [(name: String, value: Attribute)] = []
    ) {
        (self.type, self.operands, self.name, self.attributes) = (type, operands, name, attributes)
    }

    /// A node over the layer's input and all its tensors.
    static func product(
        _ type: String, of placed: PlacedLayer, over input: Operand = .input, _ name: String? = nil,
        attributes: [(name: String, value: Attribute)]
    ) -> ONNXStep {
        ONNXStep(type, [input] + placed.parameters.indices.map { .parameter($0) }, name, attributes: attributes)
    }
}

extension ONNXStep {
    /// One of the layer's tensors, with a value for each channel, in a shape that is spread over a map.
    ///
    /// - Parameter name: of the step that gives it; `nil`: it is used as it is.
    static func channels(
        _ parameter: Int, of placed: PlacedLayer, _ name: String?
    ) -> (steps: [ONNXStep], operand: Operand) {
        guard let name, !placed.input.isFlat else { return ([], .parameter(parameter)) }
        let sizes = Operand.sizes("channels", [placed.input.channels, 1, 1])
        return ([ONNXStep("Reshape", [.parameter(parameter), sizes], name)], .step(name))
    }
}

extension PlacedLayer {
    public var onnx: [ONNXStep] { layer.kind.onnx(self) }
    /// The node that gives a branch its input; `nil`: it is the layer's.
    public func onnxInput(branch: Int) -> ONNXStep? { layer.kind.onnxInput(self, branch: branch) }
    /// What the path of a branch is called in the nested `nn.Sequential`: `body`, or `0`.
    public func branchName(_ index: Int) -> String { layer.kind.branchName(index) }
}

extension Extent {
    var sizes: [Int] { [height, width] }
}

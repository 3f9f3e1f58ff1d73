// What the engine runs, before it has memory: nodes in the order of their forward passes, and the values that flow
// between them. What does nothing is left out, a ReLU joins the node before it, and a value with several readers is
// forked, so that each value has one reader and its gradient one writer.

import Network

/// A layer as the engine runs it.
public struct PlannedLayer: Sendable {
    /// As one would type it: `conv 64, padding: 1 + relu`.
    public let name: String
    /// What flows out of it.
    public let output: Shape
    /// Multiply-adds of one image in the forward pass.
    public let operations: Int
    /// Values of one image that its forward pass reads and writes, and its backward pass.
    public let forwardValues: Int
    public let backwardValues: Int
    /// Whether the gradient of its input is needed.
    public var needsInputGradient: Bool { inputGradientEpochs > 0 }
    /// Whether a gradient flows into it: something in it learns, or before it.
    public var needsBackward: Bool { backwardEpochs > 0 }
    /// The last epoch in which one does, and the last in which the gradient of its input is needed: biases may learn in
    /// the first epochs alone.
    let backwardEpochs: Int
    let inputGradientEpochs: Int
}

struct Graph {
    struct Value {
        fileprivate(set) var shape: Shape
        /// The node that writes it; `nil`: the batch.
        let producer: Int?
        var reader: Int?
        /// The value whose map this one is: itself, but for the outputs of a fork.
        let storage: Int
        /// The last epoch in which something learns by it; 0 where nothing ever does.
        fileprivate(set) var lastEpoch: Int

        var needsGradient: Bool { lastEpoch > 0 }
    }

    enum Operation {
        case layer(PlacedLayer, any PassPlan)
        /// One of the passes of a layer that takes several.
        case part(AlgorithmChoice.Part)
        /// The sum of a `residual`.
        case add
        /// The product of a `multiply`: its input, and what its body makes of it.
        case multiply
        /// The joined branches of a `concat` or `chunk`, whose name it has.
        case join(String)
        /// The shares of a `chunk`.
        case split
        /// One value for several readers; its backward pass adds their gradients.
        case fork
    }

    struct Node {
        fileprivate(set) var operation: Operation
        let inputs: [Int]
        let outputs: [Int]
        let needs: PassNeeds
        /// Whether the ReLU after it is computed with it.
        fileprivate(set) var hasReLU = false
        /// Whether the maxima of windows of 2x2 are all that it writes.
        fileprivate(set) var takesMaxima = false

        fileprivate init(_ operation: Operation, inputs: [Int], outputs: [Int]) {
            self.operation = operation
            self.inputs = inputs
            self.outputs = outputs
            needs =
                switch operation {
                case .layer(_, let plan): plan.needs
                case .part(let part): part.plan.needs
                case .add: Sum.needs
                case .multiply: Multiplication.needs
                case .join, .split, .fork: PassNeeds()
                }
        }

        /// Whether its backward pass reads its output.
        var readsOutput: Bool { needs.readsOutput || hasReLU && !takesMaxima }
        /// Whether its backward pass overwrites the gradient of its output.
        var overwritesGradient: Bool { needs.overwritesGradientOfReLU && hasReLU }
    }

    private(set) var nodes: [Node] = []
    private(set) var values: [Value]
    /// What leaves the last layer.
    private(set) var output = 0
    private let choice: AlgorithmChoice

    init(_ architecture: Architecture, _ choice: AlgorithmChoice) {
        self.choice = choice
        values = [Value(shape: architecture.input, producer: nil, storage: 0, lastEpoch: 0)]
        output = append(architecture.layers, to: 0)
        // The loss writes it in any case.
        if output > 0 { values[output].lastEpoch = .max }
    }

    // MARK: Building

    /// - Returns: the value after the last layer.
    private mutating func append(_ layers: [PlacedLayer], to value: Int) -> Int {
        layers.reduce(value) { append($1, to: $0) }
    }

    private mutating func append(_ placed: PlacedLayer, to value: Int) -> Int {
        switch choice.outcome(placed) {
        case .identity: return value
        case .pass(let plan): return add(.layer(placed, plan), inputs: [value], output: placed.output)
        case .passes(let parts):
            return parts.reduce(value) { add(.part($1), inputs: [$0], output: $1.placed.output) }
        case .relu(let plan):
            if let producer = values[value].producer, nodes[producer].needs.takesReLU, !nodes[producer].hasReLU {
                nodes[producer].hasReLU = true
                return value
            }
            return add(.layer(placed, plan), inputs: [value], output: placed.output)
        case .maxima(let plan):
            if let producer = values[value].producer, case .layer(let own, let before) = nodes[producer].operation,
                let both = before.takingMaxima()
            {
                nodes[producer].operation = .layer(own, both)
                nodes[producer].takesMaxima = true
                values[value].shape = placed.output
                return value
            }
            return add(.layer(placed, plan), inputs: [value], output: placed.output)
        case .sum: return append(branchesOf: placed, joinedBy: .add, to: value)
        case .product:
            let forked = fork(value, branches: 2)
            let factor = append(placed.branches[0], to: forked[1])
            return add(.multiply, inputs: [forked[0], factor], output: placed.output)
        case .join:
            guard placed.branches.count > 1 else { return append(placed.branches[0], to: value) }
            return append(branchesOf: placed, joinedBy: .join("concat"), to: value)
        case .share:
            guard placed.branches.count > 1 else { return append(placed.branches[0], to: value) }
            let shares = split(value, among: placed.branches.count)
            let ends = zip(placed.branches, shares).map { append($0, to: $1) }
            return add(.join("chunk"), inputs: ends, output: placed.output)
        }
    }

    private mutating func append(branchesOf placed: PlacedLayer, joinedBy operation: Operation, to value: Int) -> Int {
        let forked = fork(value, branches: placed.branches.count)
        let ends = zip(placed.branches, forked).map { append($0.inOrderOfAction, to: $1) }
        return add(operation, inputs: ends, output: placed.output)
    }

    private mutating func add(_ operation: Operation, inputs: [Int], output: Shape) -> Int {
        for input in inputs { values[input].reader = nodes.count }
        let parameters =
            switch operation {
            case .layer(let placed, _): placed.parameters
            case .part(let part): part.placed.parameters
            case .add, .multiply, .join, .split, .fork: [ParameterTensor]()
            }
        values.append(
            Value(
                shape: output, producer: nodes.count, storage: values.count,
                lastEpoch: (parameters.map(\.lastEpoch) + inputs.map { values[$0].lastEpoch }).max() ?? 0))
        nodes.append(Node(operation, inputs: inputs, outputs: [values.count - 1]))
        return values.count - 1
    }

    private mutating func split(_ value: Int, among branches: Int) -> [Int] {
        let original = values[value]
        values[value].reader = nodes.count
        let sizes = original.shape.sizes
        let share = Shape([sizes[0] / branches] + sizes.dropFirst())
        let outputs = (0..<branches).map { values.count + $0 }
        for output in outputs {
            values.append(
                Value(
                    shape: share, producer: nodes.count, storage: output, lastEpoch: original.lastEpoch))
        }
        nodes.append(Node(.split, inputs: [value], outputs: outputs))
        return outputs
    }

    private mutating func fork(_ value: Int, branches: Int) -> [Int] {
        let original = values[value]
        values[value].reader = nodes.count
        let outputs = (0..<branches).map { values.count + $0 }
        for _ in outputs {
            values.append(
                Value(
                    shape: original.shape, producer: nodes.count, storage: original.storage,
                    lastEpoch: original.lastEpoch))
        }
        nodes.append(Node(.fork, inputs: [value], outputs: outputs))
        return outputs
    }
}

extension ParameterTensor {
    /// The last epoch in which it learns.
    fileprivate var lastEpoch: Int {
        guard isTrained else { return 0 }
        return if case .until(let epoch) = learning { epoch } else { .max }
    }
}

extension Graph {
    /// What a profile calls the node.
    func described(_ node: Node) -> PlannedLayer {
        var (name, operations) = ("", 0)
        switch node.operation {
        case .layer(let placed, _): (name, operations) = (placed.layer.description, placed.operations)
        case .part(let part): (name, operations) = ("\(part.placed.layer): \(part.name)", part.operations)
        case .add: name = "residual: sum"
        case .multiply: name = "multiply: product"
        case .join(let layer): name = "\(layer): join"
        case .split: name = "chunk: split"
        case .fork: name = "branches: sum of gradients"
        }
        return PlannedLayer(
            name: name + (node.hasReLU ? " + relu" : "") + (node.takesMaxima ? " + maxpool 2" : ""),
            output: values[node.outputs[0]].shape, operations: operations,
            forwardValues: movedForward(node), backwardValues: movedBackward(node),
            backwardEpochs: lastEpoch(node.outputs), inputGradientEpochs: lastEpoch(node.inputs))
    }

    private func count(_ places: [Int]) -> Int { places.reduce(0) { $0 + values[$1].shape.count } }

    private func movedForward(_ node: Node) -> Int {
        if case .fork = node.operation { return 0 }
        return count(node.inputs) + count(node.outputs)
    }

    private func movedBackward(_ node: Node) -> Int {
        // The branches of a sum have its gradient in common.
        if case .add = node.operation, !node.hasReLU { return 0 }
        return count(node.outputs) + count(node.inputs.filter { values[$0].needsGradient })
            + (node.needs.readsInput ? count(node.inputs) : 0) + (node.readsOutput ? count(node.outputs) : 0)
    }

    private func lastEpoch(_ places: [Int]) -> Int { places.map { values[$0].lastEpoch }.max() ?? 0 }

    func needsBackward(_ node: Node) -> Bool { lastEpoch(node.outputs) > 0 }
}

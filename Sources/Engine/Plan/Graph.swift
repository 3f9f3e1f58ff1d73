// What the engine runs, before it has memory: nodes in the order of their forward passes, and the values that flow between them.
// What does nothing is left out, a ReLU joins the node in front of it, and a value with several readers is forked, so that each
// value has one reader and its gradient one writer.

import Network

/// A layer as the engine runs it.
public struct PlannedLayer: Sendable {
    /// As one would type it: `conv 64, padding: 1 + relu`.
    public let name: String
    /// What flows out of it.
    public let output: Shape
    /// Multiply-adds of one image on the way forward.
    public let operations: Int
    /// Whether somebody needs the gradient of its input.
    public let needsInputGradient: Bool
}

struct Graph {
    struct Value {
        let shape: Shape
        /// The node that writes it; `nil`: the batch.
        let producer: Int?
        var reader: Int?
        /// The value whose map this one is: itself, but for the outputs of a fork.
        let storage: Int
        let needsGradient: Bool
    }

    enum Operation {
        case layer(PlacedLayer)
        /// The sum of a `residual`.
        case add
        /// The joined branches of a `concat`.
        case join
        /// One value for several readers; its backward pass adds their gradients.
        case fork
    }

    struct Node {
        let operation: Operation
        let inputs: [Int]
        let outputs: [Int]
        /// Where Winograd's algorithm computes it.
        let tiling: WinogradTiling?
        /// Whether its backward pass multiplies numbers of 16 bits.
        let isMixed: Bool
        /// Whether the ReLU behind it is computed with it.
        fileprivate(set) var hasReLU = false
    }

    private(set) var nodes: [Node] = []
    private(set) var values: [Value]
    /// What leaves the last layer.
    private(set) var output = 0
    private let images: Int
    private let precision: Precision

    init(_ architecture: Architecture, images: Int, precision: Precision) {
        self.images = images
        self.precision = precision
        values = [Value(shape: architecture.input, producer: nil, storage: 0, needsGradient: false)]
        output = append(architecture.layers, to: 0)
    }

    // MARK: Building

    /// - Returns: the value behind the last layer.
    private mutating func append(_ layers: [PlacedLayer], to value: Int) -> Int {
        layers.reduce(value) { append($1, to: $0) }
    }

    private mutating func append(_ placed: PlacedLayer, to value: Int) -> Int {
        switch placed.layer {
        case .dropout(let rate) where rate == 0: return value
        case .flatten where placed.input.isFlat: return value
        case .activation(.relu):
            if let producer = values[value].producer, nodes[producer].canHaveReLU {
                nodes[producer].hasReLU = true
                return value
            }
        case .residual:
            let forked = fork(value, branches: 2)
            let ends = zip(placed.branches, forked).map { append($0, to: $1) }
            return add(.add, inputs: ends, output: placed.output)
        case .concatenation:
            guard placed.branches.count > 1 else { return append(placed.branches[0], to: value) }
            let forked = fork(value, branches: placed.branches.count)
            let ends = zip(placed.branches, forked).map { append($0, to: $1) }
            return add(.join, inputs: ends, output: placed.output)
        default: break
        }
        return add(
            .layer(placed), inputs: [value], output: placed.output,
            tiling: WinogradTiling(placed, images: images, precision: precision),
            isMixed: precision == .mixed && placed.fitsMixedGradients)
    }

    private mutating func add(
        _ operation: Operation, inputs: [Int], output: Shape, tiling: WinogradTiling? = nil, isMixed: Bool = false
    ) -> Int {
        for input in inputs { values[input].reader = nodes.count }
        values.append(Value(shape: output, producer: nodes.count, storage: values.count, needsGradient: true))
        nodes.append(
            Node(
                operation: operation, inputs: inputs, outputs: [values.count - 1], tiling: tiling, isMixed: isMixed))
        return values.count - 1
    }

    private mutating func fork(_ value: Int, branches: Int) -> [Int] {
        let original = values[value]
        values[value].reader = nodes.count
        let outputs = (0..<branches).map { values.count + $0 }
        for _ in outputs {
            values.append(
                Value(
                    shape: original.shape, producer: nodes.count, storage: original.storage,
                    needsGradient: original.needsGradient))
        }
        nodes.append(Node(operation: .fork, inputs: [value], outputs: outputs, tiling: nil, isMixed: false))
        return outputs
    }
}

extension PlacedLayer {
    fileprivate var fitsMixedGradients: Bool {
        switch layer {
        case .convolution(let settings): MixedGradients.fits(Window(settings), groups: settings.groups)
        case .linear: true
        default: false
        }
    }
}

extension Graph.Node {
    /// The window of a convolution or of a linear layer, which is one of 1x1.
    var window: Window? {
        guard case .layer(let placed) = operation else { return nil }
        return switch placed.layer {
        case .convolution(let settings): Window(settings)
        case .linear: Window()
        default: nil
        }
    }

    fileprivate var canHaveReLU: Bool {
        guard !hasReLU else { return false }
        return switch operation {
        case .add: true
        case .join, .fork: false
        case .layer(let placed): if case .batchNorm = placed.layer { true } else { window != nil }
        }
    }

    // MARK: What a node needs of its neighbours

    /// The zeros that its forward pass reads around its input.
    var inputHalo: Halo {
        guard case .layer(let placed) = operation, let window else { return Halo() }
        return tiling?.halo(input: placed.input, padding: window.padding)
            ?? window.halo(input: placed.input, output: placed.output)
    }

    /// The zeros that its backward pass reads around the gradient of its output.
    var gradientHalo: Halo {
        guard case .layer(let placed) = operation, let window, tiling == nil else { return Halo() }
        return window.gradientHalo(input: placed.input, output: placed.output)
    }

    /// Whether its backward pass reads its input.
    var needsInput: Bool {
        guard case .layer(let placed) = operation else { return false }
        return switch placed.layer {
        case .convolution, .linear, .batchNorm, .maxPool, .activation: true
        default: false
        }
    }

    /// Whether its backward pass reads its output.
    var needsOutput: Bool {
        if hasReLU { return true }
        guard case .layer(let placed) = operation, case .activation = placed.layer else { return false }
        return true
    }

    /// Whether its backward pass overwrites the gradient of its output, which nobody else may then read.
    var overwritesGradient: Bool { window != nil && tiling == nil && hasReLU }

    /// Floats of scratch that each thread needs.
    func threadScratch(images: Int) -> Int {
        guard case .layer(let placed) = operation, let window else { return 0 }
        if let tiling { return tiling.threadCount }
        let (inputs, outputs) = (placed.input.channels, placed.output.channels)
        let direct = Product.scratchCount(
            outputs: outputs, taps: window.kernel.height * window.kernel.width, images: images)
        return isMixed ? max(direct, MixedGradients.threadCount(inputs: inputs, outputs: outputs)) : direct
    }

    /// Floats of scratch that all threads share.
    func sharedScratch(images: Int) -> Int {
        guard case .layer(let placed) = operation, isMixed else { return tiling?.sharedCount ?? 0 }
        return MixedGradients.sharedCount(input: placed.input, output: placed.output, images: images)
    }
}

extension Graph {
    /// What a profile calls the node.
    func described(_ node: Node) -> PlannedLayer {
        var (name, operations) = ("", 0)
        switch node.operation {
        case .layer(let placed): (name, operations) = (placed.layer.description, placed.operations)
        case .add: name = "residual: sum"
        case .join: name = "concat: join"
        case .fork: name = "branches: sum of gradients"
        }
        return PlannedLayer(
            name: name + (node.hasReLU ? " + relu" : ""), output: values[node.outputs[0]].shape, operations: operations,
            needsInputGradient: node.inputs.contains { values[$0].needsGradient })
    }
}

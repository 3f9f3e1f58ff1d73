// From an architecture to passes that run: which layers are one pass, and where everything stands.

import Network

struct Plan {
    let layers: [PlannedLayer]
    let input: Map
    let passes: [any LayerPass]
    let loss: CrossEntropy
    let parameters: ParameterStore
    let moments: UnsafeMutablePointer<Float>

    /// - Parameters:
    ///   - images: the largest batch.
    ///   - threads: each has scratch memory of its own.
    ///   - weights, moments: memory that may outlive the plan.
    init(
        _ architecture: Architecture, images: Int, optimizer: OptimizerOptions, precision: Precision,
        dropoutSeed: UInt64, threads: Int, in arena: inout Arena, weights: inout Arena, moments momentArena: inout Arena
    ) throws(EngineError) {
        guard architecture.input.channels <= 16 || architecture.input.isFlat else {
            throw .inputChannels(architecture.input.channels)
        }
        let graph = Graph(architecture, images: images, precision: precision)
        parameters = ParameterStore(architecture, in: &arena, weights: &weights)
        moments = momentArena.reserve(parameters.trainedCount * optimizer.rule.momentCount)
        let scratch = Scratch(
            threadCount: graph.nodes.map { $0.threadScratch(images: images) }.max() ?? 0,
            sharedCount: graph.nodes.map { $0.sharedScratch(images: images) }.max() ?? 0, threads: threads, in: &arena)
        let maps = Maps(graph, images: images, in: &arena)
        var factory = PassFactory(
            graph: graph, maps: maps, parameters: parameters, images: images, scratch: scratch,
            dropoutSeed: dropoutSeed, arena: arena)
        passes = graph.nodes.map { factory.makePass($0) }
        arena = factory.arena
        input = maps.values[0]
        layers = graph.nodes.map(graph.described)
        let logits = maps.values[graph.output]
        loss = CrossEntropy(logits: logits, gradient: maps.gradients[graph.output] ?? logits)
    }
}

/// Makes the pass of each node.
private struct PassFactory {
    let graph: Graph
    let maps: Maps
    let parameters: ParameterStore
    let images: Int
    let scratch: Scratch
    let dropoutSeed: UInt64
    var arena: Arena
    /// Dropouts made so far, which draw from streams of their own.
    private var dropouts = 0

    init(
        graph: Graph, maps: Maps, parameters: ParameterStore, images: Int, scratch: Scratch, dropoutSeed: UInt64,
        arena: Arena
    ) {
        self.graph = graph
        self.maps = maps
        self.parameters = parameters
        self.images = images
        self.scratch = scratch
        self.dropoutSeed = dropoutSeed
        self.arena = arena
    }

    mutating func makePass(_ node: Graph.Node) -> any LayerPass {
        let output = maps.values[node.outputs[0]]
        // Every value behind a layer has a gradient; one in front of all layers has no use for it.
        let outputGradient = maps.gradients[node.outputs[0]] ?? output
        switch node.operation {
        case .fork:
            return Fork(
                branchGradients: node.outputs.compactMap { maps.gradients[$0] },
                gradient: maps.gradients[node.inputs[0]])
        case .add:
            let others = node.inputs.filter { !graph.sharesGradient($0) }.compactMap { maps.gradients[$0] }
            return Sum(
                inputs: node.inputs.map { maps.values[$0] }, otherGradients: others, output: output,
                outputGradient: outputGradient, hasReLU: node.hasReLU)
        case .join:
            return Join(
                branches: node.inputs.map { (maps.values[$0], maps.gradients[$0]) }, output: output,
                outputGradient: outputGradient)
        case .layer(let placed):
            let ports = Ports(
                input: maps.values[node.inputs[0]], inputGradient: maps.gradients[node.inputs[0]], output: output,
                outputGradient: outputGradient)
            return makePass(placed, node, ports)
        }
    }

    private mutating func makePass(_ placed: PlacedLayer, _ node: Graph.Node, _ ports: Ports) -> any LayerPass {
        switch placed.layer {
        case .convolution(let settings):
            return makeProduct(placed, node, ports, groups: settings.groups)
        case .linear:
            return makeProduct(placed, node, ports, groups: 1)
        case .batchNorm(let settings):
            return BatchNorm(
                settings, ports, parameters: parameters.batchNorm(placed.parameters), hasReLU: node.hasReLU,
                images: images, arena: &arena)
        case .maxPool(let settings):
            return Pooling(.maximum, ports, windows: settings)
        case .averagePool(let settings):
            return Pooling(
                .average(divisor: settings.size.height * settings.size.width), ports, windows: settings)
        case .adaptiveAveragePool:
            return Pooling(adaptiveAverage: ports)
        case .flatten:
            return Flatten(ports)
        case .dropout(let rate):
            dropouts += 1
            return Dropout(
                rate: rate, seed: dropoutSeed, stream: dropouts - 1, ports, images: images, arena: &arena)
        case .activation(.softmax):
            return Softmax(ports)
        case .activation(let activation):
            return Activation(activation, ports)
        case .residual, .concatenation:
            preconditionFailure("the graph takes branches apart")
        }
    }

    private mutating func makeProduct(
        _ placed: PlacedLayer, _ node: Graph.Node, _ ports: Ports, groups: Int
    ) -> any LayerPass {
        let parameters = parameters.product(placed.parameters)
        let window = node.window ?? Window()
        if let tiling = node.tiling {
            return Winograd(
                tiling, ports, parameters: parameters, padding: window.padding, hasReLU: node.hasReLU, scratch: scratch)
        }
        if groups > 1, groups == ports.input.channels, groups == ports.output.channels {
            return Depthwise(
                ports, parameters: parameters, window: window, hasReLU: node.hasReLU, images: images, arena: &arena)
        }
        return Product(
            ports, parameters: parameters, window: window, groups: groups, hasReLU: node.hasReLU,
            isMixed: node.isMixed, images: images, scratch: scratch, arena: &arena)
    }
}

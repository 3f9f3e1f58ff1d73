// From an architecture to passes that run: which layers are one pass, and where everything is.

import Network

struct Plan {
    let layers: [PlannedLayer]
    let input: BlockedMap
    let passes: [any LayerPass]
    let loss: CrossEntropy
    let parameters: ParameterStore
    let moments: UnsafeMutablePointer<Float>
    /// Of all weights, in their layout.
    let average: UnsafeMutablePointer<Float>?
    /// Likewise.
    let best: UnsafeMutablePointer<Float>?
    /// The passes whose weights' gradient waits for the update, by where these begin.
    let late: [Int: (layer: Int, pass: any LatePass)]
    /// Of the optimizer, within its step.
    let updateScratch: UnsafeMutablePointer<Float>

    /// - Parameters:
    ///   - batchSize: by which algorithms are chosen.
    ///   - images: the most that a step has, for which there is room.
    ///   - keepsGradient: whether the gradient of all weights is there before the update.
    ///   - threads: each has scratch memory of its own.
    ///   - weights, moments: memory that may outlive the plan.
    init(
        _ architecture: Architecture, batchSize: Int, images: Int, optimizer: OptimizerOptions, policy: PrecisionPolicy,
        keepsGradient: Bool = true, dropoutSeed: UInt64, threads: Int, in arena: inout Arena, weights: inout Arena,
        moments momentArena: inout Arena
    ) throws(EngineError) {
        guard architecture.input.channels <= 16 || architecture.input.isFlat else {
            throw .inputChannels(architecture.input.channels)
        }
        try checkWindows(of: architecture.layers)
        let graph = Graph(
            architecture,
            AlgorithmChoice(
                batchSize: batchSize, images: images, policy: policy,
                hasLateGradients: !keepsGradient && optimizer.isElementwise))
        let lateWeights = graph.nodes.map(\.needs.lateWeight)
        parameters = ParameterStore(
            architecture, late: Set(lateWeights.compactMap { $0?.name }), in: &arena, weights: &weights)
        moments = momentArena.reserve(parameters.trainedCount * optimizer.momentCount)
        average = optimizer.keepsAverage ? momentArena.reserve(parameters.count) : nil
        best = optimizer.keepsBest ? momentArena.reserve(parameters.count) : nil
        updateScratch = arena.reserve(optimizer.scratchCount(parameters))
        let scratch = Scratch(
            threadCount: graph.nodes.map(\.needs.threadScratch).max() ?? 0,
            sharedCount: graph.nodes.map(\.needs.sharedScratch).max() ?? 0, threads: threads, in: &arena)
        let maps = try MemoryPlan(graph, images: images, in: &arena)
        var site = PassSite(
            parameters: parameters, images: images, scratch: scratch, dropoutSeed: dropoutSeed, arena: arena)
        let passes = graph.nodes.map { graph.makePass($0, maps, on: &site) }
        self.passes = passes
        var late: [Int: (layer: Int, pass: any LatePass)] = [:]
        for (index, weight) in lateWeights.enumerated() {
            guard let weight, let stored = parameters.tensors.first(where: { $0.tensor.name == weight.name }),
                let pass = passes[index] as? any LatePass
            else { continue }
            late[stored.offset] = (index, pass)
        }
        self.late = late
        arena = site.arena
        input = maps.values[0]
        layers = graph.nodes.map(graph.described)
        let logits = maps.values[graph.output]
        loss = CrossEntropy(logits: logits, gradient: maps.gradients[graph.output] ?? logits)
    }
}

/// Refuses windows whose tables of taps and phases would take more memory than a network does: these are made before it
/// is known how much that takes.
private func checkWindows(of layers: [PlacedLayer]) throws(EngineError) {
    for placed in layers {
        if case .convolution(let settings) = placed.layer {
            let window = Window(settings)
            for (count, name) in [
                (window.kernel.height * window.kernel.width, "taps"),
                (window.phaseCount(input: placed.input), "steps of its stride"),
            ] where count > Window.largestCount {
                throw .tooLarge(
                    layer: placed.layer.description,
                    reason: "its window has \(count) \(name), and at most \(Window.largestCount) are possible")
            }
        }
        // The divisor of a mean has 32 bits.
        if let size = placed.layer.pooling?.size, size.height * size.width > Int(Int32.max) {
            throw .tooLarge(
                layer: placed.layer.description,
                reason: "its window has \(size.height * size.width) values, and at most \(Int32.max) are possible")
        }
        for branch in placed.branches { try checkWindows(of: branch) }
    }
}

extension Graph {
    fileprivate func makePass(_ node: Node, _ maps: MemoryPlan, on site: inout PassSite) -> any LayerPass {
        let output = maps.values[node.outputs[0]]
        // A value in front of all that learns has no use for one, and no gradient flows into the node.
        let outputGradient = maps.gradients[node.outputs[0]] ?? output
        func makeSinglePass(_ plan: any PassPlan) -> any LayerPass {
            let ports = Ports(
                input: maps.values[node.inputs[0]], inputGradient: maps.gradients[node.inputs[0]], output: output,
                outputGradient: outputGradient)
            return plan.makePass(ports, hasReLU: node.hasReLU, on: &site)
        }
        switch node.operation {
        case .fork:
            return Fork(
                branchGradients: node.outputs.compactMap { maps.gradients[$0] },
                gradient: maps.gradients[node.inputs[0]])
        case .split:
            return Split(
                input: maps.values[node.inputs[0]], inputGradient: maps.gradients[node.inputs[0]],
                branches: node.outputs.map { (maps.values[$0], maps.gradients[$0]) })
        case .add:
            let others = node.inputs.filter { !sharesGradient($0) }.compactMap { maps.gradients[$0] }
            return Sum(
                inputs: node.inputs.map { maps.values[$0] }, otherGradients: others, output: output,
                outputGradient: outputGradient, hasReLU: node.hasReLU)
        case .multiply:
            return Multiplication(
                value: (maps.values[node.inputs[0]], maps.gradients[node.inputs[0]]),
                factor: (maps.values[node.inputs[1]], maps.gradients[node.inputs[1]]), output: output,
                outputGradient: outputGradient)
        case .join:
            return Join(
                branches: node.inputs.map { (maps.values[$0], maps.gradients[$0]) }, output: output,
                outputGradient: outputGradient)
        case .layer(_, let plan): return makeSinglePass(plan)
        case .part(let part): return makeSinglePass(part.plan)
        }
    }
}

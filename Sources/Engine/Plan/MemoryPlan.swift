// Where the values of a graph and their gradients lie in memory: buffers whose lifetimes do not overlap share it.

import Network

struct MemoryPlan {
    /// Of each value.
    let values: [BlockedMap]
    /// Of each value; `nil` where it is not needed.
    let gradients: [BlockedMap?]

    /// A step's passes in time: the batch, each node forward, the loss, and each node backward.
    private struct Timeline {
        let nodes: Int
        var last: Int { 2 * nodes + 1 }
        var loss: Int { nodes + 1 }
        func forward(_ node: Int?) -> Int { node.map { $0 + 1 } ?? 0 }
        func backward(_ node: Int?) -> Int { node.map { last - $0 } ?? last }
    }

    init(_ graph: Graph, images: Int, in arena: inout Arena) throws(EngineError) {
        func check(_ value: Graph.Value, _ halo: Halo, of node: Graph.Node?) throws(EngineError) {
            guard !BlockedMap.isAddressable(value.shape, images: images, halo: halo) else { return }
            throw .tooLarge(
                layer: node.map { graph.described($0).name } ?? "input \(value.shape)",
                reason: "\(images) maps of \(value.shape) and the zeros around them cannot be addressed")
        }
        let time = Timeline(nodes: graph.nodes.count)
        let whole = 0...time.last
        let roots = Self.gradientRoots(graph)
        var (valueHalos, valueLives) = ([Int: Halo](), [Int: ClosedRange<Int>]())
        var (gradientHalos, gradientLives) = ([Int: Halo](), [Int: ClosedRange<Int>]())
        for (index, value) in graph.values.enumerated() {
            let reader = value.reader.map { graph.nodes[$0] }
            let producer = value.producer.map { graph.nodes[$0] }
            let isReadBackward =
                (
                    producer: producer.map { $0.readsOutput && graph.needsBackward($0) } ?? false,
                    reader: reader.map { $0.needs.readsInput && graph.needsBackward($0) } ?? false
                )
            let halo = (valueHalos[value.storage] ?? Halo()).union(reader?.needs.inputHalo ?? Halo())
            valueHalos[value.storage] = halo
            // A layer that reads zeros around its input is the cause, else the one that writes so large a map.
            let isReader = reader.map { $0.needs.inputHalo != Halo() } ?? false
            try check(value, halo, of: isReader ? reader : producer)
            // The batch and the outputs are there whenever somebody asks.
            let isEnd = value.producer == nil || value.reader == nil
            let end =
                [
                    time.forward(value.reader), isReadBackward.producer ? time.backward(value.producer) : 0,
                    isReadBackward.reader ? time.backward(value.reader) : 0,
                    reader?.needs.lateWeight != nil ? time.last : 0,
                ].max() ?? 0
            let life = isEnd ? whole : time.forward(value.producer)...max(end, time.forward(value.producer))
            valueLives[value.storage] = (valueLives[value.storage] ?? life).hull(life)

            guard value.needsGradient else { continue }
            let root = roots[index]
            let gradientHalo = (gradientHalos[root] ?? Halo()).union(producer?.needs.gradientHalo ?? Halo())
            gradientHalos[root] = gradientHalo
            try check(value, gradientHalo, of: producer)
            let start = value.reader == nil ? time.loss : time.backward(value.reader)
            let isReadLate = producer?.needs.lateWeight != nil
            let gradientLife = start...(isReadLate ? time.last : time.backward(value.producer))
            gradientLives[root] = (gradientLives[root] ?? gradientLife).hull(gradientLife)
        }

        // A halo is zero from the start and must stay so: such a map shares its memory with nobody.
        var buffers: [Buffer] = []
        func buffer(_ value: Int, _ halo: Halo, _ life: ClosedRange<Int>) -> Int {
            let count = BlockedMap.count(graph.values[value].shape, images: images, halo: halo)
            buffers.append(Buffer(count: count, life: halo == Halo() ? life : whole))
            return buffers.count - 1
        }
        let storages = valueLives.keys.sorted()
        let valueBuffers = Dictionary(
            uniqueKeysWithValues: storages.map { ($0, buffer($0, valueHalos[$0] ?? Halo(), valueLives[$0] ?? whole)) })
        let gradientBuffers = Dictionary(
            uniqueKeysWithValues: gradientLives.keys.sorted().map {
                ($0, buffer($0, gradientHalos[$0] ?? Halo(), gradientLives[$0] ?? whole))
            })
        let (offsets, count) = placeBuffers(buffers)
        let base = arena.reserve(count)
        values = graph.values.map { value in
            BlockedMap(
                graph.values[value.storage].shape, halo: valueHalos[value.storage] ?? Halo(),
                at: base + offsets[valueBuffers[value.storage] ?? 0])
        }
        gradients = graph.values.indices.map { index in
            gradientBuffers[roots[index]].map {
                BlockedMap(
                    graph.values[index].shape, halo: gradientHalos[roots[index]] ?? Halo(), at: base + offsets[$0])
            }
        }
    }

    /// The gradient of a sum is that of each of its terms: they share one map, unless a reader overwrites it.
    private static func gradientRoots(_ graph: Graph) -> [Int] {
        var roots = Array(graph.values.indices)
        // Backwards, so that sums of sums share as well.
        for node in graph.nodes.reversed() {
            guard case .add = node.operation else { continue }
            for input in node.inputs where graph.sharesGradient(input) { roots[input] = roots[node.outputs[0]] }
        }
        return roots
    }
}

extension Graph {
    /// Whether the gradient of a sum's term is the map of the sum's own.
    func sharesGradient(_ value: Int) -> Bool {
        values[value].needsGradient && !(values[value].producer.map { nodes[$0].overwritesGradient } ?? false)
    }
}

extension ClosedRange<Int> {
    fileprivate func hull(_ other: Self) -> Self {
        Swift.min(lowerBound, other.lowerBound)...Swift.max(upperBound, other.upperBound)
    }
}

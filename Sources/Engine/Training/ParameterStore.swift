// The trained tensors of a network: where they stand in the engine's layout, and their form in PyTorch's.

import Network
import Runtime

/// One tensor, padded to panels of 32 outputs: a weight `[K/32][C][taps][32]`, a bias `[K/32][32]`.
struct StoredTensor {
    let tensor: ParameterTensor
    /// In floats from the start of the parameters.
    let offset: Int

    /// Outputs, which are the lanes of a panel.
    var outputs: Int { tensor.shape[0] }
    /// Values for each output: C * taps.
    var rows: Int { tensor.count / max(1, outputs) }
    var paddedCount: Int { (outputs + 31) / 32 * rows * 32 }

    /// Where element `row` of output `k` stands.
    func index(output k: Int, row: Int) -> Int { offset + (k / 32 * rows + row) * 32 + k % 32 }
}

/// What a product needs of its parameters.
struct ProductParameters {
    let weights: UnsafeMutablePointer<Float>
    let weightGradient: UnsafeMutablePointer<Float>
    let bias: UnsafeMutablePointer<Float>?
    let biasGradient: UnsafeMutablePointer<Float>?
}

struct ParameterStore {
    let tensors: [StoredTensor]
    /// Floats of all tensors, padded.
    let count: Int
    let weights: UnsafeMutablePointer<Float>
    let gradient: UnsafeMutablePointer<Float>

    init(_ architecture: Architecture, in arena: inout Arena, weights weightArena: inout Arena) {
        var tensors: [StoredTensor] = []
        var count = 0
        for tensor in architecture.parameters {
            let stored = StoredTensor(tensor: tensor, offset: count)
            tensors.append(stored)
            count += stored.paddedCount
        }
        self.tensors = tensors
        self.count = count
        weights = weightArena.reserve(count)
        gradient = arena.reserve(count)
    }

    /// The parameters of a layer whose weight has this name.
    func product(weight: ParameterTensor, bias: ParameterTensor?) -> ProductParameters {
        func offset(_ tensor: ParameterTensor) -> Int {
            guard let stored = tensors.first(where: { $0.tensor.name == tensor.name }) else {
                preconditionFailure("\(tensor.name) is no parameter of this network")
            }
            return stored.offset
        }
        let weightOffset = offset(weight)
        let biasOffset = bias.map(offset)
        return ProductParameters(
            weights: weights + weightOffset, weightGradient: gradient + weightOffset,
            bias: biasOffset.map { weights + $0 }, biasGradient: biasOffset.map { gradient + $0 })
    }

    // MARK: PyTorch's order

    func write(_ values: [Float], to stored: StoredTensor) {
        precondition(values.count == stored.tensor.count, "\(stored.tensor.name) has \(stored.tensor.count) values")
        stored.forEachElement(of: 0..<stored.outputs) { element, place in weights[place] = values[element] }
    }

    // MARK: Initialization

    /// PyTorch's default for `nn.Conv2d` and `nn.Linear` (`kaiming_uniform_` with a = sqrt 5, He et al. 2015): weight and bias
    /// uniform in plus and minus 1 / sqrt(fan in). Tensors of one shape in two networks start alike: the stream is a hash
    /// of the kind, the weight's shape, and how many of that shape came before.
    func initialize(seed: UInt64, on pool: ThreadPool) {
        var seen: [[Int]: Int] = [:]
        var weight: (shape: [Int], fanIn: Int, number: Int) = ([], 1, 0)
        for stored in tensors {
            let isWeight = stored.tensor.shape.count > 1
            if isWeight {
                let shape = stored.tensor.shape
                weight = (shape, max(1, stored.rows), seen[shape, default: 0])
                seen[shape, default: 0] += 1
            }
            let bound = Float(1 / Double(weight.fanIn).squareRoot())
            let stream = RandomStream.hash([isWeight ? 0 : 1, weight.number] + weight.shape)
            let random = RandomStream(seed: seed, role: .initialization, stream: stream)
            stored.forEachPanel(on: pool) { outputs in
                // A panel begins with a multiple of 32 values, so with a whole block of random words.
                let first = outputs.lowerBound * stored.rows
                withUnsafeTemporaryAllocation(of: Float.self, capacity: outputs.count * stored.rows) { values in
                    random.fillUniform(values, low: -bound, high: bound, from: first)
                    stored.forEachElement(of: outputs) { element, place in weights[place] = values[element - first] }
                }
            }
        }
    }
}

extension StoredTensor {
    /// The values in PyTorch's order.
    func read(from parameters: UnsafePointer<Float>) -> [Float] {
        [Float](unsafeUninitializedCapacity: tensor.count) { buffer, count in
            forEachElement(of: 0..<outputs) { element, place in
                buffer.initializeElement(at: element, to: parameters[place])
            }
            count = tensor.count
        }
    }

    /// Calls `body` once for each panel of 32 outputs, on all threads.
    fileprivate func forEachPanel(on pool: ThreadPool, _ body: (_ outputs: Range<Int>) -> Void) {
        pool.forEachTile((outputs + 31) / 32) { panel, _ in body(panel * 32..<min(outputs, panel * 32 + 32)) }
    }

    /// Calls `body` with the number of each element in PyTorch's order, and where it stands here. Sixteen rows at a time:
    /// both sides then move whole cache lines.
    @inline(__always)
    fileprivate func forEachElement(of outputs: Range<Int>, _ body: (_ element: Int, _ place: Int) -> Void) {
        for firstRow in stride(from: 0, to: rows, by: 16) {
            let rowRange = firstRow..<min(rows, firstRow + 16)
            for output in outputs {
                for row in rowRange { body(output * rows + row, index(output: output, row: row)) }
            }
        }
    }
}

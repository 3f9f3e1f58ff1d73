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

    init(_ architecture: Architecture, in arena: inout Arena) {
        var tensors: [StoredTensor] = []
        var count = 0
        for tensor in architecture.parameters {
            let stored = StoredTensor(tensor: tensor, offset: count)
            tensors.append(stored)
            count += stored.paddedCount
        }
        self.tensors = tensors
        self.count = count
        weights = arena.reserve(count)
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

    func read(_ stored: StoredTensor, from values: UnsafeMutablePointer<Float>) -> [Float] {
        [Float](unsafeUninitializedCapacity: stored.tensor.count) { buffer, count in
            // Sixteen rows at a time: both sides then move whole cache lines, which matters for 33 million weights.
            for panel in stride(from: 0, to: stored.outputs, by: 32) {
                for firstRow in stride(from: 0, to: stored.rows, by: 16) {
                    let rows = firstRow..<min(stored.rows, firstRow + 16)
                    for output in panel..<min(stored.outputs, panel + 32) {
                        for row in rows {
                            buffer[output * stored.rows + row] = values[stored.index(output: output, row: row)]
                        }
                    }
                }
            }
            count = stored.tensor.count
        }
    }

    func write(_ values: [Float], to stored: StoredTensor) {
        precondition(values.count == stored.tensor.count, "\(stored.tensor.name) has \(stored.tensor.count) values")
        for output in 0..<stored.outputs {
            for row in 0..<stored.rows {
                weights[stored.index(output: output, row: row)] = values[output * stored.rows + row]
            }
        }
    }

    // MARK: Initialization

    /// PyTorch's default for `nn.Conv2d` and `nn.Linear` (`kaiming_uniform_` with a = sqrt 5, He et al. 2015): weight and bias
    /// uniform in plus and minus 1 / sqrt(fan in). Tensors of one shape in two networks start alike: the stream is a hash
    /// of the kind, the weight's shape, and how many of that shape came before.
    func initialize(seed: UInt64) {
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
            var values = [Float](repeating: 0, count: stored.tensor.count)
            values.withUnsafeMutableBufferPointer { random.fillUniform($0, low: -bound, high: bound) }
            write(values, to: stored)
        }
    }
}

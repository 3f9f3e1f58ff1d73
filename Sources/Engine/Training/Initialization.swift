// How weights are initialized: PyTorch's defaults, from the seed of `init`.

import Network
import Runtime

extension ParameterStore {
    /// PyTorch's default for `nn.Conv2d` and `nn.Linear` (`kaiming_uniform_` with a = sqrt 5, He et al. 2015): weight
    /// and bias uniform in plus and minus 1 / sqrt(fan in). Tensors of one shape in two networks start alike: the
    /// stream is a hash of the kind, the weight's shape, and how many of that shape came before. A norm begins with 1
    /// and 0, and a learned slope with 0.25.
    ///
    /// Once it is cancelled, what is left is not drawn.
    func initialize(seed: UInt64, on pool: ThreadPool, _ cancellation: Cancellation?) {
        var seen: [[Int]: Int] = [:]
        var weight: (shape: [Int], fanIn: Int, number: Int) = ([], 1, 0)
        for stored in tensors {
            if let value = stored.tensor.initialValue {
                write([Float](repeating: Float(value), count: stored.tensor.count), to: stored)
                continue
            }
            let isWeight = stored.tensor.role == .weight
            if isWeight {
                let shape = stored.tensor.shape
                weight = (shape, max(1, stored.rows), seen[shape, default: 0])
                seen[shape, default: 0] += 1
            }
            let bound = Float(1 / Double(weight.fanIn).squareRoot())
            let stream = RandomStream.hash([isWeight ? 0 : 1, weight.number] + weight.shape)
            let random = RandomStream(seed: seed, role: .initialization, stream: stream)
            stored.forEachPanel(on: pool, cancellation) { outputs in
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
    /// Calls `body` once for each panel of 32 outputs, on all threads.
    fileprivate func forEachPanel(
        on pool: ThreadPool, _ cancellation: Cancellation?, _ body: (_ outputs: Range<Int>) -> Void
    ) {
        pool.forEachTile((outputs + 31) / 32, cancellation: cancellation) { panel, _ in
            body(panel * 32..<min(outputs, panel * 32 + 32))
        }
    }
}

// How weights are initialized: PyTorch's defaults or what `init:` says, from the seed of `init`, and from images where
// they are whitened.

import Network
import Runtime

/// The images that a layer is whitened by: the first of a training set, as they are.
public struct FirstImages: Sendable {
    let source: any BatchSource
    let count: Int

    /// As many as are looked at, where there are so many.
    public static let most = 5000

    public init(_ source: any BatchSource, of count: Int) {
        (self.source, self.count) = (source, min(count, Self.most))
    }
}

extension ParameterStore {
    /// Tensors of one shape in two networks start alike: the stream is a hash of the kind, the weight's shape, and how
    /// many of that shape came before. Number `i` of a tensor, in PyTorch's order, is made of the stream's number `i`.
    ///
    /// Once it is cancelled, what is left is not drawn.
    ///
    /// - Parameters:
    ///   - input: the shape of an image.
    ///   - images: `nil` where there are none: what they would whiten begins as by default.
    func initialize(
        seed: UInt64, input: Shape, images: FirstImages?, on pool: ThreadPool, _ cancellation: Cancellation?
    ) {
        var seen: [[Int]: Int] = [:]
        var weight: (shape: [Int], fanIn: Int, number: Int) = ([], 1, 0)
        for stored in tensors {
            let isWeight = stored.tensor.role == .weight
            if isWeight {
                let shape = stored.tensor.shape
                weight = (shape, max(1, stored.rows), seen[shape, default: 0])
                seen[shape, default: 0] += 1
            }
            var key = [isWeight ? 0 : 1, weight.number] + weight.shape
            if stored.tensor.role == .position {
                let shape = stored.tensor.shape
                // Shapes of weights have two or four sizes, these have three.
                key = [2, seen[shape, default: 0]] + shape
                seen[shape, default: 0] += 1
            }
            let random = RandomStream(seed: seed, role: .initialization, stream: RandomStream.hash(key))
            let fanIn = Double(weight.fanIn)
            /// PyTorch's `kaiming_uniform_` with a = sqrt 5.
            func fillAsByDefault() { fillUniform(stored, random, bound: 1 / fanIn.squareRoot(), pool, cancellation) }
            switch stored.tensor.initial {
            case .constant(let value):
                write([Float](repeating: Float(value), count: stored.tensor.count), to: stored)
            case .uniform: fillAsByDefault()
            case .normal(let deviation): fillNormal(stored, random, deviation: deviation, pool, cancellation)
            case .kaiming: fillNormal(stored, random, deviation: (2 / fanIn).squareRoot(), pool, cancellation)
            case .xavier:
                let taps = stored.tensor.shape.dropFirst(2).reduce(1, *)
                let bound = (6 / (fanIn + Double(stored.outputs * taps))).squareRoot()
                fillUniform(stored, random, bound: bound, pool, cancellation)
            case .orthogonal:
                write(orthogonalRows(stored.outputs, stored.rows, random, pool, cancellation), to: stored)
            case .dirac(let groups):
                fillAsByDefault()
                var values = stored.read(from: weights)
                setIdentity(&values, stored.tensor.shape, groups: groups)
                write(values, to: stored)
            case .whitening(let dilation):
                guard let images else {
                    fillAsByDefault()
                    continue
                }
                let kernel = Extent(stored.tensor.shape[2], stored.tensor.shape[3])
                let patches = Patches(of: input, kernel: kernel, dilation: dilation)
                write(patches.whiteningFilters(stored.outputs, images, pool, cancellation), to: stored)
            }
        }
    }

    /// Uniform in plus and minus `bound`.
    private func fillUniform(
        _ stored: StoredTensor, _ random: RandomStream, bound: Double, _ pool: ThreadPool,
        _ cancellation: Cancellation?
    ) {
        let bound = Float(bound)
        stored.forEachPanel(on: pool, cancellation) { outputs in
            // A panel begins with a multiple of 32 values, so with a whole block of random words.
            let first = outputs.lowerBound * stored.rows
            withUnsafeTemporaryAllocation(of: Float.self, capacity: outputs.count * stored.rows) { values in
                random.fillUniform(values, low: -bound, high: bound, from: first)
                stored.forEachElement(of: outputs) { element, place in weights[place] = values[element - first] }
            }
        }
    }

    /// Normal with mean 0.
    private func fillNormal(
        _ stored: StoredTensor, _ random: RandomStream, deviation: Double, _ pool: ThreadPool,
        _ cancellation: Cancellation?
    ) {
        stored.forEachPanel(on: pool, cancellation) { outputs in
            let first = outputs.lowerBound * stored.rows
            withUnsafeTemporaryAllocation(of: Double.self, capacity: outputs.count * stored.rows) { values in
                random.fillNormal(values, from: first)
                stored.forEachElement(of: outputs) { element, place in
                    weights[place] = Float(values[element - first] * deviation)
                }
            }
        }
    }
}

/// The first filters of each group pass one channel on at the middle of their window: `nn.init.dirac_`, of a linear
/// layer `nn.init.eye_`.
private func setIdentity(_ values: inout [Float], _ shape: [Int], groups: Int) {
    let (filters, channels) = (shape[0] / groups, shape[1])
    let taps = shape.dropFirst(2).reduce(1, *)
    let middle = shape.count == 4 ? shape[2] / 2 * shape[3] + shape[3] / 2 : 0
    for group in 0..<groups {
        for filter in 0..<min(filters, channels) {
            let row = (group * filters + filter) * channels * taps
            for place in row..<row + channels * taps { values[place] = 0 }
            values[row + filter * taps + middle] = 1
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

// The norm of the whole gradient, and its limit: `torch.nn.utils.clip_grad_norm_`.

import CKernels
import Runtime

struct GradientNorm {
    private let gradient: UnsafeMutablePointer<Float>
    private let count: Int
    /// The sum of squares of each tile of the gradient.
    private var squares: [Double]

    private static let tile = Update.tile

    init(of gradient: UnsafeMutablePointer<Float>, count: Int) {
        self.gradient = gradient
        self.count = count
        squares = [Double](repeating: 0, count: (count + Self.tile - 1) / Self.tile)
    }

    /// Scales the gradient to `largest` where its norm is larger: the tiles' sums are joined in order.
    mutating func limit(to largest: Double, _ kernels: tandem_kernel_table, _ pool: ThreadPool) {
        let (gradient, count) = (gradient, count)
        let tiles = squares.count
        squares.withUnsafeMutableBufferPointer { buffer in
            let sums = buffer.baseAddress
            pool.forEachTile(tiles) { tile, _ in
                let start = tile * Self.tile
                sums?[tile] = kernels.sum_of_squares(gradient + start, Int64(min(Self.tile, count - start)))
            }
        }
        let norm = squares.reduce(0, +).squareRoot()
        let factor = largest / (norm + 1e-6)
        guard !(factor >= 1) else { return }
        pool.forEachTile(tiles) { tile, _ in
            let start = tile * Self.tile
            kernels.scale(gradient + start, Float(factor), Int64(min(Self.tile, count - start)))
        }
    }
}

// Muon (Jordan et al. 2024): momentum whose step is made orthogonal, all singular values brought near 1, by a few
// Newton-Schulz steps: `torch.optim.Muon` in float32. For the matrices between the first and the last weight of a
// network; all else is left to another optimizer, as Jordan does.

import CKernels
import Network

struct Muon: OptimizerRule {
    let learningRate: Double
    let momentum: Double
    let isNesterov: Bool
    /// Newton-Schulz steps.
    let steps: Int
    /// Shrinks the weights, as AdamW's does.
    let weightDecay: Double
    /// Of all tensors but hidden weights.
    private let rest: OptimizerOptions

    let momentCount = 1
    var others: OptimizerOptions? { rest }
    var hasMomentum: Bool { momentum > 0 }

    static let names = ["muon"]
    let name = "muon"

    /// As in Jordan's `MuonWithAuxAdam`.
    static let standardOthers = OptimizerOptions.adam(
        learningRate: 3e-4, beta1: 0.9, beta2: 0.95, epsilon: 1e-10, weightDecay: 0, isDecoupled: true)

    init(
        learningRate: Double, momentum: Double, isNesterov: Bool, steps: Int, weightDecay: Double,
        others: OptimizerOptions
    ) {
        precondition(others.rule.others == nil, "the others of Muon have a rule without others")
        self.learningRate = learningRate
        self.momentum = momentum
        self.isNesterov = isNesterov
        self.steps = steps
        self.weightDecay = weightDecay
        rest = others
    }

    var settings: [OptimizerSetting] {
        [
            OptimizerSetting("lr", learningRate, default: nil), OptimizerSetting("momentum", momentum, default: 0.95),
            OptimizerSetting("nesterov", isNesterov, default: true),
            OptimizerSetting("steps", Double(steps), default: 5),
            OptimizerSetting("weightdecay", weightDecay, default: 0),
            OptimizerSetting("others", rest, default: Self.standardOthers),
        ]
    }

    func updates(_ view: ParameterView) -> Bool {
        view.isHidden && view.role == .weight && view.shape.count >= 2
    }

    func scratchCount(_ views: [ParameterView]) -> Int {
        views.filter(updates).map { MuonScratch(shape: $0.shape, base: nil).count }.max() ?? 0
    }

    /// A tensor is a matrix to it.
    var isElementwise: Bool { false }

    mutating func run(_ update: Update) {
        for view in update.parameters {
            let scratch = MuonScratch(shape: view.shape, base: update.scratch)
            let rate = learningRate * (update.rate * view.factors.learningRate)
            var settings = tandem_optimizer()
            settings.rest1 = Float(1 - update.momentum(momentum))
            settings.is_nesterov = isNesterov ? 1 : 0
            update.run("muon_direction", over: view, settings, to: scratch.direction)
            let iteration = NewtonSchulz(scratch, update)
            let orthogonal = iteration.run(steps)
            // The scale of `adjust_lr_fn="original"`.
            let scale = max(1, Double(scratch.outputs) / Double(scratch.rows)).squareRoot()
            iteration.step(
                from: orthogonal, weights: update.weights + view.range.lowerBound,
                factor: Float(1 - rate * (weightDecay * view.factors.weightDecay)), rate: Float(-rate * scale))
        }
    }
}

/// The memory of one matrix `[outputs, rows]`, whose smaller side is `n` and whose larger is `m`.
private struct MuonScratch {
    let outputs: Int
    let rows: Int
    let isTransposed: Bool
    let n: Int
    let m: Int
    let panels: Int
    /// Floats from one block of 16 channels of a map to the next: whole tiles of 8 pixels.
    let block: Int

    /// Momentum with the gradient, in the layout of the weights.
    let direction: UnsafeMutablePointer<Float>
    let maps: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
    let gram: UnsafeMutablePointer<Float>
    let gramMap: UnsafeMutablePointer<Float>
    let square: UnsafeMutablePointer<Float>
    /// Room for the sum of squares of each tile.
    let squares: UnsafeMutablePointer<Float>
    let count: Int

    /// - Parameters:
    ///   - shape: of the weight, in PyTorch's order.
    ///   - base: `nil` only counts.
    init(shape: [Int], base: UnsafeMutablePointer<Float>?) {
        outputs = shape[0]
        rows = shape.dropFirst().reduce(1, *)
        isTransposed = outputs > rows
        (n, m) = isTransposed ? (rows, outputs) : (outputs, rows)
        panels = (n + 31) / 32
        block = (m + 7) / 8 * 8 * 16
        var arena = Arena(base: base)
        let padded = (outputs + 31) / 32 * 32 * rows
        direction = arena.reserve(padded)
        maps = (arena.reserve(2 * panels * block), arena.reserve(2 * panels * block))
        gram = arena.reserve(panels * n * 32)
        gramMap = arena.reserve(2 * panels * n * 16)
        square = arena.reserve(panels * n * 32)
        squares = arena.reserve(2 * ((padded + Update.tile - 1) / Update.tile))
        count = arena.count
    }
}

/// X <- (a + b G + c G^2) X with G = X X^T, from a direction of norm 1. Every sum runs in a fixed order, whatever the
/// number of threads: tiles are blocks of the results.
private struct NewtonSchulz {
    private let scratch: MuonScratch
    private let update: Update
    private static let (a, b, c): (Float, Float, Float) = (3.4445, -4.7750, 2.0315)
    /// Pixels summed or computed at a time: what they read stays in the second-level cache.
    private static let (summedPixels, pixels) = (256, 64)

    init(_ scratch: MuonScratch, _ update: Update) { (self.scratch, self.update) = (scratch, update) }

    /// - Returns: the map that holds the result.
    func run(_ steps: Int) -> UnsafeMutablePointer<Float> {
        var (x, y) = scratch.maps
        begin(x, factor: 1 / max(1e-7, norm))
        for _ in 0..<steps {
            gram(of: x, pixels: scratch.m, block: scratch.block, to: scratch.gram) { [scratch, kernels] p, q in
                kernels.mirror_block(
                    scratch.gram, Int32(scratch.n), Int32(p), Int32(q), scratch.gramMap, scratch.n * 16)
            }
            gram(of: scratch.gramMap, pixels: scratch.n, block: scratch.n * 16, to: scratch.square) {
                [scratch, kernels] p, q in
                let n = Int32(scratch.n)
                kernels.polynomial_block(
                    scratch.gram, scratch.square, n, Int32(p), Int32(q), Self.a, Self.b, Self.c)
                kernels.mirror_block(scratch.square, n, Int32(p), Int32(q), nil, 0)
            }
            multiply(x, to: y)
            swap(&x, &y)
        }
        return x
    }

    private var kernels: tandem_kernel_table { update.kernels }

    /// Frobenius' norm of the direction; sums of tiles are joined in order.
    private var norm: Double {
        let (direction, kernels) = (scratch.direction, update.kernels)
        let count = (scratch.outputs + 31) / 32 * 32 * scratch.rows
        let tiles = (count + Update.tile - 1) / Update.tile
        let sums = UnsafeMutableRawPointer(scratch.squares).bindMemory(to: Double.self, capacity: tiles)
        update.pool.forEachTile(tiles) { tile, _ in
            let start = tile * Update.tile
            sums[tile] = kernels.sum_of_squares(direction + start, Int64(min(Update.tile, count - start)))
        }
        return (0..<tiles).reduce(0) { $0 + sums[$1] }.squareRoot()
    }

    private func begin(_ x: UnsafeMutablePointer<Float>, factor: Double) {
        let (scratch, kernels) = (scratch, update.kernels)
        update.pool.forEachTile(2 * scratch.panels) { block, _ in
            let map = x + block * scratch.block
            kernels.matrix_to_map(
                scratch.direction, Int32(scratch.outputs), Int32(scratch.rows), scratch.isTransposed ? 1 : 0,
                Int32(block), Float(factor), map)
            (map + scratch.m * 16).update(repeating: 0, count: scratch.block - scratch.m * 16)
        }
    }

    /// x x^T in panels: the blocks of one half, each finished by what puts it in the other half.
    private func gram(
        of x: UnsafeMutablePointer<Float>, pixels: Int, block: Int, to gram: UnsafeMutablePointer<Float>,
        finish: (_ p: Int, _ q: Int) -> Void
    ) {
        let (n, kernels, panels) = (scratch.n, update.kernels, scratch.panels)
        update.pool.forEachTile(panels * (panels + 1) / 2) { tile, _ in
            var (p, q) = (tile, 0)
            while p > q {
                q += 1
                p -= q
            }
            var job = tandem_tile_gradient()
            job.x_block = block
            job.dy_block = block
            job.dw = gram + (q * n + p * 32) * 32
            (job.positions, job.panels, job.channels) = (1, 1, Int32(min(32, n - p * 32)))
            for start in stride(from: 0, to: pixels, by: Self.summedPixels) {
                job.x = UnsafePointer(x + 2 * p * block + start * 16)
                job.dy = UnsafePointer(x + 2 * q * block + start * 16)
                job.tiles = Int32(min(Self.summedPixels, pixels - start))
                job.accumulate = start > 0 ? 1 : 0
                kernels.tile_gradient(&job)
            }
            finish(p, q)
        }
    }

    /// y = (the polynomial) x
    private func multiply(_ x: UnsafeMutablePointer<Float>, to y: UnsafeMutablePointer<Float>) {
        let (scratch, kernels) = (scratch, update.kernels)
        let pixels = scratch.block / 16
        let chunks = (pixels + Self.pixels - 1) / Self.pixels
        update.pool.forEachTile(scratch.panels * chunks) { tile, _ in
            let (panel, start) = (tile / chunks, tile % chunks * Self.pixels)
            var job = tandem_tile_product()
            job.x = UnsafePointer(x + start * 16)
            job.x_block = scratch.block
            job.w = UnsafePointer(scratch.square + panel * scratch.n * 32)
            job.y = y + 2 * panel * scratch.block + start * 16
            job.y_block = scratch.block
            (job.positions, job.panels, job.channels) = (1, 1, Int32(scratch.n))
            job.tiles = Int32(min(Self.pixels, pixels - start))
            kernels.tile_product(&job)
        }
    }

    /// weights = factor * weights + rate * x
    func step(from x: UnsafeMutablePointer<Float>, weights: UnsafeMutablePointer<Float>, factor: Float, rate: Float) {
        let (scratch, kernels) = (scratch, update.kernels)
        update.pool.forEachTile((scratch.outputs + 31) / 32) { panel, _ in
            kernels.matrix_step(
                x, scratch.block, Int32(scratch.outputs), Int32(scratch.rows), scratch.isTransposed ? 1 : 0,
                Int32(panel), factor, rate, weights)
        }
    }
}

extension Muon {
    init(_ reader: inout OptimizerSettingsReader) throws(OptimizerSettingsError) {
        let steps = try reader.number("steps", in: 1...20)
        guard let steps = Int(exactly: steps) else {
            throw OptimizerSettingsError(description: "`steps` of the optimizer is not a whole number")
        }
        self.init(
            learningRate: try reader.number("lr"), momentum: try reader.share("momentum"),
            isNesterov: try reader.flag("nesterov"), steps: steps,
            weightDecay: try reader.number("weightdecay"), others: try reader.optimizer("others"))
    }
}

extension OptimizerOptions {
    /// - Parameter others: what updates all tensors but the weights between the first and the last; Jordan's AdamW
    ///   where there is none.
    public static func muon(
        learningRate: Double = 0.02, momentum: Double = 0.95, isNesterov: Bool = true, steps: Int = 5,
        weightDecay: Double = 0, others: OptimizerOptions? = nil
    ) -> OptimizerOptions {
        OptimizerOptions(
            Muon(
                learningRate: learningRate, momentum: momentum, isNesterov: isNesterov, steps: steps,
                weightDecay: weightDecay, others: others ?? Muon.standardOthers))
    }
}

// One pass over the contiguous parameters, after every backward pass.

import CKernels
import Glibc
import Runtime

/// Settings and defaults are those of `torch.optim`. With `isDecoupled`, Adam is AdamW: the decay shrinks the weights instead of
/// being added to the gradient.
public enum OptimizerOptions: Hashable, Sendable {
    case sgd(learningRate: Double = 1e-2, momentum: Double = 0, weightDecay: Double = 0, isNesterov: Bool = false)
    case adam(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0, isDecoupled: Bool = false)

    public var learningRate: Double {
        switch self {
        case .sgd(let learningRate, _, _, _), .adam(let learningRate, _, _, _, _, _): learningRate
        }
    }

    /// Numbers kept for each parameter between steps.
    var momentCount: Int {
        switch self {
        case .sgd: 1
        case .adam: 2
        }
    }
}

/// What a training does to its gradient beside the optimizer's own settings.
public struct GradientOptions: Hashable, Sendable {
    /// The share of each label that is spread evenly over all classes (Szegedy et al. 2016), as `nn.CrossEntropyLoss` has it.
    public var labelSmoothing: Double
    /// Where the norm of the whole gradient is larger, it is scaled to this: `torch.nn.utils.clip_grad_norm_`.
    public var largestNorm: Double?

    public init(labelSmoothing: Double = 0, largestNorm: Double? = nil) {
        self.labelSmoothing = labelSmoothing
        self.largestNorm = largestNorm
    }
}

struct Optimizer {
    private let options: OptimizerOptions
    private let weights: UnsafeMutablePointer<Float>
    private let gradient: UnsafeMutablePointer<Float>
    /// One after the other, each as long as the weights.
    private let moments: UnsafeMutablePointer<Float>
    private let count: Int
    /// beta1^t and beta2^t: running products, which round alike on every machine, where `pow` may not.
    var powers = (1.0, 1.0)
    private let largestNorm: Double?
    /// The sum of squares of each tile of the gradient.
    private var squares: [Double]

    /// Parameters a tile updates: 256 KB of each array, so that tiles are few and even.
    private static let tile = 65_536

    init(
        _ options: OptimizerOptions, weights: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>,
        moments: UnsafeMutablePointer<Float>, count: Int, largestNorm: Double?
    ) {
        precondition(count % 16 == 0, "parameters are padded to whole vectors")
        self.options = options
        self.weights = weights
        self.gradient = gradient
        self.moments = moments
        self.count = count
        self.largestNorm = largestNorm
        squares = [Double](repeating: 0, count: (count + Self.tile - 1) / Self.tile)
    }

    /// As `torch.nn.utils.clip_grad_norm_`: the tiles' sums are joined in order.
    private mutating func clip(to largest: Double, _ kernels: tandem_kernel_table, _ pool: ThreadPool) {
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

    /// - Parameter rate: what the learning rate is multiplied by in this step.
    mutating func step(_ kernels: tandem_kernel_table, _ pool: ThreadPool, rate: Double) {
        if let largestNorm { clip(to: largestNorm, kernels, pool) }
        var settings = tandem_optimizer()
        switch options {
        case .sgd(let learningRate, let momentum, let weightDecay, let isNesterov):
            settings.learning_rate = Float(learningRate * rate)
            settings.momentum = Float(momentum)
            settings.weight_decay = Float(weightDecay)
            settings.is_nesterov = isNesterov ? 1 : 0
        case .adam(let learningRate, let beta1, let beta2, let epsilon, let weightDecay, let isDecoupled):
            powers = (powers.0 * beta1, powers.1 * beta2)
            // As PyTorch's, all in double until here.
            settings.rest1 = Float(1 - beta1)
            settings.beta2 = Float(beta2)
            settings.rest2 = Float(1 - beta2)
            settings.epsilon = Float(epsilon)
            settings.weight_decay = isDecoupled ? 0 : Float(weightDecay)
            settings.weight_factor = isDecoupled ? Float(1 - learningRate * rate * weightDecay) : 1
            settings.step_size = Float(learningRate * rate / (1 - powers.0))
            settings.root_scale = Float(1 / (1 - powers.1).squareRoot())
        }
        let (options, weights, gradient, moments, count) = (options, weights, gradient, moments, count)
        pool.forEachTile((count + Self.tile - 1) / Self.tile) { tile, _ in
            let start = tile * Self.tile
            let length = Int64(min(Self.tile, count - start))
            withUnsafePointer(to: settings) { settings in
                switch options {
                case .sgd: kernels.sgd(settings, weights + start, gradient + start, moments + start, length)
                case .adam:
                    kernels.adam(
                        settings, weights + start, gradient + start, moments + start, moments + count + start, length)
                }
            }
        }
    }
}

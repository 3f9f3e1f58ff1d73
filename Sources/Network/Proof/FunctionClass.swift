// What every function that a network can compute has in common, whatever its weights: what one network's functions all
// have and a function of the other lacks shows that the two are not the same functions. Said of trained networks:
// dropout does nothing, and a batch norm is a factor and a shift for each channel.

public struct FunctionClass: Sendable {
    /// A product with a matrix and a shift: there is no function between its products.
    public private(set) var isAffine = true
    /// Made of finitely many affine pieces.
    public private(set) var isPiecewiseAffine = true
    /// Without kinks: it has all derivatives everywhere.
    public private(set) var isSmooth = true
    /// Twice the input gives twice the output: there is neither a shift nor a function that bends.
    public private(set) var isHomogeneous = true
    /// Between which values its outputs lie.
    public private(set) var range = -Double.infinity...Double.infinity

    public init(_ architecture: Architecture) { add(architecture.layers) }

    private mutating func add(_ layers: [PlacedLayer]) {
        for placed in layers { add(placed) }
    }

    private mutating func add(_ placed: PlacedLayer) {
        let unbounded = -Double.infinity...Double.infinity
        switch placed.layer {
        case .convolution, .linear:
            if placed.layer.hasBias { isHomogeneous = false }
            range = unbounded
        case .batchNorm:
            isHomogeneous = false
            range = unbounded
        // Means with zeros around the map, and largest values, stay in a range that holds zero.
        case .averagePool, .maxPool, .adaptiveAveragePool:
            if case .maxPool = placed.layer { (isAffine, isSmooth) = (false, false) }
            range = min(0, range.lowerBound)...max(0, range.upperBound)
        case .flatten, .dropout: break
        case .activation(let activation): add(activation)
        case .residual, .concatenation:
            let before = range
            var ranges: [ClosedRange<Double>] = []
            for branch in placed.branches {
                range = before
                add(branch)
                ranges.append(range)
            }
            let (lows, highs) = (ranges.map(\.lowerBound), ranges.map(\.upperBound))
            if case .residual = placed.layer {
                range = lows.reduce(0, +)...highs.reduce(0, +)
            } else {
                range = (lows.min() ?? -.infinity)...(highs.max() ?? .infinity)
            }
        }
    }

    private mutating func add(_ activation: Layer.Activation) {
        switch activation {
        case .leakyReLU(slope: 1): return
        case .relu:
            (isAffine, isSmooth) = (false, false)
            range = max(0, range.lowerBound)...max(0, range.upperBound)
        case .leakyReLU(let slope):
            (isAffine, isSmooth) = (false, false)
            range = slope == 0 ? 0...max(0, range.upperBound) : -Double.infinity...Double.infinity
        case .gelu, .sigmoid, .tanh, .softmax:
            (isAffine, isPiecewiseAffine, isHomogeneous) = (false, false, false)
            range =
                switch activation {
                case .tanh: -1...1
                case .gelu: -0.2...Double.infinity
                default: 0...1
                }
        }
    }
}

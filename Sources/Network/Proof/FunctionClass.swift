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

    /// Of no layers, on values in a range.
    init(range: ClosedRange<Double>) { self.range = range }

    private mutating func add(_ layers: [PlacedLayer]) {
        for placed in layers { add(placed) }
    }

    mutating func add(_ placed: PlacedLayer) {
        let unbounded = -Double.infinity...Double.infinity
        switch placed.layer.kind.function {
        case .identity: break
        case .affine(let hasShift):
            if hasShift { isHomogeneous = false }
            range = unbounded
        // Means with zeros around the map, and largest values, stay in a range that holds zero.
        case .mean: range = min(0, range.lowerBound)...max(0, range.upperBound)
        case .maximum:
            (isAffine, isSmooth) = (false, false)
            range = min(0, range.lowerBound)...max(0, range.upperBound)
        case .pointwise(let function): add(function)
        case .sum:
            let ranges = rangesOfBranches(placed)
            range = ranges.map(\.lowerBound).reduce(0, +)...ranges.map(\.upperBound).reduce(0, +)
        case .product:
            let before = range
            for body in rangesOfBranches(placed) { range = before.times(body) }
            (isAffine, isPiecewiseAffine, isHomogeneous) = (false, false, false)
        case .join:
            let ranges = rangesOfBranches(placed)
            range = (ranges.map(\.lowerBound).min() ?? -.infinity)...(ranges.map(\.upperBound).max() ?? .infinity)
        }
    }

    private mutating func rangesOfBranches(_ placed: PlacedLayer) -> [ClosedRange<Double>] {
        let before = range
        return placed.branches.map { branch in
            range = before
            add(branch)
            return range
        }
    }

    private mutating func add(_ function: ValueFunction) {
        switch function {
        case .identity: break
        case .kinked(let isHomogeneous, let range):
            (isAffine, isSmooth) = (false, false)
            if !isHomogeneous { self.isHomogeneous = false }
            self.range = range(self.range)
        case .curved(let range, let isSmooth):
            (isAffine, isPiecewiseAffine, isHomogeneous) = (false, false, false)
            if !isSmooth { self.isSmooth = false }
            self.range = range
        }
    }
}

extension ClosedRange<Double> {
    /// Between which values a product of two values lies.
    fileprivate func times(_ other: ClosedRange<Double>) -> ClosedRange<Double> {
        let bounds = [lowerBound, upperBound].flatMap { one in
            // A value of an unbounded range is finite: times 0 it is 0.
            [other.lowerBound, other.upperBound].map { one == 0 || $0 == 0 ? 0 : one * $0 }
        }
        return (bounds.min() ?? -.infinity)...(bounds.max() ?? .infinity)
    }
}

/// What a layer does to the functions before it.
enum FunctionTrait {
    case identity
    /// A product with a matrix, and a shift where it has one.
    case affine(hasShift: Bool)
    /// Means, and largest values, of windows.
    case mean
    case maximum
    case pointwise(ValueFunction)
    /// Of its branches.
    case sum
    /// Of its input and its branch.
    case product
    case join
}

/// A function of each value.
enum ValueFunction: Sendable {
    case identity
    /// Straight lines, and what range it makes of the one of its input.
    case kinked(isHomogeneous: Bool = true, @Sendable (ClosedRange<Double>) -> ClosedRange<Double>)
    /// It bends, and has all derivatives where it is smooth; its values lie in a range.
    case curved(ClosedRange<Double>, isSmooth: Bool = true)
}

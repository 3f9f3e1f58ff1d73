// With how many bits a plan computes.

/// What a precision allows.
struct PrecisionPolicy {
    /// The largest tile of Winograd's algorithm: its rounding errors grow with it.
    let largestTile: Int
    /// Whether the backward passes of products multiply numbers of 16 bits, where there is a pass for that.
    let hasMixedGradients: Bool

    init(_ precision: Precision) {
        switch precision {
        case .float32: (largestTile, hasMixedGradients) = (4, false)
        case .precise: (largestTile, hasMixedGradients) = (2, false)
        case .mixed: (largestTile, hasMixedGradients) = (4, true)
        }
    }
}

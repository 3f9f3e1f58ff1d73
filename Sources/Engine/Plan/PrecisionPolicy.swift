// With how many bits a plan computes.

/// What a precision allows.
struct PrecisionPolicy {
    /// The largest tile of Winograd's algorithm: its rounding errors grow with it.
    let largestTile: Int
    /// Whether the backward passes of products multiply numbers of 16 bits, where there is a pass for that.
    let hasMixedGradients: Bool

    /// - Parameter multipliesPairs: whether the processor has products of bfloat16 pairs; without, they would be no
    ///   faster than those of 32 bits.
    init(_ precision: Precision, multipliesPairs: Bool = true) {
        switch precision {
        case .float32: (largestTile, hasMixedGradients) = (4, false)
        case .precise: (largestTile, hasMixedGradients) = (2, false)
        case .mixed: (largestTile, hasMixedGradients) = (4, multipliesPairs)
        }
    }
}

// How much of a network a rewriting leaves as it was.

/// From the least to the most.
public enum Preservation: Int, Comparable, CaseIterable, Sendable {
    /// The outputs of the trained network, up to rounding.
    case outputs
    /// The bits of the outputs outside training (the sign of a zero aside).
    case bits
    /// The bits of outputs and gradients in training: the same seed ends with the same weights, and where the loss
    /// becomes NaN or infinite it does so at the same step. A rule that holds for finite gradients alone keeps less:
    /// relu after dropout is not dropout after relu where a gradient is infinite, as 0 times infinity is NaN.
    case training

    public static func < (a: Preservation, b: Preservation) -> Bool { a.rawValue < b.rawValue }
}

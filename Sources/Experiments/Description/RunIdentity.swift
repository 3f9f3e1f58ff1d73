// What a run is found by: a digest of all that decides its bits. `RunDescription.identity()` makes it; two runs of one
// identity are one run.

public struct RunIdentity: Hashable, Sendable {
    /// SHA-256, as hexadecimal text.
    public let digest: String
    /// The same without the number of epochs, where the first epochs of a longer training are those of a shorter one: a
    /// run continues from where any other of its stem ended. Else equal to `digest`.
    public let stem: String
}

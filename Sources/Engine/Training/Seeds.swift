/// One seed for each role of randomness.
public struct Seeds: Hashable, Sendable {
    public var initialization: UInt64
    public var order: UInt64
    public var augmentation: UInt64
    public var dropout: UInt64

    /// The same seed for every role.
    public init(_ seed: UInt64) {
        initialization = seed
        order = seed
        augmentation = seed
        dropout = seed
    }
}

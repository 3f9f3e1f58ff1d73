// The shape of one image or vector on its way through a network: `[C, H, W]`, or `[F]` after a flatten.

/// One to three sizes, written `3x32x32`. Three are channels, height and width; one is a flat vector of features.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
    public let sizes: [Int]

    public init(_ sizes: [Int]) {
        precondition(!sizes.isEmpty && sizes.count <= 3, "a shape has one to three sizes")
        self.sizes = sizes
    }

    public init(channels: Int, height: Int, width: Int) { sizes = [channels, height, width] }
    public init(features: Int) { sizes = [features] }

    /// How many numbers a value of this shape holds.
    public var count: Int { sizes.reduce(1, *) }
    public var isFlat: Bool { sizes.count == 1 }
    public var channels: Int { sizes[0] }
    public var height: Int { sizes.count == 3 ? sizes[1] : 1 }
    public var width: Int { sizes.count == 3 ? sizes[2] : 1 }

    public var description: String { sizes.map(String.init).joined(separator: "x") }
}

/// Height and width of a kernel, a stride or a padding.
public struct Extent: Hashable, Sendable, CustomStringConvertible {
    public var height: Int
    public var width: Int

    public init(_ height: Int, _ width: Int) {
        self.height = height
        self.width = width
    }

    public init(_ size: Int) { self.init(size, size) }

    public var description: String { height == width ? String(height) : "\(height)x\(width)" }
}

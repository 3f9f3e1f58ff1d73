// How bytes become the numbers a network sees: torchvision's ToTensor and Normalize, for all 256 bytes at once.

/// `(byte / 255 - mean) / deviation`, a channel each.
public struct Normalization: Hashable, Sendable {
    public let mean: [Double]
    public let deviation: [Double]
    /// `[C, 256]`: the value of every byte, rounded as PyTorch rounds it in float32.
    public let table: [Float]

    /// Nothing where the lists differ in length or a number is not usable.
    public init?(mean: [Double], deviation: [Double]) {
        guard mean.count == deviation.count, mean.allSatisfy(Self.isMean), deviation.allSatisfy(Self.isDeviation)
        else { return nil }
        self.init(checkedMean: mean, deviation: deviation)
        guard table.allSatisfy(\.isFinite) else { return nil }
    }

    /// Whether it is a number of 32 bits.
    public static func isMean(_ mean: Double) -> Bool { Float(mean).isFinite }

    /// Whether it is one of 32 bits too, and black and white divided by it are.
    public static func isDeviation(_ deviation: Double) -> Bool {
        Float(deviation) > 0 && Float(deviation).isFinite && (1 / Float(deviation)).isFinite
    }

    private init(checkedMean mean: [Double], deviation: [Double]) {
        self.mean = mean
        self.deviation = deviation
        table = zip(mean, deviation).flatMap { mean, deviation in
            (0..<256).map { (Float($0) / 255 - Float(mean)) / Float(deviation) }
        }
    }

    public var channels: Int { mean.count }

    /// The byte whose value is nearest.
    func byte(_ value: Float, channel: Int) -> UInt8 {
        let byte = ((Double(value) * deviation[channel] + mean[channel]) * 255).rounded()
        // No number and -infinity are 0.
        return byte > 0 ? UInt8(min(255, byte)) : 0
    }

    /// Of images of any kind: ImageNet's where they have colors, else from -1 to 1.
    static func standard(channels: Int) -> Normalization {
        let halves = [Double](repeating: 0.5, count: channels)
        return channels == 3 ? .imageNet : Normalization(checkedMean: halves, deviation: halves)
    }

    /// As in PyTorch's example, https://github.com/pytorch/examples/tree/main/mnist.
    static let mnist = Normalization(checkedMean: [0.1307], deviation: [0.3081])
    /// Of its training images.
    static let fashionMNIST = Normalization(checkedMean: [0.2860], deviation: [0.3530])

    /// The constants of the experiment, ImageNet's.
    public static let imageNet = Normalization(
        checkedMean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
}

// Training on mixtures of two images and of their labels: mixup (Zhang et al. 2018) and CutMix (Yun et al. 2019). The
// share is drawn from Beta(alpha, alpha) and the other image from the whole training set, both for each image anew
// (timm's `elem`; torchvision draws them for a batch), so that nothing depends on the batch an image is in.

import Libraries
import Runtime

/// A second image that goes into a first one.
public struct Mix: Equatable {
    /// The other image.
    let partner: Int
    /// What is left of the image itself; the label's share too.
    let share: Double
    /// Where the other image is; `nil`: everywhere, `1 - share` of it.
    let window: Window?

    public struct Window: Equatable {
        let rows: Range<Int>
        let columns: Range<Int>
    }
}

public struct Mixup: MixingTransform, AmountTransform {
    public let amount: Double

    /// - Parameter amount: alpha, 0.001...100; 0 mixes nothing.
    public init(_ amount: Double) { self.amount = amount }

    public static let label = "mixup"
    public static let range = 1e-3...100.0

    public var text: String { "mixed with others (mixup \(short(amount)))" }

    public func mix(_ random: ImageRandom, among images: Int, height: Int, width: Int) -> Mix {
        Mix(
            partner: ImageRandom.draw(random.words(.mixup).x, images), share: random.beta(amount, from: .mixup),
            window: nil)
    }
}

public struct CutMix: MixingTransform, AmountTransform {
    public let amount: Double

    /// - Parameter amount: alpha, 0.001...100; 0 mixes nothing.
    public init(_ amount: Double) { self.amount = amount }

    public static let label = "cutmix"
    public static let range = 1e-3...100.0

    public var text: String { "with windows into others (cutmix \(short(amount)))" }

    /// As torchvision's `CutMix`: a window of the share's area around any pixel, cut off at the edges.
    public func mix(_ random: ImageRandom, among images: Int, height: Int, width: Int) -> Mix {
        let words = random.words(.cutMix)
        let half = 0.5 * (1 - random.beta(amount, from: .cutMix)).squareRoot()
        func span(_ word: UInt32, _ size: Int) -> Range<Int> {
            let (center, reach) = (ImageRandom.draw(word, size), Int(half * Double(size)))
            return max(0, center - reach)..<min(size, center + reach)
        }
        let window = Mix.Window(rows: span(words.y, height), columns: span(words.z, width))
        let area = Double(window.rows.count * window.columns.count) / Double(height * width)
        return Mix(partner: ImageRandom.draw(words.x, images), share: 1 - area, window: window)
    }
}

extension ImageRandom {
    /// Beta(alpha, alpha), symmetric about a half.
    fileprivate func beta(_ alpha: Double, from stream: Stream) -> Double {
        for attempt in 1..<Self.attempts {
            let words = words(stream, attempt)
            let (first, second) = (Self.unit(words.x, words.y), Self.unit(words.z, words.w))
            if let share = alpha <= 1 ? johnk(alpha, first, second) : cheng(alpha, first, second) { return share }
        }
        // Each is accepted with a probability of more than a half.
        return 0.5
    }

    /// Jöhnk 1964: u^(1/alpha) and v^(1/alpha), where they are at most 1 together, as shares of their sum. In
    /// logarithms, for small alpha would be zero over zero.
    private func johnk(_ alpha: Double, _ first: Double, _ second: Double) -> Double? {
        let (x, y) = (logarithm(first) / alpha, logarithm(second) / alpha)
        let larger = max(x, y)
        guard larger + logarithm(exponential(x - larger) + exponential(y - larger)) <= 0 else { return nil }
        return 1 / (1 + exponential(y - x))
    }

    /// Algorithm BB of Cheng 1978.
    private func cheng(_ alpha: Double, _ first: Double, _ second: Double) -> Double? {
        let sum = 2 * alpha
        let beta = ((sum - 2) / (2 * alpha * alpha - sum)).squareRoot()
        let gamma = alpha + 1 / beta
        let v = beta * logarithm(first / (1 - first))
        let w = alpha * exponential(v)
        let z = first * first * second
        let r = gamma * v - logarithm(4)
        let accepted = r + sum * logarithm(sum / (alpha + w)) >= logarithm(z)
        return accepted ? w / (alpha + w) : nil
    }

    /// Between 0 and 1, neither of them.
    private static func unit(_ high: UInt32, _ low: UInt32) -> Double {
        (Double((UInt64(high) << 32 | UInt64(low)) >> 12) + 0.5) * 0x1p-52
    }
}

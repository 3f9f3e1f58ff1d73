// Random erasing (Zhong et al. 2017) as torchvision's RandomErasing: of some images a rectangle of 2 to 33 % of the
// area, three tenths to 3.3 times as high as wide, is set to the channels' mean.

import Libraries
import Runtime

public struct Erase: AmountTransform {
    public let amount: Double

    /// - Parameter amount: the share of the images in which something is erased, 0...1.
    public init(_ amount: Double) { self.amount = amount }

    public static let label = "erase"
    public static let range = 0.0...1

    public var text: String { "with a blank rectangle in \(percentText(amount)) %" }

    public func paint(_ image: WrittenImage, _ random: ImageRandom) {
        guard Double(random.words(.erase).x) < amount * 0x1p32 else { return }
        // Ten attempts at a rectangle that fits, as torchvision's.
        for attempt in 1...10 {
            let words = random.words(.erase, attempt)
            let area = Double(image.height * image.width) * (0.02 + 0.31 * ImageRandom.unit(words.x))
            let (low, high) = (logarithm(0.3), logarithm(3.3))
            let ratio = exponential(low + (high - low) * ImageRandom.unit(words.y))
            let height = Int((area * ratio).squareRoot().rounded(.toNearestOrEven))
            let width = Int((area / ratio).squareRoot().rounded(.toNearestOrEven))
            guard height < image.height, width < image.width else { continue }
            let top = ImageRandom.draw(words.z, image.height - height + 1)
            let left = ImageRandom.draw(words.w, image.width - width + 1)
            return image.blank(rows: top..<top + height, columns: left..<left + width)
        }
    }
}

// Random erasing (Zhong et al. 2017) as torchvision's RandomErasing: of some images a rectangle of 2 to 33 % of the
// area, three tenths to 3.3 times as high as wide, is set to the channels' mean.

import Libraries
import Runtime

public struct Erase: Transform {
    /// Of the images in which something is erased.
    private let probability: Double

    /// - Parameter probability: 0...1.
    public init(_ probability: Double) { self.probability = probability }

    public static let idle = Erase(0)
    public static let labels = ["erase"]

    public var text: String { "with a blank rectangle in \(percentText(probability)) %" }
    public var digestText: String { probability == 0 ? "" : "erase \(probability)" }
    public var settings: JSONObject { probability == 0 ? [:] : ["erase": .number(probability)] }

    public init?(settings: JSON) {
        guard let probability = number(settings["erase"], in: 0...1) else { return nil }
        self.init(probability)
    }

    public func paint(_ image: WrittenImage, _ random: ImageRandom) {
        guard Double(random.words(.erase).x) < probability * 0x1p32 else { return }
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

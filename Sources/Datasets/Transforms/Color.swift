// Changes of brightness, contrast and saturation as torchvision's ColorJitter: each by a factor of its own from
// 1 - range to 1 + range, in a random order.

import Libraries
import Runtime

public struct Color: RedrawingTransform, AmountTransform {
    public let amount: Double

    /// - Parameter amount: how far a factor is from 1, 0...10.
    public init(_ amount: Double) { self.amount = amount }

    public static let label = "color"
    public static let range = 0.0...10

    public var text: String { "in colors changed by up to \(percentText(amount)) %" }

    enum Change: Int {
        case brightness, contrast, saturation
    }

    static let orders: [[Change]] = [
        [.brightness, .contrast, .saturation], [.brightness, .saturation, .contrast],
        [.contrast, .brightness, .saturation], [.contrast, .saturation, .brightness],
        [.saturation, .brightness, .contrast], [.saturation, .contrast, .brightness],
    ]

    /// - Returns: the order of the changes, and the factors of brightness, contrast and saturation.
    func draw(_ random: ImageRandom) -> (order: Int, factors: (Float, Float, Float)) {
        let words = random.words(.color)
        let (low, high) = (max(0, 1 - amount), 1 + amount)
        func factor(_ word: UInt32) -> Float { Float(low + (high - low) * ImageRandom.unit(word)) }
        return (ImageRandom.draw(words.x, Self.orders.count), (factor(words.y), factor(words.z), factor(words.w)))
    }

    public func redraw(_ canvas: inout Canvas, _ random: ImageRandom) {
        let (order, factors) = draw(random)
        canvas.change(Self.orders[order], factors)
    }
}

extension Canvas {
    /// - Parameter factors: of brightness, contrast and saturation.
    func change(_ order: [Color.Change], _ factors: (Float, Float, Float)) {
        for change in order {
            switch change {
            case .brightness: changeBrightness(factors.0)
            case .contrast: changeContrast(factors.1)
            case .saturation: changeSaturation(factors.2)
            }
        }
    }
}

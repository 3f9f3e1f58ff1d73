// Changes of brightness, contrast and saturation as torchvision's ColorJitter: each by a factor of its own from
// 1 - range to 1 + range, in a random order.

import Libraries
import Runtime

public struct Color: RedrawingTransform {
    private let range: Double

    /// - Parameter range: 0...10.
    public init(_ range: Double) { self.range = range }

    public static let idle = Color(0)
    public static let labels = ["color"]

    public var text: String { "in colors changed by up to \(percentText(range)) %" }
    public var digestText: String { range == 0 ? "" : "color \(range)" }
    public var settings: JSONObject { range == 0 ? [:] : ["color": .number(range)] }

    public init?(settings: JSON) {
        guard let range = number(settings["color"], in: 0...10) else { return nil }
        self.init(range)
    }

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
        let (low, high) = (max(0, 1 - range), 1 + range)
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

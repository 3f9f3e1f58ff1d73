// RandAugment (Cubuk et al. 2020) as torchvision's: some of its 14 operations one after the other, each drawn anew, all
// at one of 31 magnitudes; those that have a direction take either.

import Libraries

public struct RandAugment: RedrawingTransform {
    private let operations: Int
    private let magnitude: Int

    /// - Parameters:
    ///   - operations: of an image; 0...10.
    ///   - magnitude: 0...30.
    public init(operations: Int, magnitude: Int) {
        self.operations = operations
        self.magnitude = operations == 0 ? 0 : magnitude
    }

    public static let idle = RandAugment(operations: 0, magnitude: 0)
    public static let labels = ["randaugment"]

    public var text: String {
        "changed by \(operations) operation\(operations == 1 ? "" : "s") of RandAugment at magnitude \(magnitude)"
    }
    public var digestText: String { operations == 0 ? "" : "randaugment \(operations) \(magnitude)" }
    public var settings: JSONObject {
        operations == 0 ? [:] : ["randaugment": .array([.integer(operations), .integer(magnitude)])]
    }

    public init?(settings: JSON) {
        guard let setting = settings["randaugment"] else {
            self = .idle
            return
        }
        let numbers = setting.array?.compactMap(\.integer) ?? []
        guard numbers.count == 2, setting.array?.count == 2, 1...10 ~= numbers[0], 0...30 ~= numbers[1] else {
            return nil
        }
        self.init(operations: numbers[0], magnitude: numbers[1])
    }

    /// In torchvision's order.
    enum Operation: Int, CaseIterable {
        case identity, shearX, shearY, translateX, translateY, rotate, brightness, color, contrast, sharpness
        case posterize, solarize, autoContrast, equalize
    }

    func draw(_ random: ImageRandom, _ index: Int) -> (operation: Operation, isNegative: Bool) {
        let words = random.words(.randAugment, index)
        return (Operation.allCases[ImageRandom.draw(words.x, Operation.allCases.count)], words.y & 1 == 1)
    }

    public func redraw(_ canvas: inout Canvas, _ random: ImageRandom) {
        for index in 0..<operations {
            let (operation, isNegative) = draw(random, index)
            canvas.change(operation, magnitude: magnitude, isNegative: isNegative)
        }
    }
}

extension Canvas {
    /// - Parameter isNegative: in the other direction; nothing to those that have none.
    mutating func change(_ operation: RandAugment.Operation, magnitude: Int, isNegative: Bool) {
        /// The magnitude among 31 from 0 to `highest`, as `torch.linspace` rounds it.
        func amount(_ highest: Double) -> Double {
            let (end, step) = (Double(Float(highest)), Double(Float(highest) / 30))
            let amount = Float(magnitude < 15 ? step * Double(magnitude) : end - step * Double(30 - magnitude))
            return Double(isNegative ? -amount : amount)
        }
        func factor() -> Float { Float(1 + amount(0.9)) }
        func pixels(_ size: Int) -> Double { amount(150.0 / 331.0 * Double(size)).rounded(.towardZero) }
        switch operation {
        case .identity: break
        case .shearX: readAt(AffineMap(x: (1, amount(0.3), 0), y: (0, 1, 0)))
        case .shearY: readAt(AffineMap(x: (1, 0, 0), y: (amount(0.3), 1, 0)))
        case .translateX: readAt(AffineMap(x: (1, 0, -pixels(width)), y: (0, 1, 0)))
        case .translateY: readAt(AffineMap(x: (1, 0, 0), y: (0, 1, -pixels(height))))
        case .rotate: rotate(degrees: amount(30))
        case .brightness: changeBrightness(factor())
        case .color: changeSaturation(factor())
        case .contrast: changeContrast(factor())
        case .sharpness: changeSharpness(factor())
        case .posterize: posterize(bits: 8 - Int((Double(magnitude) / 7.5).rounded()))
        case .solarize: solarize(255 - 8.5 * Double(magnitude))
        case .autoContrast: autocontrast()
        case .equalize: equalize()
        }
    }
}

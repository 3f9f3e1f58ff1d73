// Rotations about the center as torchvision's RandomRotation: an angle from -degrees to degrees, the nearest pixel, and
// black outside of the image.

import Libraries
import Runtime

public struct Rotate: RedrawingTransform, AmountTransform {
    public let amount: Double

    /// - Parameter amount: degrees, 0...180.
    public init(_ amount: Double) { self.amount = amount }

    public static let label = "rotate"
    public static let range = 0.0...180

    public var text: String { "rotated by up to \(short(amount))°" }

    /// Counterclockwise.
    func angle(_ random: ImageRandom) -> Double {
        amount * (2 * ImageRandom.unit(random.words(.rotate).x) - 1)
    }

    public func redraw(_ canvas: inout Canvas, _ random: ImageRandom) { canvas.rotate(degrees: angle(random)) }
}

extension Canvas {
    /// Turns the image counterclockwise about its center.
    mutating func rotate(degrees: Double) {
        let (sine, cosine) = sineAndCosine(degrees: degrees)
        let (x, y) = (Double(width) / 2, Double(height) / 2)
        readAt(
            AffineMap(
                x: (cosine, -sine, x - cosine * x + sine * y), y: (sine, cosine, y - sine * x - cosine * y)))
    }

    /// Reads the pixel at (X, Y) where `map` says; black outside of the image. As Pillow's transform of the nearest
    /// pixel (`affine_fixed` in its Geometry.c), in steps of 1 / 65,536.
    mutating func readAt(_ map: AffineMap) {
        func fixed(_ value: Double) -> Int { Int((value * 65536 + 0.5).rounded(.down)) }
        // Of the middle of the pixel.
        let (startX, startY) = (
            fixed(map.x.2 + map.x.0 * 0.5 + map.x.1 * 0.5), fixed(map.y.2 + map.y.0 * 0.5 + map.y.1 * 0.5)
        )
        let steps = (x: (fixed(map.x.0), fixed(map.x.1)), y: (fixed(map.y.0), fixed(map.y.1)))
        for channel in 0..<channels {
            let (source, target) = (pixels + channel * area, spare + channel * area)
            for row in 0..<height {
                var (x, y) = (startX + row * steps.x.1, startY + row * steps.y.1)
                let line = target + row * width
                for column in 0..<width {
                    let (fromX, fromY) = (x >> 16, y >> 16)
                    let isInside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height
                    line[column] = isInside ? source[fromY * width + fromX] : 0
                    x += steps.x.0
                    y += steps.y.0
                }
            }
        }
        showSpare()
    }
}

/// Where the pixel at (X, Y) of a result is read: at (a X + b Y + c, d X + e Y + f).
struct AffineMap {
    let x: (Double, Double, Double)
    let y: (Double, Double, Double)
}

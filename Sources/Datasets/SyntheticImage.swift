// Draws one image of the built-in data set.

import Runtime

/// The numbers an image is drawn by, one after the other, and the drawing.
struct SyntheticImage {
    static let width = 32
    /// Bytes of an image, `[3, 32, 32]`.
    static let size = 3 * width * width

    private let stream: RandomStream
    private var element: UInt32 = 0
    private var words = SIMD4<UInt32>()
    private var used = 4

    /// - Parameter stream: 0 for the training set, 1 for the test set.
    init(stream: UInt32, image: UInt32) {
        self.stream = RandomStream(seed: 0, role: .synthesis, stream: stream, step: image)
    }

    private mutating func next() -> UInt32 {
        if used == 4 {
            words = stream.words(at: element)
            element += 1
            used = 0
        }
        used += 1
        return words[used - 1]
    }

    /// A whole number of the range, each nearly equally likely.
    private mutating func number(in range: ClosedRange<Int32>) -> Int32 {
        let span = UInt64(range.upperBound - range.lowerBound + 1)
        return range.lowerBound + Int32(truncatingIfNeeded: (UInt64(next()) * span) >> 32)
    }

    typealias Color = SIMD3<Int32>

    /// A color that stands out from `ground` by at least 60 in each channel.
    private mutating func color(on ground: Color) -> Color {
        var color = ground
        for channel in 0..<3 {
            let distance = number(in: 60...120)
            let isBrighter = number(in: 0...1) == 1
            let wanted = ground[channel] + (isBrighter ? distance : -distance)
            color[channel] = (0...255).contains(wanted) ? wanted : ground[channel] * 2 - wanted
        }
        return color
    }

    /// - Parameter pixels: `[3, 32, 32]`.
    mutating func draw(_ shape: SyntheticShape, into pixels: UnsafeMutableBufferPointer<UInt8>) {
        precondition(pixels.count == Self.size, "an image is 3x32x32")
        let width = Int32(Self.width)
        // The ground: a color that gets brighter or darker along both axes.
        let ground = Color(number(in: 40...215), number(in: 40...215), number(in: 40...215))
        let slope = (x: number(in: -24...24), y: number(in: -24...24))
        var canvas = [Color](repeating: ground, count: Self.width * Self.width)
        for y in 0..<width {
            for x in 0..<width {
                let shade = (slope.x * (2 * x - width) + slope.y * (2 * y - width)) / width
                canvas[Int(y * width + x)] &+= Color(repeating: shade)
            }
        }
        // Clutter: little boxes.
        for _ in 0..<number(in: 2...4) {
            let color = color(on: ground)
            let (left, top) = (number(in: -1...30), number(in: -1...30))
            let (right, bottom) = (left + number(in: 1...4), top + number(in: 1...4))
            for y in max(0, top)..<min(width, bottom) {
                for x in max(0, left)..<min(width, right) { canvas[Int(y * width + x)] = color }
            }
        }
        draw(Placement(shape, &self), in: color(on: ground), on: &canvas)
        // Noise, a byte for each value.
        for start in stride(from: 0, to: Self.size, by: 4) {
            let noise = next()
            for lane in 0..<4 {
                let byte = Int32(truncatingIfNeeded: (noise >> UInt32(8 * lane)) & 255)
                let (plane, pixel) = (start + lane).quotientAndRemainder(dividingBy: Self.width * Self.width)
                let value = canvas[pixel][plane] + ((byte - 128) * Self.noise) / 128
                pixels[start + lane] = UInt8(min(255, max(0, value)))
            }
        }
    }

    private static let noise: Int32 = 28

    /// Where a shape lies, how large and how it is turned.
    private struct Placement {
        let shape: SyntheticShape
        /// In quarters of a pixel.
        let centerX: Int32
        let centerY: Int32
        let radius: Int32
        /// A quarter of a pixel in the shape's own coordinates, times 256.
        let cosine: Int32
        let sine: Int32

        init(_ shape: SyntheticShape, _ random: inout SyntheticImage) {
            self.shape = shape
            radius = random.number(in: 30...46)
            centerX = 64 + random.number(in: -16...16)
            centerY = 64 + random.number(in: -16...16)
            // tan of half the angle, within 15 degrees: sine and cosine are then fractions, exact without a table.
            let tangent = random.number(in: -34...34)
            let norm = 256 * 256 + tangent * tangent
            cosine = Int32((Int64(256 * 256 - tangent * tangent) << 16) / Int64(norm * radius))
            sine = Int32((Int64(2 * 256 * tangent) << 16) / Int64(norm * radius))
        }

        /// How many of a pixel's four sample points lie in the shape.
        func coverage(x: Int32, y: Int32) -> Int32 {
            var count: Int32 = 0
            for offset: SIMD2<Int32> in [[1, 1], [3, 1], [1, 3], [3, 3]] {
                let (right, down) = (4 * x + offset.x - centerX, 4 * y + offset.y - centerY)
                let u = (right * cosine + down * sine) >> 8
                let v = (down * cosine - right * sine) >> 8
                if shape.contains(u, v) { count += 1 }
            }
            return count
        }
    }

    private func draw(_ placement: Placement, in color: Color, on canvas: inout [Color]) {
        let width = Int32(Self.width)
        let reach = placement.radius + placement.radius / 2
        for y in max(0, (placement.centerY - reach) / 4)..<min(width, (placement.centerY + reach) / 4 + 1) {
            for x in max(0, (placement.centerX - reach) / 4)..<min(width, (placement.centerX + reach) / 4 + 1) {
                let coverage = placement.coverage(x: x, y: y)
                let index = Int(y * width + x)
                canvas[index] = (canvas[index] &* (4 - coverage) &+ color &* coverage) / Color(repeating: 4)
            }
        }
    }
}

// Changes of colors, pixel by pixel those of Pillow's ImageEnhance and ImageOps. An image of three channels is red,
// green and blue; in any other each channel is an image in gray.

extension Canvas {
    private var isColored: Bool { channels == 3 }

    /// Pillow's `Image.blend`: `base` at a factor of 0, `value` at 1.
    private static func blend(_ base: UInt8, _ value: UInt8, _ factor: Float) -> UInt8 {
        UInt8(max(0, min(255, Float(base) + factor * Float(Int32(value) - Int32(base)))))
    }

    /// A pixel's gray: Pillow's conversion of RGB to L.
    private func gray(_ place: Int) -> UInt8 {
        let sum = Int(pixels[place]) * 19595 + Int(pixels[area + place]) * 38470 + Int(pixels[2 * area + place]) * 7471
        return UInt8(truncatingIfNeeded: (sum + 0x8000) >> 16)
    }

    // MARK: ImageEnhance

    func changeBrightness(_ factor: Float) {
        replace(0..<channels) { Self.blend(0, $0, factor) }
    }

    /// About the mean gray, a whole number.
    func changeContrast(_ factor: Float) {
        func change(_ channels: Range<Int>, _ sum: Int) {
            let mean = UInt8(Double(sum) / Double(area) + 0.5)
            replace(channels) { Self.blend(mean, $0, factor) }
        }
        if isColored {
            var sum = 0
            for place in 0..<area { sum += Int(gray(place)) }
            change(0..<channels, sum)
        } else {
            for channel in 0..<channels {
                var sum = 0
                for place in channel * area..<(channel + 1) * area { sum += Int(pixels[place]) }
                change(channel..<channel + 1, sum)
            }
        }
    }

    /// About each pixel's gray; an image in gray stays as it is.
    func changeSaturation(_ factor: Float) {
        guard isColored else { return }
        for place in 0..<area {
            let gray = gray(place)
            for channel in 0..<3 {
                let value = pixels + channel * area + place
                value.pointee = Self.blend(gray, value.pointee, factor)
            }
        }
    }

    /// About the image smoothed by a kernel of 3x3 whose middle is 5, the others 1; its outermost pixels stay.
    mutating func changeSharpness(_ factor: Float) {
        for channel in 0..<channels {
            let (source, target) = (pixels + channel * area, spare + channel * area)
            target.update(from: source, count: area)
            guard height > 2, width > 2 else { continue }
            for row in 1..<height - 1 {
                let line = source + row * width
                let (above, below) = (line - width, line + width)
                for column in 1..<width - 1 {
                    var sum = 4 * Int32(line[column])
                    for place in column - 1...column + 1 {
                        sum += Int32(above[place]) + Int32(line[place]) + Int32(below[place])
                    }
                    // Rounded: a thirteenth has no halves.
                    let smooth = UInt8(truncatingIfNeeded: (2 * sum + 13) / 26)
                    target[row * width + column] = Self.blend(smooth, line[column], factor)
                }
            }
        }
        showSpare()
    }

    // MARK: ImageOps

    /// Keeps the first bits of each byte.
    func posterize(bits: Int) {
        let mask = UInt8(truncatingIfNeeded: 0xFF << (8 - bits))
        replace(0..<channels) { $0 & mask }
    }

    /// Inverts the bytes that are not below `threshold`.
    func solarize(_ threshold: Double) {
        replace(0..<channels) { Double($0) < threshold ? $0 : 255 - $0 }
    }

    /// Spreads each channel over 0...255.
    func autocontrast() {
        for channel in 0..<channels {
            let bytes = pixels + channel * area
            var (low, high) = (UInt8.max, UInt8.min)
            for place in 0..<area { (low, high) = (min(low, bytes[place]), max(high, bytes[place])) }
            guard low < high else { continue }
            let scale = 255 / Double(high - low)
            let offset = -Double(low) * scale
            replace(channel..<channel + 1) { UInt8(max(0, min(255, Double($0) * scale + offset))) }
        }
    }

    /// Makes about as many pixels of each channel take each byte.
    func equalize() {
        for channel in 0..<channels {
            withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { counts in
                counts.initialize(repeating: 0)
                let bytes = pixels + channel * area
                for place in 0..<area { counts[Int(bytes[place])] += 1 }
                guard let last = counts.last(where: { $0 > 0 }), (area - last) / 255 > 0 else { return }
                let step = (area - last) / 255
                var sum = step / 2
                replace(channel..<channel + 1) { byte in
                    defer { sum += counts[Int(byte)] }
                    return UInt8(min(255, sum / step))
                }
            }
        }
    }

    // MARK: Tables

    /// Replaces each byte of some channels by what `change` makes of it, which is asked for all 256 from 0 on.
    private func replace(_ channels: Range<Int>, _ change: (UInt8) -> UInt8) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { table in
            for byte in 0...UInt8.max { table.initializeElement(at: Int(byte), to: change(byte)) }
            let bytes = pixels + channels.lowerBound * area
            for place in 0..<channels.count * area { bytes[place] = table[Int(bytes[place])] }
        }
    }
}

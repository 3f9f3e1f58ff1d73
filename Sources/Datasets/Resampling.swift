// Images in another size: bilinear, and where they shrink each pixel is a mean over all that it covers, as Pillow's and torchvision's
// `antialias=True` (a triangle as wide as the scale, in two passes).

import Libraries

enum Resampling {
    /// What one pixel of the result is made of: neighbours from `first` on, and their shares, which sum to 1.
    private struct Mixture {
        let first: Int
        let shares: [Float]
    }

    private static func mixtures(from source: Int, to target: Int) -> [Mixture] {
        let scale = Double(source) / Double(target)
        let reach = max(1, scale)
        return (0..<target).map { place in
            let center = (Double(place) + 0.5) * scale
            let first = max(0, Int(center - reach + 0.5))
            let last = min(source, Int(center + reach + 0.5))
            var weights = (first..<max(last, first + 1)).map { max(0, 1 - abs((Double($0) + 0.5 - center) / reach)) }
            let sum = weights.reduce(0, +)
            if sum == 0 { weights = [1] + [Double](repeating: 0, count: weights.count - 1) }
            return Mixture(first: first, shares: weights.map { Float($0 / (sum == 0 ? 1 : sum)) })
        }
    }

    /// - Parameter planes: `[C, H, W]`.
    static func resized(
        _ planes: [UInt8], channels: Int, height: Int, width: Int, to newHeight: Int, _ newWidth: Int
    ) -> [UInt8] {
        guard height != newHeight || width != newWidth else { return planes }
        let columns = mixtures(from: width, to: newWidth)
        let rows = mixtures(from: height, to: newHeight)
        var result = [UInt8](repeating: 0, count: channels * newHeight * newWidth)
        var wide = [Float](repeating: 0, count: height * newWidth)
        for channel in 0..<channels {
            let plane = channel * height * width
            for y in 0..<height {
                for x in 0..<newWidth {
                    let mixture = columns[x]
                    var sum: Float = 0
                    for (offset, share) in mixture.shares.enumerated() {
                        sum += share * Float(planes[plane + y * width + mixture.first + offset])
                    }
                    // Pillow rounds between its two passes too.
                    wide[y * newWidth + x] = (sum + 0.5).rounded(.down)
                }
            }
            let target = channel * newHeight * newWidth
            for y in 0..<newHeight {
                let mixture = rows[y]
                for x in 0..<newWidth {
                    var sum: Float = 0
                    for (offset, share) in mixture.shares.enumerated() {
                        sum += share * wide[(mixture.first + offset) * newWidth + x]
                    }
                    result[target + y * newWidth + x] = UInt8(max(0, min(255, sum + 0.5)))
                }
            }
        }
        return result
    }
}

extension DecodedImage {
    /// `[3, height, width]`: scaled until the shorter side fits, and cut around the middle, as torchvision's Resize and CenterCrop.
    func fitted(height: Int, width: Int) -> [UInt8] {
        let scale = max(Double(height) / Double(self.height), Double(width) / Double(self.width))
        let scaled = (
            height: max(height, Int((Double(self.height) * scale).rounded())),
            width: max(width, Int((Double(self.width) * scale).rounded()))
        )
        let whole = Resampling.resized(
            planes, channels: 3, height: self.height, width: self.width, to: scaled.height, scaled.width)
        let top = (scaled.height - height) / 2
        let left = (scaled.width - width) / 2
        var result: [UInt8] = []
        result.reserveCapacity(3 * height * width)
        for channel in 0..<3 {
            for y in 0..<height {
                let first = (channel * scaled.height + top + y) * scaled.width + left
                result += whole[first..<first + width]
            }
        }
        return result
    }
}

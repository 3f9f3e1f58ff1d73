// Images in another size: bilinear, and where they shrink each pixel is a mean over all that it covers, as Pillow's and
// torchvision's (a triangle as wide as the scale, in two passes). Shares are whole numbers of 22 bits and each pass is
// rounded, as in Pillow's Resample.c, so that every pixel is that of Pillow 13; earlier ones scale rows first always,
// and differ by 1 in some pixels.

import Libraries

enum Resampling {
    /// What one pixel of the result is made of: neighbors from `first` on, and their shares, which sum to about 2^22.
    private struct Mixture {
        let first: Int
        let shares: [Int32]
        var last: Int { first + shares.count - 1 }
    }

    private static let precision = 22

    /// - Parameter places: those of the result that are wanted.
    private static func mixtures(from source: Int, to target: Int, _ places: Range<Int>) -> [Mixture] {
        let scale = Double(source) / Double(target)
        let reach = max(1, scale)
        return places.map { place in
            let center = (Double(place) + 0.5) * scale
            let first = max(0, Int(center - reach + 0.5))
            let last = min(source, Int(center + reach + 0.5))
            let weights = (first..<last).map { max(0, 1 - abs((Double($0) - center + 0.5) * (1 / reach))) }
            let sum = weights.reduce(0, +)
            return Mixture(
                first: first, shares: weights.map { Int32($0 / (sum == 0 ? 1 : sum) * Double(1 << precision) + 0.5) })
        }
    }

    /// A window of an image that is scaled as a whole.
    ///
    /// - Parameters:
    ///   - pixels: of `layout`'s channel c at (y, x): at `c * plane + y * row + x * column`.
    ///   - size: the whole image is scaled to.
    /// - Returns: the window, `[C, H, W]`. Beside it memory is taken for one channel between the passes.
    static func resized(
        _ pixels: [UInt8], channels: Int, height: Int, width: Int, layout: (plane: Int, row: Int, column: Int),
        to size: (height: Int, width: Int), window: (rows: Range<Int>, columns: Range<Int>)
    ) -> [UInt8] {
        let columns = mixtures(from: width, to: size.width, window.columns)
        let rows = mixtures(from: height, to: size.height, window.rows)
        guard let left = columns.first?.first, let right = columns.last?.last, let top = rows.first?.first,
            let bottom = rows.last?.last
        else { return [] }
        let plane = rows.count * columns.count
        var result = [UInt8](repeating: 0, count: channels * plane)
        // As Pillow 13 chooses: columns first where they shrink by more than twice what rows do.
        let columnsFirst = size.height < height && height - size.height > 2 * (width - size.width)
        let (lines, length) = columnsFirst ? (right - left + 1, rows.count) : (bottom - top + 1, columns.count)
        var between = [UInt8](repeating: 0, count: lines * length)
        for channel in 0..<channels {
            let (start, target) = (channel * layout.plane, channel * plane)
            if columnsFirst {
                blend(
                    rows, of: pixels,
                    Steps(start: start + left * layout.column, along: layout.row, across: layout.column),
                    lines, into: &between, Steps(start: 0, along: lines, across: 1))
                blend(
                    columns, of: between, Steps(start: -left, along: 1, across: lines), rows.count,
                    into: &result, Steps(start: target, along: 1, across: columns.count))
            } else {
                blend(
                    columns, of: pixels,
                    Steps(start: start + top * layout.row, along: layout.column, across: layout.row),
                    lines, into: &between, Steps(start: 0, along: 1, across: length))
                blend(
                    rows, of: between, Steps(start: -top * length, along: length, across: 1), columns.count,
                    into: &result, Steps(start: target, along: columns.count, across: 1))
            }
        }
        return result
    }

    /// Where the values of a pass are: value i of line j at `start + i * along + j * across`.
    private struct Steps {
        let start: Int
        let along: Int
        let across: Int
    }

    /// One pass: every line of `source` becomes one of `target`, value by value.
    private static func blend(
        _ mixtures: [Mixture], of source: [UInt8], _ from: Steps, _ lines: Int, into target: inout [UInt8], _ to: Steps
    ) {
        func write(_ index: Int, _ mixture: Mixture, _ line: Int) {
            var sum: Int32 = 1 << Int32(precision - 1)
            var place = from.start + mixture.first * from.along + line * from.across
            for share in mixture.shares {
                sum &+= share &* Int32(source[place])
                place += from.along
            }
            target[to.start + index * to.along + line * to.across] = UInt8(max(0, min(255, sum >> Int32(precision))))
        }
        // Neighbors in memory one after the other.
        if from.across < from.along {
            for (index, mixture) in mixtures.enumerated() { for line in 0..<lines { write(index, mixture, line) } }
        } else {
            for line in 0..<lines { for (index, mixture) in mixtures.enumerated() { write(index, mixture, line) } }
        }
    }

    /// - Parameter planes: `[C, H, W]`.
    static func resized(
        _ planes: [UInt8], channels: Int, height: Int, width: Int, to newHeight: Int, _ newWidth: Int
    ) -> [UInt8] {
        guard height != newHeight || width != newWidth else { return planes }
        return resized(
            planes, channels: channels, height: height, width: width, layout: (height * width, width, 1),
            to: (newHeight, newWidth), window: (0..<newHeight, 0..<newWidth))
    }
}

extension DecodedImage {
    /// `[3, height, width]`: scaled until the shorter side fits, and cropped at the center, as torchvision's Resize and
    /// CenterCrop. Where height and width differ, the side that fits is the one that leaves no gap.
    func fitted(height: Int, width: Int) -> [UInt8] {
        // torchvision cuts off what the longer side has beyond whole pixels.
        let size =
            height * self.width >= width * self.height
            ? (height: height, width: height * self.width / self.height)
            : (height: width * self.height / self.width, width: width)
        // Python rounds a half to the even number.
        func start(_ outer: Int, _ inner: Int) -> Int { Int((Double(outer - inner) / 2).rounded(.toNearestOrEven)) }
        let (top, left) = (start(size.height, height), start(size.width, width))
        return Resampling.resized(
            pixels, channels: 3, height: self.height, width: self.width, layout: (1, 3 * self.width, 3), to: size,
            window: (top..<top + height, left..<left + width))
    }
}

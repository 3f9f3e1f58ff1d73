// Images in another size: bilinear, and where they shrink each pixel is a mean over all that it covers, as Pillow's and
// torchvision's (a triangle as wide as the scale, in two passes). Shares are whole numbers of 22 bits and each pass is
// rounded, as in Pillow's Resample.c, so that every pixel is that of Pillow 13; earlier ones scale rows first always,
// and differ by 1 in some pixels.

import Libraries

enum Resampling {
    /// What the pixels along one axis of the result are made of: of each the first neighbor, how many there are, and
    /// `reach` places for their shares, which sum to about 2^22.
    private struct Mixtures {
        private(set) var firsts: [Int]
        private(set) var counts: [Int]
        private(set) var shares: [Int32]
        let reach: Int

        /// - Parameter places: those of the result that are wanted.
        init(from source: Int, to target: Int, _ places: Range<Int>) {
            let scale = Double(source) / Double(target)
            let radius = max(1, scale)
            reach = 2 * Int(radius.rounded(.up)) + 1
            firsts = Array(repeating: 0, count: places.count)
            counts = firsts
            shares = Array(repeating: 0, count: places.count * reach)
            for (index, place) in places.enumerated() {
                let center = (Double(place) + 0.5) * scale
                let first = max(0, Int(center - radius + 0.5))
                let last = min(source, Int(center + radius + 0.5))
                func weight(_ neighbor: Int) -> Double {
                    max(0, 1 - abs((Double(neighbor) - center + 0.5) * (1 / radius)))
                }
                var sum = 0.0
                for neighbor in first..<last { sum += weight(neighbor) }
                for neighbor in first..<last {
                    let share = weight(neighbor) / (sum == 0 ? 1 : sum)
                    shares[index * reach + neighbor - first] = Int32(share * Double(1 << precision) + 0.5)
                }
                (firsts[index], counts[index]) = (first, last - first)
            }
        }

        /// The neighbors of all pixels.
        var span: Range<Int> { (firsts.first ?? 0)..<(firsts.last ?? 0) + (counts.last ?? 0) }
    }

    private static let precision = 22

    /// A window of an image that is scaled as a whole.
    ///
    /// - Parameters:
    ///   - pixels: of `layout`'s channel c at (y, x): at `c * plane + y * row + x * column`.
    ///   - size: the whole image is scaled to.
    ///   - result: the window, `[C, H, W]`. Beside it memory is taken for one channel between the passes.
    static func resize(
        _ pixels: UnsafePointer<UInt8>, channels: Int, height: Int, width: Int,
        layout: (plane: Int, row: Int, column: Int), to size: (height: Int, width: Int),
        window: (rows: Range<Int>, columns: Range<Int>), into result: UnsafeMutablePointer<UInt8>
    ) {
        let columns = Mixtures(from: width, to: size.width, window.columns)
        let rows = Mixtures(from: height, to: size.height, window.rows)
        let (left, top) = (columns.span.lowerBound, rows.span.lowerBound)
        let (newHeight, newWidth) = (window.rows.count, window.columns.count)
        // As Pillow 13 chooses: columns first where they shrink by more than twice what rows do.
        let columnsFirst = size.height < height && height - size.height > 2 * (width - size.width)
        let (lines, length) = columnsFirst ? (columns.span.count, newHeight) : (rows.span.count, newWidth)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: lines * length) { room in
            guard let between = room.baseAddress else { return }
            for channel in 0..<channels {
                let source = pixels + channel * layout.plane
                let target = result + channel * newHeight * newWidth
                if columnsFirst {
                    blend(
                        rows, of: source + left * layout.column, Steps(along: layout.row, across: layout.column), lines,
                        into: between, Steps(along: lines, across: 1))
                    blend(
                        columns, from: left, of: between, Steps(along: 1, across: lines), newHeight,
                        into: target, Steps(along: 1, across: newWidth))
                } else {
                    blend(
                        columns, of: source + top * layout.row, Steps(along: layout.column, across: layout.row), lines,
                        into: between, Steps(along: 1, across: length))
                    blend(
                        rows, from: top, of: between, Steps(along: length, across: 1), newWidth,
                        into: target, Steps(along: newWidth, across: 1))
                }
            }
        }
    }

    /// Where the values of a pass are: value i of line j at `i * along + j * across`.
    private struct Steps {
        let along: Int
        let across: Int
    }

    /// One pass: every line of `source` becomes one of `target`, value by value.
    ///
    /// - Parameter origin: the neighbor that is at the beginning of a line.
    private static func blend(
        _ mixtures: Mixtures, from origin: Int = 0, of source: UnsafePointer<UInt8>, _ from: Steps, _ lines: Int,
        into target: UnsafeMutablePointer<UInt8>, _ to: Steps
    ) {
        func byte(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: max(0, min(255, sum >> Int32(precision)))) }
        let half: Int32 = 1 << Int32(precision - 1)
        mixtures.shares.withUnsafeBufferPointer { shares in
            guard let shares = shares.baseAddress else { return }
            // Neighbors in memory one after the other.
            guard from.across < from.along else {
                for line in 0..<lines {
                    let (values, results) = (source + line * from.across, target + line * to.across)
                    for (index, first) in mixtures.firsts.enumerated() {
                        let (neighbors, own) = (values + (first - origin) * from.along, shares + index * mixtures.reach)
                        var sum = half
                        for place in 0..<mixtures.counts[index] {
                            sum &+= own[place] &* Int32(neighbors[place * from.along])
                        }
                        results[index * to.along] = byte(sum)
                    }
                }
                return
            }
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: lines) { room in
                guard let sums = room.baseAddress else { return }
                for (index, first) in mixtures.firsts.enumerated() {
                    sums.update(repeating: half, count: lines)
                    for place in 0..<mixtures.counts[index] {
                        let share = shares[index * mixtures.reach + place]
                        let values = source + (first - origin + place) * from.along
                        for line in 0..<lines { sums[line] &+= share &* Int32(values[line * from.across]) }
                    }
                    let results = target + index * to.along
                    for line in 0..<lines { results[line * to.across] = byte(sums[line]) }
                }
            }
        }
    }

    /// - Returns: the window, `[C, H, W]`.
    static func resized(
        _ pixels: [UInt8], channels: Int, height: Int, width: Int, layout: (plane: Int, row: Int, column: Int),
        to size: (height: Int, width: Int), window: (rows: Range<Int>, columns: Range<Int>)
    ) -> [UInt8] {
        let count = channels * window.rows.count * window.columns.count
        return pixels.withUnsafeBufferPointer { pixels in
            [UInt8](unsafeUninitializedCapacity: count) { result, initialized in
                guard let source = pixels.baseAddress, let target = result.baseAddress else { return }
                resize(
                    source, channels: channels, height: height, width: width, layout: layout, to: size, window: window,
                    into: target)
                initialized = count
            }
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

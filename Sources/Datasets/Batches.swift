// In which order a training sees its images, and how one of them is written where the engine wants it.

import Runtime

/// The images 0 ..< `count` in the order of an epoch: sorted by (64 random bits of (epoch, image), image). A pure
/// function of seed and epoch; how many images there are moves none of them past another.
public func shuffledOrder(count: Int, seed: UInt64, epoch: Int) -> [Int] {
    let stream = RandomStream(seed: seed, role: .order, step: UInt32(truncatingIfNeeded: epoch))
    let keyed = (0..<count).map { (key: stream.bits(at: UInt32(truncatingIfNeeded: $0)), image: $0) }
    return keyed.sorted { ($0.key, $0.image) < ($1.key, $1.image) }.map(\.image)
}

extension Dataset {
    /// Writes a training image normalized: `(c, y, x)` goes to `destination[c * planeStride + y * rowStride + x *
    /// columnStride]`. It is changed by the augmentation as `seed` and `epoch` (from 1) say.
    ///
    /// - Throws: where the image's file cannot be read or is no image; nothing is written then.
    public func writeTrainingImage(
        _ image: Int, epoch: Int, seed: UInt64, to destination: UnsafeMutablePointer<Float>, planeStride: Int,
        rowStride: Int, columnStride: Int
    ) throws(DatasetError) {
        let written = WrittenImage(
            base: destination, channels: channels, height: height, width: width, planeStride: planeStride,
            rowStride: rowStride, columnStride: columnStride)
        guard !augmentation.isNone else { return try write(image, of: training, as: written) }
        let random = ImageRandom(seed: seed, image: image, epoch: epoch)
        try writeAlone(random, as: written)
        guard let mix = mix(random) else { return }
        let size = channels * height * width
        try withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { values throws(DatasetError) in
            values.initialize(repeating: 0)
            let base = values.baseAddress.unsafelyUnwrapped
            // As it is in this epoch itself.
            try writeAlone(
                ImageRandom(seed: seed, image: mix.partner, epoch: epoch),
                as: WrittenImage(
                    base: base, channels: channels, height: height, width: width, planeStride: height * width,
                    rowStride: width, columnStride: 1))
            written.take(base, mix)
        }
    }

    /// The bytes, `[C, H, W]`, that are nearest to what `writeTrainingImage` writes.
    public func trainingImage(_ image: Int, epoch: Int, seed: UInt64) throws(DatasetError) -> [UInt8] {
        let area = height * width
        var values = [Float](repeating: 0, count: channels * area)
        try values.withUnsafeMutableBufferPointer { values throws(DatasetError) in
            guard let base = values.baseAddress else { return }
            try writeTrainingImage(
                image, epoch: epoch, seed: seed, to: base, planeStride: area, rowStride: width, columnStride: 1)
        }
        return values.indices.map { normalization.byte(values[$0], channel: $0 / area) }
    }

    /// The shares of the classes in a training image as `writeTrainingImage` writes it, added to those that are there.
    public func addTarget(_ image: Int, epoch: Int, seed: UInt64, to shares: inout [Double]) {
        let mix = augmentation.isNone ? nil : mix(ImageRandom(seed: seed, image: image, epoch: epoch))
        shares[training.label(image)] += mix?.share ?? 1
        if let mix { shares[training.label(mix.partner)] += 1 - mix.share }
    }

    private func mix(_ random: ImageRandom) -> Mix? {
        augmentation.mix(random, among: training.count, height: height, width: width)
    }

    /// An image that no other one is mixed into.
    private func writeAlone(_ random: ImageRandom, as written: WrittenImage) throws(DatasetError) {
        let (height, width, transforms) = (height, width, augmentation.transforms)
        try withUnsafeTemporaryAllocation(of: Int.self, capacity: height + width) { places throws(DatasetError) in
            places.initialize(repeating: 0)
            let sources = PixelSources(
                rows: UnsafeMutableBufferPointer(rebasing: places[..<height]),
                columns: UnsafeMutableBufferPointer(rebasing: places[height...]))
            for transform in transforms { transform.move(sources, random) }
            try withRedrawnBytes(random) { bytes in write(bytes, as: written, from: sources) }
            for transform in transforms { transform.paint(written, random) }
        }
    }

    /// Calls `body` with the bytes of a training image, `[C, H, W]`, redrawn where the augmentation does that.
    private func withRedrawnBytes(
        _ random: ImageRandom, _ body: (UnsafePointer<UInt8>) -> Void
    ) throws(DatasetError) {
        let size = channels * height * width
        try training.withBytes(of: random.image) { bytes in
            guard !augmentation.redrawing.isEmpty else { return body(bytes) }
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2 * size) { room in
                let base = room.baseAddress.unsafelyUnwrapped
                base.update(from: bytes, count: size)
                var canvas = Canvas(base, channels: channels, height: height, width: width)
                for transform in augmentation.redrawing { transform.redraw(&canvas, random) }
                body(canvas.pixels)
            }
        }
    }

    /// The same of an image as it is.
    public func writeImage(
        _ image: Int, of part: Part, to destination: UnsafeMutablePointer<Float>, planeStride: Int, rowStride: Int,
        columnStride: Int
    ) throws(DatasetError) {
        let written = WrittenImage(
            base: destination, channels: channels, height: height, width: width, planeStride: planeStride,
            rowStride: rowStride, columnStride: columnStride)
        try write(image, of: self[part], as: written)
    }

    private func write(_ image: Int, of part: ImageSet, as written: WrittenImage) throws(DatasetError) {
        try part.withBytes(of: image) { bytes in write(bytes, as: written, from: nil) }
    }

    /// - Parameters:
    ///   - bytes: `[C, H, W]`
    ///   - sources: where each row and column comes from; `nil`: from its own place.
    private func write(_ bytes: UnsafePointer<UInt8>, as written: WrittenImage, from sources: PixelSources?) {
        let (channels, height, width, columnStride) = (channels, height, width, written.columnStride)
        normalization.table.withUnsafeBufferPointer { table in
            // Inside the bounds: the initializers fix the sizes of pixels and table.
            for channel in 0..<channels {
                let values = table.baseAddress.unsafelyUnwrapped + 256 * channel
                let plane = bytes + channel * height * width
                for y in 0..<height {
                    let row = written.base + (channel * written.planeStride + y * written.rowStride)
                    guard let sources else {
                        let source = plane + y * width
                        for x in 0..<width { row[x * columnStride] = values[Int(source[x])] }
                        continue
                    }
                    let (line, columns) = (sources.rows[y], sources.columns.baseAddress.unsafelyUnwrapped)
                    let source = plane + max(0, line) * width
                    for x in 0..<width {
                        let column = columns[x]
                        row[x * columnStride] = values[line < 0 || column < 0 ? 0 : Int(source[column])]
                    }
                }
            }
        }
    }
}

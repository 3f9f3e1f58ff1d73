// In which order a training sees its images, and how one of them is written where the engine wants it.

import Runtime

/// The images 0 ..< `count` in the order of an epoch: sorted by (64 random bits of (epoch, image), image). A pure function of
/// seed and epoch; how many images there are moves none of them past another.
public func shuffledOrder(count: Int, seed: UInt64, epoch: Int) -> [Int] {
    let stream = RandomStream(seed: seed, role: .order, step: UInt32(truncatingIfNeeded: epoch))
    let keyed = (0..<count).map { (key: stream.bits(at: UInt32(truncatingIfNeeded: $0)), image: $0) }
    return keyed.sorted { ($0.key, $0.image) < ($1.key, $1.image) }.map(\.image)
}

extension Dataset {
    /// Writes an image normalized: `(c, y, x)` goes to `destination[c * planeStride + y * rowStride + x * columnStride]`.
    ///
    /// - Parameter change: what an augmentation does to it; `nil`: nothing.
    /// - Throws: where the image's file cannot be read or is no image; nothing is written then.
    func write(
        _ image: Int, of part: ImageSet, changed change: Augmentation.Change?,
        to destination: UnsafeMutablePointer<Float>, planeStride: Int, rowStride: Int, columnStride: Int
    ) throws(DatasetError) {
        let (channels, height, width) = (channels, height, width)
        try part.withBytes(of: image) { bytes in
            normalization.table.withUnsafeBufferPointer { table in
                // Inside the bounds: the initializers fix the sizes of pixels and table.
                for channel in 0..<channels {
                    let values = table.baseAddress.unsafelyUnwrapped + 256 * channel
                    let plane = bytes + channel * height * width
                    for y in 0..<height {
                        let row = destination + (channel * planeStride + y * rowStride)
                        guard let change else {
                            let source = plane + y * width
                            for x in 0..<width { row[x * columnStride] = values[Int(source[x])] }
                            continue
                        }
                        for x in 0..<width {
                            let isBlank = change.blank.rows.contains(y) && change.blank.columns.contains(x)
                            let source = change.source(y, x, height: height, width: width)
                            row[x * columnStride] =
                                isBlank ? 0 : values[Int(source.map { plane[$0.y * width + $0.x] } ?? 0)]
                        }
                    }
                }
            }
        }
    }

    /// The same of a training image, changed by the augmentation as `seed` and `epoch` (from 1) say.
    public func writeTrainingImage(
        _ image: Int, epoch: Int, seed: UInt64, to destination: UnsafeMutablePointer<Float>, planeStride: Int,
        rowStride: Int, columnStride: Int
    ) throws(DatasetError) {
        let change =
            augmentation.isNone
            ? nil : augmentation.change(image: image, epoch: epoch, seed: seed, height: height, width: width)
        try write(
            image, of: training, changed: change, to: destination, planeStride: planeStride, rowStride: rowStride,
            columnStride: columnStride)
    }

    /// The same of an image as it is.
    public func writeImage(
        _ image: Int, of part: Part, to destination: UnsafeMutablePointer<Float>, planeStride: Int, rowStride: Int,
        columnStride: Int
    ) throws(DatasetError) {
        try write(
            image, of: self[part], changed: nil, to: destination, planeStride: planeStride, rowStride: rowStride,
            columnStride: columnStride)
    }
}

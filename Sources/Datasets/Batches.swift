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
    public func write(
        _ image: Int, of part: ImageSet, to destination: UnsafeMutablePointer<Float>, planeStride: Int, rowStride: Int,
        columnStride: Int
    ) {
        precondition(image >= 0 && image < part.count, "no image \(image) among \(part.count)")
        let (channels, height, width) = (channels, height, width)
        part.pixels.withUnsafeBufferPointer { pixels in
            normalization.table.withUnsafeBufferPointer { table in
                // Inside the bounds: the initializers fix the sizes of pixels and table.
                var source = pixels.baseAddress.unsafelyUnwrapped + image * channels * height * width
                for channel in 0..<channels {
                    let values = table.baseAddress.unsafelyUnwrapped + 256 * channel
                    for y in 0..<height {
                        let row = destination + (channel * planeStride + y * rowStride)
                        for x in 0..<width { row[x * columnStride] = values[Int(source[x])] }
                        source += width
                    }
                }
            }
        }
    }
}

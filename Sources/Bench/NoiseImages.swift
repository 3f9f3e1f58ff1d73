// Images of noise: what is measured where no data set is at hand.

import Engine
import Network
import Runtime

struct NoiseImages: BatchSource {
    let shape: Shape
    let classes: Int

    /// Values from -2 to 2, the same each time.
    func writeImage(
        _ index: Int, epoch: Int, to destination: UnsafeMutablePointer<Float>, planeStride: Int, rowStride: Int,
        columnStride: Int
    ) {
        let random = RandomStream(seed: 1, role: .synthesis, stream: UInt32(truncatingIfNeeded: index))
        var place: UInt32 = 0
        for channel in 0..<shape.channels {
            for row in 0..<shape.height {
                for column in 0..<shape.width {
                    let word = random.words(at: place / 4)[Int(place % 4)]
                    destination[channel * planeStride + row * rowStride + column * columnStride] =
                        RandomStream.unit(word) * 4 - 2
                    place += 1
                }
            }
        }
    }

    func label(_ index: Int) -> Int { index % classes }
}

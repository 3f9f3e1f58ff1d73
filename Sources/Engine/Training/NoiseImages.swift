// Images of noise: what is measured where no data set is at hand.

import Network
import Runtime

/// As many images as asked for, drawn once.
public struct NoiseImages: BatchSource {
    private let shape: Shape
    private let classes: Int
    private let values: [Float]

    public init(shape: Shape, classes: Int, count: Int) {
        self.shape = shape
        self.classes = classes
        values = [Float](unsafeUninitializedCapacity: count * shape.count) { buffer, initialized in
            RandomStream(seed: 1, role: .synthesis).fillUniform(buffer, low: -2, high: 2)
            initialized = count * shape.count
        }
    }

    public func writeImage(
        _ index: Int, epoch: Int, to destination: UnsafeMutablePointer<Float>, planeStride: Int, rowStride: Int,
        columnStride: Int
    ) {
        var place = index * shape.count
        for channel in 0..<shape.channels {
            for row in 0..<shape.height {
                for column in 0..<shape.width {
                    destination[channel * planeStride + row * rowStride + column * columnStride] = values[place]
                    place += 1
                }
            }
        }
    }

    public func label(_ index: Int) -> Int { index % classes }
}

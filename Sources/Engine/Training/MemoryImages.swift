// Images in memory as the network sees them: from a file, or noise where there is no data set.

import Network
import Runtime

public struct MemoryImages: BatchSource {
    public let shape: Shape
    /// `[N, C, H, W]`
    public let values: [Float]
    public let labels: [Int]

    public init(shape: Shape, values: [Float], labels: [Int]) {
        precondition(values.count == labels.count * shape.count, "one label per image")
        (self.shape, self.values, self.labels) = (shape, values, labels)
    }

    /// Uniform noise between -2 and 2, the classes in turn.
    public static func noise(shape: Shape, classes: Int, count: Int, seed: UInt64 = 1) -> MemoryImages {
        let values = [Float](unsafeUninitializedCapacity: count * shape.count) { buffer, initialized in
            RandomStream(seed: seed, role: .synthesis).fillUniform(buffer, low: -2, high: 2)
            initialized = count * shape.count
        }
        return MemoryImages(shape: shape, values: values, labels: (0..<count).map { $0 % max(1, classes) })
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

    public func label(_ index: Int) -> Int { labels[index] }
}

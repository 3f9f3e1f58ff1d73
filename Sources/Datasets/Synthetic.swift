// The built-in data set: ten shapes, placed, turned, sized and colored at random over a shaded background with clutter
// and noise. It needs no network, and whole-number arithmetic on Philox's bits makes it the same everywhere.

import Runtime

public enum Synthetic {
    static let testCount = 2_000

    /// 10,000 training and 2,000 test images of 3x32x32 in ten classes. Image i shows class i mod 10.
    ///
    /// Cost: about 0.2 s of two cores in a release build.
    public static func make(cancellation: Cancellation) throws(DatasetError) -> Dataset {
        let dataset = make(training: 10_000, test: testCount, cancellation)
        if cancellation.isCancelled { throw .cancelled }
        return dataset.from(.synthetic)
    }

    /// The first images of each part; once it is cancelled, the rest is black.
    static func make(training: Int, test: Int, _ cancellation: Cancellation? = nil) -> Dataset {
        let pool = ThreadPool()
        return Dataset(
            name: "synthetic", classNames: SyntheticShape.allCases.map(\.rawValue), channels: 3, height: 32, width: 32,
            training: images(training, stream: 0, pool, cancellation), test: images(test, stream: 1, pool, cancellation)
        )
    }

    private static func images(
        _ count: Int, stream: UInt32, _ pool: ThreadPool, _ cancellation: Cancellation?
    ) -> ImageSet {
        let shapes = SyntheticShape.allCases
        var pixels = [UInt8](repeating: 0, count: count * SyntheticImage.size)
        pixels.withUnsafeMutableBufferPointer { buffer in
            // Each image has its own part.
            nonisolated(unsafe) let pixels = buffer
            pool.forEachTile(count, cancellation: cancellation) { image, _ in
                let part = image * SyntheticImage.size..<(image + 1) * SyntheticImage.size
                var drawing = SyntheticImage(stream: stream, image: UInt32(truncatingIfNeeded: image))
                drawing.draw(shapes[image % shapes.count], into: UnsafeMutableBufferPointer(rebasing: pixels[part]))
            }
        }
        return ImageSet(pixels: pixels, labels: (0..<count).map { UInt8($0 % shapes.count) })
    }
}

// The built-in data set: ten shapes, placed, turned, sized and coloured at random over a shaded ground with clutter and
// noise. It needs no network, and whole-number arithmetic on Philox's bits makes it the same everywhere.

import Runtime

public enum Synthetic {
    /// 10,000 training and 2,000 test images of 3x32x32 in ten classes. Image i shows class i mod 10.
    ///
    /// Cost: about 0.2 s in a release build.
    public static func make() -> Dataset { make(training: 10_000, test: 2_000) }

    /// The first images of each part.
    static func make(training: Int, test: Int) -> Dataset {
        Dataset(
            name: "synthetic", classNames: SyntheticShape.allCases.map(\.rawValue), channels: 3, height: 32, width: 32,
            training: images(training, stream: 0), test: images(test, stream: 1))
    }

    private static func images(_ count: Int, stream: UInt32) -> ImageSet {
        let shapes = SyntheticShape.allCases
        var pixels = [UInt8](repeating: 0, count: count * SyntheticImage.size)
        pixels.withUnsafeMutableBufferPointer { pixels in
            for image in 0..<count {
                let part = image * SyntheticImage.size..<(image + 1) * SyntheticImage.size
                var drawing = SyntheticImage(stream: stream, image: UInt32(truncatingIfNeeded: image))
                drawing.draw(shapes[image % shapes.count], into: UnsafeMutableBufferPointer(rebasing: pixels[part]))
            }
        }
        return ImageSet(pixels: pixels, labels: (0..<count).map { UInt8($0 % shapes.count) })
    }
}

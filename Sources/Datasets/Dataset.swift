// A labelled set of images in two parts, for training and for testing: what `cifar10()` and `synthetic()` give, `take`
// shortens and a training reads. Pixels stay bytes; a batch is normalized by a table of 256 values a channel.

import Libraries

/// Images of one size with their classes, `[count, C, H, W]` in bytes.
public struct ImageSet: Sendable {
    public let count: Int
    // Shared with the set this one was taken from, so they may hold more than `count` images.
    let pixels: [UInt8]
    let classes: [UInt8]

    /// - Parameters:
    ///   - pixels: `[count, C, H, W]`, 0...255.
    ///   - labels: the class of each image.
    public init(pixels: [UInt8], labels: [UInt8]) {
        precondition(labels.isEmpty ? pixels.isEmpty : pixels.count % labels.count == 0, "one label an image")
        self.pixels = pixels
        self.classes = labels
        count = labels.count
    }

    private init(first count: Int, of whole: ImageSet) {
        self.count = count
        pixels = whole.pixels
        classes = whole.classes
    }

    public var labels: ArraySlice<UInt8> { classes.prefix(count) }

    /// The first images, or all where there are no more. Copies nothing.
    public func prefix(_ number: Int) -> ImageSet {
        ImageSet(first: min(max(0, number), count), of: self)
    }

    public func label(_ index: Int) -> Int { Int(classes[index]) }

    /// The bytes of one image, `[C, H, W]`.
    public func image(_ index: Int) -> ArraySlice<UInt8> {
        precondition(index >= 0 && index < count, "no image \(index) among \(count)")
        let size = pixels.count / classes.count
        return pixels[index * size..<(index + 1) * size]
    }
}

public struct Dataset: Sendable {
    /// What the user calls it: `CIFAR-10`, `synthetic`.
    public let name: String
    public let classNames: [String]
    public let channels: Int
    public let height: Int
    public let width: Int
    public let training: ImageSet
    public let test: ImageSet
    public var normalization: Normalization

    public init(
        name: String, classNames: [String], channels: Int, height: Int, width: Int, training: ImageSet,
        test: ImageSet, normalization: Normalization = .imageNet
    ) {
        let size = channels * height * width
        precondition(training.pixels.count == training.classes.count * size, "training images of another size")
        precondition(test.pixels.count == test.classes.count * size, "test images of another size")
        precondition(normalization.channels == channels, "a mean and a deviation a channel")
        self.name = name
        self.classNames = classNames
        self.channels = channels
        self.height = height
        self.width = width
        self.training = training
        self.test = test
        self.normalization = normalization
    }

    /// The first `count` training images, and the first `testCount` of the test set where that is given.
    public func taking(_ count: Int, test testCount: Int? = nil) -> Dataset {
        Dataset(
            name: name, classNames: classNames, channels: channels, height: height, width: width,
            training: training.prefix(count), test: test.prefix(testCount ?? test.count),
            normalization: normalization)
    }

    /// SHA-256 over sizes, normalization, labels and pixels: what of the data decides a result. Names do not.
    ///
    /// Cost: reads every pixel, 0.2 s for CIFAR-10 in a release build.
    public func digest() -> String {
        var digest = Digest(.sha256)
        digest.update("\(classNames.count) \(channels)x\(height)x\(width) \(training.count) \(test.count)\n")
        digest.update("\(normalization.mean) \(normalization.deviation)\n")
        for part in [training, test] {
            part.classes.prefix(part.count).withUnsafeBytes { digest.update($0) }
            part.pixels.prefix(part.count * channels * height * width).withUnsafeBytes { digest.update($0) }
        }
        return digest.finish().hexadecimal
    }
}

// A labelled set of images in parts, for training, validation and testing: what `cifar10()` and `synthetic()` give, `take`
// shortens, `split` cuts and a training reads. Pixels stay bytes; a batch is normalized by a table of 256 values a channel.

import Libraries

public struct Dataset: Sendable {
    public enum Part: String, Sendable, CaseIterable {
        case training, validation, test
    }

    /// What the user calls it: `CIFAR-10`, `synthetic`.
    public let name: String
    public let classNames: [String]
    public let channels: Int
    public let height: Int
    public let width: Int
    public private(set) var training: ImageSet
    /// What `split` cut off the training images; empty at first.
    public private(set) var validation = ImageSet.empty
    public private(set) var test: ImageSet
    public var normalization: Normalization
    /// What happens to an image of a training at random.
    public var augmentation = Augmentation()

    public init(
        name: String, classNames: [String], channels: Int, height: Int, width: Int, training: ImageSet,
        test: ImageSet, normalization: Normalization = .imageNet
    ) {
        let size = channels * height * width
        for part in [training, test] {
            if case .memory(let pixels) = part.storage {
                precondition(pixels.count == part.count * size, "images of another size")
            }
        }
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

    public subscript(part: Part) -> ImageSet {
        switch part {
        case .training: training
        case .validation: validation
        case .test: test
        }
    }

    /// Whether images are decoded from files each time they are needed.
    public var isInFiles: Bool { Part.allCases.contains { self[$0].isInFiles } }

    /// The first `count` training images, and the first `testCount` of the test set where that is given.
    public func taking(_ count: Int, test testCount: Int? = nil) -> Dataset {
        var result = self
        result.training = training.prefix(count)
        result.test = test.prefix(testCount ?? test.count)
        return result
    }

    /// A share of the training images for training, drawn by the seed; the others for validation. Both keep their order.
    public func split(share: Double, seed: UInt64) -> Dataset {
        let kept = Int((Double(training.count) * share).rounded())
        let order = shuffledOrder(count: training.count, seed: seed, epoch: 0)
        var result = self
        result.training = training.selecting(order[..<kept].sorted())
        result.validation = training.selecting(order[kept...].sorted())
        return result
    }

    /// All images in another size; those in files are decoded to it.
    public func resized(height newHeight: Int, width newWidth: Int) -> Dataset {
        func resized(_ part: ImageSet) -> ImageSet {
            switch part.storage {
            case .files(let files):
                return part.over(.files(ImageFiles(paths: files.paths, height: newHeight, width: newWidth)))
            case .memory(let pixels):
                let size = channels * height * width
                var bytes: [UInt8] = []
                bytes.reserveCapacity(part.count * channels * newHeight * newWidth)
                for index in 0..<part.count {
                    let first = part.stored(index) * size
                    bytes += Resampling.resized(
                        Array(pixels[first..<first + size]), channels: channels, height: height, width: width,
                        to: newHeight, newWidth)
                }
                return ImageSet(.memory(bytes), labels: part.labels.map { UInt16($0) })
            }
        }
        var result = Dataset(
            name: name, classNames: classNames, channels: channels, height: newHeight, width: newWidth,
            training: resized(training), test: resized(test), normalization: normalization)
        result.validation = resized(validation)
        result.augmentation = augmentation
        return result
    }

    /// Mean and deviation of each channel over all training images, of pixels from 0 to 1.
    public func trainingMoments() throws(DatasetError) -> (mean: [Double], deviation: [Double]) {
        let size = height * width
        var sums = [Int](repeating: 0, count: channels)
        var squares = sums
        for image in 0..<training.count {
            try training.withBytes(of: image) { bytes in
                for channel in 0..<channels {
                    for place in channel * size..<(channel + 1) * size {
                        let value = Int(bytes[place])
                        sums[channel] += value
                        squares[channel] += value * value
                    }
                }
            }
        }
        let count = Double(max(1, training.count * size))
        let mean = sums.map { Double($0) / count / 255 }
        let deviation = zip(squares, mean).map { (max(0, Double($0) / count / 65025 - $1 * $1)).squareRoot() }
        return (mean, deviation)
    }

    /// SHA-256 over sizes, normalization, labels and pixels: what of the data decides a result. Names do not.
    ///
    /// Cost: reads every pixel, 0.2 s for CIFAR-10 in a release build.
    public func digest() -> String {
        var digest = Digest(.sha256)
        digest.update("\(classNames.count) \(channels)x\(height)x\(width) \(training.count) \(test.count)\n")
        digest.update("\(normalization.mean) \(normalization.deviation)\n")
        if !augmentation.isNone {
            digest.update("\(augmentation.flips) \(augmentation.crop) \(augmentation.cutout)\n")
        }
        for part in validation.count > 0 ? [training, test, validation] : [training, test] {
            digest.update(
                part.labels.flatMap { classNames.count <= 256 ? [UInt8($0)] : [UInt8($0 & 255), UInt8($0 >> 8)] })
            part.updateDigest(&digest, imageSize: channels * height * width)
        }
        return digest.finish().hexadecimal
    }
}

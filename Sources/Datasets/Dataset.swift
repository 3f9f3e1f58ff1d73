// A labeled set of images in parts, for training, validation and testing: what `cifar10()` and `synthetic()` give,
// `take` shortens, `split` divides and a training reads. Pixels stay bytes; a batch is normalized by a table of 256
// values a channel.

import Libraries
import Runtime
import Text

public struct Dataset: Sendable {
    public enum Part: String, Sendable, CaseIterable {
        case training, validation, test
    }

    /// What the user calls it: `CIFAR-10`, `synthetic`.
    public private(set) var name: String
    public let classNames: [String]
    public let channels: Int
    public let height: Int
    public let width: Int
    public private(set) var training: ImageSet
    /// The training images that `split` held out; empty at first.
    public private(set) var validation = ImageSet.empty
    public private(set) var test: ImageSet
    public var normalization: Normalization
    /// What happens to an image of a training at random.
    public var augmentation = Augmentation()
    /// Whether parts are drawn evenly over the classes: folders hold images class by class, and so may arrays, so that
    /// the first are all of one.
    public let isDrawnByClass: Bool
    /// Where its images come from and what was done to them; `nil` where they were made from values that nothing
    /// describes.
    private var origin: (source: DataDescription.Source, steps: [DataDescription.Step])?

    public init(
        name: String, classNames: [String], channels: Int, height: Int, width: Int, training: ImageSet,
        test: ImageSet, normalization: Normalization = .imageNet, isDrawnByClass: Bool = false
    ) {
        let size = channels * height * width
        for part in [training, test] {
            if case .memory(let pixels) = part.storage {
                precondition(pixels.count == part.storedCount * size, "images of another size")
            }
        }
        precondition(normalization.channels == channels, "a mean and a deviation per channel")
        // They are names of folders, or lines of a file.
        self.name = name.printableName
        self.classNames = classNames.map(\.printableName)
        self.channels = channels
        self.height = height
        self.width = width
        self.training = training
        self.test = test
        self.normalization = normalization
        self.isDrawnByClass = isDrawnByClass
    }

    /// The name of a class, or its number where it has none: a network may have more outputs than there are classes.
    public func className(_ label: Int) -> String {
        classNames.indices.contains(label) ? classNames[label] : String(label)
    }

    /// The same, said to come from there as it is.
    public func from(_ source: DataDescription.Source) -> Dataset {
        var result = self
        result.origin = (source, [])
        return result
    }

    /// How it is made; `nil` where nothing describes its images.
    public var description: DataDescription? {
        origin.map {
            DataDescription(
                source: $0.source, steps: $0.steps, mean: normalization.mean, deviation: normalization.deviation,
                augmentation: augmentation)
        }
    }

    public subscript(part: Part) -> ImageSet {
        switch part {
        case .training: training
        case .validation: validation
        case .test: test
        }
    }

    /// What its pixels take in memory.
    public var byteCount: Int {
        Part.allCases.reduce(0) { sum, part in
            if case .memory(let pixels) = self[part].storage { sum + pixels.count } else { sum }
        }
    }

    /// Whether images are decoded from files each time they are needed.
    public var isInFiles: Bool { Part.allCases.contains { self[$0].isInFiles } }

    /// The first `count` training images, and the first `testCount` of the test set where that is given; or as many of
    /// each class, drawn by the seed.
    public func taking(_ count: Int, test testCount: Int? = nil, seed: UInt64 = 1) -> Dataset {
        func taken(_ part: ImageSet, _ count: Int) -> ImageSet {
            isDrawnByClass && count < part.count ? part.selecting(part.evenly(count, seed: seed)) : part.prefix(count)
        }
        var result = self
        result.training = taken(training, count)
        result.test = taken(test, testCount ?? test.count)
        result.origin?.steps.append(
            .take(training: result.training.count, test: result.test.count, seed: seed))
        return result
    }

    /// Which images of a part are shown: the first, or some of each class.
    public func shownImages(_ part: Part, _ count: Int) -> [Int] {
        isDrawnByClass ? self[part].evenly(count, seed: 1) : Array(0..<min(max(0, count), self[part].count))
    }

    /// A share of the training images for training, drawn by the seed; the others for validation. Both keep their
    /// order. Where parts are drawn by class, the share is that of each class that has two images.
    public func split(share: Double, seed: UInt64) -> Dataset {
        var result = self
        let validation = isDrawnByClass ? training.evenly(share: 1 - share, seed: seed) : []
        // Classes of one image each have none to give: then it is drawn over all.
        if !validation.isEmpty {
            let isValidation = Set(validation)
            result.training = training.selecting((0..<training.count).filter { !isValidation.contains($0) })
            result.validation = training.selecting(validation)
        } else {
            let kept = Int((Double(training.count) * share).rounded())
            let order = shuffledOrder(count: training.count, seed: seed, epoch: 0)
            result.training = training.selecting(order[..<kept].sorted())
            result.validation = training.selecting(order[kept...].sorted())
        }
        result.origin?.steps.append(.split(share: share, seed: seed))
        return result
    }

    /// The data of a cross-validation, divided as by scikit-learn's `StratifiedKFold`: the training images, drawn by
    /// the seed, are dealt to so many folds, class by class, so that folds differ by at most one image, in all and of
    /// each class. In each of the results one fold is the test images, and the others are the training images. The
    /// test and the validation images of this one are in none.
    public func folds(_ count: Int, seed: UInt64) -> [Dataset] {
        precondition(count > 1, "a fold to test, and one to train on")
        let order = training.shuffledPlacesByClass(seed: seed).joined()
        var foldOf = [Int](repeating: 0, count: training.count)
        for (place, image) in order.enumerated() { foldOf[image] = place % count }
        return (0..<count).map { fold in
            var result = self
            result.name = "\(name) fold \(fold + 1) of \(count)"
            result.training = training.selecting(foldOf.indices.filter { foldOf[$0] != fold })
            result.test = training.selecting(foldOf.indices.filter { foldOf[$0] == fold })
            result.validation = .empty
            result.origin?.steps.append(.fold(fold, of: count, seed: seed))
            return result
        }
    }

    /// All images in another size; those in files are decoded to it.
    ///
    /// - Throws: where there is no memory for them, or once it is cancelled.
    public func resized(
        height newHeight: Int, width newWidth: Int, cancellation: Cancellation = Cancellation()
    ) throws(DatasetError) -> Dataset {
        let stored = [training, validation, test].reduce(0) { $0 + ($1.isInFiles ? 0 : $1.count) }
        let (byteCount, overflow) = (stored * channels).multipliedReportingOverflow(by: newHeight * newWidth)
        guard !overflow, Memory.hasRoom(for: byteCount) else {
            throw .outOfMemory(
                "\(stored) images of \(newHeight)x\(newWidth)", overflow ? .max : byteCount,
                fix: "`take` fewer images first, or choose a smaller size")
        }
        func resized(_ part: ImageSet) throws(DatasetError) -> ImageSet {
            switch part.storage {
            case .files(let files):
                return part.over(.files(ImageFiles(paths: files.paths, height: newHeight, width: newWidth)))
            case .memory(let pixels):
                let size = channels * height * width
                var bytes: [UInt8] = []
                bytes.reserveCapacity(part.count * channels * newHeight * newWidth)
                for index in 0..<part.count {
                    if cancellation.isCancelled { throw .cancelled }
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
            training: try resized(training), test: try resized(test), normalization: normalization,
            isDrawnByClass: isDrawnByClass)
        result.validation = try resized(validation)
        result.augmentation = augmentation
        result.origin = origin
        result.origin?.steps.append(.resize(height: newHeight, width: newWidth))
        return result
    }

    /// Mean and deviation of each channel over all training images, of pixels from 0 to 1.
    public func trainingMoments(
        cancellation: Cancellation = Cancellation()
    ) throws(DatasetError) -> (mean: [Double], deviation: [Double]) {
        let size = height * width
        var sums = [Int](repeating: 0, count: channels)
        var squares = sums
        for image in 0..<training.count {
            if cancellation.isCancelled { throw .cancelled }
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
    /// - Throws: once it is cancelled, and nothing else.
    ///
    /// Cost: reads every pixel, 0.2 s for CIFAR-10 in a release build; all files of images that are not in memory.
    public func digest(unless cancellation: Cancellation = Cancellation()) throws(DatasetError) -> String {
        var digest = Digest(.sha256)
        digest.update("\(classNames.count) \(channels)x\(height)x\(width) \(training.count) \(test.count)\n")
        digest.update("\(normalization.mean) \(normalization.deviation)\n")
        if !augmentation.isNone {
            digest.update("\(augmentation.digestText)\n")
        }
        for part in validation.count > 0 ? [training, test, validation] : [training, test] {
            digest.update(
                part.labels.flatMap { classNames.count <= 256 ? [UInt8($0)] : [UInt8($0 & 255), UInt8($0 >> 8)] })
            try part.updateDigest(&digest, imageSize: channels * height * width, unless: cancellation)
        }
        return digest.finish().hexadecimal
    }

    /// How many images of a part are among the training images of another data set.
    ///
    /// - Throws: once it is cancelled, and nothing else.
    ///
    /// Cost: reads every pixel of both where they are in memory; of files the paths are compared.
    public func imagesTrained(
        by other: Dataset, in part: Part, unless cancellation: Cancellation = Cancellation()
    ) throws(DatasetError) -> Int {
        guard (channels, height, width) == (other.channels, other.height, other.width) else { return 0 }
        let trained = Set(try other.training.marks(unless: cancellation))
        return try self[part].marks(unless: cancellation).count(where: trained.contains)
    }

    /// Whether a part has the same images with the same labels in both; how they are normalized and augmented may
    /// differ.
    ///
    /// - Throws: once it is cancelled, and nothing else.
    ///
    /// Cost: reads every pixel of the part, in both.
    public func hasSameImages(
        as other: Dataset, in part: Part, unless cancellation: Cancellation = Cancellation()
    ) throws(DatasetError) -> Bool {
        func pixels(_ set: Dataset) throws(DatasetError) -> String {
            var digest = Digest(.sha256)
            try set[part].updateDigest(
                &digest, imageSize: set.channels * set.height * set.width, unless: cancellation)
            return digest.finish().hexadecimal
        }
        guard (channels, height, width) == (other.channels, other.height, other.width),
            self[part].labels == other[part].labels
        else { return false }
        return try pixels(self) == pixels(other)
    }
}

extension Dataset {
    /// Whether the test images of both are the same, if in another size: made of one source by the same steps, or equal
    /// byte for byte. What is trained on may differ.
    public func hasTestImages(of other: Dataset) -> Bool {
        guard test.labels == other.test.labels else { return false }
        if let mine = description, let others = other.description, mine.source == others.source,
            mine.stepsOfTest == others.stepsOfTest
        {
            return true
        }
        return test.hasPixels(of: other.test)
    }
}

extension DataDescription {
    /// The steps that decide which the test images are.
    fileprivate var stepsOfTest: [Step] {
        func isResize(_ step: Step) -> Bool { if case .resize = step { true } else { false } }
        func isFold(_ step: Step) -> Bool { if case .fold = step { true } else { false } }
        // A fold tests images that were for training.
        if steps.contains(where: isFold) { return steps.filter { !isResize($0) } }
        return steps.compactMap { step in
            switch step {
            case .take(_, let test, let seed): .take(training: 0, test: test, seed: seed)
            case .split, .resize, .fold: nil
            }
        }
    }
}

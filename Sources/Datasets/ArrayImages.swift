// Images and labels that NumPy has saved: what `arrays` reads, from an `.npz` or from `.npy` files.

import Libraries
import Runtime
import Text

public struct ArrayImages: Hashable, Sendable {
    /// Where the channels are in an array of four dimensions.
    public enum Channels: String, CaseIterable, Sendable {
        case first, last
    }

    /// One `.npz`, or the `.npy` of the images and that of the labels, from the folder of the notebook or script.
    public var files: [String]
    /// The same of the test images; empty: those in the `.npz`, else a share is held out.
    public var testFiles: [String]
    /// Of each class, drawn by the seed, where nothing else is tested on.
    public var testShare: Double
    public var seed: UInt64
    /// `nil`: where the size is 1 or 3.
    public var channels: Channels?
    /// Empty: their numbers.
    public var classNames: [String]

    public init(
        files: [String], testFiles: [String] = [], testShare: Double = 0.2, seed: UInt64 = 1,
        channels: Channels? = nil, classNames: [String] = []
    ) {
        (self.files, self.testFiles, self.testShare, self.seed) = (files, testFiles, testShare, seed)
        (self.channels, self.classNames) = (channels, classNames)
    }

    /// As large as the language allows.
    private static let sizes = 1...4096

    /// - Parameters:
    ///   - folder: where a path that is not absolute begins.
    ///   - option: one that says how a share is cut off, where there was any: an error where none is.
    ///   - note: gets a sentence for each thing that may be unexpected.
    public func load(
        in folder: String, cutting option: String? = nil, cancellation: Cancellation = Cancellation(),
        note: (String) -> Void = { _ in }
    ) throws(DatasetError) -> Dataset {
        func read(_ files: [String]) throws(DatasetError) -> ArrayFiles {
            try ArrayFiles(files.map { FileSystem.resolve(readable: $0, in: folder) }, cancellation)
        }
        let (files, testFiles) = (try read(files), testFiles.isEmpty ? nil : try read(testFiles))
        if let testFiles, files.test != nil || testFiles.test != nil {
            throw .badOption(
                "\(files.test != nil ? files.path : testFiles.path) holds a training and a test part",
                fix: "leave `test:` out")
        }
        let images = try self.images(files.training, cancellation)
        var testImages: Images?
        if let test = testFiles?.training ?? files.test {
            testImages = try self.images(test, cancellation)
            if let option {
                throw .badOption(
                    "\(files.path) holds a test part, so that `\(option):` cuts nothing off",
                    fix: "leave `\(option):` out")
            }
        }
        if let testImages, testImages.shape != images.shape {
            throw .badOption(
                "the training images are \(text(images.shape)), and the test images \(text(testImages.shape))",
                fix: "save both in one size")
        }
        let names = try self.names(max(images.highestLabel, testImages?.highestLabel ?? 0) + 1)
        files.notes.forEach(note)
        let shape = images.shape
        var training = images.set
        let test: ImageSet
        if let testImages {
            test = testImages.set
        } else {
            let held = training.evenly(share: testShare, seed: seed)
            let isHeld = Set(held)
            test = training.selecting(held)
            training = training.selecting((0..<training.count).filter { !isHeld.contains($0) })
        }
        notesOfEmptyClasses(names, trained: Set(training.labels), tested: Set(test.labels)).forEach(note)
        return Dataset(
            name: files.name, classNames: names, channels: shape.channels, height: shape.height, width: shape.width,
            training: training, test: test, normalization: .standard(channels: shape.channels), isDrawnByClass: true)
    }

    private func text(_ shape: (channels: Int, height: Int, width: Int)) -> String {
        "\(shape.channels)x\(shape.height)x\(shape.width)"
    }

    private func names(_ count: Int) throws(DatasetError) -> [String] {
        guard !classNames.isEmpty else { return (0..<count).map(String.init) }
        guard classNames.count >= count else {
            throw .badOption(
                "the labels go from 0 to \(count - 1), and `classes:` names \(classNames.count)",
                fix: "name \(count) classes, in the order of their labels")
        }
        return classNames
    }

    // MARK: Reading

    private struct Images {
        let shape: (channels: Int, height: Int, width: Int)
        let set: ImageSet
        let highestLabel: Int
    }

    private func images(_ part: ArrayFiles.Part, _ cancellation: Cancellation) throws(DatasetError) -> Images {
        let images = try NumPyFile(part.images())
        let labelFile = try NumPyFile(part.labels())
        let (shape, isLast) = try layout(images)
        let labels = try readLabels(labelFile, cancellation)
        guard labels.count == images.shape[0] else {
            throw .badOption(
                "\(labelFile.file.path) has \(labels.count) labels for \(images.shape[0]) images",
                fix: "save a label for each image, in their order")
        }
        var pixels = try readPixels(images, cancellation)
        if isLast, shape.channels > 1 {
            try putChannelsFirst(&pixels, shape.channels, area: shape.height * shape.width, cancellation)
        }
        return Images(
            shape: shape, set: ImageSet(.memory(pixels), labels: labels), highestLabel: Int(labels.max() ?? 0))
    }

    /// `(N, H, W)`, `(N, H, W, C)` or `(N, C, H, W)`.
    private func layout(
        _ array: NumPyFile
    ) throws(DatasetError) -> (shape: (channels: Int, height: Int, width: Int), isLast: Bool) {
        let (sizes, path) = (array.shape, array.file.path)
        func fault(_ reason: String, fix: String) -> DatasetError {
            .unreadable(path: path, reason: "its shape is \(array.shapeText), \(reason)", fix: fix)
        }
        guard 3...4 ~= sizes.count else {
            let side = sizes.count == 2 ? Int(Double(sizes[1]).squareRoot()) : 0
            throw fault(
                "and images have three or four sizes: (N, H, W), (N, H, W, C) or (N, C, H, W)",
                fix: side > 0 && side * side == sizes[1]
                    ? "save them as `x.reshape(-1, \(side), \(side))`" : "save them in one of these shapes")
        }
        let shape: (channels: Int, height: Int, width: Int)
        var isLast = false
        if sizes.count == 3 {
            guard channels == nil else {
                throw .badOption(
                    "\(path) has the shape \(array.shapeText): one channel, which has no place",
                    fix: "leave `channels:` out")
            }
            shape = (1, sizes[1], sizes[2])
        } else {
            func isCount(_ size: Int) -> Bool { size == 1 || size == 3 }
            guard channels != nil || isCount(sizes[1]) != isCount(sizes[3]) else {
                throw fault(
                    isCount(sizes[1])
                        ? "whose channels may be first or last" : "of which no size is that of 1 or 3 channels",
                    fix: "say where the channels are: `channels: first` or `channels: last`")
            }
            isLast = channels.map { $0 == .last } ?? isCount(sizes[3])
            shape = isLast ? (sizes[3], sizes[1], sizes[2]) : (sizes[1], sizes[2], sizes[3])
        }
        guard sizes[0] > 0, [shape.channels, shape.height, shape.width].allSatisfy(Self.sizes.contains) else {
            throw fault(
                "and sizes go from 1 to \(Self.sizes.upperBound)", fix: "save at least one image of such a size")
        }
        return (shape, isLast)
    }

    /// Bytes, or decimals that are bytes divided by 255.
    private func readPixels(_ array: NumPyFile, _ cancellation: Cancellation) throws(DatasetError) -> [UInt8] {
        if array.type.hasSuffix("u1") {
            let bytes = try array.file.bytes(array.shape, cancellation)
            try array.file.expectEnd()
            return bytes
        }
        guard let kind = array.kind else { throw notNumbers(array) }
        var bytes = [UInt8](repeating: 0, count: try array.file.count(array.shape))
        var (low, high) = (Double.infinity, -Double.infinity)
        var (isWhole, isByte, isFinite) = (true, kind == .float32 || kind == .float64, true)
        try array.forEachValue(kind, cancellation) { index, value throws(DatasetError) in
            guard value.isFinite else {
                (isFinite, isByte) = (false, false)
                return
            }
            (low, high) = (min(low, value), max(high, value))
            isWhole = isWhole && value == value.rounded()
            let byte = (255 * value).rounded()
            // As near as a float of 32 bits can be.
            if isByte, 0...255 ~= byte, abs(255 * value - byte) < 1e-4 {
                bytes[index] = UInt8(byte)
            } else {
                isByte = false
            }
        }
        if isByte { return bytes }
        let path = array.file.path
        func fault(_ values: String, _ fix: String) -> DatasetError {
            .unreadable(
                path: path,
                reason:
                    "its values are \(array.typeText)\(values), and pixels are bytes (uint8), or decimals that are bytes "
                    + "divided by 255", fix: "save them as `\(fix)`; `normalize` sets the mean and deviation here")
        }
        guard low <= high else { throw fault(" of which none is a number", "np.nan_to_num(x).astype(np.uint8)") }
        let range = " from \(numberText(low)) to \(numberText(high))"
        // The smallest and the largest of all are no numbers where one is none.
        let (x, smallest, largest) =
            isFinite ? ("x", "x.min()", "x.max()") : ("np.nan_to_num(x)", numberText(low), numberText(high))
        let meant =
            if array.type.hasSuffix("b1") {
                "255 * x.astype(np.uint8)"
            } else if isWhole, low >= 0, high <= 255, high > 16 {
                "\(x).astype(np.uint8)"
            } else if low >= 0, high <= 1 {
                "(255 * \(x)).round().astype(np.uint8)"
            } else if low >= -1, high <= 1 {
                "(127.5 * (\(x) + 1)).round().astype(np.uint8)"
            } else {
                "((\(x) - \(smallest)) / (\(largest) - \(smallest)) * 255).round().astype(np.uint8)"
            }
        throw fault(range + (isFinite ? "" : ", and some are NaN or infinite"), meant)
    }

    private func numberText(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? "\(Float(number))" }

    private func notNumbers(_ array: NumPyFile, areLabels: Bool = false) -> DatasetError {
        // Texts, of which labels are often made.
        let isText = ["U", "S", "O"].contains { array.type.dropFirst().hasPrefix($0) }
        return .unreadable(
            path: array.file.path,
            reason: "its values are of the type `\(array.type.prefix(20))`, no numbers of 8 to 64 bits",
            fix: areLabels && isText
                ? "save the numbers of the classes, `np.unique(y, return_inverse=True)[1]`, and give their names here: "
                    + "`classes: [...]`, in the order of `np.unique(y)`"
                : "save numbers: `\(areLabels ? "y.astype(np.int64)" : "x.astype(np.uint8)")`")
    }

    private func readLabels(_ array: NumPyFile, _ cancellation: Cancellation) throws(DatasetError) -> [UInt16] {
        let path = array.file.path
        func fault(_ reason: String, fix: String) -> DatasetError { .unreadable(path: path, reason: reason, fix: fix) }
        guard array.shape.count == 1 || array.shape.count == 2 && array.shape[1] == 1 else {
            throw fault(
                "its shape is \(array.shapeText), and labels are one list of class numbers",
                fix: array.shape.count == 2 ? "save `y.argmax(axis=1)`" : "save one number for each image")
        }
        guard let kind = array.kind else { throw notNumbers(array, areLabels: true) }
        var labels = [UInt16](repeating: 0, count: try array.file.count(array.shape))
        try array.forEachValue(kind, cancellation) { index, value throws(DatasetError) in
            guard value == value.rounded(), 0..<Double(UInt16.max) ~= value else {
                throw fault(
                    "label \(index) is \(numberText(value)), and labels are class numbers from 0 to 65,534",
                    fix: "number the classes from 0 on: `np.unique(y, return_inverse=True)[1]`")
            }
            labels[index] = UInt16(value)
        }
        return labels
    }

    /// `[H, W, C]` of each image becomes `[C, H, W]`.
    private func putChannelsFirst(
        _ pixels: inout [UInt8], _ channels: Int, area: Int, _ cancellation: Cancellation
    ) throws(DatasetError) {
        let size = channels * area
        var image = [UInt8](repeating: 0, count: size)
        for start in stride(from: 0, to: pixels.count, by: size) {
            if cancellation.isCancelled { throw .cancelled }
            for place in 0..<size { image[place] = pixels[start + place] }
            for channel in 0..<channels {
                for place in 0..<area { pixels[start + channel * area + place] = image[place * channels + channel] }
            }
        }
    }
}

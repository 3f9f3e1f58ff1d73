// A folder of images, one folder a class, as torchvision's ImageFolder: what `imagefolder` reads. Sets that fit are decoded once;
// larger ones are decoded when their images are needed.

import Libraries
import Runtime

public enum ImageFolder {
    /// Sets whose pixels take no more are kept in memory.
    public static let memoryLimit = 1 << 30

    /// Reads `path`: class folders within `train` and `test` (or `val`), else class folders of which a share is cut off for testing.
    /// Classes are in the order of their names.
    ///
    /// - Parameters:
    ///   - height, width: every image is scaled until its shorter side fits, and cut around its middle.
    ///   - testShare: of all images, drawn by `seed`; only where there is no folder for testing.
    ///   - observer: gets the share of images that are decoded.
    public static func load(
        _ path: String, height: Int, width: Int, testShare: Double, seed: UInt64, memoryLimit: Int = memoryLimit,
        cancellation: Cancellation = Cancellation(), observer: (Double) -> Void = { _ in }
    ) throws(DatasetError) -> Dataset {
        guard FileSystem.isDirectory(path) else {
            throw .badOption("there is no folder \(path)", fix: "name a folder that holds one folder a class")
        }
        let parts = ["train", "training"].map { FileSystem.join(path, $0) }.first(where: FileSystem.isDirectory)
            .flatMap { train in
                ["test", "val", "valid", "validation"].map { FileSystem.join(path, $0) }
                    .first(where: FileSystem.isDirectory).map { (train, $0) }
            }
        let classNames = try classes(in: parts?.0 ?? path)
        var training = try files(in: parts?.0 ?? path, classNames)
        var test = try parts.map { part throws(DatasetError) in try files(in: part.1, classNames) } ?? []
        if parts == nil {
            let order = shuffledOrder(count: training.count, seed: seed, epoch: 0)
            let count = Int((Double(training.count) * testShare).rounded())
            let all = training
            test = order[..<count].sorted().map { all[$0] }
            training = order[count...].sorted().map { all[$0] }
        }
        func images(_ files: [(path: String, label: Int)]) -> ImageSet {
            ImageSet(
                .files(ImageFiles(paths: files.map(\.path), height: height, width: width)),
                labels: files.map { UInt16($0.label) })
        }
        var (trainingSet, testSet) = (images(training), images(test))
        let count = training.count + test.count
        if count * 3 * height * width <= memoryLimit {
            var done = 0
            func decoded(_ part: ImageSet) throws(DatasetError) -> ImageSet {
                var pixels: [UInt8] = []
                pixels.reserveCapacity(part.count * 3 * height * width)
                for index in 0..<part.count {
                    if cancellation.isCancelled { throw .cancelled }
                    pixels += try part.image(index)
                    done += 1
                    observer(Double(done) / Double(count))
                }
                return part.over(.memory(pixels))
            }
            (trainingSet, testSet) = (try decoded(trainingSet), try decoded(testSet))
        }
        return Dataset(
            name: FileSystem.name(of: path), classNames: classNames, channels: 3, height: height, width: width,
            training: trainingSet, test: testSet)
    }

    private static func classes(in folder: String) throws(DatasetError) -> [String] {
        let names = try list(folder).filter {
            !$0.hasPrefix(".") && FileSystem.isDirectory(FileSystem.join(folder, $0))
        }
        guard !names.isEmpty, names.count <= Int(UInt16.max) else {
            throw .badOption(
                "\(folder) holds no folders", fix: "put the images of each class into a folder of the class's name")
        }
        return names
    }

    private static func files(
        in folder: String, _ classNames: [String]
    ) throws(DatasetError) -> [(path: String, label: Int)] {
        for name in try list(folder) where !name.hasPrefix(".") && !classNames.contains(name) {
            guard FileSystem.isDirectory(FileSystem.join(folder, name)) else { continue }
            throw .badOption(
                "\(folder) has a class \(name) that the training images do not have",
                fix: "give both parts the same folders")
        }
        var files: [(path: String, label: Int)] = []
        for (label, name) in classNames.enumerated() {
            let folder = FileSystem.join(folder, name)
            guard FileSystem.isDirectory(folder) else { continue }
            for file in try list(folder) where isImage(file) { files.append((FileSystem.join(folder, file), label)) }
        }
        guard !files.isEmpty else {
            throw .badOption(
                "there is no image in the folders of \(folder)",
                fix: "images end in .jpg, .jpeg or .png; each class has a folder of its own")
        }
        return files
    }

    private static func list(_ folder: String) throws(DatasetError) -> [String] {
        do throws(FileError) { return try FileSystem.list(folder) } catch { throw .file(error) }
    }

    private static func isImage(_ name: String) -> Bool {
        !name.hasPrefix(".") && [".jpg", ".jpeg", ".png"].contains { name.lowercased().hasSuffix($0) }
    }
}

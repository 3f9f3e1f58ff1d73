// CIFAR-10 and CIFAR-100 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009): found in a folder
// or in the cache, or fetched, checked, unpacked and cached. Format: https://www.cs.toronto.edu/~kriz/cifar.html, "binary version".

import Libraries
import Runtime

/// One of the two sets as it is published.
public struct CIFAR: Sendable {
    public typealias Progress = Download.Progress

    public let name: String
    public let archiveName: String
    public let officialURL: String
    let officialChecksum: Checksum
    /// Bytes of the archive that has this checksum.
    let officialSize: Int
    /// The environment's variable that names another address.
    let urlVariable: String
    /// The folder in the archive.
    let folder: String
    let trainingFiles: [String]
    let testFile: String
    var imagesPerFile: (training: Int, test: Int)
    /// Bytes of labels in front of each image, and which of them counts.
    let labelBytes: Int
    let labelPlace: Int
    /// A file of one class name a line; `nil`: `classNames` are known.
    let nameFile: String?
    let classNames: [String]

    /// The MD5 of the archive, as published: c32a1d4ab5d03f1284b67883e8d87530.
    public static let ten = CIFAR(
        name: "CIFAR-10", archiveName: "cifar-10-binary.tar.gz",
        officialURL: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
        officialChecksum: .sha256("c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
        officialSize: 170_052_171,
        urlVariable: "TANDEM_CIFAR10_URL", folder: "cifar-10-batches-bin",
        trainingFiles: (1...5).map { "data_batch_\($0).bin" }, testFile: "test_batch.bin",
        imagesPerFile: (10_000, 10_000), labelBytes: 1, labelPlace: 0, nameFile: nil,
        classNames: [
            "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
        ])

    /// - Parameter hasFineLabels: a hundred classes; else their twenty groups.
    public static func hundred(hasFineLabels: Bool) -> CIFAR {
        CIFAR(
            name: hasFineLabels ? "CIFAR-100" : "CIFAR-100 (20 groups)", archiveName: "cifar-100-binary.tar.gz",
            officialURL: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
            officialChecksum: .md5("03b5dce01913d631647c71ecec9e9cb8"), officialSize: 168_513_733,
            urlVariable: "TANDEM_CIFAR100_URL",
            folder: "cifar-100-binary", trainingFiles: ["train.bin"], testFile: "test.bin",
            imagesPerFile: (50_000, 10_000), labelBytes: 2, labelPlace: hasFineLabels ? 1 : 0,
            nameFile: hasFineLabels ? "fine_label_names.txt" : "coarse_label_names.txt",
            classNames: [])
    }

    /// The data set from the first of: `folder`; the data folder (`TANDEM_DATA`, else the cache); the archive at `url`,
    /// which is then cached there.
    ///
    /// - Parameters:
    ///   - written: the same folder as a person wrote it, for the description.
    ///   - folder: one that holds `cifar-10-batches-bin` (`cifar-100-binary`), or is it. Where it is given, nothing is
    ///     downloaded.
    ///   - url: where the archive is; by default that of the environment, then the official address.
    ///   - sha256: of the archive at `url`, where that is not the official one.
    ///   - downloads: whether a missing archive is downloaded.
    ///   - progress: of a download.
    public func load(
        from folder: String? = nil, written: String? = nil, url: String? = nil, sha256: String? = nil,
        downloads: Bool = true,
        progress: (Progress) -> Void = { _ in }, cancellation: Cancellation = Cancellation()
    ) throws(DatasetError) -> Dataset {
        let dataset = try find(folder, url: url, sha256: sha256, downloads, progress, cancellation)
        let (archive, folder) = (folder == nil ? sha256?.lowercased() : nil, written ?? folder)
        return dataset.from(
            nameFile == nil
                ? .cifar10(archive: archive, folder: folder)
                : .cifar100(hasFineLabels: labelPlace == 1, archive: archive, folder: folder))
    }

    private func find(
        _ folder: String?, url: String?, sha256: String?, _ downloads: Bool, _ progress: (Progress) -> Void,
        _ cancellation: Cancellation
    ) throws(DatasetError) -> Dataset {
        if let folder {
            guard let found = batches(in: folder) else { throw .notFound(folder: folder, wanted: self.folder) }
            return try read(found, fix: "download the data set again, or leave `from:` out to have it downloaded")
        }
        var checksum = officialChecksum
        if let sha256 { checksum = try Checksum(given: sha256) }
        var store: String
        do throws(VariableFault) { store = try Environment.datasetFolder() } catch { throw .file(error.error) }
        // Another archive is another data set, and never mistaken for the official one.
        if checksum != officialChecksum { store += "/\(archiveName.prefix { $0 != "b" })\(checksum.text.prefix(12))" }
        if let found = batches(in: store) { return try read(found, fix: "remove \(found), and it is downloaded again") }
        guard downloads else { throw .notFound(folder: store, wanted: self.folder) }
        let source = url ?? Environment.variable(urlVariable) ?? officialURL
        return try fetch(source, checksum, into: store, progress, cancellation)
    }

    /// The folder with the files: within `folder`, or itself.
    private func batches(in folder: String) -> String? {
        [FileSystem.join(folder, self.folder), folder].first {
            FileSystem.exists(FileSystem.join($0, trainingFiles[0]))
        }
    }

    // MARK: Reading

    private static let imageSize = 3 * 32 * 32

    private func read(_ folder: String, fix: String) throws(DatasetError) -> Dataset {
        let names = try readNames(in: folder, fix: fix)
        return Dataset(
            name: name, classNames: names, channels: 3, height: 32, width: 32,
            training: try readImages(
                trainingFiles, of: imagesPerFile.training, in: folder, classes: names.count, fix: fix),
            test: try readImages([testFile], of: imagesPerFile.test, in: folder, classes: names.count, fix: fix))
    }

    private func readNames(in folder: String, fix: String) throws(DatasetError) -> [String] {
        guard let nameFile else { return classNames }
        let path = FileSystem.join(folder, nameFile)
        let text: String
        do throws(FileError) { text = try FileSystem.readText(path) } catch { throw .file(error) }
        let names = text.split { $0.isWhitespace }.map(String.init)
        guard names.count == (labelPlace == 1 ? 100 : 20) else {
            throw .damaged(path: path, reason: "it names \(names.count) classes", fix: fix)
        }
        return names
    }

    /// A file is records of the labels and 3,072 bytes of pixels, red, green, blue, each plane row by row.
    private func readImages(
        _ names: [String], of count: Int, in folder: String, classes: Int, fix: String
    ) throws(DatasetError) -> ImageSet {
        let recordSize = labelBytes + Self.imageSize
        var pixels: [UInt8] = []
        var labels: [UInt8] = []
        pixels.reserveCapacity(names.count * count * Self.imageSize)
        labels.reserveCapacity(names.count * count)
        for name in names {
            let path = FileSystem.join(folder, name)
            guard FileSystem.isThere(path) else {
                throw .damaged(path: path, reason: "it is missing", fix: fix)
            }
            let size: Int
            do throws(FileError) { size = try FileReader(path).byteCount } catch { throw .file(error) }
            guard size == count * recordSize else {
                throw .damaged(path: path, reason: "it has \(size) bytes instead of \(count * recordSize)", fix: fix)
            }
            let bytes: [UInt8]
            do throws(FileError) { bytes = try FileSystem.read(path) } catch { throw .file(error) }
            guard bytes.count == size else {
                throw .damaged(path: path, reason: "it changed while it was read", fix: fix)
            }
            for start in stride(from: 0, to: size, by: recordSize) {
                let label = bytes[start + labelPlace]
                guard label < classes else {
                    throw .damaged(
                        path: path,
                        reason: "image \(start / recordSize) has the label \(label), above \(classes - 1)", fix: fix)
                }
                labels.append(label)
                pixels.append(contentsOf: bytes[start + labelBytes..<start + recordSize])
            }
        }
        return ImageSet(pixels: pixels, labels: labels)
    }

    // MARK: Fetching

    /// Downloads, checks, unpacks and reads; only then the folder gets its name in the cache.
    private func fetch(
        _ url: String, _ checksum: Checksum, into store: String, _ progress: (Progress) -> Void,
        _ cancellation: Cancellation
    ) throws(DatasetError) -> Dataset {
        let archive = FileSystem.join(store, archiveName)
        // Hidden and with our name: it is emptied, and `store` may be a folder of the person's own.
        let unpacked = FileSystem.join(store, ".tandem-unpacking")
        let cached = FileSystem.join(store, folder)
        let isCancelled = { cancellation.isCancelled }
        // The data folder itself may be a link: it is the person's own.
        if checksum != officialChecksum { try DownloadPlace.refuseLink(store) }
        try files { () throws(FileError) in try FileSystem.createDirectories(store) }

        // Two sessions that start at once: the second waits, and finds what the first has cached.
        let lock: FileLock?
        do throws(FileError) {
            lock = try FileLock(FileSystem.join(store, ".lock"), isCancelled: isCancelled)
        } catch { throw .file(error) }
        guard lock != nil else { throw .cancelled }
        if let found = batches(in: store) { return try read(found, fix: "remove \(found), and it is downloaded again") }

        try DownloadPlace.checkFree(cached, wanted: trainingFiles[0])
        let isDownloaded = try PublishedFile(
            name: archiveName, checksum: checksum,
            byteLimit: checksum == officialChecksum ? officialSize : PublishedFile.byteLimit
        ).fetch(from: url, into: store, progress, isCancelled)
        defer {
            try? FileSystem.removeTree(unpacked)
            if isDownloaded { try? FileSystem.remove(archive) }
        }
        try files { () throws(FileError) in
            try FileSystem.removeTree(unpacked)
            try FileSystem.createDirectories(unpacked)
        }
        do throws(ArchiveError) {
            try Archive.extract(archive, into: unpacked, byteLimit: PublishedFile.byteLimit, isCancelled: isCancelled)
        } catch {
            if isCancelled() { throw .cancelled }
            throw .archive(error)
        }
        let fix = "the archive is not \(name): name another with `url:` and `sha256:`"
        guard let found = batches(in: unpacked) else {
            throw .damaged(path: url, reason: "it holds no \(folder)", fix: fix)
        }
        let dataset = try read(found, fix: fix)
        try files { () throws(FileError) in
            try FileSystem.rename(found, to: cached)
        }
        return dataset
    }

    private func files(_ work: () throws(FileError) -> Void) throws(DatasetError) {
        do throws(FileError) { try work() } catch { throw .file(error) }
    }
}

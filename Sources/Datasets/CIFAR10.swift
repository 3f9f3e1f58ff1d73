// CIFAR-10 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009): found in a folder or in the cache,
// or fetched, checked, unpacked and cached. Format: https://www.cs.toronto.edu/~kriz/cifar.html, "binary version".

import Libraries
import Runtime

public enum CIFAR10 {
    public typealias Progress = Download.Progress

    public static let officialURL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
    /// SHA-256 of the official archive, 170,052,171 bytes (its MD5, as published: c32a1d4ab5d03f1284b67883e8d87530).
    public static let officialSHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"

    /// The data set from the first of: `folder`; the data folder (`TANDEM_DATA`, else the cache); the archive at `url`,
    /// which is then cached there.
    ///
    /// - Parameters:
    ///   - folder: one that holds `cifar-10-batches-bin`, or is it. Where it is given, nothing is downloaded.
    ///   - url: where the archive is; by default `TANDEM_CIFAR10_URL`, then the official address.
    ///   - sha256: of the archive at `url`, where that is not the official one.
    ///   - progress: of a download.
    public static func load(
        from folder: String? = nil, url: String? = nil, sha256: String? = nil,
        progress: (Progress) -> Void = { _ in }, cancellation: Cancellation = Cancellation()
    ) throws(DatasetError) -> Dataset {
        if let folder {
            guard let found = batches(in: folder) else { throw .notFound(folder: folder, wanted: batchesFolder) }
            return try read(found, fix: "fetch the data set anew, or leave `from:` out to have it downloaded")
        }
        let checksum = (sha256 ?? officialSHA256).lowercased()
        guard checksum.utf8.count == 64, checksum.allSatisfy(\.isHexDigit) else {
            throw .badOption("`sha256:` is no SHA-256", fix: "give the 64 digits that `sha256sum` prints")
        }
        var store = Environment.variable("TANDEM_DATA") ?? Environment.cacheFolder + "/datasets"
        // Another archive is another data set, and never mistaken for the official one.
        if checksum != officialSHA256 { store += "/cifar-10-\(checksum.prefix(12))" }
        if let found = batches(in: store) { return try read(found, fix: "remove \(found), and it is fetched anew") }
        let source = url ?? Environment.variable("TANDEM_CIFAR10_URL") ?? officialURL
        return try fetch(source, checksum, into: store, progress, cancellation)
    }

    static let batchesFolder = "cifar-10-batches-bin"

    /// The folder with the six files: within `folder`, or itself.
    private static func batches(in folder: String) -> String? {
        [FileSystem.join(folder, batchesFolder), folder].first {
            FileSystem.exists(FileSystem.join($0, trainingFiles[0]))
        }
    }

    // MARK: Reading

    private static let trainingFiles = (1...5).map { "data_batch_\($0).bin" }
    private static let testFile = "test_batch.bin"
    private static let imagesPerFile = 10_000
    private static let imageSize = 3 * 32 * 32
    private static let classNames = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]

    private static func read(_ folder: String, fix: String) throws(DatasetError) -> Dataset {
        Dataset(
            name: "CIFAR-10", classNames: classNames, channels: 3, height: 32, width: 32,
            training: try readImages(trainingFiles, in: folder, fix: fix),
            test: try readImages([testFile], in: folder, fix: fix))
    }

    /// A file is 10,000 records of one byte label and 3,072 bytes of pixels, red, green, blue, each plane row by row.
    private static func readImages(_ names: [String], in folder: String, fix: String) throws(DatasetError) -> ImageSet {
        let recordSize = 1 + imageSize
        var pixels: [UInt8] = []
        var labels: [UInt8] = []
        pixels.reserveCapacity(names.count * imagesPerFile * imageSize)
        labels.reserveCapacity(names.count * imagesPerFile)
        for name in names {
            let path = FileSystem.join(folder, name)
            guard let size = FileSystem.size(path) else {
                throw .damaged(path: path, reason: "it is missing", fix: fix)
            }
            guard size == imagesPerFile * recordSize else {
                throw .damaged(
                    path: path, reason: "it has \(size) bytes instead of \(imagesPerFile * recordSize)", fix: fix)
            }
            let bytes: [UInt8]
            do throws(FileError) { bytes = try FileSystem.read(path) } catch { throw .file(error) }
            guard bytes.count == size else {
                throw .damaged(path: path, reason: "it changed while it was read", fix: fix)
            }
            for start in stride(from: 0, to: size, by: recordSize) {
                let label = bytes[start]
                guard label < classNames.count else {
                    throw .damaged(
                        path: path, reason: "image \(start / recordSize) has the label \(label), above 9", fix: fix)
                }
                labels.append(label)
                pixels.append(contentsOf: bytes[start + 1..<start + recordSize])
            }
        }
        return ImageSet(pixels: pixels, labels: labels)
    }

    // MARK: Fetching

    /// Downloads, checks, unpacks and reads; only then the folder gets its name in the cache.
    private static func fetch(
        _ url: String, _ checksum: String, into store: String, _ progress: (Progress) -> Void,
        _ cancellation: Cancellation
    ) throws(DatasetError) -> Dataset {
        let archive = FileSystem.join(store, "cifar-10-binary.tar.gz")
        let unpacked = FileSystem.join(store, "unpacking")
        let cached = FileSystem.join(store, batchesFolder)
        let isCancelled = { cancellation.isCancelled }
        try files { () throws(FileError) in try FileSystem.createDirectories(store) }

        // Two sessions that start at once: the second waits, and finds what the first has cached.
        let lock: FileLock?
        do throws(FileError) {
            lock = try FileLock(FileSystem.join(store, ".lock"), isCancelled: isCancelled)
        } catch { throw .file(error) }
        guard lock != nil else { throw .cancelled }
        if let found = batches(in: store) { return try read(found, fix: "remove \(found), and it is fetched anew") }

        try download(url, checksum, to: archive, progress, isCancelled)
        defer {
            try? FileSystem.remove(unpacked)
            try? FileSystem.remove(archive)
        }
        try files { () throws(FileError) in
            try FileSystem.remove(unpacked)
            try FileSystem.createDirectories(unpacked)
        }
        do throws(ArchiveError) {
            try Archive.extract(archive, into: unpacked, byteLimit: 1 << 30, isCancelled: isCancelled)
        } catch {
            if isCancelled() { throw .cancelled }
            throw .archive(error)
        }
        let fix = "the archive is no CIFAR-10: name another with `url:` and `sha256:`"
        guard let found = batches(in: unpacked) else {
            throw .damaged(path: url, reason: "it holds no \(batchesFolder)", fix: fix)
        }
        let dataset = try read(found, fix: fix)
        try files { () throws(FileError) in
            try FileSystem.rename(found, to: cached)
        }
        return dataset
    }

    /// The archive at `path` is the wanted one afterwards. One whose digest is wrong is removed.
    private static func download(
        _ url: String, _ checksum: String, to path: String, _ progress: (Progress) -> Void,
        _ isCancelled: () -> Bool
    ) throws(DatasetError) {
        while true {
            let isResumed: Bool
            do throws(DownloadError) {
                isResumed = try Download.fetch(url, to: path, progress: progress, isCancelled: isCancelled)
            } catch {
                if error.kind == .cancelled { throw .cancelled }
                throw .download(error)
            }
            let (actual, byteCount) = try sha256(ofFile: path)
            if actual == checksum { return }
            try files { () throws(FileError) in try FileSystem.remove(path) }
            // The kept part may have been another file's: then once more, from the first byte.
            guard isResumed else {
                throw .wrongChecksum(url: url, expected: checksum, actual: actual, byteCount: byteCount)
            }
        }
    }

    private static func sha256(ofFile path: String) throws(DatasetError) -> (digest: String, byteCount: Int) {
        do throws(FileError) {
            let bytes = try FileSystem.read(path)
            return (Digest.sha256(bytes).hexadecimal, bytes.count)
        } catch { throw .file(error) }
    }

    private static func files(_ work: () throws(FileError) -> Void) throws(DatasetError) {
        do throws(FileError) { try work() } catch { throw .file(error) }
    }
}

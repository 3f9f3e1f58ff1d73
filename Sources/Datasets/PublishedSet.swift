// MNIST (LeCun et al. 1998), Fashion-MNIST (Xiao et al. 2017) and SVHN (Netzer et al. 2011): found in a folder or in
// the cache, or downloaded from where torchvision does, checked, and cached as they are.

import Libraries
import Runtime

/// Sets that are published as a few files, one after the other.
public enum PublishedSet: String, Sendable, CaseIterable {
    case mnist
    case fashionMNIST = "fashionmnist"
    case svhn

    public typealias Progress = Download.Progress

    public var name: String {
        switch self {
        case .mnist: "MNIST"
        case .fashionMNIST: "Fashion-MNIST"
        case .svhn: "SVHN"
        }
    }

    var classNames: [String] {
        switch self {
        case .mnist, .svhn: (0..<10).map(String.init)
        case .fashionMNIST:
            [
                "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
                "Ankle boot",
            ]
        }
    }

    /// Of one channel the moments that PyTorch's examples have; of colors those that all sets of colors have.
    var normalization: Normalization {
        switch self {
        case .mnist: .mnist
        case .fashionMNIST: .fashionMNIST
        case .svhn: .imageNet
        }
    }

    public var officialURL: String {
        switch self {
        case .mnist: "https://ossci-datasets.s3.amazonaws.com/mnist"
        case .fashionMNIST: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
        case .svhn: "http://ufldl.stanford.edu/housenumbers"
        }
    }

    /// The environment's variable that names another address.
    var urlVariable: String { "TANDEM_\(rawValue.uppercased())_URL" }

    /// With their published MD5.
    private var officialFiles: [PublishedFile] {
        func files(_ sums: [(String, String)], _ byteLimit: Int) -> [PublishedFile] {
            sums.map { PublishedFile(name: $0, checksum: .md5($1), byteLimit: byteLimit) }
        }
        switch self {
        case .mnist:
            return files(
                [
                    ("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
                    ("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
                    ("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
                    ("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
                ], 64 << 20)
        case .fashionMNIST:
            return files(
                [
                    ("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
                    ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
                    ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
                    ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
                ], 64 << 20)
        case .svhn:
            return files(
                [
                    ("train_32x32.mat", "e26dedcc434d2e4c54c9b2d4a06d8373"),
                    ("test_32x32.mat", "eb5a983be6a315427106f1b164d9cef3"),
                ], 256 << 20)
        }
    }

    /// Where torchvision keeps it, from the folder that it is given.
    private var torchvisionFolders: [String] {
        switch self {
        case .mnist: ["MNIST/raw", "raw"]
        case .fashionMNIST: ["FashionMNIST/raw", "raw"]
        case .svhn: []
        }
    }

    /// The data set from the first of: `folder`; the data folder (`TANDEM_DATA`, else the cache); the files at `url`,
    /// which are then cached there.
    ///
    /// - Parameters:
    ///   - written: the same folder as a person wrote it, for the description.
    ///   - folder: one that holds the files, packed or not, or a folder with them as Tandem or torchvision names it.
    ///     Where it is given, nothing is downloaded.
    ///   - url: the folder of the files; by default that of the environment, then the official address.
    ///   - sha256: of the files at `url`, one after the other, where they are not the official ones.
    ///   - downloads: whether missing files are downloaded.
    ///   - progress: of a download.
    public func load(
        from folder: String? = nil, written: String? = nil, url: String? = nil, sha256: String? = nil,
        downloads: Bool = true,
        progress: (Progress) -> Void = { _ in }, cancellation: Cancellation = Cancellation()
    ) throws(DatasetError) -> Dataset {
        try find(folder, url: url, sha256: sha256, downloads, progress, cancellation).from(
            .published(self, archive: folder == nil ? sha256?.lowercased() : nil, folder: written ?? folder))
    }

    private func find(
        _ folder: String?, url: String?, sha256: String?, _ downloads: Bool, _ progress: (Progress) -> Void,
        _ cancellation: Cancellation
    ) throws(DatasetError) -> Dataset {
        let wanted = Self.unpacked(officialFiles[0].name)
        if let folder {
            // The files of two of the sets have the same names: their folders first.
            guard let found = self.folder(among: [rawValue] + torchvisionFolders + ["."], in: folder) else {
                throw .notFound(folder: folder, wanted: wanted)
            }
            let fix = "download the data set again, or leave `from:` out to have it downloaded"
            return try read(found, fix: fix, cancellation)
        }
        let checksum = try sha256.map { sha256 throws(DatasetError) in try Checksum(given: sha256) }
        let store: String
        do throws(VariableFault) { store = try Environment.datasetFolder() } catch { throw .file(error.error) }
        // Other files are another data set, and never mistaken for the official one.
        let name = rawValue + (checksum.map { "-\($0.text.prefix(12))" } ?? "")
        let names = [name] + (checksum == nil ? torchvisionFolders.filter { $0 != "raw" } : [])
        func cached() throws(DatasetError) -> Dataset? {
            guard let found = self.folder(among: names, in: store) else { return nil }
            return try read(found, fix: "remove \(found), and it is downloaded again", cancellation)
        }
        if let dataset = try cached() { return dataset }
        guard downloads else { throw .notFound(folder: store, wanted: wanted) }

        do throws(FileError) { try FileSystem.createDirectories(store) } catch { throw .file(error) }
        // Two sessions that start at once: the second waits, and finds what the first has cached.
        let lock: FileLock?
        do throws(FileError) {
            lock = try FileLock(FileSystem.join(store, ".lock"), isCancelled: { cancellation.isCancelled })
        } catch { throw .file(error) }
        guard lock != nil else { throw .cancelled }
        if let dataset = try cached() { return dataset }
        let source = url ?? Environment.variable(urlVariable) ?? officialURL
        return try fetch(source, checksum, into: FileSystem.join(store, name), progress, cancellation)
    }

    /// Downloads, checks and reads; only then the folder gets its name in the cache.
    private func fetch(
        _ url: String, _ checksum: Checksum?, into cached: String, _ progress: (Progress) -> Void,
        _ cancellation: Cancellation
    ) throws(DatasetError) -> Dataset {
        // What has arrived stays for the next try.
        let folder = FileSystem.join(FileSystem.folder(of: cached), ".tandem-\(FileSystem.name(of: cached))")
        let isCancelled = { cancellation.isCancelled }
        try DownloadPlace.checkFree(cached, wanted: Self.unpacked(officialFiles[0].name))
        try DownloadPlace.refuseLink(folder)
        do throws(FileError) { try FileSystem.createDirectories(folder) } catch { throw .file(error) }
        let files = officialFiles.map {
            PublishedFile(
                name: $0.name, checksum: checksum == nil ? $0.checksum : nil,
                byteLimit: checksum == nil ? $0.byteLimit : PublishedFile.byteLimit)
        }
        let address = url.hasSuffix("/") ? url : url + "/"
        for file in files {
            _ = try file.fetch(from: address + file.name, into: folder, progress, isCancelled)
        }
        func remove() { try? FileSystem.removeTree(folder) }
        if let checksum {
            let (actual, byteCount) = try Checksum.of(
                files.map { FileSystem.join(folder, $0.name) }, like: checksum, isCancelled)
            guard actual == checksum else {
                remove()
                throw .wrongChecksum(
                    url: address, expected: checksum.text, actual: actual.text, byteCount: byteCount)
            }
        }
        let dataset: Dataset
        do throws(DatasetError) {
            dataset = try read(
                folder, fix: "the files are not \(name): name others with `url:` and `sha256:`", cancellation)
        } catch {
            if case .damaged = error { remove() }
            throw error
        }
        do throws(FileError) { try FileSystem.rename(folder, to: cached) } catch { throw .file(error) }
        return dataset
    }

    // MARK: Reading

    /// The first of these folders that holds the first file.
    private func folder(among names: [String], in folder: String) -> String? {
        let paths = names.map { $0 == "." ? folder : FileSystem.join(folder, $0) }
            .compactMap { place in path(of: officialFiles[0].name, in: place).map { (place, file: $0) } }
        return (paths.first { FileSystem.isRegularFile($0.file) } ?? paths.first)?.0
    }

    private static func unpacked(_ name: String) -> String { name.hasSuffix(".gz") ? String(name.dropLast(3)) : name }

    /// A file as it is published, or unpacked, under one of the two names in use; of another kind than a file only
    /// where there is none: reading it says what it is.
    private func path(of file: String, in folder: String) -> String? {
        let name = Self.unpacked(file)
        let dotted = name.split(separator: "-idx").joined(separator: ".idx")
        let paths = [file, name, dotted, dotted + ".gz"].map { FileSystem.join(folder, $0) }
        return paths.first(where: FileSystem.isRegularFile) ?? paths.first(where: FileSystem.isThere)
    }

    private func read(
        _ folder: String, fix: String, _ cancellation: Cancellation
    ) throws(DatasetError) -> Dataset {
        var paths: [String] = []
        for file in officialFiles {
            guard let path = path(of: file.name, in: folder) else {
                throw .damaged(path: FileSystem.join(folder, file.name), reason: "it is missing", fix: fix)
            }
            paths.append(path)
        }
        let (training, test): (ImageSet, ImageSet)
        switch self {
        case .mnist, .fashionMNIST:
            func part(_ index: Int) throws(DatasetError) -> ImageSet {
                try IDXFile.images(
                    paths[index], labels: paths[index + 1], height: height, width: width,
                    classCount: classNames.count, fix: fix, cancellation)
            }
            (training, test) = (try part(0), try part(2))
        case .svhn:
            training = try HouseNumbers.read(paths[0], fix: fix, cancellation)
            test = try HouseNumbers.read(paths[1], fix: fix, cancellation)
        }
        return Dataset(
            name: name, classNames: classNames, channels: normalization.channels, height: height, width: width,
            training: training, test: test, normalization: normalization)
    }

    private var height: Int { self == .svhn ? 32 : 28 }
    private var width: Int { height }
}

// How a data set is made: where its images come from, what was done to them in order, and how they are normalized and
// augmented. Values only, so that the store and another machine can make it again without the language. Whether that
// gave the same images is what `Dataset.digest()` says.

import Libraries
import Runtime
import Text

public struct DataDescription: Hashable, Sendable {
    public enum Source: Hashable, Sendable {
        /// `archive`: SHA-256 of another archive than the published one. `folder`: where the files were, as it was
        /// written; `nil` for the cache.
        case cifar10(archive: String?, folder: String?)
        case cifar100(hasFineLabels: Bool, archive: String?, folder: String?)
        /// `archive`: SHA-256 of other files than the published ones, one after the other.
        case published(PublishedSet, archive: String?, folder: String?)
        /// `path` as it was written, from the folder of the notebook or script.
        case imageFolder(path: String, height: Int, width: Int, testShare: Double, seed: UInt64)
        case arrays(ArrayImages)
        case synthetic
    }

    public enum Step: Hashable, Sendable {
        case take(training: Int, test: Int, seed: UInt64)
        case split(share: Double, seed: UInt64)
        case resize(height: Int, width: Int)
        /// Of a cross-validation: the fold, from 0, that is tested.
        case fold(Int, of: Int, seed: UInt64)
    }

    public var source: Source
    public var steps: [Step]
    public var mean: [Double]
    public var deviation: [Double]
    public var augmentation: Augmentation

    /// How many test images it makes; `nil` where only the images say it.
    public var testCount: Int? {
        for step in steps.reversed() {
            switch step {
            case .take(_, let test, _): return test
            case .fold: return nil
            case .split, .resize: continue
            }
        }
        return switch source {
        case .cifar10(archive: nil, _), .cifar100(_, archive: nil, _): 10_000
        case .cifar10, .cifar100, .published, .imageFolder, .arrays: nil
        case .synthetic: Synthetic.testCount
        }
    }

    /// Makes the data set again. A missing archive is downloaded.
    ///
    /// - Parameters:
    ///   - folder: where a path that is not absolute begins.
    ///   - opensFiles: whether it may read image folders of this machine, which somebody else's description must not.
    public func made(
        in folder: String, opensFiles: Bool, cancellation: Cancellation
    ) throws(DatasetError) -> Dataset {
        var data = try source.load(in: folder, opensFiles: opensFiles, cancellation)
        for step in steps {
            switch step {
            case .take(let training, let test, let seed): data = data.taking(training, test: test, seed: seed)
            case .split(let share, let seed): data = data.split(share: share, seed: seed)
            case .resize(let height, let width):
                data = try data.resized(height: height, width: width, cancellation: cancellation)
            case .fold(let fold, let count, let seed):
                // A file may say anything.
                guard count <= data.training.count else {
                    throw .badOption(
                        "\(data.training.count) images are not divided into \(count) folds", fix: "make it anew")
                }
                data = data.folds(count, seed: seed)[fold]
            }
        }
        guard mean.count == data.channels, let normalization = Normalization(mean: mean, deviation: deviation) else {
            throw .badOption("its mean and deviation are not those of \(data.channels) channels", fix: "make it anew")
        }
        data.normalization = normalization
        data.augmentation = augmentation
        return data
    }
}

extension DataDescription.Source {
    /// Where the files of a published set were, if not in the cache.
    public var folder: String? {
        switch self {
        case .cifar10(_, let folder), .cifar100(_, _, let folder), .published(_, _, let folder): folder
        case .imageFolder, .arrays, .synthetic: nil
        }
    }

    /// SHA-256 of another archive than the published one.
    public var archive: String? {
        switch self {
        case .cifar10(let archive, _), .cifar100(_, let archive, _), .published(_, let archive, _): archive
        case .imageFolder, .arrays, .synthetic: nil
        }
    }

    fileprivate func load(
        in folder: String, opensFiles: Bool, _ cancellation: Cancellation
    ) throws(DatasetError) -> Dataset {
        // The folder of a published set, where it is there still: else the set is as good from the cache.
        let named = opensFiles ? self.folder : nil
        let from = named.map { FileSystem.resolve(readable: $0, in: folder) }.flatMap {
            FileSystem.isDirectory($0) ? $0 : nil
        }
        switch self {
        // Where another archive than the published one was fetched, nothing says.
        case .cifar10(let archive, _):
            return try CIFAR.ten.load(
                from: from, written: named, sha256: archive, downloads: archive == nil, cancellation: cancellation)
        case .cifar100(let hasFineLabels, let archive, _):
            return try CIFAR.hundred(hasFineLabels: hasFineLabels).load(
                from: from, written: named, sha256: archive, downloads: archive == nil, cancellation: cancellation)
        case .published(let set, let archive, _):
            return try set.load(
                from: from, written: named, sha256: archive, downloads: archive == nil, cancellation: cancellation)
        case .imageFolder(let path, let height, let width, let testShare, let seed):
            guard opensFiles else {
                throw .badOption(
                    "a file of another machine names the folder \(path.printableName)", fix: "name it yourself")
            }
            return try ImageFolder.load(
                FileSystem.resolve(readable: path, in: folder), height: height, width: width, testShare: testShare,
                seed: seed, cancellation: cancellation
            ).from(self)
        case .arrays(let arrays):
            guard opensFiles else {
                throw .badOption(
                    "a file of another machine names the file \(arrays.files[0].printableName)", fix: "name it yourself"
                )
            }
            return try arrays.load(in: folder, cancellation: cancellation).from(self)
        case .synthetic: return try Synthetic.make(cancellation: cancellation)
        }
    }
}

// MARK: JSON

extension DataDescription {
    public var json: JSONObject {
        var object: JSONObject = [
            "source": .object(source.json), "steps": .array(steps.map { .object($0.json) }),
            "mean": .array(mean.map { .number($0) }), "std": .array(deviation.map { .number($0) }),
        ]
        if !augmentation.isNone {
            object["augment"] = .object(augmentation.settings)
        }
        return object
    }

    /// - Returns: `nil` where it is of no form that this version writes.
    public init?(_ json: JSON) {
        guard let source = json["source"].flatMap(Source.init), let steps = json["steps"]?.array,
            let mean = json["mean"]?.array, let deviation = json["std"]?.array
        else { return nil }
        self.source = source
        self.steps = steps.compactMap(Step.init)
        self.mean = mean.compactMap(\.number)
        self.deviation = deviation.compactMap(\.number)
        guard self.steps.count == steps.count, self.mean.count == mean.count, self.deviation.count == deviation.count
        else { return nil }
        guard let augment = json["augment"] else {
            augmentation = Augmentation()
            return
        }
        guard let described = Augmentation(settings: augment) else { return nil }
        augmentation = described
    }
}

extension DataDescription.Source {
    fileprivate var json: JSONObject {
        switch self {
        case .cifar10(let archive, let folder): return Self.json("cifar10", archive, folder)
        case .cifar100(let hasFineLabels, let archive, let folder):
            var object = Self.json("cifar100", archive, folder)
            object["labels"] = .string(hasFineLabels ? "fine" : "coarse")
            return object
        case .published(let set, let archive, let folder): return Self.json(set.rawValue, archive, folder)
        case .imageFolder(let path, let height, let width, let testShare, let seed):
            return [
                "kind": "imagefolder", "path": .string(path), "size": [.integer(height), .integer(width)],
                "test": .number(testShare), "seed": .unsigned(seed),
            ]
        case .arrays(let arrays):
            var object: JSONObject = [
                "kind": "arrays", "files": .array(arrays.files.map { .string($0) }), "test": .number(arrays.testShare),
                "seed": .unsigned(arrays.seed),
            ]
            if !arrays.testFiles.isEmpty { object["testfiles"] = .array(arrays.testFiles.map { .string($0) }) }
            object["channels"] = arrays.channels.map { .string($0.rawValue) }
            if !arrays.classNames.isEmpty { object["classes"] = .array(arrays.classNames.map { .string($0) }) }
            return object
        case .synthetic: return ["kind": "synthetic"]
        }
    }

    private static func json(_ kind: String, _ archive: String?, _ folder: String?) -> JSONObject {
        var object: JSONObject = ["kind": .string(kind)]
        object["archive"] = archive.map { .string($0) }
        object["folder"] = folder.map { .string($0) }
        return object
    }

    fileprivate init?(_ json: JSON) {
        let (archive, folder) = (json["archive"]?.string, json["folder"]?.string)
        switch json["kind"]?.string {
        case "cifar10": self = .cifar10(archive: archive, folder: folder)
        case "cifar100":
            guard let labels = json["labels"]?.string, ["fine", "coarse"].contains(labels) else { return nil }
            self = .cifar100(hasFineLabels: labels == "fine", archive: archive, folder: folder)
        case "imagefolder":
            guard let path = json["path"]?.string, let (height, width) = sizes(json["size"]),
                let testShare = json["test"]?.number, testShare > 0, testShare < 1, let seed = json["seed"]?.unsigned
            else { return nil }
            self = .imageFolder(path: path, height: height, width: width, testShare: testShare, seed: seed)
        case "arrays":
            func texts(_ key: String) -> [String]? {
                let given = json[key]?.array ?? []
                let texts = given.compactMap(\.string)
                return texts.count == given.count ? texts : nil
            }
            guard let files = texts("files"), 1...2 ~= files.count, let testFiles = texts("testfiles"),
                testFiles.count <= 2, let testShare = json["test"]?.number, testShare > 0, testShare < 1,
                let seed = json["seed"]?.unsigned, let classNames = texts("classes")
            else { return nil }
            let channels = json["channels"]?.string.map(ArrayImages.Channels.init)
            guard channels.map({ $0 != nil }) ?? true else { return nil }
            self = .arrays(
                ArrayImages(
                    files: files, testFiles: testFiles, testShare: testShare, seed: seed, channels: channels ?? nil,
                    classNames: classNames))
        case "synthetic": self = .synthetic
        case let kind?:
            guard let set = PublishedSet(rawValue: kind) else { return nil }
            self = .published(set, archive: archive, folder: folder)
        case nil: return nil
        }
    }
}

extension DataDescription.Step {
    fileprivate var json: JSONObject {
        switch self {
        case .take(let training, let test, let seed):
            [
                "kind": "take", "training": .integer(training), "test": .integer(test), "seed": .unsigned(seed),
            ]
        case .split(let share, let seed):
            ["kind": "split", "share": .number(share), "seed": .unsigned(seed)]
        case .resize(let height, let width): ["kind": "resize", "size": [.integer(height), .integer(width)]]
        case .fold(let fold, let count, let seed):
            ["kind": "fold", "fold": .integer(fold), "of": .integer(count), "seed": .unsigned(seed)]
        }
    }

    fileprivate init?(_ json: JSON) {
        switch json["kind"]?.string {
        case "take":
            guard let training = json["training"]?.integer, training > 0, let test = json["test"]?.integer, test >= 0,
                let seed = json["seed"]?.unsigned
            else { return nil }
            self = .take(training: training, test: test, seed: seed)
        case "split":
            guard let share = json["share"]?.number, share > 0, share < 1, let seed = json["seed"]?.unsigned else {
                return nil
            }
            self = .split(share: share, seed: seed)
        case "resize":
            guard let (height, width) = sizes(json["size"]) else { return nil }
            self = .resize(height: height, width: width)
        case "fold":
            guard let fold = json["fold"]?.integer, let count = json["of"]?.integer, count > 1,
                0..<count ~= fold, let seed = json["seed"]?.unsigned
            else { return nil }
            self = .fold(fold, of: count, seed: seed)
        default: return nil
        }
    }
}

/// `[height, width]`, as large as the language allows.
private func sizes(_ json: JSON?) -> (height: Int, width: Int)? {
    guard let numbers = json?.array, numbers.count == 2, let height = numbers[0].integer,
        let width = numbers[1].integer, 1...4096 ~= height, 1...4096 ~= width
    else { return nil }
    return (height, width)
}

// What an image folder holds, by names alone: classes, images of each part, and all that is left out, in sentences.

import Libraries
import Runtime

struct ImageFolderListing {
    typealias File = (path: String, label: Int)

    private(set) var classNames: [String] = []
    var training: [File] = []
    /// Empty where there is no folder for testing.
    var test: [File] = []
    private(set) var notes: [String] = []

    private let cancellation: Cancellation
    private var otherFiles: [String] = []
    private var hidden: [String] = []
    private var unreadableNames: Set<String> = []
    private var nestedFolders = 0

    /// What the folders of the parts may be called, in the order in which they are looked for.
    private static let trainingNames = ["train", "training"]
    private static let testNames = ["test", "testing", "val", "valid", "validation", "dev", "eval"]

    init(_ path: String, _ cancellation: Cancellation) throws(DatasetError) {
        self.cancellation = cancellation
        let folders = try list(path).filter(\.isFolder).map(\.name)
        func first(_ wanted: [String]) -> String? {
            wanted.lazy.compactMap { name in folders.first { $0.lowercased() == name } }.first
        }
        let testName = first(Self.testNames)
        // A train may be a class beside others.
        guard let trainingName = first(Self.trainingNames),
            testName != nil || folders.filter({ !$0.hasPrefix(".") }).count == 1
        else {
            try readClasses(in: path)
            training = try files(in: path)
            try checkParts(folders.filter { !$0.hasPrefix(".") }, in: path)
            try finish(in: path)
            return
        }
        let trainingFolder = Self.join(path, trainingName)
        // Beside the two parts nothing is read.
        let others = try list(path).filter { $0.name != trainingName && $0.name != testName }
        hidden += others.filter(\.isHidden).map(\.name)
        addNote(
            "next to `\(trainingName)`", others.filter { !$0.isHidden }.map(\.name),
            testName.map { "; `\($0)` is tested on" })
        try readClasses(in: trainingFolder)
        training = try files(in: trainingFolder)
        if let testName {
            let folder = Self.join(path, testName)
            let known = Set(classNames.map { Array($0.utf8) })
            for entry in try list(folder)
            where entry.isFolder && !entry.isHidden && !known.contains(Array(entry.name.utf8)) {
                // To Swift they are equal where they only look the same.
                guard !classNames.contains(entry.name) else {
                    throw .badOption(
                        "the class \(entry.name) is written with other bytes in \(folder) than in \(trainingFolder), though it looks the "
                            + "same: Unicode writes its accents in two ways (NFC and NFD)",
                        fix: "rename one of the two folders to the name of the other")
                }
                throw .badOption(
                    "\(folder) has a class \(entry.name) that the training images do not have",
                    fix: "give both parts the same folders")
            }
            test = try files(in: folder)
            guard !test.isEmpty else { throw noImages(folder) }
        }
        try finish(in: trainingFolder)
    }

    // MARK: Reading folders

    private struct Entry {
        let name: String
        let isFolder: Bool
        var isHidden: Bool { name.utf8.first == UInt8(ascii: ".") }
    }

    /// Names that a folder lists are no paths: `~` is one like any other.
    private static func join(_ folder: String, _ name: String) -> String { "\(folder)/\(name)" }

    /// What a folder holds under names that can be read; the others are noted.
    private mutating func list(_ folder: String) throws(DatasetError) -> [Entry] {
        if cancellation.isCancelled { throw .cancelled }
        let names: [(name: String, isUTF8: Bool)]
        do throws(FileError) { names = try FileSystem.entries(folder) } catch { throw .file(error) }
        for (name, isUTF8) in names where !isUTF8 { unreadableNames.insert(Self.join(folder, name)) }
        return names.filter(\.isUTF8).map {
            Entry(name: $0.name, isFolder: FileSystem.isDirectory(Self.join(folder, $0.name)))
        }
    }

    /// Classes without partner that are parts by their names: where they hold folders alone, and those of another
    /// folder or none beside them, nobody means them as classes.
    private mutating func checkParts(_ folders: [String], in path: String) throws(DatasetError) {
        func classes(_ name: String) throws(DatasetError) -> [String]? {
            let entries = try list(Self.join(path, name)).filter { !$0.isHidden }
            guard entries.contains(where: \.isFolder) else { return nil }
            return entries.contains { !$0.isFolder && Self.isImage($0.name) }
                ? nil : entries.filter(\.isFolder).map(\.name)
        }
        for name in folders where (Self.trainingNames + Self.testNames).contains(name.lowercased()) {
            guard let inner = try classes(name) else { continue }
            let isForTraining = Self.trainingNames.contains(name.lowercased())
            var partner: String?
            for other in folders where other != name && partner == nil {
                if !Set(try classes(other) ?? []).isDisjoint(with: inner) { partner = other }
            }
            if partner == nil, folders.count > 1 {
                notes.append(
                    "`\(name)` is read as a class, with all the folders in it: there is no other part next to it")
                continue
            }
            throw .badOption(
                "the classes in \(Self.join(path, name)) have no folder for \(isForTraining ? "testing" : "training") next to them"
                    + (partner.map { "; \($0) has no name of such a folder" } ?? ""),
                fix: isForTraining
                    ? "call the folder for testing `test` or `val`, or read \(Self.join(path, name)) alone"
                    : "call the folder for training `train`, or read \(Self.join(path, name)) alone")
        }
    }

    private mutating func readClasses(in folder: String) throws(DatasetError) {
        let entries = try list(folder)
        classNames = entries.filter { $0.isFolder && !$0.isHidden }.map(\.name)
        if classNames.isEmpty, let name = unreadableNames.min() {
            throw .badOption("the name of \(name) is not UTF-8", fix: "rename it")
        }
        guard !classNames.isEmpty, classNames.count <= Int(UInt16.max) else {
            throw .badOption(
                classNames.isEmpty ? "\(folder) holds no folders" : "\(folder) holds \(classNames.count) folders",
                fix: "put the images of each class into a folder of the class's name")
        }
    }

    /// The images of all classes within `folder`, class by class.
    private mutating func files(in folder: String) throws(DatasetError) -> [File] {
        let loose = try list(folder).filter { !$0.isFolder || $0.isHidden }
        hidden += loose.filter(\.isHidden).map(\.name)
        otherFiles += loose.filter { !$0.isHidden }.map(\.name)
        var files: [File] = []
        for (label, name) in classNames.enumerated() {
            let folder = Self.join(folder, name)
            guard FileSystem.isDirectory(folder) else { continue }
            files += try images(in: folder, called: name).map { ($0, label) }
        }
        return files
    }

    /// As torchvision, which sorts folders by their paths, and the files of each by their names.
    private mutating func images(in folder: String, called name: String) throws(DatasetError) -> [String] {
        var found: [(folder: String, files: [String])] = []
        var open = [(path: folder, name: name, depth: 0)]
        while let (path, name, depth) = open.popLast() {
            var files: [String] = []
            for entry in try list(path) {
                let title = "\(name)/\(entry.name)"
                if entry.isHidden {
                    hidden.append(title)
                } else if entry.isFolder {
                    // A link to a folder above itself has no end.
                    guard depth < 16 else {
                        throw .badOption(
                            "the folders within \(folder) are nested deeper than 16",
                            fix: "remove a link that leads to a folder above it")
                    }
                    nestedFolders += 1
                    open.append((Self.join(path, entry.name), title, depth + 1))
                } else if Self.isImage(entry.name) {
                    files.append(Self.join(path, entry.name))
                } else {
                    otherFiles.append(title)
                }
            }
            found.append((path, files))
        }
        return found.sorted { $0.folder.precedesInBytes($1.folder) }.flatMap(\.files)
    }

    private static func isImage(_ name: String) -> Bool {
        let bytes = name.lowercased().utf8
        return [".jpg", ".jpeg", ".png"].contains { bytes.suffix($0.utf8.count).elementsEqual($0.utf8) }
    }

    // MARK: Notes

    /// Holds out a share of each class for testing, drawn by the seed.
    mutating func cut(share: Double, seed: UInt64) {
        let all = training
        let labels = all.map { UInt16($0.label) }
        let drawn = ImageSet(.memory([]), labels: labels).evenly(share: share, seed: seed)
        let isDrawn = Set(drawn)
        test = drawn.map { all[$0] }
        training = all.indices.filter { !isDrawn.contains($0) }.map { all[$0] }
        let wanted = Int((Double(all.count) * share).rounded())
        guard drawn.count != wanted else { return }
        func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }
        notes.append(
            "\(drawn.count) of \(all.count) images \(drawn.count == 1 ? "is" : "are") held out for testing, \(percent(Double(drawn.count) / Double(all.count))) and "
                + "not \(percent(share)): "
                + (drawn.count > wanted
                    ? "each class of two images or more has one in both parts"
                    : "a class of one image has none for testing"))
    }

    /// Once both parts are what they will be.
    mutating func noteEmptyClasses() {
        notes += notesOfEmptyClasses(
            classNames, trained: Set(training.map(\.label)), tested: Set(test.map(\.label)))
    }

    private mutating func finish(in folder: String) throws(DatasetError) {
        guard !training.isEmpty else { throw noImages(folder) }
        addNote("no JPEG or PNG by their names", otherFiles)
        addNote("the name is not UTF-8: rename it", unreadableNames.sorted())
        addNote("hidden", hidden)
        if nestedFolders > 0 {
            notes.append(
                nestedFolders == 1
                    ? "a folder within a class is read as part of it, as torchvision does"
                    : "\(nestedFolders) folders within classes are read as part of them, as torchvision does")
        }
    }

    private mutating func addNote(_ reason: String, _ names: [String], _ end: String? = nil) {
        guard !names.isEmpty else { return }
        notes.append("left out (\(reason)): \(someNames(names))\(end ?? "")")
    }

    private func noImages(_ folder: String) -> DatasetError {
        .badOption(
            "there is no image in the folders of \(folder)",
            fix: "images end in .jpg, .jpeg or .png; each class has a folder of its own")
    }
}

/// Names the classes that a part has no image of.
func notesOfEmptyClasses(_ names: [String], trained: Set<Int>, tested: Set<Int>) -> [String] {
    func note(_ what: String, _ isEmpty: (Int) -> Bool) -> [String] {
        let empty = names.indices.filter(isEmpty).map { names[$0] }
        return empty.isEmpty ? [] : ["classes without any \(what): \(someNames(empty))"]
    }
    return note("image") { !trained.contains($0) && !tested.contains($0) }
        + note("training image") { !trained.contains($0) && tested.contains($0) }
        + note("test image") { trained.contains($0) && !tested.contains($0) }
}

/// The first names, and how many more there are.
private func someNames(_ names: [String]) -> String {
    names.prefix(4).joined(separator: ", ") + (names.count > 4 ? " and \(names.count - 4) more" : "")
}

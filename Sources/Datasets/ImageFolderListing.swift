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
    private var nestedFolders = 0

    /// What the folders of the parts may be called, in the order in which they are looked for.
    private static let trainingNames = ["train", "training"]
    private static let testNames = ["test", "val", "valid", "validation"]

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
            try finish(in: path, parts: [("image", training)])
            return
        }
        let trainingFolder = Self.join(path, trainingName)
        // Beside the two parts nothing is read.
        let others = try list(path).filter { $0.name != trainingName && $0.name != testName }
        hidden += others.filter(\.isHidden).map(\.name)
        addNote(
            "beside `\(trainingName)`", others.filter { !$0.isHidden }.map(\.name),
            testName.map { "; `\($0)` is tested on" })
        try readClasses(in: trainingFolder)
        training = try files(in: trainingFolder)
        var parts = [("training image", training)]
        if let testName {
            let folder = Self.join(path, testName)
            for entry in try list(folder) where entry.isFolder && !entry.isHidden && !classNames.contains(entry.name) {
                throw .badOption(
                    "\(folder) has a class \(entry.name) that the training images do not have",
                    fix: "give both parts the same folders")
            }
            test = try files(in: folder)
            guard !test.isEmpty else { throw noImages(folder) }
            parts.append(("test image", test))
        }
        try finish(in: trainingFolder, parts: parts)
    }

    // MARK: Reading folders

    private struct Entry {
        let name: String
        let isFolder: Bool
        var isHidden: Bool { name.hasPrefix(".") }
    }

    /// Names that a folder lists are no paths: `~` is one like any other.
    private static func join(_ folder: String, _ name: String) -> String { "\(folder)/\(name)" }

    private func list(_ folder: String) throws(DatasetError) -> [Entry] {
        if cancellation.isCancelled { throw .cancelled }
        let names: [String]
        do throws(FileError) { names = try FileSystem.list(folder) } catch { throw .file(error) }
        return names.map { Entry(name: $0, isFolder: FileSystem.isDirectory(Self.join(folder, $0))) }
    }

    private mutating func readClasses(in folder: String) throws(DatasetError) {
        let entries = try list(folder)
        classNames = entries.filter { $0.isFolder && !$0.isHidden }.map(\.name)
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
        return found.sorted { $0.folder < $1.folder }.flatMap(\.files)
    }

    private static func isImage(_ name: String) -> Bool {
        [".jpg", ".jpeg", ".png"].contains { name.lowercased().hasSuffix($0) }
    }

    // MARK: What is told

    private mutating func finish(in folder: String, parts: [(what: String, files: [File])]) throws(DatasetError) {
        guard !training.isEmpty else { throw noImages(folder) }
        addNote("no JPEG or PNG by their names", otherFiles)
        addNote("hidden", hidden)
        for (what, files) in parts {
            let labels = Set(files.map(\.label))
            let empty = classNames.indices.filter { !labels.contains($0) }.map { classNames[$0] }
            guard !empty.isEmpty else { continue }
            notes.append("classes without any \(what): \(Self.some(empty))")
        }
        if nestedFolders > 0 {
            notes.append(
                nestedFolders == 1
                    ? "a folder within a class is read as part of it, as torchvision does"
                    : "\(nestedFolders) folders within classes are read as part of them, as torchvision does")
        }
    }

    private mutating func addNote(_ reason: String, _ names: [String], _ end: String? = nil) {
        guard !names.isEmpty else { return }
        notes.append("left out (\(reason)): \(Self.some(names))\(end ?? "")")
    }

    /// The first names, and how many more there are.
    private static func some(_ names: [String]) -> String {
        names.prefix(4).joined(separator: ", ") + (names.count > 4 ? " and \(names.count - 4) more" : "")
    }

    private func noImages(_ folder: String) -> DatasetError {
        .badOption(
            "there is no image in the folders of \(folder)",
            fix: "images end in .jpg, .jpeg or .png; each class has a folder of its own")
    }
}

// Unpacks a .tar.gz into a folder with libarchive, and lets nothing out of that folder: an archive is what a server
// sent.

import CArchive
import Glibc

/// An archive that cannot be unpacked, or that tries to write outside its folder.
public struct ArchiveError: Error, Sendable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public var message: String { "cannot unpack \(path): \(reason)" }
    public var fix: String {
        "check that the disk has room and that the archive is the one you want, then download it again"
    }
    public var description: String { "\(message); \(fix)" }
}

public enum Archive {
    /// Unpacks files and folders; everything else (links, devices) is refused, and so is a name that leads out of the
    /// folder or that nobody would give a file (`~`, control characters): see `components(of:)`. All of the archive is
    /// looked through before anything is written.
    ///
    /// What was written before an error of the disk stays: unpack into a folder that can be thrown away.
    /// - Parameters:
    ///   - folder: is there, and best empty; a file that is there already is an error.
    ///   - byteLimit: more than that, unpacked, is an error: a small archive may claim to hold terabytes.
    public static func extract(
        _ path: String, into folder: String, byteLimit: Int = 4 << 30, isCancelled: () -> Bool = { false }
    ) throws(ArchiveError) {
        try walk(path, into: nil, byteLimit: byteLimit, isCancelled: isCancelled)
        try walk(path, into: folder, byteLimit: byteLimit, isCancelled: isCancelled)
    }

    /// The files of a ZIP in their order, with the bytes of one.
    ///
    /// - Parameters:
    ///   - wanted: the name of that one; it may take no more memory than is free.
    ///   - isCancelled: asked for each piece.
    public static func contents(
        ofZip path: String, wanted: String? = nil, isCancelled: () -> Bool
    ) throws(ArchiveError) -> [(name: String, bytes: [UInt8])] {
        let reader = try ArchiveReader(path, [\.supportZip])
        var contents: [(name: String, bytes: [UInt8])] = []
        while let (_, name) = try reader.next(isCancelled) {
            var bytes: [UInt8] = []
            while name == wanted, let piece = try reader.read(isCancelled) {
                // The array doubles as it grows.
                let count = bytes.count + piece.count
                guard count <= bytes.capacity || Memory.hasRoom(for: 2 * count) else {
                    throw reader.failure("\(quoted(name)) unpacks to more than the memory has room for")
                }
                bytes += piece
            }
            contents.append((name, bytes))
        }
        return contents
    }

    /// - Parameter folder: `nil`: what would be unpacked is checked, and nothing is written.
    private static func walk(
        _ path: String, into folder: String?, byteLimit: Int, isCancelled: () -> Bool
    ) throws(ArchiveError) {
        let reader = try ArchiveReader(path, [\.supportGzip, \.supportTar])
        func failure(_ reason: String) -> ArchiveError { reader.failure(reason) }
        var left = byteLimit
        while let (entry, name) = try reader.next(isCancelled) {
            let kind = reader.library.entryType(entry)
            let isFile = kind == S_IFREG && reader.library.entryHardLink(entry) == nil
            let components: [Substring]
            do throws(OddName) { components = try Self.components(of: name) } catch {
                throw failure("\(quoted(name)) \(error.reason)")
            }
            guard isFile || kind == S_IFDIR else { throw failure("\(quoted(name)) is neither a file nor a folder") }
            guard !isFile || !components.isEmpty else { throw failure("\(quoted(name)) is not a file name") }

            var target: Int32?
            defer { if let target { close(target) } }
            if let folder {
                do throws(FileError) {
                    target = try make(components[...], isFile: isFile, in: OpenFolder(folder))
                } catch {
                    throw failure(error.description)
                }
            }
            guard isFile else { continue }
            while let piece = try reader.read(isCancelled) {
                left -= piece.count
                guard left >= 0 else { throw failure("it unpacks to more than \(byteLimit) bytes") }
                guard target.map({ writeAll(piece, to: $0) }) ?? true else {
                    throw failure(FileError("write", name).description)
                }
            }
        }
    }

    /// Makes the folders that lead to an entry, one inside the other, and the file.
    /// - Returns: the file, open for writing; `nil` for a folder.
    private static func make(
        _ components: ArraySlice<Substring>, isFile: Bool, in folder: consuming OpenFolder
    ) throws(FileError) -> Int32? {
        guard let first = components.first else { return nil }
        let name = String(first)
        if isFile, components.count == 1 { return try folder.createFile(name) }
        return try make(components.dropFirst(), isFile: isFile, in: folder.folder(name))
    }

    // MARK: Names

    private static let depthLimit = 32

    private struct OddName: Error {
        let reason: String
    }

    /// The names of the folders that lead to an entry and its own, without the `.` that tar puts first.
    private static func components(of name: String) throws(OddName) -> [Substring] {
        let components = name.split(separator: "/").filter { $0 != "." }
        guard !name.isEmpty, !name.hasPrefix("/"), !components.contains("..") else {
            throw OddName(reason: "would be written outside the folder")
        }
        guard components.count <= depthLimit else { throw OddName(reason: "is in more than \(depthLimit) folders") }
        for component in components {
            guard component.utf8.count <= 255 else { throw OddName(reason: "is longer than 255 bytes") }
            // A shell, or a program that expands paths, would take the first for a home folder and the second for an
            // option.
            guard !component.hasPrefix("~"), !component.hasPrefix("-") else {
                throw OddName(reason: "begins with `\(component.prefix(1))`")
            }
            guard !component.unicodeScalars.contains(where: isOdd) else {
                throw OddName(reason: "holds a character that no name of a file should")
            }
        }
        return components
    }

    /// Control and formatting characters, which change how a name reads, and the separator of other systems.
    private static func isOdd(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: scalar == "\\"
        }
    }

    /// A name as an error shows it: short, and with odd characters as `\u{7F}`.
    private static func quoted(_ name: String) -> String {
        let shown = name.unicodeScalars.prefix(80).map {
            isOdd($0) ? "\\u{\(String($0.value, radix: 16, uppercase: true))}" : String($0)
        }
        return "'\(shown.joined())\(name.unicodeScalars.count > 80 ? "..." : "")'"
    }
}

/// The entries of an open archive, one after the other.
private final class ArchiveReader {
    let library: ArchiveLibrary
    private let path: String
    private let archive: OpaquePointer
    private var entryCount = 0
    private var chunk = [UInt8](repeating: 0, count: 1 << 18)

    private static let entryLimit = 100_000

    /// - Parameter formats: those that it may be of.
    init(_ path: String, _ formats: [KeyPath<ArchiveLibrary, ArchiveLibrary.Support>]) throws(ArchiveError) {
        self.path = path
        guard let library = ArchiveLibrary.shared else {
            throw ArchiveError(path: path, reason: "libarchive.so.13 is not installed")
        }
        guard let archive = library.make() else { throw ArchiveError(path: path, reason: "no memory") }
        (self.library, self.archive) = (library, archive)
        for format in formats { _ = library[keyPath: format](archive) }
        guard library.open(archive, path, 1 << 16) == ARCHIVE_OK else { throw libraryFailure() }
    }

    deinit { _ = library.free(archive) }

    func failure(_ reason: String) -> ArchiveError { ArchiveError(path: path, reason: reason) }

    private func libraryFailure() -> ArchiveError {
        failure(library.errorText(archive).map { String(cString: $0) } ?? "it cannot be read")
    }

    /// The next entry and its name, as the archive has it.
    func next(_ isCancelled: () -> Bool) throws(ArchiveError) -> (entry: OpaquePointer, name: String)? {
        if isCancelled() { throw failure("stopped") }
        var entry: OpaquePointer?
        let status = library.next(archive, &entry)
        if status == ARCHIVE_EOF { return nil }
        guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else { throw libraryFailure() }
        entryCount += 1
        guard entryCount <= Self.entryLimit else { throw failure("it holds more than \(Self.entryLimit) files") }
        guard let pointer = library.entryName(entry), let name = String(validatingCString: pointer) else {
            throw failure("it holds a file whose name is missing or not UTF-8")
        }
        return (entry, name)
    }

    /// The next bytes of the entry; `nil` at its end.
    func read(_ isCancelled: () -> Bool) throws(ArchiveError) -> ArraySlice<UInt8>? {
        if isCancelled() { throw failure("stopped") }
        let count = chunk.withUnsafeMutableBytes { library.read(archive, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw libraryFailure() }
        return count == 0 ? nil : chunk[..<count]
    }
}

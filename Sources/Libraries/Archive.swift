// Unpacks a .tar.gz into a folder with libarchive, and lets nothing out of that folder: an archive is what a server sent.

import CArchive
import Glibc

/// An archive that cannot be unpacked, or that tries to write outside its folder.
public struct ArchiveError: Error, Sendable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public var message: String { "cannot unpack \(path): \(reason)" }
    public var fix: String { "check that the disk has room, then fetch the archive anew" }
    public var description: String { "\(message); \(fix)" }
}

public enum Archive {
    /// Unpacks files and folders; everything else (links, devices) is refused, and so are absolute paths and `..`.
    ///
    /// What was written before an error stays: unpack into a folder that can be thrown away.
    /// - Parameters:
    ///   - folder: is there, and best empty; a file that is there already is an error.
    ///   - byteLimit: more than that, unpacked, is an error: a small archive may claim to hold terabytes.
    public static func extract(
        _ path: String, into folder: String, byteLimit: Int = 4 << 30, isCancelled: () -> Bool = { false }
    ) throws(ArchiveError) {
        func failure(_ reason: String) -> ArchiveError { ArchiveError(path: path, reason: reason) }
        guard let archive = archive_read_new() else { throw failure("no memory") }
        defer { archive_read_free(archive) }
        func libraryFailure() -> ArchiveError {
            failure(archive_error_string(archive).map { String(cString: $0) } ?? "it cannot be read")
        }
        archive_read_support_filter_gzip(archive)
        archive_read_support_format_tar(archive)
        guard archive_read_open_filename(archive, path, 1 << 16) == ARCHIVE_OK else { throw libraryFailure() }

        var left = byteLimit
        var entry: OpaquePointer?
        while true {
            let status = archive_read_next_header(archive, &entry)
            if status == ARCHIVE_EOF { return }
            guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else { throw libraryFailure() }
            guard let name = archive_entry_pathname(entry).map({ String(cString: $0) }) else {
                throw failure("it holds a file without a name")
            }
            let kind = archive_entry_filetype(entry)
            let isFile = kind == S_IFREG && archive_entry_hardlink(entry) == nil
            guard isFile || kind == S_IFDIR else { throw failure("'\(name)' is neither a file nor a folder") }
            guard !name.isEmpty, !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
                throw failure("'\(name)' would be written outside the folder")
            }

            let target = FileSystem.join(folder, name)
            do throws(FileError) {
                try FileSystem.createDirectories(isFile ? FileSystem.folder(of: target) : target)
            } catch { throw failure(error.description) }
            guard isFile else { continue }
            // No link is ever made here, and O_NOFOLLOW refuses one that was there before.
            let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw failure(FileError("create", target).description) }
            defer { close(descriptor) }
            var chunk = [UInt8](repeating: 0, count: 1 << 18)
            while true {
                if isCancelled() { throw failure("stopped") }
                let count = chunk.withUnsafeMutableBytes { archive_read_data(archive, $0.baseAddress, $0.count) }
                guard count >= 0 else { throw libraryFailure() }
                if count == 0 { break }
                left -= count
                guard left >= 0 else { throw failure("it unpacks to more than \(byteLimit) bytes") }
                guard writeAll(chunk[..<count], to: descriptor) else {
                    throw failure(FileError("write", target).description)
                }
            }
        }
    }
}

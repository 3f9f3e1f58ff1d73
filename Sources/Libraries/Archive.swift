// Unpacks an archive into a folder with libarchive, and lets nothing out of it.

import CArchive

/// An archive that cannot be unpacked, or that tries to write outside its folder.
public struct ArchiveError: Error, Sendable, CustomStringConvertible {
    public let path: String
    public let reason: String

    public var message: String { "cannot unpack \(path): \(reason)" }
    public var fix: String { "fetch the archive anew" }
    public var description: String { "\(message); \(fix)" }
}

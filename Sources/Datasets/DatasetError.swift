// What can go wrong while a data set is loaded: each case carries the path or address, and says what to do.

import Libraries

public enum DatasetError: Error, Sendable, CustomStringConvertible {
    /// A folder was named, and it holds no such data set.
    case notFound(folder: String, wanted: String)
    /// A file of the data set is not what it should be: cut off, of another size, with labels that do not exist.
    case damaged(path: String, reason: String, fix: String)
    /// A file is whole as far as we know, and cannot be read here.
    case unreadable(path: String, reason: String, fix: String)
    case wrongChecksum(url: String, expected: String, actual: String, byteCount: Int)
    case download(DownloadError)
    case archive(ArchiveError)
    case file(FileError)
    /// An option that cannot be what it says.
    case badOption(String, fix: String)
    /// What there is no memory for, and how many bytes it takes.
    case outOfMemory(String, Int, fix: String)
    /// Something of another's is where a download goes.
    case obstructed(path: String, reason: String)
    case cancelled

    /// One sentence.
    public var message: String {
        switch self {
        case .notFound(let folder, let wanted): "there is no \(wanted) in \(folder)"
        case .damaged(let path, let reason, _): "\(path) is damaged: \(reason)"
        case .unreadable(let path, let reason, _): "\(path) cannot be read: \(reason)"
        case .wrongChecksum(let url, let expected, let actual, let byteCount):
            "what \(url) sent is not the data set: its \(byteCount) bytes have the \(actual.count == 32 ? "MD5" : "SHA-256") \(actual), "
                + "and \(expected) was expected"
        case .download(let error): error.message
        case .archive(let error): error.message
        case .file(let error): error.description
        case .badOption(let message, _): message
        case .outOfMemory(let what, let byteCount, _):
            "\(what) take \(byteCount >> 20) MB of memory, and \((Memory.available() ?? 0) >> 20) MB are free"
        case .obstructed(let path, let reason): "\(path) is in the way of the download: \(reason)"
        case .cancelled: "the download was stopped"
        }
    }

    /// What to do next.
    public var fix: String {
        switch self {
        case .notFound(_, let wanted):
            "name the folder that holds \(wanted), or leave `from:` and TANDEM_DATA out to have it downloaded"
        case .damaged(_, _, let fix), .unreadable(_, _, let fix): fix
        case .wrongChecksum:
            "try again; if that does not help, name another source with `url:`, "
                + "and its checksum with `sha256:` if it repacks the files"
        case .download(let error):
            "\(error.fix); or fetch the files by another way and name their folder with `from:` or TANDEM_DATA"
        case .archive(let error): error.fix
        case .file(let error) where ["read", "list", "use"].contains(error.action):
            "name a folder with files that this user may read"
        case .file: "check that the folder can be written and that the disk has 400 MB left"
        case .badOption(_, let fix): fix
        case .outOfMemory(_, _, let fix): fix
        case .obstructed: "remove it, or move it to another folder"
        case .cancelled: "call it again: it resumes where it stopped"
        }
    }

    public var description: String { "\(message); \(fix)" }
}

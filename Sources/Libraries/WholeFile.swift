// Large files without a copy in memory: written in pieces, and there whole or not at all; read in pieces at any place.

import Glibc

/// A file under way, next to the place where it will be. An unfinished one is removed.
///
/// A link at its end is followed: the file that it points to is replaced, and the link stays. A file that is replaced
/// keeps its mode, and its owner where the process may give files away.
public struct WholeFileWriter: ~Copyable {
    public let path: String
    /// Where `path` leads.
    private let target: String
    /// What is there and is to be replaced.
    private let replaced: stat?
    private let isPrivate: Bool
    private let temporary: String
    private let descriptor: Int32
    private var isFinished = false

    /// - Parameter isPrivate: whether only its owner may read it: mode 600, also where it replaces one of another mode.
    public init(_ path: String, isPrivate: Bool = false) throws(FileError) {
        let target = try FileSystem.writableFile(path)
        var status = stat()
        let replaced = stat(target, &status) == 0 ? status : nil
        // Nobody may read meanwhile what nobody else may read then.
        let mode: mode_t = isPrivate || replaced != nil ? 0o600 : 0o644
        let (temporary, descriptor) = try Self.create(beside: target, mode, of: path)
        (self.path, self.target, self.replaced, self.isPrivate) = (path, target, replaced, isPrivate)
        (self.temporary, self.descriptor) = (temporary, descriptor)
    }

    /// A new file, which is nobody's link.
    private static func create(
        beside target: String, _ mode: mode_t, of path: String
    ) throws(FileError) -> (path: String, descriptor: Int32) {
        for _ in 0..<100 {
            let temporary = HalfWrittenFile.name(beside: target)
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
            if descriptor >= 0 { return (temporary, descriptor) }
            guard errno == EEXIST else { break }
        }
        throw FileError("write", path)
    }

    deinit {
        close(descriptor)
        if !isFinished { unlink(temporary) }
    }

    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        guard let base = bytes.baseAddress else { return }
        var written = 0
        while written < bytes.count {
            let count = pwrite(descriptor, base + written, bytes.count - written, off_t(offset + written))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError("write", path) }
            written += count
        }
    }

    public func write(_ bytes: [UInt8], at offset: Int) throws(FileError) {
        let result: Result<Void, FileError> = bytes.withUnsafeBytes { bytes in
            do throws(FileError) { return .success(try write(bytes, at: offset)) } catch { return .failure(error) }
        }
        try result.get()
    }

    /// Puts it in its place. It survives a loss of power from here on.
    public mutating func finish() throws(FileError) {
        if let replaced, !isPrivate { try takeOver(replaced) }
        guard fsync(descriptor) == 0, Glibc.rename(temporary, target) == 0 else { throw FileError("write", path) }
        isFinished = true
        let folder = open(FileSystem.folder(of: target), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    /// Gives it the owner, group and mode of the file that it replaces.
    private func takeOver(_ replaced: stat) throws(FileError) {
        // Who may not give a file away may still give it to a group of his.
        if fchown(descriptor, replaced.st_uid, replaced.st_gid) != 0 {
            _ = fchown(descriptor, uid_t.max, replaced.st_gid)
        }
        var (status, mode) = (stat(), replaced.st_mode & 0o777)
        guard fstat(descriptor, &status) == 0 else { throw FileError("write", path) }
        if status.st_gid != replaced.st_gid {
            // Who was of the group is one of the others now, and the other way round: both may do what both might
            // before.
            let shared = (mode >> 3) & mode & 0o7
            mode = mode & 0o700 | shared << 3 | shared
        }
        guard fchmod(descriptor, mode) == 0 else { throw FileError("write", path) }
    }
}

extension FileSystem {
    /// Where writing to a path puts a file, after the links at its end; what they point to need not be there.
    ///
    /// What is there must be a file that this process may write: a device or a pipe is not replaced. A link that
    /// another user has put into a folder of everybody's is not followed, as under Linux' `protected_symlinks`.
    static func writableFile(_ path: String) throws(FileError) -> String {
        func failure(_ code: Int32 = errno) -> FileError { FileError("write", path, code: code) }
        var target = path
        for _ in 0..<40 {
            var status = stat()
            guard lstat(target, &status) == 0 else {
                guard errno == ENOENT else { throw failure() }
                return target
            }
            switch status.st_mode & S_IFMT {
            case S_IFREG:
                guard access(target, W_OK) == 0 else { throw failure() }
                return target
            case S_IFDIR: throw failure(EISDIR)
            case S_IFLNK:
                guard mayFollow(status, in: folder(of: target)) else { throw failure(EACCES) }
                let next = try destination(ofLink: target)
                target = next.hasPrefix("/") ? next : "\(folder(of: target))/\(next)"
            default: throw FileError("write", path, reason: "it is a device, a pipe or a socket, not a file")
            }
        }
        throw failure(ELOOP)
    }

    private static func destination(ofLink path: String) throws(FileError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0,
            let text = String(validating: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        else {
            throw FileError("write", path, code: EINVAL)
        }
        return text
    }

    private static func mayFollow(_ link: stat, in folder: String) -> Bool {
        var status = stat()
        guard stat(folder, &status) == 0 else { return false }
        let isEverybodys = status.st_mode & S_ISVTX != 0 && status.st_mode & S_IWOTH != 0
        return !isEverybodys || link.st_uid == geteuid() || link.st_uid == status.st_uid
    }
}

/// A regular file that is open for reading. Pipes, sockets and devices are refused: they may have no end.
public struct FileReader: ~Copyable {
    public let path: String
    public let byteCount: Int
    let descriptor: Int32

    public init(_ path: String) throws(FileError) {
        self.path = path
        // Opening a pipe would wait for somebody who writes to it.
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            // A socket cannot be opened at all.
            throw errno == ENXIO
                ? .wrongKind(path, mode: S_IFSOCK) : FileError("read", path)
        }
        var status = stat()
        let code = fstat(descriptor, &status) == 0 ? 0 : errno
        guard code == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw code == 0 ? .wrongKind(path, mode: status.st_mode) : FileError("read", path, code: code)
        }
        byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills all of `buffer` from this place of the file; less is an error.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) {
        guard let base = buffer.baseAddress else { return }
        var done = 0
        while done < buffer.count {
            let count = pread(descriptor, base + done, buffer.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError("read", path, code: count == 0 ? EIO : errno) }
            done += count
        }
    }

    public func read(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let result: Result<Void, FileError> = bytes.withUnsafeMutableBytes { buffer in
            do throws(FileError) { return .success(try read(into: buffer, at: offset)) } catch {
                return .failure(error)
            }
        }
        try result.get()
        return bytes
    }
}

// Large files without a copy in memory: written in pieces, and there whole or not at all; read in pieces at any place.

import Glibc

/// A file under way, beside the place where it will stand. What is not finished is removed.
public struct WholeFileWriter: ~Copyable {
    public let path: String
    private let temporary: String
    private let descriptor: Int32
    private var isFinished = false

    /// What unfinished files of this process end in; those of a process that was killed stay behind.
    public static func temporaryPath(of path: String) -> String { "\(path).\(getpid()).part" }

    public init(_ path: String) throws(FileError) {
        self.path = path
        temporary = Self.temporaryPath(of: path)
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileError("write", path) }
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
        guard fsync(descriptor) == 0, Glibc.rename(temporary, path) == 0 else { throw FileError("write", path) }
        isFinished = true
        let folder = open(FileSystem.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }
}

/// A file that is open for reading.
public struct FileReader: ~Copyable {
    public let path: String
    public let byteCount: Int
    private let descriptor: Int32

    public init(_ path: String) throws(FileError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("read", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = FileError("read", path)
            close(descriptor)
            throw error
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

// A file that one process of all that see a folder has made, on whatever machines they are, and that shows that it
// lives: it is made by link(2), which only one of them can do, and is written again every few seconds. Between
// processes of one machine a lock says sooner that one has ended. No clock of another machine is trusted.

import Glibc
import Synchronization

public final class ClaimFile: Sendable {
    public let path: String
    private let descriptor: Int32
    /// How often it was written.
    private let beats = Mutex(Int.random(in: 1...1 << 30))

    private init(_ path: String, _ descriptor: Int32) { (self.path, self.descriptor) = (path, descriptor) }

    deinit { close(descriptor) }

    /// What is found in the place of one.
    public struct Holder: Sendable, Equatable {
        /// What it wrote of itself.
        public let text: [UInt8]
        /// All of the file: it changes as long as the process lives.
        public let bytes: [UInt8]
        /// Whether it is a process of this machine: whether it lives is known at once.
        public let isOfThisMachine: Bool
    }

    public enum Answer: Sendable {
        case granted(ClaimFile)
        case held(Holder)
    }

    /// All of one is written at once, so that nobody reads half of it.
    private static let size = 512

    /// Asks for it, and waits for nobody.
    ///
    /// - Parameters:
    ///   - text: what is told of who has it, a line of at most 400 bytes.
    ///   - isStale: whether one whose machine is another has not changed for too long.
    public static func acquire(
        _ path: String, _ text: [UInt8], isStale: (Holder) -> Bool
    ) throws(FileError) -> Answer {
        // Mostly somebody has it: then one look is all.
        if let holder = Holder(ofFileAt: path), holder.isOfThisMachine ? FileLock.isHeld(path) : !isStale(holder) {
            return .held(holder)
        }
        let new = try make(beside: path, text)
        defer { unlink(new.path) }
        // Whoever was here may have gone meanwhile, or have been followed by another.
        for _ in 0..<10 {
            if try link(new, to: path) { return .granted(ClaimFile(path, new.descriptor)) }
            let old = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
            guard old >= 0 else {
                if errno == ENOENT { continue }
                close(new.descriptor)
                throw FileError("open", path)
            }
            defer { close(old) }
            let holder = Holder(read(old))
            if holder.isOfThisMachine {
                // Who has the lock of what is there may put another in its place.
                guard FileLock.takes(old, path), FileLock.isFile(old, at: path) else {
                    if FileLock.isFile(old, at: path) {
                        close(new.descriptor)
                        return .held(holder)
                    }
                    continue
                }
                guard rename(new.path, path) == 0 else {
                    close(new.descriptor)
                    throw FileError("write", path)
                }
                return .granted(ClaimFile(path, new.descriptor))
            }
            guard isStale(holder) else {
                close(new.descriptor)
                return .held(holder)
            }
            do throws(FileError) { try takeAway(path, holder.bytes) } catch {
                close(new.descriptor)
                throw error
            }
        }
        close(new.descriptor)
        return .held(Holder([]))
    }

    /// A file that nobody else knows, locked before it can be seen in its place.
    private static func make(
        beside path: String, _ text: [UInt8]
    ) throws(FileError) -> (path: String, descriptor: Int32) {
        let own = HalfWrittenFile.name(beside: path)
        let descriptor = open(own, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError("create", path) }
        guard FileLock.takes(descriptor, own), write(text, Int.random(in: 1...1 << 30), to: descriptor) else {
            let error = FileError("write", path)
            close(descriptor)
            unlink(own)
            throw error
        }
        return (own, descriptor)
    }

    /// - Returns: `false` where another one is there.
    private static func link(_ new: (path: String, descriptor: Int32), to path: String) throws(FileError) -> Bool {
        if Glibc.link(new.path, path) == 0 { return true }
        let code = errno
        // Over a network the answer may be lost of what was done.
        var status = stat()
        if fstat(new.descriptor, &status) == 0, status.st_nlink == 2 { return true }
        guard code == EEXIST else {
            close(new.descriptor)
            throw FileError("create", path, code: code)
        }
        return false
    }

    /// Removes a file that has not changed for too long; if it is another one by now, that is put back.
    private static func takeAway(_ path: String, _ bytes: [UInt8]) throws(FileError) {
        let aside = HalfWrittenFile.name(beside: path)
        guard rename(path, aside) == 0 else {
            if errno == ENOENT { return }
            throw FileError("write", path)
        }
        defer { unlink(aside) }
        let file = open(aside, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return }
        defer { close(file) }
        if read(file) != bytes { _ = Glibc.link(aside, path) }
    }

    // MARK: Living

    /// Writes it again.
    ///
    /// - Returns: whether it is still this process's: after a long sleep another one may have taken it.
    @discardableResult
    public func beat(_ text: [UInt8]) -> Bool {
        // A file that is closed after it is written is seen by other machines (NFS).
        let file = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return errno != ENOENT }
        defer { close(file) }
        guard Self.isSame(file, descriptor) else { return false }
        let number = beats.withLock { beats in
            beats += 1
            return beats
        }
        _ = Self.write(text, number, to: file)
        return true
    }

    /// Gives it back.
    public func remove() {
        if FileLock.isFile(descriptor, at: path) { unlink(path) }
    }

    private static func isSame(_ first: Int32, _ second: Int32) -> Bool {
        var (one, other) = (stat(), stat())
        return fstat(first, &one) == 0 && fstat(second, &other) == 0 && one.st_dev == other.st_dev
            && one.st_ino == other.st_ino
    }

    /// The machine, how often it was written, and the text, filled up with spaces.
    private static func write(_ text: [UInt8], _ number: Int, to file: Int32) -> Bool {
        var bytes = Array("\(Boot.name) \(number)\n".utf8) + text.prefix(400)
        bytes += [UInt8](repeating: UInt8(ascii: " "), count: max(0, size - bytes.count - 1)) + [UInt8(ascii: "\n")]
        return pwrite(file, bytes, bytes.count, 0) == bytes.count
    }

    fileprivate static func read(_ file: Int32) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 2 * size)
        let count = pread(file, &bytes, bytes.count, 0)
        return Array(bytes.prefix(max(0, count)))
    }
}

extension ClaimFile.Holder {
    fileprivate init(_ bytes: [UInt8]) {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
        let head = lines.first.map { $0.split(separator: UInt8(ascii: " ")) } ?? []
        // What is no such file was left by an earlier version on this machine, or by a full disk.
        let isClaim = lines.count == 2 && head.count == 2 && Int(String(decoding: head[1], as: UTF8.self)) != nil
        isOfThisMachine = !isClaim || String(decoding: head[0], as: UTF8.self) == Boot.name
        text = isClaim ? Array(lines[1]) : bytes
        self.bytes = bytes
    }

    /// Who has the file, as it is there; `nil` if there is none.
    public init?(ofFileAt path: String) {
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        self.init(ClaimFile.read(file))
    }
}

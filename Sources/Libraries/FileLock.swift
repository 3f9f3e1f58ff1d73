// One at a time across processes: a lock on a file, which the system lets go of when its process ends, however it ends.

import Glibc

public struct FileLock: ~Copyable {
    private let path: String
    private let descriptor: Int32

    /// Waits for the lock; `nil` when cancelled while another holds it.
    public init?(_ path: String, isCancelled: () -> Bool) throws(FileError) {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw FileError("create", path) }
            var isOurs = false
            defer { if !isOurs { close(descriptor) } }
            guard try Self.take(descriptor, path, isCancelled) else { return nil }
            // Whoever held it may have removed the file: then others lock the one that is in its place by now.
            if Self.isFile(descriptor, at: path) {
                isOurs = true
                (self.path, self.descriptor) = (path, descriptor)
                return
            }
        }
    }

    /// The same, as long as there is patience.
    public init?(_ path: String, patience: Patience) throws(FileError) {
        let start = Clock.seconds
        try self.init(path, isCancelled: { patience.hasEnded(after: Clock.seconds - start) })
    }

    deinit { close(descriptor) }

    /// Removes the file while the lock is held, so that nobody is left with a lock on a file that is gone.
    public consuming func remove() { unlink(path) }

    /// Whether somebody holds the lock, asked without keeping anybody from taking it.
    public static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return !isShared(descriptor)
    }

    private static func take(
        _ descriptor: Int32, _ path: String, _ isCancelled: () -> Bool
    ) throws(FileError) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw FileError("lock", path) }
            // Who only asks shares it for a moment, and is waited for in any case.
            let isHeld = !isShared(descriptor)
            if isHeld, isCancelled() { return false }
            usleep(isHeld ? 10_000 : 100)
        }
        return true
    }

    /// Whether nobody has the lock for himself: locks that are shared do not exclude each other.
    private static func isShared(_ descriptor: Int32) -> Bool {
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return errno != EWOULDBLOCK }
        flock(descriptor, LOCK_UN)
        return true
    }

    private static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var (own, present) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && lstat(path, &present) == 0 && own.st_dev == present.st_dev
            && own.st_ino == present.st_ino
    }
}

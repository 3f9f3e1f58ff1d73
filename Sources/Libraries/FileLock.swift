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

    /// Whether somebody holds the lock, in this process or another. Nothing is taken, not even for a moment.
    ///
    /// Not seen is that of an older Tandem, which took `flock` alone; but it cannot be taken either.
    public static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var lock = whole
        return fcntl(descriptor, OpenFileLock.get, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }

    private static func take(
        _ descriptor: Int32, _ path: String, _ isCancelled: () -> Bool
    ) throws(FileError) -> Bool {
        while try !takesNow(descriptor, path) {
            if isCancelled() { return false }
            usleep(10_000)
        }
        return true
    }

    /// Takes the lock of an open file, if nobody has it.
    static func takes(_ descriptor: Int32, _ path: String) -> Bool { (try? takesNow(descriptor, path)) ?? false }

    /// Takes both locks of the file: an older Tandem that runs at the same time knows that of `flock` alone.
    private static func takesNow(_ descriptor: Int32, _ path: String) throws(FileError) -> Bool {
        var lock = whole
        guard fcntl(descriptor, OpenFileLock.set, &lock) == 0 else {
            guard errno == EAGAIN || errno == EACCES || errno == EINTR else { throw FileError("lock", path) }
            return false
        }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        let reason = errno
        // Neither without the other: who waits must not look like who holds.
        lock.l_type = Int16(F_UNLCK)
        _ = fcntl(descriptor, OpenFileLock.set, &lock)
        errno = reason
        guard reason == EWOULDBLOCK || reason == EINTR else { throw FileError("lock", path) }
        return false
    }

    /// For writing, on all of a file.
    private static var whole: Glibc.flock {
        var lock = Glibc.flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        return lock
    }

    /// Locks of an open file (fcntl(2)): they belong to it and not to the process, and can be asked for. Glibc's module
    /// leaves the names out.
    private enum OpenFileLock {
        static let get: Int32 = 36
        static let set: Int32 = 37
    }

    static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var (own, present) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && lstat(path, &present) == 0 && own.st_dev == present.st_dev
            && own.st_ino == present.st_ino
    }
}

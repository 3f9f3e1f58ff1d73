// One at a time across processes: a lock on a file, which the system lets go of when its process ends, however it ends.

import Glibc

public struct FileLock: ~Copyable {
    private let descriptor: Int32

    /// Waits for the lock; `nil` when cancelled while waiting.
    public init?(_ path: String, isCancelled: () -> Bool) throws(FileError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError("create", path) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, !isCancelled() else {
                let error = FileError("lock", path)
                close(descriptor)
                if isCancelled() { return nil }
                throw error
            }
            usleep(50_000)
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}

// How one thread wakes another that waits for sockets: a byte in a pipe, also from a signal handler.

import Glibc

/// Two descriptors: any thread may write to the one, a single one reads the other.
final class Wakeup: Sendable {
    let readEnd: Int32
    let writeEnd: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        let isMade = pipe(&ends) == 0
        precondition(isMade, "no file descriptor is left for a pipe")
        readEnd = ends[0]
        writeEnd = ends[1]
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// A full pipe is fine: its reader is awake then.
    func signal(_ byte: UInt8 = 1) {
        var byte = byte
        _ = write(writeEnd, &byte, 1)
    }

    /// The bytes that came since the last call.
    func clear() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = bytes.withUnsafeMutableBytes { read(readEnd, $0.baseAddress, $0.count) }
        return Array(bytes.prefix(max(0, count)))
    }
}

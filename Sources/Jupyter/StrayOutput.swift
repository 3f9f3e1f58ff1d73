// What somebody writes to the process's own standard output: a C library, a stray `print`. It is shown with the cell
// that runs, and a full pipe of the process that started the kernel cannot block it. Standard error stays where it was:
// it is the log.

@preconcurrency import Glibc
import Libraries
import Synchronization

final class StrayOutput: Sendable {
    private let readEnd: Int32
    private let stop = Wakeup()
    private let show: @Sendable (String) -> Void
    /// Bytes of a character whose rest is still to come. Held while reading, so that texts stay in order.
    private let unfinished = Mutex<[UInt8]>([])

    /// Takes the standard output of the process, for good. `nil` where the system gives no pipe: then it stays as it
    /// is.
    init?(show: @escaping @Sendable (String) -> Void) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        readEnd = ends[0]
        self.show = show
        _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        setvbuf(stdout, nil, _IONBF, 0)
        dup2(ends[1], STDOUT_FILENO)
        close(ends[1])
    }

    deinit { close(readEnd) }

    func run() {
        while true {
            MessageSocket.wait(for: [], descriptors: [readEnd, stop.readEnd], milliseconds: -1)
            drain()
            if !stop.clear().isEmpty { return }
        }
    }

    /// Shows what has been written so far.
    func drain() {
        unfinished.withLock { unfinished in
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = chunk.withUnsafeMutableBytes { read(readEnd, $0.baseAddress, $0.count) }
                guard count > 0 else { return }
                let bytes = unfinished + chunk[..<count]
                let whole = Self.wholeCharacters(bytes)
                unfinished = Array(bytes[whole...])
                show(String(decoding: bytes[..<whole], as: UTF8.self))
            }
        }
    }

    func end() { stop.signal() }

    /// How many bytes there are before a character that is cut short at the end.
    static func wholeCharacters(_ bytes: [UInt8]) -> Int {
        for back in 1...4 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > back ? bytes.count - back : bytes.count
        }
        return bytes.count
    }
}

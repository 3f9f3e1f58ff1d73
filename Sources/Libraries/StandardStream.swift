// The process's own output and error streams, unbuffered: what is written is seen at once and in order.

import Glibc
import Synchronization
import Text

public enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// `errno` of the first write to each that failed; 0 where none did.
    private static let outputFailure = Atomic<Int32>(0)
    private static let errorFailure = Atomic<Int32>(0)

    private func noteFailure(_ code: Int32) {
        switch self {
        case .output: Self.outputFailure.store(code, ordering: .relaxed)
        case .error: Self.errorFailure.store(code, ordering: .relaxed)
        }
    }

    private var failureCode: Int32 {
        switch self {
        case .output: Self.outputFailure.load(ordering: .relaxed)
        case .error: Self.errorFailure.load(ordering: .relaxed)
        }
    }

    /// Writes all of the text. Where it cannot be written `failure` says why, and nothing more is written, so that
    /// what arrives has no gap (SIGPIPE is to be ignored where the process is to continue without a reader).
    public func write(_ text: String) {
        guard failureCode == 0 else { return }
        var text = text
        text.withUTF8 { if !writeAll(UnsafeRawBufferPointer($0), to: rawValue) { noteFailure(errno) } }
    }

    /// Why not all could be written; `nil` where it was.
    public var failure: String? {
        switch failureCode {
        case 0: nil
        case EBADF: "it is closed"
        case let code: String(cString: strerror(code))
        }
    }

    /// Reports what is wrong, in a line on standard error.
    public static func complain(_ reason: String) { error.write("tandem: \(reason.printable)\n") }

    /// Takes the places of standard streams that are closed, so that no file that is opened gets one of them and what
    /// is meant for a person. Writing there still fails.
    public static func reserve() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The system gives the lowest free number.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    public var isTerminal: Bool { isatty(rawValue) != 0 }

    /// The terminal's width, where there is one.
    public var columns: Int? { size?.columns }

    /// The terminal's size in characters, where there is one.
    public var size: TerminalSize? {
        var size = winsize()
        guard ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return TerminalSize(columns: Int(size.ws_col), rows: size.ws_row > 0 ? Int(size.ws_row) : 24)
    }
}

public struct TerminalSize: Hashable, Sendable {
    public var columns: Int
    public var rows: Int

    public init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }
}

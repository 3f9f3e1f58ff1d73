// The process's own output and error streams, unbuffered: what is written is seen at once and in order.

import Glibc

public enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Writes all of the text. A reader that has gone is no error: the text is dropped (SIGPIPE is to be ignored).
    public func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = writeAll(UnsafeRawBufferPointer($0), to: rawValue) }
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

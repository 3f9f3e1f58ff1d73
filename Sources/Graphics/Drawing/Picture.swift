// What every picture can do: be drawn, be given as numbers, and be shown in a terminal.

public protocol Picture: Sendable {
    var title: String { get set }
    /// Valid XML with title, description and role; the same bytes for the same value.
    var svg: String { get }
    /// Its twin in numbers. At most `limit` rows; then the last one says how many more.
    func table(limit: Int) -> Table
    /// Lines of characters, none wider than the terminal.
    func text(on terminal: TextTerminal) -> String
    /// Gives the horizontal and the vertical axis another label, where there is such an axis.
    mutating func label(x: String?, y: String?)
}

extension Picture {
    public mutating func label(x: String?, y: String?) {}
    public func table() -> Table { table(limit: 40) }
    public func text(on terminal: TextTerminal) -> String { table(limit: 40).text(columns: terminal.columns) }
}

/// The terminal that a picture is drawn for.
public struct TextTerminal: Hashable, Sendable {
    public enum Colors: Hashable, Sendable {
        case none
        /// The 256 of xterm.
        case palette
        /// 24 bits.
        case full
    }

    public var columns: Int
    public var rows: Int
    public var colors: Colors

    public init(columns: Int = 80, rows: Int = 24, colors: Colors = .none) {
        self.columns = max(20, columns)
        self.rows = max(8, rows)
        self.colors = colors
    }

    /// The text in a color, where there is any.
    func colored(_ text: String, _ ink: Ink) -> String {
        colors == .none ? text : "\u{1B}[38;5;\(ink.terminalCode)m\(text)\u{1B}[0m"
    }

    func bold(_ text: String) -> String { colors == .none ? text : "\u{1B}[1m\(text)\u{1B}[0m" }
}

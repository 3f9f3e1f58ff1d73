// How long and how deep a cell may be.

/// Bounds that keep a hostile or mistaken cell from exhausting stack or memory.
public enum SyntaxLimits {
    /// The largest cell in bytes.
    public static let cellBytes = 1_000_000
    /// How deep brackets, blocks and chains of operators and members may nest.
    public static let depth = 500
}

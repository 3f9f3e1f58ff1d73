// Bytes that arrive in pieces, as lines.

public struct LineBuffer: Sendable {
    /// Of a line that has not ended yet.
    private var rest: [UInt8] = []

    public init() {}

    public var count: Int { rest.count }

    public mutating func append(_ bytes: some Collection<UInt8>) { rest += bytes }

    /// The lines that have ended, without their ends.
    public mutating func takeLines() -> [[UInt8]] {
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let lines = rest[..<end].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        rest.removeSubrange(...end)
        return lines
    }
}

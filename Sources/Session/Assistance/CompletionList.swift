// What Tab offers.

/// What may be at a cursor. Offsets are Unicode scalars from the start of the cell.
public struct CompletionList: Sendable {
    public struct Item: Sendable {
        /// What replaces the text between `start` and `end`.
        public var text: String
        /// `word`, `layer`, `option`, `choice`, `model`, `run`, `data`, `value`, `member` or `path`.
        public var kind: String
        /// Type, default or value, in a few characters.
        public var detail: String

        public init(text: String, kind: String, detail: String) {
            self.text = text
            self.kind = kind
            self.detail = detail
        }
    }

    public var start: Int
    public var end: Int
    public var items: [Item]

    public init(start: Int, end: Int, items: [Item]) {
        self.start = start
        self.end = end
        self.items = items
    }
}

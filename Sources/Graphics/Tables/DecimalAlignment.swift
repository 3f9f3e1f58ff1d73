// What is to the left and to the right of the decimal point in the cells of a column, so that points are aligned:
// `32,997` and nothing, `78` and `.42`, `78` and `.42 ± 0.31`.

struct DecimalAlignment {
    /// The longest text from the point on.
    private let longest: Substring

    init(_ cells: [Table.Cell]) {
        let parts = cells.filter { $0.number != nil }.map { DecimalAlignment.parts($0.text).right }
        longest = parts.max { $0.count < $1.count } ?? ""
    }

    static func parts(_ text: String) -> (left: Substring, right: Substring) {
        let end = text.firstIndex { !($0.isNumber || ",+-−".contains($0)) } ?? text.endIndex
        return (text[..<end], text[end...])
    }

    /// What is missing after this text to be as long as the longest: the end of that one.
    func missing(_ text: String) -> Substring {
        longest.suffix(max(0, longest.count - DecimalAlignment.parts(text).right.count))
    }
}

// A field of dots, two by four a character, made of the Braille patterns U+2800 ... U+28FF; each character has one
// color.

import Text

struct BrailleCanvas {
    let columns: Int
    let rows: Int
    private var dots: [UInt8]
    private var inks: [Ink?]
    /// Markers are over the dots.
    private var characters: [Character?]

    init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
        dots = [UInt8](repeating: 0, count: columns * rows)
        inks = [Ink?](repeating: nil, count: columns * rows)
        characters = [Character?](repeating: nil, count: columns * rows)
    }

    /// Dots from left to right and from top to bottom.
    var width: Int { columns * 2 }
    var height: Int { rows * 4 }

    mutating func dot(_ x: Int, _ y: Int, _ ink: Ink) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        let place = y / 4 * columns + x / 2
        let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        dots[place] |= bits[y % 4][x % 2]
        inks[place] = ink
    }

    /// From point to point (Bresenham); where `isDashed`, two dots of four.
    mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int), _ ink: Ink, isDashed: Bool = false) {
        let (dx, dy) = (abs(end.x - start.x), -abs(end.y - start.y))
        let (stepX, stepY) = (start.x < end.x ? 1 : -1, start.y < end.y ? 1 : -1)
        var (x, y, error, count) = (start.x, start.y, dx + dy, 0)
        while true {
            if !isDashed || (x + y) & 3 < 2 { dot(x, y, ink) }
            if (x == end.x && y == end.y) || count > 100_000 { return }
            count += 1
            let twice = 2 * error
            if twice >= dy { (error, x) = (error + dy, x + stepX) }
            if twice <= dx { (error, y) = (error + dx, y + stepY) }
        }
    }

    /// A character at the cell of a dot.
    mutating func put(_ character: Character, _ x: Int, _ y: Int, _ ink: Ink) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        characters[y / 4 * columns + x / 2] = character
        inks[y / 4 * columns + x / 2] = ink
    }

    func line(_ row: Int, on terminal: TextTerminal) -> String {
        var text = ""
        for place in row * columns..<(row + 1) * columns {
            if let character = characters[place] {
                text += terminal.colored(String(character), inks[place] ?? .text)
            } else if dots[place] != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(dots[place])) {
                text += terminal.colored(String(Character(scalar)), inks[place] ?? .text)
            } else {
                text += " "
            }
        }
        return text
    }
}

/// A text of exactly so many columns, shortened with an ellipsis or filled with spaces.
func padded(_ text: String, _ width: Int, atRight: Bool = false) -> String {
    var text = text
    if text.columnWidth > width { text = width > 0 ? text.prefix(columns: width - 1) + "…" : "" }
    // A wide character that found no room leaves a column.
    let spaces = String(repeating: " ", count: max(0, width - text.columnWidth))
    return atRight ? spaces + text : text + spaces
}

// An image as characters: `▀` with a color above and one below is two pixels.

enum HalfBlocks {
    static func lines(_ picture: ImageGrid.Image, columns: Int, _ terminal: TextTerminal) -> [String] {
        let rows = max(1, (columns * picture.height / max(1, picture.width) + 1) / 2)
        return (0..<rows).map { row in
            if terminal.colors == .none {
                return String(
                    (0..<columns).map { column in
                        let (r, g, b) = picture.mean(column, row, columns, rows)
                        let light = (299 * r + 587 * g + 114 * b) / 1000
                        return ramp[min(ramp.count - 1, light * ramp.count / 256)]
                    })
            }
            return (0..<columns).map { column in
                let upper = code(picture.mean(column, 2 * row, columns, 2 * rows), terminal)
                let lower = code(picture.mean(column, 2 * row + 1, columns, 2 * rows), terminal)
                return "\u{1B}[38;\(upper);48;\(lower)m▀"
            }.joined() + "\u{1B}[0m"
        }
    }

    /// From dark to light.
    private static let ramp = Array(" .:-=+*#%@")

    private static func code(_ color: (Int, Int, Int), _ terminal: TextTerminal) -> String {
        if terminal.colors == .full { return "2;\(color.0);\(color.1);\(color.2)" }
        // The cube of 6 x 6 x 6.
        func level(_ value: Int) -> Int { value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40 }
        return "5;\(16 + 36 * level(color.0) + 6 * level(color.1) + level(color.2))"
    }
}

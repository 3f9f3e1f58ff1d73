// An image as characters: `▀` with a color above and one below is two pixels.

enum HalfBlocks {
    static func lines(_ picture: ImageGrid.Image, columns: Int, _ terminal: TextTerminal) -> [String] {
        let rows = max(1, (columns * picture.height / max(1, picture.width) + 1) / 2)
        return (0..<rows).map { row in
            if terminal.colors == .none {
                return String(
                    (0..<columns).map { column in
                        let (r, g, b) = color(picture, column, row, columns, rows)
                        let light = (299 * r + 587 * g + 114 * b) / 1000
                        return ramp[min(ramp.count - 1, light * ramp.count / 256)]
                    })
            }
            return (0..<columns).map { column in
                let upper = code(color(picture, column, 2 * row, columns, 2 * rows), terminal)
                let lower = code(color(picture, column, 2 * row + 1, columns, 2 * rows), terminal)
                return "\u{1B}[38;\(upper);48;\(lower)m▀"
            }.joined() + "\u{1B}[0m"
        }
    }

    /// From dark to light.
    private static let ramp = Array(" .:-=+*#%@")

    /// The mean of the pixels that fall into a cell of `columns` x `rows`.
    private static func color(
        _ picture: ImageGrid.Image, _ column: Int, _ row: Int, _ columns: Int, _ rows: Int
    ) -> (Int, Int, Int) {
        let (left, top) = (column * picture.width / columns, row * picture.height / rows)
        let right = max(left + 1, (column + 1) * picture.width / columns)
        let bottom = max(top + 1, (row + 1) * picture.height / rows)
        var (sum, count) = ((0, 0, 0), 0)
        for y in top..<min(bottom, picture.height) {
            for x in left..<min(right, picture.width) {
                let place = 3 * (y * picture.width + x)
                sum.0 += Int(picture.pixels[place])
                sum.1 += Int(picture.pixels[place + 1])
                sum.2 += Int(picture.pixels[place + 2])
                count += 1
            }
        }
        count = max(1, count)
        return (sum.0 / count, sum.1 / count, sum.2 / count)
    }

    private static func code(_ color: (Int, Int, Int), _ terminal: TextTerminal) -> String {
        if terminal.colors == .full { return "2;\(color.0);\(color.1);\(color.2)" }
        // The cube of 6 x 6 x 6.
        func level(_ value: Int) -> Int { value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40 }
        return "5;\(16 + 36 * level(color.0) + 6 * level(color.1) + level(color.2))"
    }
}

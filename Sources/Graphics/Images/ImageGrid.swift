// Small images side by side, each with a label and a note: those of a data set, those a network gets wrong, filters.

import Text

public struct ImageGrid: Sendable {
    public struct Image: Hashable, Sendable {
        public var label: String
        /// A second line.
        public var note: String
        public var width: Int
        public var height: Int
        /// `[H, W, 3]`, red, green, blue.
        public var pixels: [UInt8]

        /// - Parameter pixels: `[H, W, 3]`
        public init(label: String, note: String = "", height: Int, width: Int, pixels: [UInt8]) {
            precondition(pixels.count == 3 * height * width, "three bytes per pixel")
            self.label = label
            self.note = note
            self.width = width
            self.height = height
            self.pixels = pixels
        }

        /// - Parameter planes: `[C, H, W]` with one or three channels, as data sets hold them; of other counts the
        ///   first channel is shown in gray.
        public init(
            label: String, note: String = "", channels: Int, height: Int, width: Int, planes: some Collection<UInt8>
        ) {
            precondition(planes.count == channels * height * width, "one byte per channel and pixel")
            let bytes = Array(planes)
            let size = height * width
            self.init(
                label: label, note: note, height: height, width: width,
                pixels: (0..<size).flatMap { place in
                    (0..<3).map { bytes[(channels == 3 ? $0 * size : 0) + place] }
                })
        }
    }

    public var title: String
    public var caption: String
    public var pictures: [Image]
    /// In a row at most.
    public var columns: Int
    /// This many pictures in a row belong together and are never parted by the end of a row.
    public var group: Int

    public init(title: String, pictures: [Image], columns: Int = 10, group: Int = 1, caption: String = "") {
        self.title = title
        self.pictures = pictures
        self.columns = max(1, columns)
        self.group = max(1, group)
        self.caption = caption
    }

    /// Columns of rows as even as they can be: twelve pictures in two rows are six and six.
    ///
    /// - Parameter most: what there is room for.
    func evenColumns(_ most: Int) -> Int {
        let groups = (pictures.count + group - 1) / group
        let groupsInRow = max(1, min(columns, most) / group)
        let rows = max(1, (groups + groupsInRow - 1) / groupsInRow)
        return max(1, (groups + rows - 1) / rows) * group
    }

    /// Larger images are drawn smaller: their pixels are stored, not compressed.
    private static let largestSide = 96

    private var hasLabels: Bool { pictures.contains { !$0.label.isEmpty } }
    private var hasNotes: Bool { pictures.contains { !$0.note.isEmpty } }

    /// Labels by rows.
    public var text: String {
        let texts = pictures.map { [$0.label, $0.note].filter { !$0.isEmpty }.joined(separator: " ") }
        let width = texts.map(\.columnWidth).max() ?? 0
        var lines = [title]
        let columns = evenColumns(.max)
        for start in stride(from: 0, to: texts.count, by: columns) {
            let row = texts[start..<min(start + columns, texts.count)]
            lines.append(row.map { padded($0, width) }.joined(separator: "  ").trimmedAtEnd)
        }
        return lines.filter { !$0.isEmpty }.joined(separator: "\n")
    }
}

extension ImageGrid: Picture {
    public func table(limit: Int) -> Table {
        var table = Table(
            caption: title, columns: [Table.Column("label", isNumber: false), Table.Column("note", isNumber: false)])
        for picture in pictures.prefix(limit) { table.add([Table.Cell(picture.label), Table.Cell(picture.note)]) }
        return table
    }

    public var svg: String {
        // Whole pixels of the images, so that they stay sharp; labels in the room there is.
        let largest = max(1, pictures.map { max($0.width, $0.height) }.max() ?? 1)
        let scale = max(1, (hasLabels ? 72 : 44) / largest)
        let labels = pictures.flatMap { [$0.label, $0.note] }.map { TextWidth.of($0, size: 11) }.max() ?? 0
        let side = Double(min(160, largest * scale))
        let cell = max(side, min(110, labels)) + 10
        // Texts are under the middle of their image, unless one is wider than that: then all begin where it does.
        let isWide = labels > side
        let columns = evenColumns(Int(940 / cell))
        let rows = (pictures.count + columns - 1) / columns
        let line = (hasLabels ? 15.0 : 0) + (hasNotes ? 14 : 0)
        let width = min(
            960,
            max(
                240, 2 * Sheet.margin + Double(min(columns, pictures.count)) * cell - 10,
                TextWidth.of(title, size: 15, isBold: true) + 2 * Sheet.margin))
        let captionLines = Frame.captionLines(caption, width: width)
        let top = 38.0
        let height =
            top + Double(rows) * (side + line + 10) + Double(captionLines.count) * 15
            + (captionLines.isEmpty ? 6 : 8)
        var sheet = Sheet(width: width, height: height, title: title, description: text)
        sheet.title(title)
        for (index, picture) in pictures.enumerated() {
            let x = Sheet.margin + Double(index % columns) * cell
            let y = top + Double(index / columns) * (side + line + 10)
            let drawn = picture.reduced(to: ImageGrid.largestSide)
            let file = PNG.file(width: drawn.width, height: drawn.height, pixels: drawn.pixels)
            sheet.image(
                file, x, y, side, side,
                title: [picture.label, picture.note].filter { !$0.isEmpty }.joined(separator: ", "))
            func write(_ text: String, _ y: Double, _ ink: Ink) {
                let shown = TextWidth.shortened(text, to: cell - 6, size: 11)
                sheet.text(shown, isWide ? x : x + side / 2, y, isWide ? .start : .middle, size: 11, ink: ink)
            }
            write(picture.label, y + side + 12, .text)
            write(picture.note, y + side + 26, .muted)
        }
        sheet.caption(captionLines)
        return sheet.svg
    }

    /// Half blocks, two pixels a character; a ramp of characters where there is no color.
    public func text(on terminal: TextTerminal) -> String {
        let largest = max(1, pictures.map(\.width).max() ?? 1)
        // At least four next to each other, but never larger than they are.
        let side = max(8, min(largest, (terminal.columns - 6) / 4))
        let columns = evenColumns((terminal.columns + 2) / (side + 2))
        var lines = [terminal.bold(padded(title, terminal.columns).trimmedAtEnd)]
        for start in stride(from: 0, to: pictures.count, by: columns) {
            let row = pictures[start..<min(start + columns, pictures.count)]
            let drawn = row.map { HalfBlocks.lines($0, columns: side, terminal) }
            for line in 0..<(drawn.map(\.count).max() ?? 0) {
                lines.append(drawn.map { line < $0.count ? $0[line] : padded("", side) }.joined(separator: "  "))
            }
            for text in [\Image.label, \Image.note] where pictures.contains(where: { !$0[keyPath: text].isEmpty }) {
                lines.append(row.map { padded($0[keyPath: text], side) }.joined(separator: "  ").trimmedAtEnd)
            }
        }
        return lines.joined(separator: "\n")
    }
}

extension ImageGrid.Image {
    /// The image in at most so many pixels a side, each the mean of those that fall into it.
    func reduced(to side: Int) -> ImageGrid.Image {
        guard max(width, height) > side else { return self }
        let factor = Double(side) / Double(max(width, height))
        let columns = max(1, Int((Double(width) * factor).rounded()))
        let rows = max(1, Int((Double(height) * factor).rounded()))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(3 * columns * rows)
        for row in 0..<rows {
            for column in 0..<columns {
                let (r, g, b) = mean(column, row, columns, rows)
                bytes += [UInt8(r), UInt8(g), UInt8(b)]
            }
        }
        return ImageGrid.Image(label: label, note: note, height: rows, width: columns, pixels: bytes)
    }

    /// The mean of the pixels that fall into a cell of `columns` x `rows`.
    func mean(_ column: Int, _ row: Int, _ columns: Int, _ rows: Int) -> (Int, Int, Int) {
        let (left, top) = (column * width / columns, row * height / rows)
        let right = min(width, max(left + 1, (column + 1) * width / columns))
        let bottom = min(height, max(top + 1, (row + 1) * height / rows))
        var (red, green, blue, count) = (0, 0, 0, 0)
        for y in top..<bottom {
            for x in left..<right {
                let place = 3 * (y * width + x)
                red += Int(pixels[place])
                green += Int(pixels[place + 1])
                blue += Int(pixels[place + 2])
                count += 1
            }
        }
        count = max(1, count)
        return (red / count, green / count, blue / count)
    }
}

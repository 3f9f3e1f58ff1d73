// Small images with a label each, side by side.

public struct ImageGrid: Sendable {
    public struct Picture: Sendable {
        public var label: String
        public var width: Int
        public var height: Int
        /// `[H, W, 3]`, red, green, blue.
        public var pixels: [UInt8]

        /// - Parameter planes: `[C, H, W]` with one or three channels, as data sets hold them; of other counts the first
        ///   channel is shown in grey.
        public init(label: String, channels: Int, height: Int, width: Int, planes: some Collection<UInt8>) {
            precondition(planes.count == channels * height * width, "one byte a channel and pixel")
            let bytes = Array(planes)
            let size = height * width
            self.label = label
            self.width = width
            self.height = height
            pixels = (0..<size).flatMap { place in
                (0..<3).map { bytes[(channels == 3 ? $0 * size : 0) + place] }
            }
        }
    }

    public var title: String
    public var pictures: [Picture]
    public var columns: Int

    public init(title: String, pictures: [Picture], columns: Int = 10) {
        self.title = title
        self.pictures = pictures
        self.columns = max(1, columns)
    }

    /// Labels by rows.
    public var text: String {
        let width = pictures.map(\.label.count).max() ?? 0
        var lines = [title]
        for start in stride(from: 0, to: pictures.count, by: columns) {
            lines.append(
                pictures[start..<min(start + columns, pictures.count)].map {
                    $0.label + String(repeating: " ", count: width - $0.label.count)
                }.joined(separator: "  "))
        }
        return lines.joined(separator: "\n")
    }

    public var svg: String {
        let (side, gap, line) = (64, 8, 18)
        let columns = min(columns, max(1, pictures.count))
        let rows = (pictures.count + columns - 1) / columns
        let width = gap + columns * (side + gap)
        let height = 28 + rows * (side + line + gap)
        var svg = """
            <svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 \(width) \(height)" width="\(width)" \
            height="\(height)" font-family="system-ui, sans-serif" font-size="11" fill="#222222">
            <title>\(markupEscaped(title))</title>
            <rect width="\(width)" height="\(height)" rx="4" fill="#ffffff"/>
            <text x="\(gap)" y="19" font-size="13" font-weight="600">\(markupEscaped(title))</text>

            """
        for (index, picture) in pictures.enumerated() {
            let (x, y) = (gap + index % columns * (side + gap), 28 + index / columns * (side + line + gap))
            let file = PNG.file(width: picture.width, height: picture.height, pixels: picture.pixels)
            let label = markupEscaped(picture.label)
            svg +=
                "<image x=\"\(x)\" y=\"\(y)\" width=\"\(side)\" height=\"\(side)\" style=\"image-rendering:pixelated\" "
            svg += "href=\"data:image/png;base64,\(PNG.base64(file))\"><title>\(label)</title></image>"
            svg += "<text x=\"\(x + side / 2)\" y=\"\(y + side + 13)\" text-anchor=\"middle\">\(label)</text>\n"
        }
        return svg + "</svg>"
    }
}

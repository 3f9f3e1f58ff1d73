// A picture as SVG, mark by mark. It needs no script and no style sheet of the page: attributes hold the light colors,
// and one `<style>` of its own turns them dark, sheet and all, where the reader prefers that.

import Libraries

struct Sheet {
    enum Anchor: String {
        case start, middle, end
    }

    static let font = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

    /// Where titles, captions and other text of a whole line begin and end: of every picture the same, and about where
    /// the text of a table begins below it.
    static let margin = 8.0

    let width: Double
    let height: Double
    let title: String
    /// What a screen reader says.
    let description: String
    private var body = ""

    init(width: Double, height: Double, title: String, description: String) {
        self.width = width
        self.height = height
        self.title = title
        self.description = description
    }

    // MARK: Marks

    mutating func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ ink: Ink, width: Double = 1, dash: String = ""
    ) {
        body += "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\""
        body += stroke(ink, width, dash) + "/>\n"
    }

    mutating func curve(_ points: [(x: Double, y: Double)], _ ink: Ink, width: Double = 1.75, dash: String = "") {
        guard points.count > 1 else { return }
        body += "<polyline fill=\"none\" stroke-linejoin=\"round\"\(stroke(ink, width, dash)) points=\""
        append(points)
        body += "\"/>\n"
    }

    /// A filled outline.
    mutating func area(_ points: [(x: Double, y: Double)], _ ink: Ink, opacity: Double) {
        guard points.count > 2 else { return }
        body += "<polygon\(fill(ink)) fill-opacity=\"\(fixed(opacity, 2))\" points=\""
        append(points)
        body += "\"/>\n"
    }

    mutating func rectangle(
        _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ ink: Ink, opacity: Double = 1,
        radius: Double = 0, outline: Ink? = nil
    ) {
        body +=
            "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\""
        body += outline.map { paint(ink, outline: $0) } ?? fill(ink)
        if opacity < 1 { body += " fill-opacity=\"\(fixed(opacity, 3))\"" }
        if radius > 0 { body += " rx=\"\(number(radius))\"" }
        body += "/>\n"
    }

    /// One kind of marker at many places.
    /// - Parameter isOpen: an outline over the sheet's color instead of a filled shape.
    mutating func markers(
        _ marker: Marker, _ places: [(x: Double, y: Double)], _ ink: Ink, isOpen: Bool = false, scale: Double = 1
    ) {
        guard !places.isEmpty else { return }
        if scale != 1 {
            for place in places {
                body +=
                    "<path transform=\"translate(\(number(place.x)) \(number(place.y))) scale(\(fixed(scale, 2)))\""
                body += markerPaint(ink, isOpen) + " d=\"M0,0\(marker.path)\"/>\n"
            }
            return
        }
        body += "<path" + markerPaint(ink, isOpen) + " d=\""
        for place in places { body += "M\(number(place.x)),\(number(place.y))\(marker.path)" }
        body += "\"/>\n"
    }

    /// Any path, for arrows and brackets.
    mutating func path(_ d: String, _ ink: Ink, width: Double = 1.25, isFilled: Bool = false) {
        body += "<path d=\"\(d)\"" + (isFilled ? fill(ink) : " fill=\"none\"" + stroke(ink, width, "")) + "/>\n"
    }

    mutating func text(
        _ text: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, size: Double = 12, ink: Ink = .text,
        isBold: Bool = false, isTurned: Bool = false
    ) {
        guard !text.isEmpty else { return }
        body +=
            isTurned
            ? "<text transform=\"translate(\(number(x)) \(number(y))) rotate(-90)\""
            : "<text x=\"\(number(x))\" y=\"\(number(y))\""
        if anchor != .start { body += " text-anchor=\"\(anchor.rawValue)\"" }
        if size != 12 { body += " font-size=\"\(number(size))\"" }
        if isBold { body += " font-weight=\"600\"" }
        if ink != .text { body += fill(ink) }
        body += ">\(markupEscaped(text))</text>\n"
    }

    /// What the picture shows, above it.
    mutating func title(_ title: String, size: Double = 15) {
        let room = width - 2 * Sheet.margin
        text(TextWidth.shortened(title, to: room, size: size, isBold: true), Sheet.margin, 25, size: size, isBold: true)
    }

    /// Its caption's lines, at its foot.
    mutating func caption(_ lines: [String]) {
        for (index, line) in lines.enumerated() {
            let y = height - 12 - Double(lines.count - 1 - index) * 15
            text(line, Sheet.margin, y, size: 11.5, ink: .muted)
        }
    }

    /// The texts of a horizontal axis. One that would touch the one before is left out; one at an edge keeps within the
    /// sheet.
    mutating func ticks(_ scale: Scale, place: (Double) -> Double, y: Double) {
        var end = -Double.infinity
        for tick in scale.ticks {
            let text = withMinus(scale.text(tick))
            let half = TextWidth.of(text, size: 12) / 2
            let center = max(half + 2, min(width - half - 2, place(tick)))
            guard center - half > end + 4 else { continue }
            self.text(text, center, y, .middle, ink: .muted)
            end = center + half
        }
    }

    /// A PNG file, its pixels kept square.
    mutating func image(_ file: [UInt8], _ x: Double, _ y: Double, _ width: Double, _ height: Double, title: String) {
        body += "<image x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\" "
        // For browsers, and for librsvg, which knows the older name.
        body +=
            "style=\"image-rendering:pixelated\" image-rendering=\"optimizeSpeed\" href=\"data:image/png;base64,\(PNG.base64(file))\">"
        body += "<title>\(markupEscaped(title))</title></image>\n"
    }

    // MARK: The file

    var svg: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 \(number(width)) \(number(height))" \
        width="\(number(width))" height="\(number(height))" font-family="\(Sheet.font)" font-size="12"\(fill(.text))>
        <title>\(markupEscaped(title))</title>
        <desc>\(markupEscaped(description))</desc>
        <style>\(Sheet.dark)</style>
        <rect width="\(number(width))" height="\(number(height))" rx="4"\(fill(.sheet))/>
        \(body)</svg>
        """
    }

    /// Names begin with `t-`, so that they meet none of a page that a picture is put into.
    private static let dark: String =
        "@media (prefers-color-scheme:dark){"
        + Ink.all.map {
            ".t-f\($0.letter){fill:\($0.colors.dark)}.t-k\($0.letter){stroke:\($0.colors.dark)}"
        }.joined() + "}"

    // MARK: Attributes

    private func fill(_ ink: Ink) -> String { " class=\"t-f\(ink.letter)\" fill=\"\(ink.colors.light)\"" }

    private func stroke(_ ink: Ink, _ width: Double, _ dash: String) -> String {
        " class=\"t-k\(ink.letter)\" stroke=\"\(ink.colors.light)\""
            + (width == 1 ? "" : " stroke-width=\"\(fixed(width, 2))\"")
            + (dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"")
    }

    private func paint(_ ink: Ink, outline: Ink) -> String {
        " class=\"t-f\(ink.letter) t-k\(outline.letter)\" fill=\"\(ink.colors.light)\" stroke=\"\(outline.colors.light)\""
    }

    private func markerPaint(_ ink: Ink, _ isOpen: Bool) -> String {
        isOpen ? paint(.sheet, outline: ink) + " stroke-width=\"1.5\"" : fill(ink)
    }

    private mutating func append(_ points: [(x: Double, y: Double)]) {
        for (index, point) in points.enumerated() {
            body += index == 0 ? "" : " "
            body += "\(number(point.x)),\(number(point.y))"
        }
    }

    private func number(_ value: Double) -> String { placeText(value) }
}

/// A place to a tenth of a pixel, as short as it goes. Curves are mostly this: `decimals` took 6 of 9 ms of a large
/// plot.
func placeText(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "0" }
    let tenths = Int((value * 10).rounded())
    let whole = tenths / 10
    let rest = abs(tenths % 10)
    if rest == 0 { return String(whole) }
    return (tenths < 0 && whole == 0 ? "-" : "") + "\(whole).\(rest)"
}

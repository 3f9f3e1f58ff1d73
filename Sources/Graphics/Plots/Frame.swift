// The axes of a plot: where they stand on the sheet, their ticks, grid and titles. What belongs to all kinds of plots.

struct Frame {
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double
    let x: Scale
    let y: Scale
    /// Room between the axes and the outermost values.
    let inset: Double

    /// - Parameter room: kept free at the right.
    init(
        x: Scale, y: Scale, width: Double, height: Double, hasTitle: Bool, captionLines: Int, room: Double,
        inset: Double = 8
    ) {
        self.x = x
        self.y = y
        self.inset = inset
        let ticks = y.ticks.map { TextWidth.of(y.text($0), size: 12) }.max() ?? 0
        left = 30 + ticks + 8
        right = width - 16 - room
        top = hasTitle ? 44 : 18
        bottom = height - 46 - Double(captionLines) * 15 - (captionLines > 0 ? 8 : 0)
    }

    func placeX(_ value: Double) -> Double { left + inset + x.place(value) * (right - left - 2 * inset) }
    func placeY(_ value: Double) -> Double { bottom - y.place(value) * (bottom - top) }

    static func captionLines(_ caption: String, width: Double) -> [String] {
        caption.isEmpty ? [] : TextWidth.wrapped(caption, to: width - 40, size: 11.5)
    }

    /// Title, grid, ticks, axis titles and caption.
    func draw(on sheet: inout Sheet, title: String, caption: [String]) {
        let width = sheet.width
        sheet.text(
            TextWidth.shortened(title, to: width - left - 16, size: 15, isBold: true), left, 25, size: 15, isBold: true)
        for tick in y.ticks {
            let place = placeY(tick)
            sheet.line(left, place, right, place, .grid)
            sheet.text(withMinus(y.text(tick)), left - 8, place + 4, .end, ink: .muted)
        }
        sheet.line(left, bottom, right, bottom, .muted)
        drawTicksX(on: &sheet)
        let center = (left + right) / 2
        sheet.text(TextWidth.shortened(x.title, to: right - left, size: 13), center, bottom + 37, .middle, size: 13)
        sheet.text(
            TextWidth.shortened(y.title, to: bottom - top + 20, size: 13), 19, (top + bottom) / 2, .middle, size: 13,
            isTurned: true)
        for (index, line) in caption.enumerated() {
            sheet.text(
                line, 20, sheet.height - 12 - Double(caption.count - 1 - index) * 15, size: 11.5, ink: .muted)
        }
    }

    func drawTicksX(on sheet: inout Sheet) {
        // A tick whose text would touch the one before stays without text.
        var end = -Double.infinity
        for tick in x.ticks {
            let place = placeX(tick)
            sheet.line(place, bottom, place, bottom + 4, .muted)
            let text = withMinus(x.text(tick))
            let half = TextWidth.of(text, size: 12) / 2
            guard place - half > end + 4 else { continue }
            sheet.text(text, place, bottom + 18, .middle, ink: .muted)
            end = place + half
        }
    }
}

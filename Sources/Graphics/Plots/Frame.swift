// The axes of a plot: where they are on the sheet, their ticks, grid and titles. What belongs to all kinds of plots.

struct Frame {
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double
    let x: Scale
    let y: Scale
    /// Room between the axes and the outermost values.
    let inset: Double

    /// - Parameters:
    ///   - hasMarks: whether labels are above the axes.
    ///   - room: kept free at the right.
    init(
        x: Scale, y: Scale, width: Double, height: Double, hasMarks: Bool = false, captionLines: Int, room: Double,
        inset: Double = 8
    ) {
        self.x = x
        self.y = y
        self.inset = inset
        let ticks = y.ticks.map { TextWidth.of(withMinus(y.text($0)), size: 12) }.max() ?? 0
        left = Sheet.margin + 20 + ticks + 8
        right = width - 16 - room
        top = hasMarks ? 60 : 44
        bottom = height - 46 - Double(captionLines) * 15 - (captionLines > 0 ? 8 : 0)
    }

    func placeX(_ value: Double) -> Double { left + inset + x.place(value) * (right - left - 2 * inset) }
    func placeY(_ value: Double) -> Double { bottom - y.place(value) * (bottom - top) }

    static func captionLines(_ caption: String, width: Double) -> [String] {
        caption.isEmpty ? [] : TextWidth.wrapped(caption, to: width - 2 * Sheet.margin, size: 11.5)
    }

    /// Title, grid, ticks, axis titles and caption.
    func draw(on sheet: inout Sheet, title: String, caption: [String]) {
        sheet.title(title)
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
            TextWidth.shortened(y.title, to: bottom - top + 20, size: 13), Sheet.margin + 10, (top + bottom) / 2,
            .middle, size: 13,
            isTurned: true)
        sheet.caption(caption)
    }

    func drawTicksX(on sheet: inout Sheet) {
        for tick in x.ticks { sheet.line(placeX(tick), bottom, placeX(tick), bottom + 4, .muted) }
        sheet.ticks(x, place: placeX, y: bottom + 18)
    }
}

// Something long as one small picture that can be drawn again and again while it grows: how far it is, and the loss and
// the accuracy of a training next to each other, by the epoch. In a notebook its last state remains.

public struct ProgressChart: Hashable, Sendable {
    /// One of the two pairs of axes.
    public struct Panel: Hashable, Sendable {
        public var y: Axis
        /// Measured while training, batch by batch.
        public var training: [Plot.Point]
        /// Measured on the test images, epoch by epoch.
        public var test: [Plot.Point]
        /// Likewise on the validation images, where these are measured.
        public var validation: [Plot.Point]

        public init(
            _ y: Axis, training: [Plot.Point], test: [Plot.Point], validation: [Plot.Point] = []
        ) {
            self.y = y
            self.training = training
            self.test = test
            self.validation = validation
        }
    }

    public var title: String
    /// Finished share, 0...1.
    public var fraction: Double
    /// What is below the bar, in order of importance.
    public var facts: [String]
    /// The result, one sentence per line.
    public var conclusion: String
    /// Where the axes end at the right.
    public var epochs: Int
    public var panels: [Panel]

    public init(
        title: String, fraction: Double, facts: [String], conclusion: String = "", epochs: Int = 0, panels: [Panel] = []
    ) {
        self.title = title
        self.fraction = fraction
        self.facts = facts
        self.conclusion = conclusion
        self.epochs = epochs
        self.panels = panels
    }

    /// The finished share in whole percents; 100 only when all is done.
    public var percent: Int { Int((share * 100).rounded(.down)) }

    private var share: Double { fraction.isFinite ? min(1, max(0, fraction)) : 0 }

    // MARK: Drawing

    private static let width = 640.0
    private static let panelHeight = 196.0
    private static let lineHeight = 19.0
    private static let room = width - 2 * Sheet.margin

    public var svg: String {
        let conclusion = conclusion.split(separator: "\n")
            .flatMap { TextWidth.wrapped(String($0), to: Self.room, size: 13, isBold: true) }
        // The bar's lower edge is at 39; below it a line of facts, the conclusion, the curves.
        let headHeight = 49.0 + Double((facts.isEmpty ? 0 : 1) + conclusion.count) * Self.lineHeight
        let height = headHeight + (panels.isEmpty ? 4 : Self.panelHeight)
        var sheet = Sheet(width: Self.width, height: height, title: title, description: description)
        drawHead(on: &sheet)
        for (index, line) in conclusion.enumerated() {
            let y = headHeight - 11 - Double(conclusion.count - 1 - index) * Self.lineHeight
            sheet.text(line, Sheet.margin, y, size: 13, isBold: true)
        }
        let panelWidth = (Self.width - Sheet.margin) / Double(max(1, panels.count))
        for (index, panel) in panels.enumerated() {
            draw(panel, on: &sheet, left: Double(index) * panelWidth, top: headHeight, width: panelWidth)
        }
        return sheet.svg
    }

    private func drawHead(on sheet: inout Sheet) {
        let (left, room) = (Sheet.margin, Self.room)
        sheet.text(TextWidth.shortened(title, to: room - 60, size: 15, isBold: true), left, 25, size: 15, isBold: true)
        sheet.text("\(percent) %", Self.width - left, 25, .end, size: 14)
        sheet.rectangle(left, 33, room, 6, .grid, radius: 3)
        if share > 0 { sheet.rectangle(left, 33, max(6, room * share), 6, .series(0), radius: 3) }
        sheet.text(TextWidth.shortened(facts.joined(separator: " · "), to: room, size: 12), left, 57, ink: .muted)
    }

    private func draw(_ panel: Panel, on sheet: inout Sheet, left: Double, top: Double, width: Double) {
        let values = (panel.training + panel.test + panel.validation).filter { panel.y.shows($0.y) }
        let x = Scale([0, Double(max(1, epochs))], Axis("epoch", .whole), ticks: 5, isTight: true)
        let y = Scale(values.isEmpty ? [0, 1] : values.map(\.y), panel.y, ticks: 4)
        var frame = Frame(
            x: x, y: y, width: width, height: Self.panelHeight, captionLines: 0, room: 0, inset: 6)
        // The axis is named above, so that both curves get all the width.
        frame.left += left - 22
        frame.right += left
        frame.top = top + 28
        frame.bottom = top + Self.panelHeight - 40
        sheet.text(panel.y.title, left + Sheet.margin, top + 12, isBold: true)
        drawKey(on: &sheet, right: frame.right, y: top + 8, hasValidation: !panel.validation.isEmpty)
        for tick in y.ticks {
            let place = frame.placeY(tick)
            sheet.line(frame.left, place, frame.right, place, .grid)
            sheet.text(withMinus(y.text(tick)), frame.left - 8, place + 4, .end, ink: .muted)
        }
        sheet.line(frame.left, frame.bottom, frame.right, frame.bottom, .muted)
        frame.drawTicksX(on: &sheet)
        sheet.text("epoch", (frame.left + frame.right) / 2, frame.bottom + 33, .middle)
        func places(_ points: [Plot.Point]) -> [(x: Double, y: Double)] {
            points.filter { panel.y.shows($0.y) }.map { (frame.placeX($0.x), frame.placeY($0.y)) }
        }
        let training = places(panel.training)
        sheet.curve(Plot.thinned(training), .muted, width: 1)
        // What is too short to be seen as a line is a dot.
        if let first = training.first, let last = training.last, last.x - first.x < 4 {
            sheet.markers(.circle, [last], .muted)
        }
        let validation = places(panel.validation)
        sheet.curve(Plot.thinned(validation), .series(1))
        sheet.markers(Marker(number: 1), Plot.marked(validation, 1), .series(1))
        let test = places(panel.test)
        sheet.curve(Plot.thinned(test), .series(0))
        sheet.markers(Marker(number: 0), Plot.marked(test, 0), .series(0))
    }

    private func drawKey(on sheet: inout Sheet, right: Double, y: Double, hasValidation: Bool) {
        let test = right - TextWidth.of("test", size: 12)
        sheet.text("test", test, y + 4, ink: .series(0))
        sheet.curve([(test - 26, y), (test - 6, y)], .series(0))
        sheet.markers(Marker(number: 0), [(test - 16, y)], .series(0))
        var left = test
        if hasValidation {
            left -= 40 + TextWidth.of("validation", size: 12)
            sheet.text("validation", left, y + 4, ink: .series(1))
            sheet.curve([(left - 26, y), (left - 6, y)], .series(1))
            sheet.markers(Marker(number: 1), [(left - 16, y)], .series(1))
        }
        let training = left - 40 - TextWidth.of("training", size: 12)
        sheet.text("training", training, y + 4, ink: .muted)
        sheet.curve([(training - 22, y), (training - 6, y)], .muted, width: 1)
    }

    /// What a screen reader says.
    private var description: String {
        let ends = panels.compactMap { panel in
            (panel.test.last ?? panel.training.last).map { "\(panel.y.title) \(fixed($0.y, 2))" }
        }
        return ([facts.joined(separator: ", ")] + ends + conclusion.split(separator: "\n").map(String.init)).filter {
            !$0.isEmpty
        }.joined(separator: "; ")
            + "."
    }
}

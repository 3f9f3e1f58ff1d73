// Curves as SVG: thin lines that differ in color and marker, so that they can be told apart in gray; names at their
// ends. A dashed line is the training's, next to the test's.

extension Plot {
    /// More points than this are thinned to what a pixel's column shows: its first, lowest, highest and last.
    private static let drawnPoints = 1_000
    private static let markedPoints = 25
    /// Of a companion, and of nothing else.
    private static let dash = "7 3"

    public var svg: String {
        let width = 640.0
        let caption = Frame.captionLines(fullCaption, width: width)
        let labeled = labeledSeries
        let names = labeled.map { TextWidth.shortened(series[$0].name, to: 190, size: 12) }
        let longest = names.map { TextWidth.of($0, size: 12) }.max() ?? 0
        let isTall = Double(labeled.count) * EndLabels.lineHeight > 260
        let height =
            380 + Double(caption.count) * 15 + (isTall ? Double(labeled.count) * EndLabels.lineHeight - 260 : 0)
        var sheet = Sheet(width: width, height: height, title: title, description: description)
        let frame = Frame(
            x: Scale(allX, x, ticks: 7, isTight: true), y: Scale(allY, y, ticks: 5), width: width, height: height,
            hasMarks: !marks.isEmpty, captionLines: caption.count,
            room: labeled.isEmpty ? 0 : longest + EndLabels.keyWidth + 24)
        frame.draw(on: &sheet, title: title, caption: caption)
        drawMarks(on: &sheet, frame)
        for index in series.indices { drawBand(index, on: &sheet, frame) }
        // Faint lines behind, then the companions, then what the plot is about.
        for index in series.indices.sorted(by: { (layer($0), $0) < (layer($1), $1) }) {
            drawCurve(index, on: &sheet, frame)
        }
        drawLabels(labeled, names, on: &sheet, frame)
        return sheet.svg
    }

    private var fullCaption: String {
        let key = hasCompanions ? "Solid lines: test; dashed lines: training." : ""
        return [caption, key].filter { !$0.isEmpty }.joined(separator: " ")
    }

    private func layer(_ index: Int) -> Int {
        series[index].style == .faint ? 0 : series[index].companionOf != nil ? 1 : 2
    }

    /// Companions are recognized by their dash; one curve alone by the titles, unless it has a name of its own.
    private var labeledSeries: [Int] {
        if series.count == 1, series[0].name.isEmpty || series[0].name == title { return [] }
        return series.indices.filter { series[$0].companionOf == nil }
    }

    // MARK: Parts

    private func drawMarks(on sheet: inout Sheet, _ frame: Frame) {
        var end = -Double.infinity
        for mark in marks.filter({ x.shows($0.x) }).sorted(by: { $0.x < $1.x }) {
            let place = frame.placeX(mark.x)
            sheet.line(place, frame.top, place, frame.bottom, .muted)
            let text = TextWidth.shortened(mark.label, to: frame.right - frame.left, size: 12)
            let half = TextWidth.of(text, size: 12) / 2
            let center = max(frame.left + half, min(frame.right - half, place))
            // A label that would touch the one before is left out.
            guard center - half > end + 4 else { continue }
            sheet.text(text, center, frame.top - 5, .middle, ink: .muted)
            end = center + half
        }
    }

    private func drawBand(_ index: Int, on sheet: inout Sheet, _ frame: Frame) {
        let band = series[index].band.filter { x.shows($0.x) && y.shows($0.low) && y.shows($0.high) }
        let upper = band.map { (x: frame.placeX($0.x), y: frame.placeY($0.high)) }
        let lower = band.reversed().map { (x: frame.placeX($0.x), y: frame.placeY($0.low)) }
        sheet.area(upper + lower, .series(number(index)), opacity: 0.16)
    }

    private func drawCurve(_ index: Int, on sheet: inout Sheet, _ frame: Frame) {
        let curve = series[index]
        let ink = Ink.series(number(index))
        // Where a value is NaN the line has a gap.
        var pieces: [[(x: Double, y: Double)]] = [[]]
        for point in curve.points {
            if isShown(point) {
                pieces[pieces.count - 1].append((frame.placeX(point.x), frame.placeY(point.y)))
            } else if pieces.last?.isEmpty == false {
                pieces.append([])
            }
        }
        for piece in pieces where !piece.isEmpty {
            let drawn = piece.count > Plot.drawnPoints ? Plot.thinned(piece) : piece
            if curve.style == .filled, let first = drawn.first, let last = drawn.last {
                let base = frame.placeY(0)
                sheet.area([(first.x, base)] + drawn + [(last.x, base)], ink, opacity: 0.25)
            }
            sheet.curve(
                drawn, curve.style == .faint ? .muted : ink, width: curve.style == .faint ? 0.75 : 1.75,
                dash: curve.companionOf == nil ? "" : Plot.dash)
        }
        let places = pieces.flatMap(\.self)
        if hasMarkers(index) || places.count == 1 {
            let number = number(index)
            sheet.markers(
                Marker(number: number), Plot.marked(places, number), ink, isOpen: Marker.isOpen(number: number))
        }
    }

    private func drawLabels(_ labeled: [Int], _ names: [String], on sheet: inout Sheet, _ frame: Frame) {
        let wanted = labeled.map { index -> Double in
            // The outline of a histogram ends low, wherever its values are.
            guard series[index].style != .filled, let end = series[index].points.last(where: isShown) else {
                return frame.top
            }
            return frame.placeY(end.y)
        }
        let places = EndLabels.spread(wanted, top: frame.top + 4, bottom: frame.bottom - 4)
        for (place, index) in labeled.enumerated() {
            let (x, y) = (frame.right + 10, places[place])
            let isFaint = series[index].style == .faint
            let ink = isFaint ? Ink.muted : .series(number(index))
            sheet.curve([(x, y), (x + EndLabels.keyWidth, y)], ink, width: isFaint ? 0.75 : 1.75)
            if hasMarkers(index) {
                let number = number(index)
                sheet.markers(
                    Marker(number: number), [(x + EndLabels.keyWidth / 2, y)], ink,
                    isOpen: Marker.isOpen(number: number))
            }
            sheet.text(names[place], x + EndLabels.keyWidth + 6, y + 4, ink: isFaint ? .muted : ink)
        }
    }

    // MARK: Points

    /// All, or every so many where they would run into each other, begun at different places for different curves.
    static func marked(_ places: [(x: Double, y: Double)], _ number: Int) -> [(x: Double, y: Double)] {
        guard places.count > markedPoints else { return places }
        let every = (places.count + 9) / 10
        let start = number * every / 4 % every
        return stride(from: start, to: places.count, by: every).map { places[$0] }
    }

    /// At most four points a pixel: the same picture of any number of points.
    static func thinned(_ places: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
        var result: [(x: Double, y: Double)] = []
        var start = 0
        while start < places.count {
            let column = places[start].x.rounded(.down)
            var (end, low, high) = (start, start, start)
            while end < places.count, places[end].x.rounded(.down) == column {
                if places[end].y < places[low].y { low = end }
                if places[end].y > places[high].y { high = end }
                end += 1
            }
            result += Set([start, low, high, end - 1]).sorted().map { places[$0] }
            start = end
        }
        return result
    }
}

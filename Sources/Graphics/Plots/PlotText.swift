// Curves in a terminal: Braille dots, a marker at the last point of each, and a key with the last values.

import Text

extension Plot {
    public func text(on terminal: TextTerminal) -> String {
        let keys = self.keys(on: terminal)
        var frame = TextFrame(
            x: Scale(allX, x, ticks: max(3, terminal.columns / 12), isTight: true),
            y: Scale(allY, y, ticks: 5), lines: keys.count + 2, on: terminal)
        for mark in marks where x.shows(mark.x) {
            let place = frame.dotX(mark.x)
            for dot in 0..<frame.canvas.height { frame.canvas.dot(place, dot, .muted) }
        }
        for index in series.indices { drawText(index, in: &frame) }
        return ([terminal.bold(padded(title, terminal.columns).trimmedAtEnd)] + frame.linesOfText + keys)
            .joined(separator: "\n")
    }

    private func drawText(_ index: Int, in frame: inout TextFrame) {
        let ink = ink(index)
        var last: (x: Int, y: Int)?
        for point in series[index].points {
            guard isShown(point) else {
                last = nil
                continue
            }
            let place = (x: frame.dotX(point.x), y: frame.dotY(point.y))
            frame.canvas.line(from: last ?? place, to: place, ink, isDashed: series[index].companionOf != nil)
            last = place
        }
        if let last, hasMarkers(index), series[index].companionOf == nil {
            frame.canvas.put(Marker(number: number(index)).character, last.x, last.y, ink)
        }
    }

    private func ink(_ index: Int) -> Ink {
        series[index].style == .faint ? .muted : .series(number(index))
    }

    /// `● a 88.25   ■ b 97.65`
    private func keys(on terminal: TextTerminal) -> [String] {
        let shown = series.indices.filter { series[$0].companionOf == nil }
        var ends = shortNumbers(shown.compactMap { series[$0].points.last(where: isShown)?.y })[...]
        let parts = shown.map { index -> (plain: String, shown: String) in
            let curve = series[index]
            let sign = hasMarkers(index) ? String(Marker(number: number(index)).character) : "─"
            let name = curve.name.columnWidth > 30 ? curve.name.prefix(columns: 29) + "…" : curve.name
            let end = curve.points.contains(where: isShown) ? " \(ends.removeFirst())" : ""
            let isTold = curve.style == .line
            let plain = "\(sign) \(name)" + (isTold ? end : "")
            return (plain, terminal.colored(sign, ink(index)) + plain.dropFirst(sign.count))
        }
        let dashes = hasCompanions ? [(plain: "dotted: training", shown: "dotted: training")] : []
        return flowed(parts + dashes, columns: terminal.columns)
    }
}

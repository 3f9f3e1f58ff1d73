// A plot as SVG: a white sheet, so that it reads on light and dark pages; curves that differ in color, dash and marker, so
// that it reads in grey; title and description for screen readers.

extension Plot {
    /// Okabe and Ito's colors, which color-blind people can tell apart (https://jfly.uni-koeln.de/color/), darkest first.
    private static let palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"]
    private static let dashes = ["", "6 3", "2 3", "8 3 2 3"]

    public var svg: String {
        let (width, height) = (640.0, 360.0)
        let longest = series.map(\.name.count).max() ?? 0
        let legend = series.count > 1 || longest > 0 ? min(220.0, Double(longest) * 6.6 + 40) : 0
        let (left, right, top, bottom) = (64.0, width - 16 - legend, 36.0, height - 48)
        let points = series.flatMap(\.points).filter(isShown)
        let xScale = Scale(points.map(\.x), ticks: 7, isWhole: countsX, isLogarithmic: isLogarithmicX)
        let yScale = Scale(points.map(\.y), ticks: 5)
        func x(_ value: Double) -> Double { left + xScale.place(value) * (right - left) }
        func y(_ value: Double) -> Double { bottom - yScale.place(value) * (bottom - top) }

        var svg = """
            <svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 640 360" width="640" height="360" \
            font-family="system-ui, sans-serif" font-size="12" fill="#222222">
            <title>\(markupEscaped(title))</title>
            <desc>\(markupEscaped(description))</desc>
            <rect width="640" height="360" rx="4" fill="#ffffff"/>
            <text x="\(number(left))" y="22" font-size="14" font-weight="600">\(markupEscaped(title))</text>

            """
        for tick in yScale.ticks {
            let place = number(y(tick))
            svg +=
                "<line x1=\"\(number(left))\" x2=\"\(number(right))\" y1=\"\(place)\" y2=\"\(place)\" stroke=\"#e0e0e0\"/>"
            svg +=
                "<text x=\"\(number(left - 8))\" y=\"\(number(y(tick) + 4))\" text-anchor=\"end\">\(yScale.text(tick))</text>\n"
        }
        for tick in xScale.ticks {
            let place = number(x(tick))
            svg +=
                "<line x1=\"\(place)\" x2=\"\(place)\" y1=\"\(number(bottom))\" y2=\"\(number(bottom + 4))\" stroke=\"#222222\"/>"
            svg +=
                "<text x=\"\(place)\" y=\"\(number(bottom + 18))\" text-anchor=\"middle\">\(xScale.text(tick))</text>\n"
        }
        svg +=
            "<line x1=\"\(number(left))\" x2=\"\(number(right))\" y1=\"\(number(bottom))\" y2=\"\(number(bottom))\" stroke=\"#222222\"/>\n"
        svg +=
            "<text x=\"\(number((left + right) / 2))\" y=\"\(number(height - 10))\" text-anchor=\"middle\">\(markupEscaped(xLabel))</text>\n"
        svg +=
            "<text transform=\"translate(16 \(number((top + bottom) / 2))) rotate(-90)\" text-anchor=\"middle\">\(markupEscaped(yLabel))</text>\n"
        for (index, curve) in series.enumerated() {
            let shown = curve.points.filter(isShown)
            svg += line(shown.map { (x($0.x), y($0.y)) }, index)
            let place = top + 14 + Double(index) * 20
            if legend > 0, place < bottom {
                svg += line([(right + 12, place - 4), (right + 34, place - 4)], index)
                svg +=
                    "<text x=\"\(number(right + 40))\" y=\"\(number(place))\">\(markupEscaped(shortened(curve.name)))</text>\n"
            }
        }
        return svg + "</svg>"
    }

    private func isShown(_ point: Point) -> Bool {
        point.x.isFinite && point.y.isFinite && (!isLogarithmicX || point.x > 0)
    }

    private func line(_ places: [(x: Double, y: Double)], _ index: Int) -> String {
        let color = Plot.palette[index % Plot.palette.count]
        let dash = Plot.dashes[index % Plot.dashes.count]
        let path = places.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
        var svg = "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\""
        svg += dash.isEmpty ? "/>" : " stroke-dasharray=\"\(dash)\"/>"
        // Markers where they can be told apart; a curve of one point is nothing but its marker.
        if places.count <= 40 {
            for place in places {
                svg +=
                    index % 2 == 0
                    ? "<circle cx=\"\(number(place.x))\" cy=\"\(number(place.y))\" r=\"3\" fill=\"\(color)\"/>"
                    : "<rect x=\"\(number(place.x - 3))\" y=\"\(number(place.y - 3))\" width=\"6\" height=\"6\" fill=\"\(color)\"/>"
            }
        }
        return svg + "\n"
    }

    /// What a screen reader says.
    private var description: String {
        let curves = series.map { curve -> String in
            let points = curve.points.filter { $0.y.isFinite }
            guard let first = points.first, let last = points.last else { return "\(curve.name) has no points" }
            return "\(curve.name) goes from \(decimals(first.y, 2)) to \(decimals(last.y, 2))"
        }
        return "\(yLabel) over \(xLabel). " + curves.joined(separator: "; ") + "."
    }

    private func shortened(_ name: String) -> String { name.count > 28 ? name.prefix(27) + "…" : name }

    private func number(_ value: Double) -> String { decimals(value, 1) }
}

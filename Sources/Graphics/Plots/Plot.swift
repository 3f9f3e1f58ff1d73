// Curves over one pair of axes, as a value: learning curves, searches for a learning rate, schedules, histograms. `svg`
// draws it, `text` does so in a terminal, `table` is its twin in numbers.

public struct Plot: Hashable, Sendable {
    public struct Point: Hashable, Sendable {
        public var x: Double
        public var y: Double

        public init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// What a curve lies in at one place: a standard deviation around a mean, for example.
    public struct Band: Hashable, Sendable {
        public var x: Double
        public var low: Double
        public var high: Double

        public init(_ x: Double, _ low: Double, _ high: Double) {
            self.x = x
            self.low = low
            self.high = high
        }
    }

    public struct Series: Hashable, Sendable {
        public enum Style: Hashable, Sendable {
            /// A line, with markers where they can be told apart.
            case line
            /// A line without markers.
            case smooth
            /// A thin line behind the others: what was measured, next to what was smoothed.
            case faint
            /// Filled down to zero: the outline of a histogram.
            case filled
        }

        public var name: String
        /// In the order of `x`. Points that are no numbers are left out of the picture.
        public var points: [Point]
        public var band: [Band]
        public var style: Style
        /// The number of the series that this one goes with, dashed in its color: the training's curve beside the
        /// test's.
        public var companionOf: Int?

        public init(
            _ name: String, _ points: [Point], band: [Band] = [], style: Style = .line, companionOf: Int? = nil
        ) {
            self.name = name
            self.points = points
            self.band = band
            self.style = style
            self.companionOf = companionOf
        }
    }

    /// A place on the horizontal axis that is pointed out.
    public struct Mark: Hashable, Sendable {
        public var x: Double
        public var label: String

        public init(_ x: Double, _ label: String) {
            self.x = x
            self.label = label
        }
    }

    public var title: String {
        // A single series that is called as its picture needs no label.
        didSet { if series.count == 1, series[0].name == oldValue { series[0].name = title } }
    }
    /// One or two sentences below the picture.
    public var caption: String
    public var x: Axis
    public var y: Axis
    public var series: [Series]
    public var marks: [Mark]

    public init(title: String, x: Axis, y: Axis, series: [Series], marks: [Mark] = [], caption: String = "") {
        self.title = title
        self.x = x
        self.y = y
        self.series = series
        self.marks = marks
        self.caption = caption
    }

    /// With plain axes.
    public init(
        title: String, xLabel: String, yLabel: String, series: [Series], countsX: Bool = false,
        isLogarithmicX: Bool = false
    ) {
        self.init(
            title: title, x: Axis(xLabel, isLogarithmicX ? .logarithmic : countsX ? .whole : .number), y: Axis(yLabel),
            series: series)
    }

    // MARK: What is drawn

    func isShown(_ point: Point) -> Bool { x.shows(point.x) && y.shows(point.y) }

    /// The color and marker of a series: those that go together share both.
    func number(_ index: Int) -> Int {
        let main = series[index].companionOf ?? index
        return series.prefix(main).count { $0.companionOf == nil }
    }

    var hasCompanions: Bool { series.contains { $0.companionOf != nil } }

    /// Smooth curves have markers where there are several, to be told apart in gray.
    func hasMarkers(_ index: Int) -> Bool {
        series[index].style == .line
            || series[index].style == .smooth && series.count { $0.style == .smooth && $0.companionOf == nil } > 1
    }

    /// What the axes have to hold.
    var allX: [Double] {
        series.flatMap { $0.points.filter(isShown).map(\.x) + $0.band.map(\.x) } + marks.map(\.x)
    }
    var allY: [Double] {
        series.flatMap { series in
            series.points.filter(isShown).map(\.y) + series.band.flatMap { [$0.low, $0.high] }.filter(y.shows)
                + (series.style == .filled ? [0] : [])
        }
    }
}

extension Plot: Picture {
    public mutating func label(x: String?, y: String?) {
        self.x.label = x ?? self.x.label
        self.y.label = y ?? self.y.label
    }

    /// One row per place, one column per curve, and two for the ends of a band.
    public func table(limit: Int) -> Table {
        let isHistogram = series.contains { $0.style == .filled }
        var table = Table(caption: title, columns: [Table.Column(x.title + (isHistogram ? ", from" : ""))])
        var curves: [[Double: Double]] = []
        func add(_ name: String, _ points: [(Double, Double)]) {
            table.columns.append(Table.Column(name))
            curves.append(Dictionary(points, uniquingKeysWith: { _, last in last }))
        }
        for series in series {
            // Each bin is at its left edge; the outline's last point is the right edge of the last bin.
            let points = series.style == .filled ? series.points.dropLast() : series.points[...]
            add(series.name, points.map { ($0.x, $0.y) })
            guard !series.band.isEmpty else { continue }
            add("\(series.name), low", series.band.map { ($0.x, $0.low) })
            add("\(series.name), high", series.band.map { ($0.x, $0.high) })
        }
        let places = Set(curves.flatMap(\.keys)).sorted()
        let shown = Array(places.prefix(limit))
        let columns = [Table.Cell.column(shown)] + cells(of: curves.map { curve in shown.map { curve[$0] } })
        for row in shown.indices { table.add(columns.map { $0[row] }) }
        if places.count > limit { table.add([Table.Cell("… \(places.count - limit) more")]) }
        return table
    }

    /// All with as many digits, but where a curve is so much smaller than others that few would be left of it.
    private func cells(of columns: [[Double?]]) -> [[Table.Cell]] {
        let largest = columns.map { $0.compactMap { $0 }.filter(\.isFinite).map(abs).max() ?? 0 }
        let isAlike = (largest.max() ?? 0) < 10 || largest.allSatisfy { $0 == 0 || $0 >= 1 }
        return isAlike ? Table.Cell.columns(columns) : columns.map(Table.Cell.column)
    }

    /// What a screen reader says.
    var description: String {
        let told = series.prefix(20).map { curve in (curve.name, curve.points.filter { $0.y.isFinite }) }
        var ends = shortNumbers(told.flatMap { [$1.first, $1.last].compactMap(\.?.y) })[...]
        let curves = told.map { name, points -> String in
            points.isEmpty
                ? "\(name) has no points" : "\(name) goes from \(ends.removeFirst()) to \(ends.removeFirst())"
        }
        return "\(y.title) over \(x.title). " + curves.joined(separator: "; ") + "."
    }
}

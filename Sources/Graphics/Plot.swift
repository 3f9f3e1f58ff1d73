// Curves over one pair of axes, as a value. `svg` draws it, `table` is its twin in numbers.

public struct Plot: Hashable, Sendable {
    public struct Point: Hashable, Sendable {
        public var x: Double
        public var y: Double

        public init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    public struct Series: Hashable, Sendable {
        public var name: String
        /// In the order of `x`. Points that are no numbers are left out of the picture.
        public var points: [Point]

        public init(_ name: String, _ points: [Point]) {
            self.name = name
            self.points = points
        }
    }

    public var title: String
    /// With the unit: `test accuracy (%)`.
    public var yLabel: String
    public var xLabel: String
    public var series: [Series]
    /// Whether `x` counts something, so that ticks are whole numbers.
    public var countsX: Bool
    /// Whether equal steps to the right are equal factors; points at or below 0 are then left out.
    public var isLogarithmicX: Bool

    public init(
        title: String, xLabel: String, yLabel: String, series: [Series], countsX: Bool = false,
        isLogarithmicX: Bool = false
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
        self.countsX = countsX
        self.isLogarithmicX = isLogarithmicX
    }

    /// The numbers: one row a place, one column a curve. At most `limit` rows; then the last one says how many more.
    public func table(limit: Int = 200) -> Table {
        var table = Table(caption: title, columns: [Table.Column(xLabel)] + series.map { Table.Column($0.name) })
        let places = Set(series.flatMap { $0.points.map(\.x) }).sorted()
        let curves = series.map { Dictionary($0.points.map { ($0.x, $0.y) }, uniquingKeysWith: { _, last in last }) }
        for x in places.prefix(limit) {
            let cells = curves.map { curve in
                curve[x].map { Table.Cell(short($0), number: $0) } ?? Table.Cell("")
            }
            table.add([Table.Cell(short(x), number: x)] + cells)
        }
        if places.count > limit { table.add([Table.Cell("… \(places.count - limit) more")]) }
        return table
    }

    private func short(_ number: Double) -> String {
        if number == number.rounded(), abs(number) < 1e15 { return String(Int(number)) }
        return abs(number) >= 0.01 ? decimals(number, 4) : number.description
    }
}

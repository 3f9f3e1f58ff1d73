// Rows of measurements with their means and intervals, as a value: the seeds of a study as dots, means as bars, the classes of
// a data set as a forest. One number axis at the bottom, names at the left, values as text at the right.

public struct IntervalPlot: Hashable, Sendable {
    public enum Style: Hashable, Sendable {
        /// Every value as a dot, mean and interval over them.
        case dots
        /// From zero to the mean.
        case bars
        /// Mean and interval alone, against a line.
        case forest
    }

    public struct Row: Hashable, Sendable {
        public var name: String
        /// In the order they were measured.
        public var values: [Double]
        public var mean: Double?
        public var interval: ClosedRange<Double>?

        /// - Parameters:
        ///   - mean: `nil`: the mean of the values.
        ///   - interval: around the mean; what it covers is said in the caption.
        public init(_ name: String, values: [Double] = [], mean: Double? = nil, interval: ClosedRange<Double>? = nil) {
            self.name = name
            self.values = values
            let finite = values.filter(\.isFinite)
            self.mean = mean ?? (finite.isEmpty ? nil : finite.reduce(0, +) / Double(finite.count))
            self.interval = interval
        }
    }

    public var title: String
    public var caption: String
    public var style: Style
    public var axis: Axis
    public var rows: [Row]
    /// What the rows are held against: 0 for differences.
    public var reference: Double?
    /// Differences that make no difference.
    public var margin: ClosedRange<Double>?

    public init(
        title: String, style: Style, axis: Axis, rows: [Row], reference: Double? = nil,
        margin: ClosedRange<Double>? = nil, caption: String = ""
    ) {
        self.title = title
        self.style = style
        self.axis = axis
        self.rows = rows
        self.reference = reference
        self.margin = margin
        self.caption = caption
    }

    var scale: Scale {
        var values = rows.flatMap { row in
            row.values + [row.mean, row.interval?.lowerBound, row.interval?.upperBound].compactMap(\.self)
        }
        values += [reference, margin?.lowerBound, margin?.upperBound].compactMap(\.self)
        return Scale(values, axis, ticks: 6, including: style == .bars ? 0 : nil)
    }

    /// `78.42 ± 0.31`, or with its two ends where the interval is lopsided.
    func valueText(_ row: Row) -> String {
        guard let mean = row.mean else { return "" }
        guard let interval = row.interval else { return fixed(mean, digits) }
        let (below, above) = (mean - interval.lowerBound, interval.upperBound - mean)
        if abs(below - above) <= 0.02 * (below + above) { return uncertain(mean, (below + above) / 2) }
        let digits = uncertaintyDigits((below + above) / 2)
        return
            "\(fixed(mean, digits)) [\(fixed(interval.lowerBound, digits)), \(fixed(interval.upperBound, digits))]"
    }

    private var digits: Int {
        let largest = rows.compactMap(\.mean).map(abs).max() ?? 0
        return largest >= 1_000 ? 0 : largest >= 1 ? 2 : 4
    }
}

extension IntervalPlot: Picture {
    public mutating func label(x: String?, y: String?) { axis.label = x ?? axis.label }

    public func table(limit: Int) -> Table {
        let hasCounts = rows.contains { !$0.values.isEmpty }
        var table = Table(
            caption: title,
            columns: [Table.Column("name", isNumber: false)]
                + (hasCounts ? ["n", "mean", "low", "high"] : ["mean", "low", "high"]).map { Table.Column($0) })
        let shown = Array(rows.prefix(limit))
        let columns = [
            shown.map(\.mean), shown.map { $0.interval?.lowerBound }, shown.map { $0.interval?.upperBound },
        ].map { Table.Cell.column($0) }
        for (index, row) in shown.enumerated() {
            let count = hasCounts ? [Table.Cell(row.values.count)] : []
            table.add([Table.Cell(row.name)] + count + columns.map { $0[index] })
        }
        if rows.count > limit { table.add([Table.Cell("… \(rows.count - limit) more")]) }
        return table
    }

    var description: String {
        "\(axis.title). " + rows.prefix(40).map { "\($0.name): \(valueText($0))" }.joined(separator: "; ") + "."
    }
}

/// `78.42 ± 0.31`: both to the second digit of the uncertainty.
public func uncertain(_ value: Double, _ uncertainty: Double) -> String {
    let digits = uncertaintyDigits(uncertainty)
    return "\(fixed(value, digits)) ± \(fixed(uncertainty, digits))"
}

/// Digits behind the point that show two of the uncertainty's.
func uncertaintyDigits(_ uncertainty: Double) -> Int {
    guard uncertainty.isFinite, uncertainty > 0 else { return 2 }
    var (digits, size) = (0, uncertainty)
    while size < 9.95, digits < 8 { (size, digits) = (size * 10, digits + 1) }
    return digits
}

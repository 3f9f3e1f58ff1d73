// Rows of measurements with their means and intervals, as a value: the seeds of a study as dots, means as bars, the
// classes of a data set as a forest. One number axis at the bottom, names at the left, values as text at the right.

import Glibc

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
    /// What the rows are compared with: 0 for differences.
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

    /// Of each row: `78.42 [78.11, 78.73]`, the mean with the ends of its interval. Behind `±` tables write a standard
    /// deviation.
    var valueTexts: [String] {
        let means = toldApart(rows.compactMap(\.mean))
        var next = means.startIndex
        return rows.map { row in
            guard let mean = row.mean else { return "" }
            defer { next += 1 }
            guard let interval = row.interval else { return means[next] }
            let half = (interval.upperBound - interval.lowerBound) / 2
            let texts = uncertain([mean, interval.lowerBound, interval.upperBound], half)
            let power = texts.power
            return "\(texts.numbers[0])\(power) [\(texts.numbers[1])\(power), \(texts.numbers[2])\(power)]"
        }
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
        let columns = Table.Cell.columns([
            shown.map(\.mean), shown.map { $0.interval?.lowerBound }, shown.map { $0.interval?.upperBound },
        ])
        for (index, row) in shown.enumerated() {
            let count = hasCounts ? [Table.Cell(row.values.count)] : []
            table.add([Table.Cell(row.name)] + count + columns.map { $0[index] })
        }
        if rows.count > limit { table.add([Table.Cell("… \(rows.count - limit) more")]) }
        return table
    }

    var description: String {
        "\(axis.title). " + zip(rows, valueTexts).prefix(40).map { "\($0.name): \($1)" }.joined(separator: "; ") + "."
    }
}

/// `78.42 ± 0.31`: both to the second digit of the uncertainty. Small and large ones share a power of ten: `(1.24 ±
/// 0.31)e-7`.
public func uncertain(_ value: Double, _ uncertainty: Double) -> String {
    let texts = uncertain([value, uncertainty], uncertainty)
    return texts.power.isEmpty
        ? "\(texts.numbers[0]) ± \(texts.numbers[1])" : "(\(texts.numbers[0]) ± \(texts.numbers[1]))\(texts.power)"
}

/// Numbers to the second digit of an uncertainty, and the power of ten that they share, where that is shorter.
func uncertain(_ numbers: [Double], _ uncertainty: Double) -> (numbers: [String], power: String) {
    let digits = uncertaintyDigits(uncertainty)
    let largest = numbers.filter(\.isFinite).map(abs).max() ?? 0
    guard largest > 0, digits > 6 || largest >= 1e7 else { return (numbers.map { fixed($0, digits) }, "") }
    let exponent = log10(largest).rounded(.down)
    let size = pow(10, exponent)
    let fewer = uncertaintyDigits(uncertainty / size)
    guard size > 0, size.isFinite, fewer <= 6 else { return (numbers.map { fixed($0, digits) }, "") }
    return (numbers.map { fixed($0 / size, fewer) }, "e\(Int(exponent))")
}

/// Digits after the point that show two of the uncertainty's.
private func uncertaintyDigits(_ uncertainty: Double) -> Int {
    guard uncertainty.isFinite, uncertainty > 0 else { return 2 }
    var (digits, size) = (0, uncertainty)
    while size < 9.95, digits < 15 { (size, digits) = (size * 10, digits + 1) }
    return digits
}

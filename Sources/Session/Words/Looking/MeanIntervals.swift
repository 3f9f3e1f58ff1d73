// Means of several runs with their 95 % intervals (Student's), as dots, bars and scatter plots show them.

import Experiments
import Graphics

func intervalPlot(
    _ title: String, _ style: IntervalPlot.Style, _ axis: Axis, _ groups: [(name: String, values: [Double])],
    unit: String, margin: ClosedRange<Double>? = nil, reference: Double? = nil, note: String = ""
) -> IntervalPlot {
    let rows = groups.map { group in
        let finite = group.values.filter(\.isFinite)
        return IntervalPlot.Row(group.name, values: group.values, interval: interval(of: Sample(finite), on: axis))
    }
    let dots = style == .dots ? "Circles: \(unit)." : ""
    let means = rows.contains { $0.interval != nil } ? "Mean with its 95 % interval." : ""
    return IntervalPlot(
        title: title, style: style, axis: axis, rows: rows, reference: reference, margin: margin,
        caption: sentences(dots, means, note))
}

/// Of one run its place, of several their mean with its 95 % interval.
func meanItem(_ name: String, _ points: [Plot.Point], group: Int, _ measure: Measure) -> ScatterPlot.Item? {
    let finite = points.filter(\.y.isFinite)
    guard let x = Sample(finite.map(\.x)), let y = Sample(finite.map(\.y)) else { return nil }
    guard finite.count > 1 else { return ScatterPlot.Item(name, x.mean, y.mean, group: group) }
    return ScatterPlot.Item(
        name, x.mean, y.mean, group: group, interval: interval(of: y, on: measure.axis), parts: finite)
}

func meanCaption(_ items: [ScatterPlot.Item], of unit: String) -> String {
    items.contains { $0.interval != nil } ? "Circles: \(unit). Filled: their mean with its 95 % interval." : ""
}

/// Within what the axis can show.
private func interval(of sample: Sample?, on axis: Axis) -> ClosedRange<Double>? {
    sample?.interval(0.95).flatMap { $0.isFinite ? $0 : nil }
        .map { axis.kind == .percent ? $0.clamped(to: 0...100) : $0 }
}

extension ClosedRange<Double> {
    fileprivate var isFinite: Bool { lowerBound.isFinite && upperBound.isFinite }
}

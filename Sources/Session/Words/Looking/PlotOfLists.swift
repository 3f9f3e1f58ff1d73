// What `plot` draws of plain lists of numbers.

import Graphics
import Language

func plotOfLists(_ lists: [(name: String, values: [Value])], _ call: Invocation) throws -> any Picture {
    try call.refuse(
        [PlotOption.measure, PlotOption.across, PlotOption.train, PlotOption.epochs], of: "a list of numbers")
    try call.refuseKindOfStudy(of: "lists")
    let groups = try zip(lists, call[PlotOption.subjects]).map { list, given in
        (
            name: list.name,
            values: try list.values.map { value -> Double in
                guard let number = value.number else {
                    throw call.fault(
                        .wrongType, "`plot` takes lists of numbers, not of \(value.kind)", at: given.range,
                        fix: "for example `plot [0.9, 0.7, 0.6]`")
                }
                return number
            }
        )
    }
    guard groups.contains(where: { !$0.values.isEmpty }) else {
        throw call.fault(
            .noValues, groups.count == 1 ? "the list is empty" : "the lists are empty",
            fix: "`plot` takes lists of numbers: `plot [0.9, 0.7, 0.6]`")
    }
    let title = groups.map(\.name).joined(separator: ", ")
    switch call[PlotOption.kind] {
    case .dots: return intervalPlot(title, .dots, Axis("value"), groups, unit: "values")
    case .bars: return intervalPlot(title, .bars, Axis("value"), groups, unit: "values")
    case .histogram: return Plot.histogram(title: title, axis: Axis("value"), groups: groups)
    case .scatter:
        guard groups.count == 2, groups[0].values.count == groups[1].values.count else {
            throw call.fault(
                .wrongCount,
                "a scatter of lists takes two of the same length: the x values, and the y values",
                fix: "for example `plot [1, 2, 3], [3, 1, 2], kind: scatter`")
        }
        return ScatterPlot(
            title: "\(groups[1].name) over \(groups[0].name)", x: Axis(groups[0].name), y: Axis(groups[1].name),
            items: zip(groups[0].values, groups[1].values).map { ScatterPlot.Item("", $0, $1) })
    case .curves, .differences, .classes, nil:
        return Plot(
            title: title, x: Axis("index", .whole), y: Axis("value"),
            series: groups.map { list in
                Plot.Series(list.name, list.values.enumerated().map { Plot.Point(Double($0), $1) })
            })
    }
}

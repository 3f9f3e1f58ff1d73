// What `plot` draws of runs: their curves, or their results.

import Experiments
import Graphics
import Language

func plotOfRuns(_ given: [RunGroup], _ call: Invocation) throws -> PictureValue {
    let measure = call[PlotOption.measure]
    let across = call[PlotOption.across]
    let kind = call[PlotOption.kind] ?? call.kindOfRuns()
    try call.refuse([PlotOption.epochs], of: "runs")
    try call.refuseKindOfStudy(of: "runs")
    try call.checkAxes(of: kind)
    let (groups, excluded) = try drawn(given, kind, call)
    let note = call.tellExcluded(excluded.map { "\($0) diverged" })
    try call.checkMeasured(measure, groups.flatMap(\.runs).map { ($0.run.label, $0.run.metrics) })
    let values = try call.values(of: measure, groups)
    let results = zip(groups, values).map { (name: $0.name, values: $1.compactMap(\.self)) }
    let title = measure.title.capitalizedFirst
    switch kind {
    case .scatter:
        let across = across == .epoch ? .time : across
        let items = groups.enumerated().compactMap { number, group in
            meanItem(
                group.name,
                zip(group.runs, values[number]).compactMap { run, value in
                    value.map { Plot.Point(across.value(run.run.architecture, seconds: run.run.seconds), $0) }
                },
                group: groups.contains { $0.runs.count > 1 } ? number : 0, measure)
        }
        let plot = ScatterPlot(
            title: "\(title) over \(across.axis.label)", x: across.axis, y: measure.axis, items: items,
            caption: sentences(meanCaption(items, of: "runs"), note))
        return PictureValue(plot, names: items.map(\.name), isTimed: across == .time)
    case .dots, .bars:
        return PictureValue(
            intervalPlot(title, kind == .dots ? .dots : .bars, measure.axis, results, unit: "runs", note: note))
    case .histogram:
        return PictureValue(Plot.histogram(title: title, axis: measure.axis, groups: results, caption: note))
    case .curves, .differences, .classes:
        let plot = curvesPlot(
            groups.map { group in (group.name, group.runs.map { ($0.run.metrics, $0.run.options.passes) }) }, measure,
            over: across, showsTraining: call[PlotOption.train], note: note)
        return PictureValue(plot, names: plot.series.map(\.name), isTimed: across == .time)
    }
}

/// The runs that such a picture shows, and the labels of those that it leaves out.
///
/// A curve of its own shows how far a run came before it diverged; no mean and no picture of results holds such a run.
private func drawn(
    _ given: [RunGroup], _ kind: PlotKind, _ call: Invocation
) throws -> (groups: [RunGroup], excluded: [String]) {
    func isExcluded(_ run: RunValue, from group: RunGroup) -> Bool {
        run.run.state.isDiverged && (kind != .curves || group.runs.count > 1)
    }
    let excluded = given.flatMap { group in group.runs.filter { isExcluded($0, from: group) } }.map(\.run.label)
    let groups = given.map { group in
        let isDiverged = group.runs.count == 1 && group.runs[0].run.state.isDiverged
        return RunGroup(
            name: group.name + (isDiverged ? " (diverged)" : ""),
            runs: group.runs.filter { !isExcluded($0, from: group) })
    }
    let place = call[PlotOption.subjects].first?.range
    guard groups.contains(where: { !$0.runs.isEmpty }) else {
        throw call.fault(
            .noValue, "\(excluded.joined(separator: ", ")) diverged: there is no result to plot", at: place,
            fix: "`plot` of one such run alone shows the epochs before")
    }
    if let loaded = groups.flatMap(\.runs).first(where: { $0.run.state == .loaded }),
        groups.allSatisfy({ $0.runs.allSatisfy(\.run.metrics.isEmpty) })
    {
        throw call.fault(
            .noValue, "\(loaded.run.label) has no epochs of its own: its weights were loaded", at: place,
            fix: "`evaluate` measures it on data")
    }
    return (groups, excluded)
}

extension Invocation {
    /// What each run came to; `nil` where that is not known, which a note says.
    fileprivate func values(of measure: Measure, _ groups: [RunGroup]) throws -> [[Double?]] {
        guard let outcome = measure.outcome else {
            return groups.map { $0.runs.map { $0.run.result.flatMap(measure.value) } }
        }
        let runs = groups.flatMap(\.runs)
        let labels = try testLabels(of: runs, for: [outcome])
        noteUnknownMeasures([outcome], zip(runs, labels).map { ($0.run.label, $0.run, $1) })
        var known = zip(runs, labels).map { $0.run.value(of: outcome, labels: $1) }[...]
        guard known.contains(where: { $0 != nil }) else { throw unknown(measure) }
        return groups.map { group in
            defer { known = known.dropFirst(group.runs.count) }
            return Array(known.prefix(group.runs.count))
        }
    }

    func unknown(_ measure: Measure) -> Diagnostic {
        fault(
            .noValue, "the \(measure.title) is not known of any of these runs", at: place(PlotOption.measure),
            fix: "`evaluate` measures it where the weights are kept")
    }
}

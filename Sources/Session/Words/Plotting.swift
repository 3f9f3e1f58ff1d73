// What `plot` does: which picture, and its numbers from runs, lists, schedules and searches for a learning rate.

import Experiments
import Graphics
import Language

func showPlot(_ call: Invocation) throws -> Value {
    if let study = call.onlySubject(StudyValue.self) { return try call.showPlot(of: study.study) }
    if let search = call.onlySubject(RateSearchValue.self) {
        try call.rejectOptions(["y", "x", "kind", "train"], for: "a search for a learning rate")
        return try call.show(search.plot, plainText: search.text)
    }
    let (picture, plainText): (any Picture, String?) =
        switch try call.shownSubjects() {
        case .runs(let groups): try runPicture(call, groups)
        case .lists(let lists): (try listPicture(call, lists), nil)
        case .schedules(let schedules): (try schedulePicture(call, schedules), nil)
        }
    return try call.show(picture, plainText: plainText, isTimed: plainText != nil)
}

// MARK: Runs

/// What of a run is plotted.
struct Measure {
    let name: String
    let title: String
    let kind: Axis.Kind

    init(_ name: String) {
        self.name = name
        let isAccuracy = name == "accuracy" || name == "trainaccuracy"
        title = (name.hasPrefix("train") ? "training " : "test ") + (isAccuracy ? "accuracy" : "loss")
        kind = isAccuracy ? .percent : .number
    }

    var axis: Axis { Axis(title, kind) }
    /// The same of the training images.
    var ofTraining: Measure? { name.hasPrefix("train") ? nil : Measure("train" + name) }

    func value(_ metrics: EpochMetrics) -> Double {
        switch name {
        case "loss": metrics.testLoss
        case "trainaccuracy": metrics.trainAccuracy
        case "trainloss": metrics.trainLoss
        default: metrics.testAccuracy
        }
    }
}

/// The picture, and a plain text where its numbers differ from run to run.
private func runPicture(_ call: Invocation, _ given: [RunGroup]) throws -> (any Picture, String?) {
    let measure = Measure(call.arguments.text("y") ?? "accuracy")
    let x = call.arguments.text("x") ?? "epoch"
    let kind = call.arguments.text("kind") ?? (x == "parameters" || x == "operations" ? "scatter" : "curves")
    if ["differences", "classes"].contains(kind) {
        throw call.fault(
            .outOfRange, "`kind: \(kind)` is of a study, not of runs", at: call.arguments.place("kind"),
            fix: "compare the models: `let s = compare gap, flat`, then `plot s, kind: \(kind)`")
    }
    try call.checkAxes(of: kind)
    func last(_ run: RunValue) -> Double? { run.run.result.map(measure.value) }
    // A curve of its own shows how far a run came before it diverged; no mean and no picture of results holds such a
    // run.
    let drawsResults = ["scatter", "dots", "bars", "histogram"].contains(kind)
    func isExcluded(_ run: RunValue, from group: RunGroup) -> Bool {
        run.run.state.isDiverged && (drawsResults || group.runs.count > 1)
    }
    let excluded = given.flatMap { group in group.runs.filter { isExcluded($0, from: group) } }.map(\.run.label)
    let groups = given.map { group in
        let isDiverged = group.runs.count == 1 && group.runs[0].run.state.isDiverged
        return RunGroup(
            name: group.name + (isDiverged ? " (diverged)" : ""),
            runs: group.runs.filter { !isExcluded($0, from: group) })
    }
    guard groups.contains(where: { !$0.runs.isEmpty }) else {
        throw call.fault(
            .noValue, "\(excluded.joined(separator: ", ")) diverged: there is no result to plot",
            at: call.arguments.rest.first?.range, fix: "`plot` of one such run alone shows the epochs before")
    }
    if let loaded = groups.flatMap(\.runs).first(where: { $0.run.state == .loaded }),
        groups.allSatisfy({ $0.runs.allSatisfy(\.run.metrics.isEmpty) })
    {
        throw call.fault(
            .noValue, "\(loaded.run.label) has no epochs of its own: its weights were loaded",
            at: call.arguments.rest.first?.range,
            fix: "`evaluate` measures it on data")
    }
    let note = call.tellExcluded(excluded.map { "\($0) diverged" })
    switch kind {
    case "scatter":
        let isTime = x == "time" || x == "epoch"
        func place(_ run: RunValue) -> Double {
            isTime
                ? run.run.seconds
                : Double(x == "operations" ? run.run.architecture.operations : run.run.architecture.parameterCount)
        }
        let items = groups.enumerated().compactMap { number, group in
            meanItem(
                group.name, group.runs.compactMap { run in last(run).map { Plot.Point(place(run), $0) } },
                group: groups.contains { $0.runs.count > 1 } ? number : 0, measure)
        }
        let axis =
            isTime
            ? Axis("time", .seconds) : Axis(x == "operations" ? "multiply-adds of an image" : "parameters", .magnitude)
        let plot = ScatterPlot(
            title: "\(measure.title.capitalizedFirst) over \(axis.label)", x: axis, y: measure.axis, items: items,
            caption: sentences(meanCaption(items, of: "runs"), note))
        return (plot, isTime ? named(plot.title, items.map(\.name)) : nil)
    case "dots", "bars":
        return (
            intervals(
                measure.title.capitalizedFirst, kind == "dots" ? .dots : .bars, measure.axis,
                groups.map { ($0.name, $0.runs.compactMap(last)) }, unit: "runs", note: note), nil
        )
    case "histogram":
        return (
            Plot.histogram(
                title: measure.title.capitalizedFirst, axis: measure.axis,
                groups: groups.map { ($0.name, $0.runs.compactMap(last)) }, caption: note), nil
        )
    default:
        let plot = curvesPlot(
            groups.map { group in (group.name, group.runs.map(\.run.metrics)) }, measure, isOverTime: x == "time",
            showsTraining: call.arguments.boolean("train") ?? false, note: note)
        // Times differ from run to run, and the plain text is what notebooks are compared by.
        return (plot, x == "time" ? named(plot.title, plot.series.map(\.name)) : nil)
    }
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

/// Student's, within what the axis can show.
private func interval(of sample: Sample?, on axis: Axis) -> ClosedRange<Double>? {
    sample?.interval(0.95).flatMap { $0.isFinite ? $0 : nil }
        .map { axis.kind == .percent ? $0.clamped(to: 0...100) : $0 }
}

private func named(_ title: String, _ names: [String]) -> String { "\(title): \(names.joined(separator: ", "))" }

/// A curve a group: of one run its epochs, of several their mean and spread.
func curvesPlot(
    _ groups: [(name: String, metrics: [[EpochMetrics]])], _ measure: Measure, isOverTime: Bool, showsTraining: Bool,
    note: String = ""
) -> Plot {
    var series: [Plot.Series] = []
    for group in groups {
        let main = series.count
        series.append(curve(group.name, group.metrics, measure, isOverTime: isOverTime))
        guard showsTraining, let training = measure.ofTraining else { continue }
        var companion = curve(group.name, group.metrics, training, isOverTime: isOverTime)
        companion.name += ", training"
        companion.band = []
        companion.companionOf = main
        series.append(companion)
    }
    let counts = Set(groups.map(\.metrics.count).filter { $0 > 1 })
    var caption = ""
    if !counts.isEmpty {
        let runs = counts.count == 1 ? counts.first.map { "\($0) runs" } ?? "" : "several runs"
        caption = "Lines: mean of \(runs). Bands: one standard deviation to either side."
    }
    var axis = measure.axis
    if showsTraining, measure.ofTraining != nil { axis.label = measure.kind == .percent ? "accuracy" : "loss" }
    return Plot(
        title: axis.label.capitalizedFirst, x: isOverTime ? Axis("time", .seconds) : Axis("epoch", .whole), y: axis,
        series: series, caption: sentences(caption, note))
}

/// Sentences of a caption, those that there are.
func sentences(_ texts: String...) -> String { texts.filter { !$0.isEmpty }.joined(separator: " ") }

extension Invocation {
    /// What a kind of picture has no place for is an error, not left out.
    func checkAxes(of kind: String) throws {
        let axes: [String: [String]] = ["curves": ["epoch", "time"], "scatter": ["parameters", "operations", "time"]]
        if let x = arguments.text("x"), arguments.isGiven("x"), !(axes[kind] ?? []).contains(x) {
            let others = axes.filter { $0.value.contains(x) }.keys.sorted()
            throw fault(
                .outOfRange, "a picture of `kind: \(kind)` has no `x: \(x)`", at: arguments.place("x"),
                fix: "leave `x:` out, or write `kind: \(others.joined(separator: "` or `kind: "))`")
        }
        if arguments.boolean("train") == true, kind != "curves" {
            throw fault(
                .outOfRange, "`train: true` adds the training images to curves, and `kind: \(kind)` has none",
                at: arguments.place("train"), fix: "leave `train:` out, or write `kind: curves`")
        }
    }

    /// What a picture of such a thing would not heed.
    func rejectOptions(_ labels: [String], for subject: String) throws {
        for label in labels where arguments.isGiven(label) {
            throw fault(
                .outOfRange, "a picture of \(subject) has no `\(label):`",
                at: arguments.place(label), fix: "leave `\(label):` out")
        }
    }

    /// Notes which runs a picture leaves out, `flat diverged with seed 2`, and gives the sentence that its caption says
    /// it in.
    func tellExcluded(_ runs: [String]) -> String {
        guard !runs.isEmpty else { return "" }
        let text = runs.joined(separator: "; ")
        if !context.isSilent {
            context.output.report(Diagnostic(.note, code: .excluded, "\(text): excluded from this picture"))
        }
        return "Excluded: \(text)."
    }
}

/// Of one run its epochs; of several their mean at each epoch that all have reached, and a standard deviation around it.
private func curve(
    _ name: String, _ metrics: [[EpochMetrics]], _ measure: Measure, isOverTime: Bool
) -> Plot.Series {
    let curves = metrics.map { metrics in
        var seconds = 0.0
        return metrics.map { metrics -> Plot.Point in
            seconds += metrics.seconds
            return Plot.Point(isOverTime ? seconds : Double(metrics.epoch), measure.value(metrics))
        }
    }
    guard curves.count > 1 else { return Plot.Series(name, curves.first ?? []) }
    var series = Plot.Series(name, [])
    for epoch in 0..<(curves.map(\.count).min() ?? 0) {
        guard let x = Sample(curves.map { $0[epoch].x }), let y = Sample(curves.map { $0[epoch].y }) else { continue }
        let deviation = y.deviation ?? 0
        series.points.append(Plot.Point(x.mean, y.mean))
        series.band.append(Plot.Band(x.mean, y.mean - deviation, y.mean + deviation))
    }
    return series
}

/// Means with their 95 % intervals (Student's).
func intervals(
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

extension ClosedRange<Double> {
    fileprivate var isFinite: Bool { lowerBound.isFinite && upperBound.isFinite }
}

// MARK: Lists and schedules

private func listPicture(_ call: Invocation, _ lists: [(name: String, values: [Value])]) throws -> any Picture {
    try call.rejectOptions(["y", "x", "train"], for: "a list of numbers")
    let groups = try lists.map { list in
        (
            name: list.name,
            values: try list.values.map { value -> Double in
                guard let number = value.number else {
                    throw call.fault(.wrongType, "`plot` takes lists of numbers, not of \(value.kind)")
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
    switch call.arguments.text("kind") {
    case "dots"?: return intervals(title, .dots, Axis("value"), groups, unit: "values")
    case "bars"?: return intervals(title, .bars, Axis("value"), groups, unit: "values")
    case "histogram"?: return Plot.histogram(title: title, axis: Axis("value"), groups: groups)
    case "scatter"?:
        guard groups.count == 2, groups[0].values.count == groups[1].values.count else {
            throw call.fault(
                .wrongCount,
                "a scatter of lists takes two of the same length: what goes to the right, and what goes up",
                fix: "for example `plot [1, 2, 3], [3, 1, 2], kind: scatter`")
        }
        return ScatterPlot(
            title: "\(groups[1].name) over \(groups[0].name)", x: Axis(groups[0].name), y: Axis(groups[1].name),
            items: zip(groups[0].values, groups[1].values).map { ScatterPlot.Item("", $0, $1) })
    default:
        return Plot(
            title: title, x: Axis("index", .whole), y: Axis("value"),
            series: groups.map { list in
                Plot.Series(list.name, list.values.enumerated().map { Plot.Point(Double($0), $1) })
            })
    }
}

private func schedulePicture(
    _ call: Invocation, _ schedules: [(name: String, schedule: ScheduleValue)]
) throws -> any Picture {
    try call.rejectOptions(["y", "x", "kind", "train"], for: "a schedule")
    return schedulePlot(schedules, epochs: call.arguments.integer("epochs"))
}

/// What schedules make of a learning rate of 1, over as many epochs as show their shape.
private func schedulePlot(_ schedules: [(name: String, schedule: ScheduleValue)], epochs: Int?) -> Plot {
    let epochs = epochs ?? schedules.map(\.schedule.shownEpochs).max() ?? 10
    let stepsPerEpoch = max(1, min(100, 2_000 / epochs))
    let steps = epochs * stepsPerEpoch
    let hasPeak = schedules.contains { if case .oneCycle(_?) = $0.schedule.schedule { true } else { false } }
    return Plot(
        title: schedules.count == 1 ? schedules[0].name : "Schedules", x: Axis("epoch"),
        y: Axis(hasPeak ? "learning rate, where the optimizer's is 1" : "learning rate, as a share of the optimizer's"),
        series: schedules.map { name, schedule in
            Plot.Series(
                schedules.count == 1 ? "" : name,
                // The last step lasts to the end of the last epoch.
                (0...steps).map { step in
                    Plot.Point(
                        Double(step) / Double(stepsPerEpoch),
                        schedule.schedule.factor(
                            step: min(step, steps - 1), stepsPerEpoch: stepsPerEpoch, epochs: epochs, learningRate: 1))
                }, style: .smooth)
        })
}

extension ScheduleValue {
    /// Epochs that show its shape.
    fileprivate var shownEpochs: Int {
        switch schedule {
        case .constant, .oneCycle: 10
        case .step(let every, _): max(10, min(1_000, every) * 4)
        case .cosine(let warmup): max(10, min(1_000, warmup) * 4)
        }
    }
}

extension String {
    /// `Test accuracy`
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

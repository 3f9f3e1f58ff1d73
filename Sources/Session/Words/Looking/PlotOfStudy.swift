// What `plot` draws of a study: the seeds with means and intervals; the paired differences against the margin; each
// class; the curves.

import Experiments
import Graphics
import Language

func plotOfStudy(_ study: Study, _ call: Invocation) throws -> PictureValue {
    try call.refuse([PlotOption.epochs], of: "a study")
    let names = study.plan.models.map(\.name)
    let measure = call[PlotOption.measure]
    let across = call[PlotOption.across]
    let showsTraining = call[PlotOption.train]
    let kind =
        call[PlotOption.kind]
        ?? (across.isOfModel ? .scatter : call.isGiven(PlotOption.across) || showsTraining ? .curves : .dots)
    try call.checkAxes(of: kind)
    if kind == .differences || kind == .classes, measure != .accuracy {
        throw call.fault(
            .outOfRange, "`kind: \(kind.rawValue)` is about the accuracy, not `y: \(measure.rawValue)`",
            at: call.place(PlotOption.measure), fix: "leave `y:` out, or write `kind: dots`")
    }
    try call.checkMeasured(
        measure, names.indices.flatMap { model in study.doneRuns(model).map { (names[model], $0.metrics) } })
    let seeds = counted(study.completeSeeds.count, "seed")
    let labels = study.plan.dataset.test.labels
    func value(_ run: StudyRun) -> Double? {
        guard let outcome = measure.outcome else { return run.result.flatMap(measure.value) }
        return run.run?.value(of: outcome, labels: labels)
    }
    if let outcome = measure.outcome {
        call.noteUnknownMeasures(
            [outcome], names.indices.flatMap(study.doneRuns).compactMap(\.run).map { ($0.label, $0, labels) })
    }
    let groups = names.indices.map { model in
        (name: names[model], values: study.doneRuns(model).compactMap { value($0) })
    }
    guard groups.contains(where: { !$0.values.isEmpty }) else {
        if measure.outcome != nil, !names.indices.allSatisfy({ study.doneRuns($0).isEmpty }) {
            throw call.unknown(measure)
        }
        throw call.fault(.noValue, "the study has no finished run yet", fix: "`more` trains further seeds")
    }
    let excluded = call.tellExcluded(study.divergences)
    let title = "\(measure.title.capitalizedFirst) over \(seeds)"
    switch kind {
    case .curves:
        let plot = curvesPlot(
            names.indices.map { model in
                let passes = study.plan.models[model].options.passes
                return (names[model], study.doneRuns(model).map { ($0.metrics, passes) })
            }, measure, over: across, showsTraining: showsTraining, note: excluded)
        return PictureValue(plot, names: names, isTimed: across == .time)
    case .differences: return PictureValue(try differences(study, names, note: excluded, call))
    case .classes: return PictureValue(try classes(study, names, note: excluded, call))
    case .histogram:
        return PictureValue(Plot.histogram(title: title, axis: measure.axis, groups: groups, caption: excluded))
    case .scatter:
        let size = across == .epoch ? .parameters : across
        let items = study.plan.models.enumerated().compactMap { index, model in
            let points = study.doneRuns(index).compactMap { run in
                value(run).map {
                    Plot.Point(size.value(model.architecture, seconds: run.seconds), $0)
                }
            }
            return meanItem(model.name, points, group: index, measure)
        }
        let plot = ScatterPlot(
            title: title, x: size.axis, y: measure.axis, items: items,
            caption: sentences(meanCaption(items, of: "seeds"), excluded))
        return PictureValue(plot, names: names, isTimed: size == .time)
    case .bars, .dots:
        return PictureValue(
            intervalPlot(title, kind == .bars ? .bars : .dots, measure.axis, groups, unit: "seeds", note: excluded))
    }
}

/// Second minus first of each pair, one a seed, with the margin that makes no difference.
private func differences(_ study: Study, _ names: [String], note: String, _ call: Invocation) throws -> IntervalPlot {
    let rows = study.pairs.compactMap { pair in
        pair.comparison.differences.map {
            (name: "\(names[pair.second]) − \(names[pair.first])", values: $0.values)
        }
    }
    guard !rows.isEmpty else {
        throw call.fault(.noValue, "the study has no pair of runs yet", fix: "`more` trains further seeds")
    }
    let margin = study.plan.margin
    let counts = Set(rows.map(\.values.count)).sorted().map(String.init).joined(separator: " or ")
    return intervalPlot(
        "Paired differences over \(counts == "1" ? "1 seed" : "\(counts) seeds")", .dots,
        Axis("difference in accuracy (points)"), rows, unit: "seeds", margin: margin > 0 ? -margin...margin : nil,
        reference: 0, note: sentences("Gray: less than \(decimalText(margin)) points.", note))
}

/// The same of each class, of the first pair that has runs.
private func classes(_ study: Study, _ names: [String], note: String, _ call: Invocation) throws -> IntervalPlot {
    let pairs = study.plan.pairs
    guard !pairs.isEmpty else {
        throw call.fault(
            .noValue, "classes are compared between two models, and this study has one",
            at: call.place(PlotOption.kind), fix: "leave `kind:` out, or `compare` two models")
    }
    guard let pair = pairs.first(where: { !study.classDifferences($0.first, $0.second).isEmpty }) else {
        throw call.fault(.noValue, "the study has no pair of runs yet", fix: "`more` trains further seeds")
    }
    let classes = study.classDifferences(pair.first, pair.second)
    guard let seeds = classes.first?.differences.count else {
        throw call.fault(.noValue, "the study has no pair of runs yet", fix: "`more` trains further seeds")
    }
    // Bonferroni's intervals: all of them hold together as often as one would alone.
    let confidence = 1 - 0.05 / Double(max(1, classes.count))
    return IntervalPlot(
        title: "\(names[pair.second]) − \(names[pair.first]), class by class", style: .forest,
        axis: Axis("difference in accuracy (points)"),
        rows: classes.map {
            IntervalPlot.Row(
                $0.name, mean: $0.differences.mean,
                interval: $0.differences.interval(confidence)?.clamped(to: -100...100))
        }, reference: 0,
        caption:
            sentences(
                "Squares: mean over \(counted(seeds, "seed")), with intervals that all hold together "
                    + "at 95 % (Bonferroni). Filled: the interval excludes 0.", note))
}

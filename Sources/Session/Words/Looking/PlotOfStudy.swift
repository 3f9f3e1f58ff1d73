// What `plot` draws of a study: the seeds with means and intervals; the paired differences against the margin; each
// class; the curves.

import Experiments
import Graphics
import Language

func plotOfStudy(_ study: Study, _ call: Invocation) throws -> PictureValue {
    try call.refuse([PlotOption.epochs], of: "a study")
    let names = study.plan.models.map(\.name)
    let across = call[PlotOption.across]
    let showsTraining = call[PlotOption.train]
    let kind =
        call[PlotOption.kind]
        ?? (across.isOfModel ? .scatter : call.isGiven(PlotOption.across) || showsTraining ? .curves : .dots)
    // What the study is about, unless another measure is asked for; of some there are no curves.
    let compared = Measure(rawValue: study.plan.measure.rawValue)
    let measure =
        call.isGiven(PlotOption.measure) || kind == .curves && compared?.outcome != nil
        ? call[PlotOption.measure] : compared ?? call[PlotOption.measure]
    try call.checkAxes(of: kind)
    if kind == .differences || kind == .classes, call.isGiven(PlotOption.measure) {
        throw call.fault(
            .outOfRange,
            "`kind: \(kind.rawValue)` is about the \(kind == .classes ? "accuracy" : study.plan.measure.title), not `y: \(measure.rawValue)`",
            at: call.place(PlotOption.measure), fix: "leave `y:` out, or write `kind: dots`")
    }
    try call.checkMeasured(
        measure, names.indices.flatMap { model in study.doneRuns(model).map { (names[model], $0.metrics) } })
    let seeds = counted(study.completeSeeds.count, "seed")
    let labels = study.plan.test.labels
    func value(_ run: StudyRun) -> Double? {
        guard let outcome = measure.outcome else { return run.result.flatMap(measure.value) }
        return run.value(of: outcome, labels: run.labels ?? labels)
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
        throw call.nothingToPlot(of: study)
    }
    let excluded = call.tellExcluded(study.exclusions)
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
    let pairs = study.pairs.filter { $0.mean != nil }
    guard let first = pairs.first else { throw call.nothingToPlot(of: study) }
    let margin = study.plan.margin
    let measure = study.plan.measure
    let unit = measure.unitOfDifference
    let rows = pairs.map { pair in
        IntervalPlot.Row(
            "\(names[pair.second]) − \(names[pair.first])", values: pair.differences?.values ?? [],
            mean: pair.mean ?? 0,
            interval: measure.possible(pair.interval))
    }
    let counts = Set(pairs.map { $0.estimate?.seeds ?? $0.seeds.count }).sorted().map(String.init)
        .joined(separator: " or ")
    return IntervalPlot(
        title: "Differences over \(counts == "1" ? "1 seed" : "\(counts) seeds")", style: .dots,
        axis: Axis("difference in \(measure.title)" + (unit.isEmpty ? "" : " (\(unit))")), rows: rows, reference: 0,
        margin: margin > 0 ? -margin...margin : nil,
        caption: sentences(
            pairs.contains { $0.differences != nil } ? "Circles: seeds." : "",
            first.interval == nil
                ? "" : "Mean with the interval that the verdict comes from (\(pairs.percentsHeld) %).",
            margin > 0 ? "Gray: less than \(decimalText(margin))\(unit.isEmpty ? "" : " \(unit)")." : "", note))
}

/// The same of each class, of the first pair that has runs.
private func classes(_ study: Study, _ names: [String], note: String, _ call: Invocation) throws -> IntervalPlot {
    let pairs = study.pairs
    guard !pairs.isEmpty else {
        throw call.fault(
            .noValue, "classes are compared between two models, and this study has one",
            at: call.place(PlotOption.kind), fix: "leave `kind:` out, or `compare` two models")
    }
    for pair in pairs {
        let classes = study.classDifferences(pair)
        guard !classes.isEmpty else { continue }
        return IntervalPlot(
            title: "\(names[pair.second]) − \(names[pair.first]), class by class", style: .forest,
            axis: Axis("difference in accuracy (points)"),
            rows: classes.map {
                IntervalPlot.Row($0.name, mean: $0.mean, interval: $0.interval?.clamped(to: -100...100))
            }, reference: 0,
            caption: sentences(
                "Squares: mean over \(counted(pair.seeds.count, "seed")), with intervals that all hold together, for "
                    + "new seeds and new images (Bonferroni). Filled: the interval excludes 0.",
                pairs.count > 1 ? "One of \(pairs.count) pairs: `compare` two models for another." : "", note))
    }
    throw call.nothingToPlot(of: study)
}

extension Invocation {
    /// Of a study without a run, or without a pair of runs, that trained.
    fileprivate func nothingToPlot(of study: Study) -> Diagnostic {
        study.exclusions.isEmpty
            ? fault(.noValue, "the study has no pair of runs yet", fix: "`more` trains further seeds")
            : fault(
                .noValue, "\(study.exclusions.joined(separator: "; ")): there is no pair of runs to plot",
                fix: "compare with a recipe with which they train, such as \(study.failedRuns.remedy)")
    }
}

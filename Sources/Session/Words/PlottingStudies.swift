// What `plot study` draws: the seeds with means and intervals; the paired differences against the margin; each class; the curves.

import Experiments
import Graphics
import Language

extension Invocation {
    func showPlot(of study: Study) throws -> Value {
        let names = study.plan.models.map(\.name)
        let measure = Measure(arguments.text("y") ?? "accuracy")
        let isOverTime = arguments.text("x") == "time"
        let showsTraining = arguments.boolean("train") ?? false
        let isOverSize = ["parameters", "operations"].contains(arguments.text("x") ?? "")
        let kind =
            arguments.text("kind")
            ?? (isOverSize ? "scatter" : arguments.isGiven("x") || showsTraining ? "curves" : "dots")
        try checkAxes(of: kind)
        if ["differences", "classes"].contains(kind), measure.name != "accuracy" {
            throw fault(
                .outOfRange, "`kind: \(kind)` is about the accuracy, not `y: \(measure.name)`",
                at: arguments.place("y"), fix: "leave `y:` out, or write `kind: dots`")
        }
        let seeds = counted(study.completeSeeds.count, "seed")
        let groups = names.indices.map { model in
            (name: names[model], values: study.doneRuns(model).compactMap { $0.metrics.last.map(measure.value) })
        }
        guard groups.contains(where: { !$0.values.isEmpty }) else {
            throw fault(.noValue, "the study has no finished run yet", fix: "`more` trains further seeds")
        }
        let excluded = tellExcluded(study.divergences)
        let axis = Axis(measure.title, measure.kind)
        let title = "\(measure.title.capitalizedFirst) over \(seeds)"
        switch kind {
        case "curves":
            let plot = curvesPlot(
                names.indices.map { (names[$0], study.doneRuns($0).map(\.metrics)) }, measure, isOverTime: isOverTime,
                showsTraining: showsTraining, note: excluded)
            return try show(
                plot, plainText: isOverTime ? "\(plot.title): \(names.joined(separator: ", "))" : nil,
                isTimed: isOverTime)
        case "differences": return try show(differences(study, names, note: excluded))
        case "classes": return try show(classes(study, names, note: excluded))
        case "histogram": return try show(Plot.histogram(title: title, axis: axis, groups: groups, caption: excluded))
        case "scatter":
            let countsOperations = arguments.text("x") == "operations"
            let items = study.plan.models.enumerated().compactMap { index, model in
                let size = Double(countsOperations ? model.architecture.operations : model.architecture.parameterCount)
                let points = study.doneRuns(index).compactMap { run in
                    run.metrics.last.map { Plot.Point(isOverTime ? run.seconds : size, measure.value($0)) }
                }
                return meanItem(model.name, points, group: index, measure)
            }
            let plot = ScatterPlot(
                title: title,
                x: isOverTime
                    ? Axis("time", .seconds)
                    : Axis(countsOperations ? "multiply-adds of an image" : "parameters", .magnitude),
                y: axis, items: items, caption: sentences(meanCaption(items, of: "seeds"), excluded))
            return try show(
                plot, plainText: isOverTime ? "\(title): \(names.joined(separator: ", "))" : nil, isTimed: isOverTime)
        case "bars": return try show(intervals(title, .bars, axis, groups, unit: "seeds", note: excluded))
        default: return try show(intervals(title, .dots, axis, groups, unit: "seeds", note: excluded))
        }
    }

    /// Second minus first of each pair, one a seed, with the margin that makes no difference.
    private func differences(_ study: Study, _ names: [String], note: String) throws -> IntervalPlot {
        let rows = study.pairs.compactMap { pair in
            pair.comparison.differences.map {
                (name: "\(names[pair.second]) − \(names[pair.first])", values: $0.values)
            }
        }
        guard !rows.isEmpty else {
            throw fault(.noValue, "the study has no pair of runs yet", fix: "`more` trains further seeds")
        }
        let margin = study.plan.margin
        let counts = Set(rows.map(\.values.count)).sorted().map(String.init).joined(separator: " or ")
        return intervals(
            "Paired differences over \(counts == "1" ? "1 seed" : "\(counts) seeds")", .dots,
            Axis("difference in accuracy (points)"), rows, unit: "seeds", margin: margin > 0 ? -margin...margin : nil,
            reference: 0, note: sentences("Grey: less than \(decimalText(margin)) points.", note))
    }

    /// The same of each class, of the first pair that has runs.
    private func classes(_ study: Study, _ names: [String], note: String) throws -> IntervalPlot {
        let pairs = study.plan.pairs
        guard !pairs.isEmpty else {
            throw fault(.noValue, "classes are compared between two models, and this study has one")
        }
        guard let pair = pairs.first(where: { !study.classDifferences($0.first, $0.second).isEmpty }) else {
            throw fault(.noValue, "the study has no pair of runs yet", fix: "`more` trains further seeds")
        }
        let classes = study.classDifferences(pair.first, pair.second)
        guard let seeds = classes.first?.differences.count else {
            throw fault(.noValue, "the study has no pair of runs yet", fix: "`more` trains further seeds")
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
}

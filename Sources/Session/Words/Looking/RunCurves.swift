// Curves of trainings: of one run its epochs; of several their mean and spread.

import Experiments
import Graphics

/// The epochs of a training, the last of which may end early.
typealias TrainedEpochs = (metrics: [EpochMetrics], passes: Double)

/// A curve a group.
func curvesPlot(
    _ groups: [(name: String, trainings: [TrainedEpochs])], _ measure: Measure, over across: HorizontalMeasure,
    showsTraining: Bool, note: String = ""
) -> Plot {
    var series: [Plot.Series] = []
    for group in groups {
        let main = series.count
        series.append(curve(group.name, group.trainings, measure, over: across))
        guard showsTraining, let training = measure.ofTraining else { continue }
        var companion = curve(group.name, group.trainings, training, over: across)
        companion.name += ", training"
        companion.band = []
        companion.companionOf = main
        series.append(companion)
    }
    let counts = Set(groups.map(\.trainings.count).filter { $0 > 1 })
    var caption = ""
    if !counts.isEmpty {
        let runs = counts.count == 1 ? counts.first.map { "\($0) runs" } ?? "" : "several runs"
        caption = "Lines: mean of \(runs). Bands: one standard deviation to either side."
    }
    var axis = measure.axis
    if showsTraining, measure.ofTraining != nil { axis.label = measure.rawValue }
    return Plot(
        title: axis.label.capitalizedFirst, x: across.axis, y: axis,
        series: series, caption: sentences(caption, note))
}

/// Of one run its epochs; of several their mean at each epoch that all have reached, and a standard deviation around
/// it.
private func curve(
    _ name: String, _ trainings: [TrainedEpochs], _ measure: Measure, over across: HorizontalMeasure
) -> Plot.Series {
    let curves = trainings.map { training in
        var seconds = 0.0
        return training.metrics.compactMap { metrics -> Plot.Point? in
            seconds += metrics.seconds
            let epochs = min(Double(metrics.epoch), training.passes)
            return measure.value(metrics).map { Plot.Point(across == .time ? seconds : epochs, $0) }
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

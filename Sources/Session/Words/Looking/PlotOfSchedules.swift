// What `plot` draws of schedules: what they make of a learning rate of 1.

import Graphics

/// Over as many epochs as show their shape, where `epochs:` does not say.
func plotOfSchedules(_ schedules: [(name: String, schedule: ScheduleValue)], _ call: Invocation) throws -> Plot {
    try call.refuse(
        [PlotOption.measure, PlotOption.across, PlotOption.kind, PlotOption.train], of: "a schedule")
    let epochs = call[PlotOption.epochs] ?? schedules.map(\.schedule.schedule.shownEpochs).max() ?? 10
    let stepsPerEpoch = max(1, min(100, 2_000 / epochs))
    let steps = epochs * stepsPerEpoch
    let namesRates = schedules.contains { $0.schedule.schedule.namesRates }
    return Plot(
        title: schedules.count == 1 ? schedules[0].name : "Schedules", x: Axis("epoch"),
        y: Axis(
            namesRates ? "learning rate, where the optimizer's is 1" : "learning rate, as a share of the optimizer's"),
        series: schedules.map { name, schedule in
            Plot.Series(
                schedules.count == 1 ? "" : name,
                // The last step lasts to the end of the last epoch.
                (0...steps).map { step in
                    Plot.Point(
                        Double(step) / Double(stepsPerEpoch),
                        schedule.schedule.factor(
                            step: min(step, steps - 1), of: steps, stepsPerEpoch: stepsPerEpoch, learningRate: 1))
                }, style: .smooth)
        })
}

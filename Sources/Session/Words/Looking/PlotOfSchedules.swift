// What `plot` draws of schedules: what they make of a learning rate of 1.

import Graphics

/// Over as many epochs as show their shape, where `epochs:` does not say.
func plotOfSchedules(_ schedules: [(name: String, schedule: ScheduleValue)], _ call: Invocation) throws -> Plot {
    try call.refuse(
        [PlotOption.measure, PlotOption.across, PlotOption.kind, PlotOption.train], of: "a schedule")
    let epochs = call[PlotOption.epochs] ?? schedules.map(\.schedule.shownEpochs).max() ?? 10
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

/// Multiplied by `factor` every so many epochs: `torch.optim.lr_scheduler.StepLR`.
struct StepSchedule: ScheduleForm {
    let every: Int
    let factor: Double

    static let name = "step"

    var settings: [ScheduleSetting] {
        [ScheduleSetting("every", .integer(every)), ScheduleSetting("factor", .number(factor))]
    }
    var shownEpochs: Int { 4 * min(1_000, every) }
    var cuts: [Int] { [every] }

    func factor(_ place: SchedulePlace) -> Double { place.limited(cut(by: factor, times: place.epochs / every)) }
}

extension StepSchedule {
    init(_ reader: inout ScheduleSettingsReader) throws(ScheduleSettingsError) {
        self.init(every: try reader.integer("every", in: 1...1_000_000), factor: try reader.number("factor"))
    }
}

/// Multiplied by `factor` after each of these epochs: `MultiStepLR`.
struct MultiStep: ScheduleForm {
    /// Ascending.
    let epochs: [Int]
    let factor: Double

    static let name = "multistep"

    var settings: [ScheduleSetting] {
        [ScheduleSetting("epochs", .integers(epochs)), ScheduleSetting("factor", .number(factor))]
    }
    var shownEpochs: Int { min(1_000, (epochs.last ?? 0) * 5 / 4) }
    var cuts: [Int] { epochs }

    func factor(_ place: SchedulePlace) -> Double {
        place.limited(cut(by: factor, times: epochs.count { $0 <= place.epochs }))
    }
}

extension MultiStep {
    init(_ reader: inout ScheduleSettingsReader) throws(ScheduleSettingsError) {
        let list = try reader.list("epochs")
        let epochs = list.compactMap(\.integer)
        guard epochs.count == list.count, epochs.first.map({ $0 >= 1 }) == true,
            zip(epochs, epochs.dropFirst()).allSatisfy({ $0 < $1 })
        else {
            throw reader.wrong("epochs", "ascending list")
        }
        self.init(epochs: epochs, factor: try reader.number("factor"))
    }
}

/// A running product rounds alike everywhere, where `pow` may not.
private func cut(by factor: Double, times: Int) -> Double {
    (0..<times).reduce(1.0) { product, _ in product * factor }
}

extension Schedule {
    public static func step(every: Int, factor: Double, warmup: Int = 0, minimum: Double? = nil) -> Schedule {
        Schedule(StepSchedule(every: every, factor: factor), warmup: warmup, minimum: minimum)
    }

    /// - Parameter epochs: ascending, from 1.
    public static func multiStep(
        epochs: [Int], factor: Double, warmup: Int = 0, minimum: Double? = nil
    ) -> Schedule {
        Schedule(MultiStep(epochs: epochs, factor: factor), warmup: warmup, minimum: minimum)
    }
}

/// Falls to the minimum along half a cosine (Loshchilov and Hutter 2016) over all steps, which is `CosineAnnealingLR`
/// stepped after each batch; with restarts so many times more, each over an equal share of the steps:
/// `CosineAnnealingWarmRestarts`. It begins behind the warm-up, as in a `SequentialLR`.
struct Cosine: ScheduleForm {
    let restarts: Int

    static let name = "cosine"
    static let warmup = Warmup.before

    var settings: [ScheduleSetting] { restarts == 0 ? [] : [ScheduleSetting("restarts", .integer(restarts))] }
    var dependsOnEpochs: Bool { true }

    func factor(_ place: SchedulePlace) -> Double {
        let lowest = place.lowest ?? 0
        // In whole numbers, so that no restart is a step late by rounding.
        let done = place.step * (restarts + 1) % place.steps
        return lowest + (1 - lowest) * cosineFall(Double(done) / Double(place.steps))
    }
}

extension Cosine {
    init(_ reader: inout ScheduleSettingsReader) throws(ScheduleSettingsError) {
        self.init(restarts: try reader.integer("restarts", in: 0...1_000, default: 0))
    }
}

extension Schedule {
    public static func cosine(warmup: Int, restarts: Int = 0, minimum: Double? = nil) -> Schedule {
        Schedule(Cosine(restarts: restarts), warmup: warmup, minimum: minimum)
    }
}

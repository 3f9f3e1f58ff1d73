/// Rises from a 25th to `peak` in 30 % of all steps, or in the epochs of the warm-up, and falls to a 250,000th, or to
/// the minimum, both along cosines (Smith and Topin 2017): `OneCycleLR`.
struct OneCycle: ScheduleForm {
    /// `nil`: the optimizer's learning rate.
    let peak: Double?

    static let name = "onecycle"
    static let warmup = Warmup.within

    var settings: [ScheduleSetting] { peak.map { [ScheduleSetting("peak", .number($0))] } ?? [] }
    var dependsOnEpochs: Bool { true }

    func factor(_ place: SchedulePlace) -> Double {
        let scale = (peak ?? place.learningRate) / place.learningRate
        let low = 1.0 / 25
        let end = place.lowest.map { $0 / scale } ?? low / 1e4
        let phase = phase(place)
        return phase.isRise
            ? scale * (1 + (low - 1) * cosineFall(phase.share)) : scale * (end + (1 - end) * cosineFall(phase.share))
    }

    /// Whether the step belongs to the rise, and how much of the rise or fall is over.
    private func phase(_ place: SchedulePlace) -> (isRise: Bool, share: Double) {
        let top = (place.warmup > 0 ? Double(place.warmup) : 0.3 * Double(place.steps)) - 1
        let step = Double(place.step)
        return step <= top
            ? (true, top > 0 ? step / top : 1) : (false, min(1, (step - top) / (Double(place.steps) - 1 - top)))
    }
}

extension OneCycle {
    init(_ reader: inout ScheduleSettingsReader) throws(ScheduleSettingsError) {
        self.init(peak: reader.has("peak") ? try reader.number("peak") : nil)
    }
}

extension Schedule {
    public static func oneCycle(peak: Double?, warmup: Int = 0, minimum: Double? = nil) -> Schedule {
        Schedule(OneCycle(peak: peak), warmup: warmup, minimum: minimum)
    }
}

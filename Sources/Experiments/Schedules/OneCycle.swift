/// Rises from a 25th to `peak` in 30 % of all steps, or in the epochs of the warm-up, and falls to a 250,000th, or to
/// the minimum, both along cosines (Smith and Topin 2017): `OneCycleLR`. The momentum falls and rises the other way,
/// where it is asked to: `cycle_momentum=True`.
struct OneCycle: ScheduleForm {
    /// `nil`: the optimizer's learning rate.
    let peak: Double?
    /// That of the first and the last step, and that at the peak of the learning rate: PyTorch's `max_momentum` and
    /// `base_momentum`.
    let momentum: (ends: Double, peak: Double)?

    static let name = "onecycle"
    static let warmup = Warmup.within

    var settings: [ScheduleSetting] {
        var settings: [ScheduleSetting] = []
        if let peak { settings.append(ScheduleSetting("peak", .number(peak))) }
        if let momentum { settings.append(ScheduleSetting("momentum", .numbers([momentum.ends, momentum.peak]))) }
        return settings
    }
    var setsMomentum: Bool { momentum != nil }
    var dependsOnEpochs: Bool { true }

    func factor(_ place: SchedulePlace) -> Double {
        let scale = (peak ?? place.learningRate) / place.learningRate
        let low = 1.0 / 25
        let end = place.lowest.map { $0 / scale } ?? low / 1e4
        let phase = phase(place)
        return phase.isRise
            ? scale * (1 + (low - 1) * cosineFall(phase.share)) : scale * (end + (1 - end) * cosineFall(phase.share))
    }

    func momentum(_ place: SchedulePlace) -> Double? {
        guard let momentum else { return nil }
        let phase = phase(place)
        let (first, last) = phase.isRise ? (momentum.ends, momentum.peak) : (momentum.peak, momentum.ends)
        return last + (first - last) * cosineFall(phase.share)
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
        let peak = reader.has("peak") ? try reader.number("peak") : nil
        guard reader.has("momentum") else {
            self.init(peak: peak, momentum: nil)
            return
        }
        let list = try reader.list("momentum")
        let numbers = list.compactMap(\.number).filter { (0...1).contains($0) }
        guard list.count == 2, numbers.count == 2 else { throw reader.wrong("momentum", "pair of numbers") }
        self.init(peak: peak, momentum: (numbers[0], numbers[1]))
    }
}

extension Schedule {
    /// - Parameter momentum: that of the first and the last step, and that at the peak; `nil` leaves the optimizer's.
    public static func oneCycle(
        peak: Double?, momentum: (ends: Double, peak: Double)? = nil, warmup: Int = 0, minimum: Double? = nil
    ) -> Schedule {
        Schedule(OneCycle(peak: peak, momentum: momentum), warmup: warmup, minimum: minimum)
    }
}

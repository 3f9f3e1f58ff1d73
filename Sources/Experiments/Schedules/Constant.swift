/// A learning rate that stays.
struct Constant: ScheduleForm {
    static let name = "constant"

    init() {}
    init(_ reader: inout ScheduleSettingsReader) throws(ScheduleSettingsError) {}

    func factor(_ place: SchedulePlace) -> Double { 1 }
}

extension Schedule {
    public static let constant = Schedule.constant(warmup: 0)
    public static func constant(warmup: Int) -> Schedule { Schedule(Constant(), warmup: warmup) }
}

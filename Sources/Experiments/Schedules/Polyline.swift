/// What the learning rate is multiplied by at a place of the training.
public struct SchedulePoint: Hashable, Sendable {
    /// Of all steps, 0 to 1.
    public let share: Double
    public let factor: Double

    public init(share: Double, factor: Double) { (self.share, self.factor) = (share, factor) }
}

/// Straight lines from point to point, and level outside of them: `numpy.interp`, as the fast recipes for CIFAR-10 use
/// it (Page 2018, Jordan 2024).
struct Polyline: ScheduleForm {
    /// By ascending share.
    let points: [SchedulePoint]

    static let name = "polyline"

    var settings: [ScheduleSetting] { [ScheduleSetting("points", .points(points))] }
    var dependsOnEpochs: Bool { true }

    func factor(_ place: SchedulePlace) -> Double {
        let share = Double(place.step) / Double(place.steps)
        guard let next = points.firstIndex(where: { $0.share > share }) else {
            return place.limited(points.last?.factor ?? 1)
        }
        guard next > 0 else { return place.limited(points[0].factor) }
        let (first, second) = (points[next - 1], points[next])
        let slope = (second.factor - first.factor) / (second.share - first.share)
        return place.limited(slope * (share - first.share) + first.factor)
    }
}

extension Polyline {
    init(_ reader: inout ScheduleSettingsReader) throws(ScheduleSettingsError) {
        let list = try reader.list("points")
        let points = list.compactMap { pair -> SchedulePoint? in
            guard let pair = pair.array, pair.count == 2, let share = pair[0].number, let factor = pair[1].number,
                (0...1).contains(share), factor >= 0
            else { return nil }
            return SchedulePoint(share: share, factor: factor)
        }
        guard points.count == list.count, Schedule.ascend(points) else {
            throw reader.wrong("points", "list of points")
        }
        self.init(points: points)
    }
}

extension Schedule {
    /// Whether the points are two or more, each to the right of the one before.
    public static func ascend(_ points: [SchedulePoint]) -> Bool {
        points.count >= 2 && zip(points, points.dropFirst()).allSatisfy { $0.share < $1.share }
    }

    /// - Parameter points: two or more by ascending share.
    public static func polyline(_ points: [SchedulePoint], warmup: Int = 0, minimum: Double? = nil) -> Schedule {
        Schedule(Polyline(points: points), warmup: warmup, minimum: minimum)
    }
}

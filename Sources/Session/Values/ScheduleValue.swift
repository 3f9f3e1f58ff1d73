// A schedule of the learning rate, as `cosine` and its like give it.

import Experiments

final class ScheduleValue: ObjectValue {
    static let kind = ValueKind.schedule

    let schedule: Schedule

    init(_ schedule: Schedule) { self.schedule = schedule }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }

    /// `cosine(warmup: 2)`: what differs from its default.
    var text: String {
        let parts = schedule.settings.map { "\($0.label): \($0.value.text)" }
        return parts.isEmpty ? schedule.name : "\(schedule.name)(\(parts.joined(separator: ", ")))"
    }

    static let memberHelp: [(name: String, help: String)] = []
    func member(_ name: String) -> Value? { nil }
}

extension ScheduleSetting.Value {
    /// As it is typed.
    fileprivate var text: String {
        switch self {
        case .integer(let number): "\(number)"
        case .number(let number): decimalText(number)
        case .integers(let numbers): "[\(numbers.map { "\($0)" }.joined(separator: ", "))]"
        case .numbers(let numbers): "(\(numbers.map { decimalText($0) }.joined(separator: ", ")))"
        case .points(let points):
            "[\(points.map { "(\(decimalText($0.share)), \(decimalText($0.factor)))" }.joined(separator: ", "))]"
        }
    }
}

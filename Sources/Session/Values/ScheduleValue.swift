// A schedule of the learning rate, as `constant`, `step`, `cosine` and `onecycle` give it.

import Experiments

final class ScheduleValue: ObjectValue {
    static let kind = ValueKind.schedule

    let schedule: Schedule

    init(_ schedule: Schedule) { self.schedule = schedule }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }

    var text: String {
        switch schedule {
        case .constant: "constant"
        case .step(let every, let factor): "step(every: \(every), factor: \(decimalText(factor)))"
        case .cosine(let warmup): warmup == 0 ? "cosine" : "cosine(warmup: \(warmup))"
        case .oneCycle(let peak): peak.map { "onecycle(peak: \(decimalText($0)))" } ?? "onecycle"
        }
    }

    static let memberHelp: [(name: String, help: String)] = []
    func member(_ name: String) -> Value? { nil }
}

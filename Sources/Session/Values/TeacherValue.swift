// A run whose outputs a training follows, as `teacher` gives it.

import Experiments

final class TeacherValue: ObjectValue {
    static let kind = ValueKind.teacher

    let teacher: Teacher

    init(_ teacher: Teacher) { self.teacher = teacher }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }

    /// `teacher(a, temperature: 4, weight: 0.5)`
    var text: String { teacher.text(run: teacher.run) }

    static let memberHelp: [(name: String, help: String)] = []
    func member(_ name: String) -> Value? { nil }
}

extension Teacher {
    /// - Parameter run: as the run is written.
    func text(run: String) -> String {
        "teacher(\(run), temperature: \(decimalText(temperature)), weight: \(decimalText(weight)))"
    }
}

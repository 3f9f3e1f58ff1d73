// How weights are averaged, as `ema` and its like give it.

import Experiments

final class AverageValue: ObjectValue {
    static let kind = ValueKind.average

    let averaging: Averaging

    init(_ averaging: Averaging) { self.averaging = averaging }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }

    /// `ema(decay: 0.999)`
    var text: String {
        let parts = averaging.settings.map { "\($0.label): \(decimalText($0.value))" }
        return "\(averaging.name)(\(parts.joined(separator: ", ")))"
    }

    static let memberHelp: [(name: String, help: String)] = []
    func member(_ name: String) -> Value? { nil }
}

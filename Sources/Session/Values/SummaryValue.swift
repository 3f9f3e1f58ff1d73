// The table that `summary` shows, for a `let` that keeps it.

final class SummaryValue: ObjectValue {
    static let kind = ValueKind.summary

    let rich: RichValue

    init(_ rich: RichValue) { self.rich = rich }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }
    var text: String { rich.text }

    static let memberHelp: [(name: String, help: String)] = []
    func member(_ name: String) -> Value? { nil }
}

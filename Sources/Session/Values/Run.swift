// A run as a value.

final class Run: ObjectValue {
    static let kind = "a run"
    let boundName: String?
    init(boundName: String?) { self.boundName = boundName }
    func named(_ name: String) -> any ObjectValue { Run(boundName: name) }
    var rich: RichValue { RichValue(text: boundName ?? "run") }
    var completionKind: String { "run" }
    static let memberHelp: [(name: String, help: String)] = []
    func member(_ name: String) -> Value? { nil }
}

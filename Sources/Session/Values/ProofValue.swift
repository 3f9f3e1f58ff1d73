// What `diff` found, as a value.

final class ProofValue: ObjectValue {
    static let kind = ValueKind.proof

    let report: ProofReport

    init(_ report: ProofReport) { self.report = report }

    var boundName: String? { nil }
    func named(_ name: String) -> any ObjectValue { self }
    var text: String { "\(report.names[0]) and \(report.names[1]): \(report.headline)" }
    var rich: RichValue { report.rich }

    static let memberHelp: [(name: String, help: String)] = [
        ("answer", "the same function, not the same function, or cannot tell"),
        ("same", "whether the function is proven the same"),
        ("sametraining", "whether both are provably identical in training, bit for bit"),
    ]

    func member(_ name: String) -> Value? {
        switch name {
        case "answer": return .string(report.answer)
        case "same":
            if case .same = report.proof.answer { return .boolean(true) }
            return .boolean(false)
        case "sametraining": return .boolean(report.proof.answer == .same(.training))
        default: return nil
        }
    }
}

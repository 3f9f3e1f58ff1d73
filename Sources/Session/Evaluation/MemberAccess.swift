// Looks up a member: what follows a dot.

import Experiments
import Language

extension Interpreter {
    func member(_ name: Identifier, of value: Value) throws -> Value {
        if case .range(let first, let last) = value, name.text == "count", let count = rangeCount(first, last) {
            return .integer(count)
        }
        if let member = value.member(name.text) { return member }
        if let member = try measure(name, of: value) { return member }
        let names = value.memberHelp.map(\.name)
        if names.contains(name.text) {
            throw fault(
                .noValue, "`\(name.text)` of this \(value.completionKind) is not known", at: name.range,
                fix: value.unknownMemberFix)
        }
        let message = "\(value.kind) has no member `\(name.text)`"
        if let (member, isSame) = ForeignFunction.member(name.text), names.contains(member) {
            throw fault(
                .unknownMember, message, at: name.range,
                fix: isSame
                    ? "write `\(member)`"
                    : "`\(member)` is made of precision and recall, and is the mean over the classes; `confusion` shows what "
                        + "each class is taken for",
                edits: isSame ? [TextEdit(name.range, member)] : [])
        }
        let meant = nearestName(to: name.text, among: names)
        throw fault(
            .unknownMember, message, at: name.range,
            fix: meant.map {
                "did you mean `\($0)`?   members: \(names.joined(separator: ", "))"
            }
                ?? (names.isEmpty ? nil : "members: \(names.joined(separator: ", "))"),
            edits: meant.map { [TextEdit(name.range, $0)] } ?? [])
    }

    /// What a run of an earlier session says only with the labels of its data: they are made again, as for `table`.
    private func measure(_ name: Identifier, of value: Value) throws -> Value? {
        guard case .object(let object) = value, let run = object as? RunValue,
            let measure = OutcomeMeasure(rawValue: name.text), measure.needsLabels, run.run.accuracy != nil
        else { return nil }
        let call = Invocation(arguments: Arguments(word: .table, range: name.range), context: context)
        return try run.run.value(of: measure, labels: call.testLabels(of: [run], for: [measure])[0]).map {
            .decimal($0)
        }
    }
}

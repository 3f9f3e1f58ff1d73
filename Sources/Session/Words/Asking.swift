// What `ask` does.

import Language

func askPerson(_ call: Invocation) throws -> Value {
    let question = call.arguments.text("question") ?? ""
    switch call.context.output.ask(question, isSecret: call.arguments.boolean("secret") ?? false) {
    case .line(let line):
        guard line.utf8.count <= SyntaxLimits.cellBytes else {
            throw call.fault(
                .tooLarge,
                "the answer to `\(question.trimmed)` has more than \(SyntaxLimits.cellBytes) bytes, the most of a text",
                fix: "answer with the name of a file")
        }
        // A file of Windows ends its lines with two characters.
        let answer = line.last?.isNewline == true ? String(line.dropLast()) : line
        return number(answer) ?? .string(answer)
    case .interrupted: throw call.context.interrupted(at: call.range)
    case .nobody:
        throw call.fault(
            .nobodyToAsk, "there is nobody to answer `\(question.trimmed)`",
            fix: "write the value into the program, or give it: `tandem run FILE --set name=value`")
    }
}

/// `12`, ` 1e-3 `: what a person types for a number is one.
private func number(_ line: String) -> Value? {
    let text = line.trimmed
    if let whole = Int(text) { return .integer(whole) }
    guard let first = text.unicodeScalars.first(where: { $0 != "-" && $0 != "." }), ("0"..."9").contains(first),
        !text.lowercased().hasPrefix("0x"), let decimal = Double(text), decimal.isFinite
    else { return nil }
    return .decimal(decimal)
}

extension String {
    /// Without white space at both ends.
    fileprivate var trimmed: String {
        guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[...last].drop { $0.isWhitespace })
    }
}

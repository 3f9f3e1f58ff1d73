// `ask`

import Language

private let question = Option("question", .text, isPositional: true, "what is shown before the answer")
private let secret = Option(
    "secret", .boolean, default: false, "whether the answer is hidden, while it is typed and as the result of a cell")

extension Word {
    static let ask = Word(
        "ask", .values, "Asks the user a question and waits for the answer", [question, secret], result: .answer,
        example: "let epochs = ask \"How many epochs? \"", aliases: ["raw_input", "readline", "prompt"],
        takesLong: true, .perform(askPerson))
}

private func askPerson(_ call: Invocation) throws -> Value {
    let prompt = call[question]
    if call[secret] { call.context.holdsSecret = true }
    switch call.context.output.ask(prompt, isSecret: call[secret]) {
    case .line(let line):
        guard line.utf8.count <= SyntaxLimits.cellBytes else {
            throw call.fault(
                .tooLarge,
                "the answer to `\(prompt.trimmed)` has more than \(SyntaxLimits.cellBytes) bytes, the most that a string holds",
                fix: "answer with the name of a file")
        }
        // A file of Windows ends its lines with two characters.
        let answer = line.last?.isNewline == true ? String(line.dropLast()) : line
        return number(answer) ?? .string(answer)
    case .interrupted: throw call.context.interrupted(at: call.range)
    case .nobody:
        throw call.fault(
            .nobodyToAsk, "there is nobody to answer `\(prompt.trimmed)`",
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

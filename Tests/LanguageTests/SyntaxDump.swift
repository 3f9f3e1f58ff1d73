// A short written form of a tree, so that a test can say in one line how a cell should be read: commands as
// `(conv 64 kernel: 3)`, calls as `conv(64, kernel: 3)`, every operator in parentheses.

@testable import Language

func dump(_ text: String) -> String {
    let program = parse(SourceText(text))
    if let fault = program.diagnostics.first { return "error: \(fault.message)" }
    return program.statements.map(dump).joined(separator: "\n")
}

private func dump(_ statement: Statement) -> String {
    let quiet = statement.isQuiet ? ";" : ""
    switch statement.kind {
    case .binding(let names, let isTuple, let value): return "let \(dump(names, isTuple)) = \(dump(value))\(quiet)"
    case .model(let definition): return "model \(dump(definition))"
    case .block(let definition): return "block \(dump(definition))"
    case .forLoop(let names, let isTuple, let sequence, let body):
        return "for \(dump(names, isTuple)) in \(dump(sequence)) \(dump(body))"
    case .repeatLoop(let count, let body): return "repeat \(dump(count)) \(dump(body))"
    case .conditional(let conditional): return dump(conditional)
    case .expression(let value): return dump(value) + quiet
    }
}

private func dump(_ names: [Identifier], _ isTuple: Bool) -> String {
    let list = names.map(\.text).joined(separator: ", ")
    return isTuple ? "(\(list))" : list
}

private func dump(_ definition: Definition) -> String {
    let parameters = definition.parameters.map { parameter in
        parameter.name.text + (parameter.defaultValue.map { ": " + dump($0) } ?? "")
    }
    return "\(definition.name.text)(\(parameters.joined(separator: ", "))) \(dump(definition.body))"
}

private func dump(_ body: Body) -> String {
    "{ " + body.statements.map { dump($0) + " " }.joined() + "}"
}

private func dump(_ conditional: Conditional) -> String {
    let branches = conditional.branches.map { "if \(dump($0.condition)) \(dump($0.body))" }
    return branches.joined(separator: " else ") + (conditional.otherwise.map { " else " + dump($0) } ?? "")
}

func dump(_ expression: Expression) -> String {
    switch expression.kind {
    case .integer(let value): return "\(value)"
    case .decimal(let value): return "\(value)"
    case .boolean(let value): return "\(value)"
    case .shape(let sizes): return sizes.map(String.init).joined(separator: "x")
    case .name(let name): return name
    case .string(let parts):
        return "\""
            + parts.map { part in
                switch part {
                case .text(let text): text
                case .interpolation(let value): "\\(" + dump(value) + ")"
                }
            }.joined() + "\""
    case .list(let values): return "[" + values.map(dump).joined(separator: ", ") + "]"
    case .listLoop(let names, let isTuple, let sequence, let body):
        return "[for \(dump(names, isTuple)) in \(dump(sequence)) \(dump(body))]"
    case .tuple(let values): return "(" + values.map(dump).joined(separator: ", ") + ")"
    case .range(let first, let last): return "(\(dump(first))...\(dump(last)))"
    case .unary(let kind, let operand): return "(\(kind.rawValue)\(dump(operand)))"
    case .binary(let kind, let left, let right, _): return "(\(dump(left)) \(kind.rawValue) \(dump(right)))"
    case .member(let base, let name): return "\(dump(base)).\(name.text)"
    case .index(let base, let position): return "\(dump(base))[\(dump(position))]"
    case .conditional(let conditional): return "(" + dump(conditional) + ")"
    case .call(let call):
        let arguments = call.arguments.map { ($0.label.map { $0.text + ": " } ?? "") + dump($0.value) }
        let bodies = call.bodies.map { " " + dump($0) }.joined()
        switch call.style {
        case .command: return "<" + ([call.callee.text] + arguments).joined(separator: " ") + bodies + ">"
        case .parentheses: return "\(call.callee.text)(" + arguments.joined(separator: ", ") + ")" + bodies
        }
    }
}

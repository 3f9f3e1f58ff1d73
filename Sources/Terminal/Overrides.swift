// What `tandem run --set name=value` replaces, checked before anything runs: a night's work must not end with an
// unknown name.

import Language

struct Overrides {
    /// In the order in which they were given.
    var pairs: [(name: String, value: String)]

    /// What is wrong with them for a program of these cells, one line each.
    func faults(in cells: [SourceText]) -> [String] {
        let programs = cells.map(parse)
        let bound = programs.flatMap { $0.statements.flatMap(Self.topLevelNames) }
        // What could not be read may bind anything that it mentions; its own fault is reported when it runs.
        let unread = Set(
            programs.flatMap { program in
                program.unread.flatMap { program.source[$0].split { !$0.unicodeScalars.allSatisfy(\.isNamePart) } }
            })
        var faults: [String] = []
        var seen: Set<String> = []
        for (name, _) in pairs {
            if !seen.insert(name).inserted {
                faults.append("--set \(name) is given twice")
            } else if !bound.contains(name), !unread.contains(Substring(name)) {
                faults.append("--set \(name): \(Self.reason(name, programs, bound))")
            }
        }
        return faults
    }

    private static func topLevelNames(_ statement: Statement) -> [String] {
        if case .binding(let names, _, _) = statement.kind { names.map(\.text) } else { [] }
    }

    private static func reason(_ name: String, _ programs: [Program], _ bound: [String]) -> String {
        for program in programs {
            guard let (what, range) = other(name, program.statements, "") else { continue }
            let position = program.source.position(of: range.start)
            let place = "\(program.source.name.map { "\($0):" } ?? "")\(position.line):\(position.column)"
            return "`\(name)` is \(what) (\(place)), and only a top-level `let` can be replaced"
        }
        let missing = "the program has no top-level `let \(name) = …`"
        if let near = nearestName(to: name, among: bound) { return "\(missing); did you mean `\(near)`?" }
        guard !bound.isEmpty else { return "\(missing), nor any other" }
        var names: [String] = []
        for name in bound where !names.contains(name) { names.append(name) }
        let rest = names.count > mostNames ? ", …" : ""
        return "\(missing); it has " + names.prefix(mostNames).map { "`\($0)`" }.joined(separator: ", ") + rest
    }

    private static let mostNames = 10

    /// What a name is that no top-level `let` binds, and where.
    private static func other(_ name: String, _ statements: [Statement], _ inside: String) -> (String, SourceRange)? {
        for statement in statements {
            let found: (String, SourceRange)?
            switch statement.kind {
            case .binding(let names, _, _):
                found = names.first { $0.text == name }.map { ("bound inside \(inside)", $0.range) }
            case .model(let definition): found = other(name, definition, "model")
            case .block(let definition): found = other(name, definition, "block")
            case .forLoop(let names, _, _, let body):
                found =
                    names.first { $0.text == name }.map { ("the name of a loop", $0.range) }
                    ?? other(name, body.statements, "a loop")
            case .repeatLoop(_, let body): found = other(name, body.statements, "a loop")
            case .conditional(let conditional):
                found =
                    (conditional.branches.map(\.body) + [conditional.otherwise].compactMap(\.self))
                    .lazy.compactMap { other(name, $0.statements, "an `if`") }.first
            case .expression: found = nil
            }
            if let found { return found }
        }
        return nil
    }

    private static func other(_ name: String, _ definition: Definition, _ kind: String) -> (String, SourceRange)? {
        if definition.name.text == name { return ("a \(kind)", definition.name.range) }
        if let parameter = definition.parameters.first(where: { $0.name.text == name }) {
            return ("a parameter of \(kind) `\(definition.name.text)`", parameter.name.range)
        }
        return other(name, definition.body.statements, "\(kind) `\(definition.name.text)`")
    }
}

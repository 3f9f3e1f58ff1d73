// What an error can tell a person to type: names of values that the session has, and the example of a word with them.

import Language

struct NamesToType {
    private let kinds: [String: ValueKind]
    /// Those of the last model, run, data set and study.
    private let last: Set<String>

    /// - Parameter bound: what a cell binds before the place that is looked at, where it does not run yet.
    init(_ session: SessionState, bound: [String: ValueKind] = [:]) {
        kinds = session.names.mapValues(\.kind).merging(bound) { $1 }
        let last = [
            session.lastModel?.name, session.lastRun?.boundName, session.lastData?.boundName,
            session.lastStudy?.boundName,
        ]
        self.last = Set(last.compactMap(\.self)).subtracting(bound.keys)
    }

    /// The names of values of a kind, the last one first.
    func names(of kind: ValueKind, besides given: Set<String> = []) -> [String] {
        let all = kinds.keys.filter { kinds[$0] == kind && !given.contains($0) }.sorted()
        return all.filter(last.contains) + all.filter { !last.contains($0) }
    }

    /// What to do where there is no value of a kind, or no other one.
    func toMake(_ kind: ValueKind, another isAnother: Bool = false) -> String {
        let first = isAnother ? "another one" : "one"
        func free(_ name: String, or other: String) -> String { kinds[name] == nil ? name : other }
        switch kind {
        case .model:
            let name = free("Net", or: free("Other", or: "Third"))
            return "define \(first) first: `model \(name) { input 3x32x32; flatten; linear 10 }`"
        case .run:
            guard let model = names(of: .model).first else {
                return
                    "define a model and train it: `model Net { input 3x32x32; flatten; linear 10 }`, then `let a = train Net`"
            }
            return "train \(first) first: `let \(free("a", or: free("b", or: "other"))) = train \(model)`"
        case .study:
            let models = names(of: .model).prefix(2).sorted()
            guard models.count > 1 else {
                return "define two models and compare them: `let study = compare \(models.first ?? "Net"), Other`"
            }
            return "start \(first) first: `let study = compare \(models[0]), \(models[1])`"
        case .data: return "bind \(first) first: `let data = synthetic()`"
        default: return "`help` lists the words"
        }
    }

    /// The line of a word's example that uses it, with the names of this session; where it has no value of a kind that
    /// the line needs, how one is made.
    func example(of word: Word) -> String {
        let line = word.exampleLine
        var taken: [String: String] = [:]
        var given: Set<String> = []
        for name in Self.names(in: line) {
            guard taken[name] == nil, let kind = word.exampleKinds[name] else { continue }
            guard kinds[name] != kind else {
                given.insert(name)
                continue
            }
            guard let own = names(of: kind, besides: given).first ?? names(of: kind).first else {
                return toMake(kind)
            }
            taken[name] = own
            given.insert(own)
        }
        return "for example `\(Self.text(line, replacing: taken))`"
    }

    private static func names(in line: String) -> [String] {
        line.split { !$0.unicodeScalars.allSatisfy(\.isNamePart) }.map(String.init)
    }

    /// Names only, no labels: `data` of `on: data`, not `data:`.
    private static func text(_ line: String, replacing names: [String: String]) -> String {
        guard !names.isEmpty else { return line }
        var (text, name) = ("", "")
        for character in line + " " {
            if character.unicodeScalars.allSatisfy(\.isNamePart) {
                name.append(character)
                continue
            }
            text += character == ":" ? name : names[name] ?? name
            text.append(character)
            name = ""
        }
        text.removeLast()
        return text
    }
}

extension Invocation {
    /// The call with as many values of a kind as it takes: those given, then others of the session.
    func fixOfCount(_ count: Int, of kind: ValueKind, _ given: [SourceRange]) -> String {
        let names = context.namesToType
        let written = given.map { context.source[$0] }
        let all = Array((written + names.names(of: kind, besides: Set(written))).prefix(count))
        guard all.count == count else { return names.toMake(kind, another: !all.isEmpty) }
        return "write `\(arguments.word.name) \(all.joined(separator: ", "))`"
    }
}

extension WordContext {
    var namesToType: NamesToType { NamesToType(session) }
}

extension Word {
    /// What the lines before the last of its example bind.
    fileprivate var exampleKinds: [String: ValueKind] {
        var kinds: [String: ValueKind] = [:]
        for line in example.split(separator: "\n").dropLast() {
            let parts = line.split { " ={(".contains($0) }.map(String.init)
            guard parts.count > 2 else { continue }
            if parts[0] == "model" { kinds[parts[1]] = .model }
            if parts[0] == "let" { kinds[parts[1]] = Vocabulary.word(parts[2])?.result }
        }
        return kinds
    }
}

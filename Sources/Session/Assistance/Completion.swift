// What may stand at the cursor: words by the place, options of the word being called with their defaults, choices, names,
// members behind a dot. Works on programs that are not finished or not right.

import Language

struct Completion {
    private let place: CursorText
    private let names: [String: Value]

    init(_ code: String, at cursor: Int, names: [String: Value]) {
        place = CursorText(code, at: cursor)
        self.names = names
    }

    var list: CompletionList {
        var seen: Set<String> = []
        let items = place.isInText ? [] : candidates.filter { matches($0.text) && seen.insert($0.text).inserted }
        return CompletionList(start: place.start, end: place.end, items: items)
    }

    private func matches(_ text: String) -> Bool {
        let typed = place.prefix.lowercased().unicodeScalars
        return text.lowercased().unicodeScalars.starts(with: typed)
    }

    private var candidates: [CompletionList.Item] {
        if !place.path.isEmpty { return members }
        if place.isAtHead { return heads }
        guard let callee = place.callee else { return values }
        guard let word = Vocabulary.word(callee) else { return parameters(of: callee) + values }
        if let label = place.label { return self.values(for: word.parameter(label)) }
        if word.name == "help" { return Vocabulary.all.map(item) }
        let positional = word.parameters.first(where: \.isPositional)
        return options(of: word) + values(for: positional)
    }

    private var heads: [CompletionList.Item] {
        let words = Vocabulary.all.filter { $0.isLayer == place.isLayerBody && $0.worksAlready }
        let later = Vocabulary.all.filter { $0.isLayer == place.isLayerBody && !$0.worksAlready }
        let keywords = ["let", "model", "block", "for", "repeat", "if"].map {
            CompletionList.Item(text: $0, kind: "keyword", detail: "")
        }
        return words.map(item) + variables { _ in true } + keywords + later.map(item)
    }

    private var values: [CompletionList.Item] {
        variables { _ in true } + Vocabulary.all.filter { !$0.isLayer && $0.result != "nothing" }.map(item)
    }

    private func item(_ word: Word) -> CompletionList.Item {
        CompletionList.Item(
            text: word.name, kind: word.isLayer ? "layer" : "word", detail: word.worksAlready ? word.help : "not yet")
    }

    private func options(of word: Word) -> [CompletionList.Item] {
        word.parameters.compactMap { parameter in
            if parameter.isRest || place.labels.contains(parameter.label) || parameter.isPositionalOnly { return nil }
            if parameter.isPositional, parameter.isRequired { return nil }
            return CompletionList.Item(
                text: parameter.label + ":", kind: "option", detail: parameter.standardText ?? parameter.kind.text)
        }
    }

    private func parameters(of callee: String) -> [CompletionList.Item] {
        guard case .template(let template)? = names[callee] else { return [] }
        return template.definition.parameters.filter { !place.labels.contains($0.name.text) }.map {
            let standard = $0.defaultValue.map { template.source[$0.range] }
            return CompletionList.Item(text: $0.name.text + ":", kind: "option", detail: standard ?? "required")
        }
    }

    /// Choices first, then what has the right type.
    private func values(for parameter: Parameter?) -> [CompletionList.Item] {
        guard let parameter else { return values }
        let choices = parameter.choices.map {
            CompletionList.Item(text: $0, kind: "choice", detail: $0 == parameter.standardText ? "default" : "")
        }
        func words(_ result: String) -> [CompletionList.Item] {
            Vocabulary.all.filter { $0.result == result && $0.worksAlready }.map(item)
        }
        switch parameter.kind {
        case .choice: return choices
        case .model: return choices + variables { $0.completionKind == "model" }
        case .data: return choices + variables { $0.completionKind == "data" } + words("a data set")
        case .run: return choices + variables { $0.completionKind == "run" }
        case .network: return choices + variables { $0.completionKind == "model" || $0.completionKind == "run" }
        case .optimizer: return choices + words("an optimizer")
        case .schedule: return choices + words("a schedule")
        case .boolean:
            return ["true", "false"].map { CompletionList.Item(text: $0, kind: "choice", detail: "") }
                + variables { if case .boolean = $0 { true } else { false } }
        case .word: return Vocabulary.all.map(item)
        case .integer, .decimal, .extent, .shape, .list, .text:
            return choices + variables { $0.completionKind == "value" }
        case .any: return choices + values
        }
    }

    private func variables(_ isWanted: (Value) -> Bool) -> [CompletionList.Item] {
        names.filter { isWanted($0.value) }.sorted { $0.key < $1.key }.map { name, value in
            CompletionList.Item(text: name, kind: value.completionKind, detail: String(value.text.prefix(60)))
        }
    }

    private var members: [CompletionList.Item] {
        guard var value = names[place.path[0]] else { return [] }
        for name in place.path.dropFirst() {
            guard let next = value.member(name) else { return [] }
            value = next
        }
        return value.memberHelp.map { CompletionList.Item(text: $0.name, kind: "member", detail: $0.help) }
    }
}

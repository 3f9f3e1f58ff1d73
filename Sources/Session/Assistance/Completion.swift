// Completions at the cursor: words that fit the place, options with their defaults, choices, names, members after a
// dot, files in a string. Works on incomplete and wrong programs.

import Language
import Libraries
import Text

struct Completion {
    private let place: CursorText
    private let names: [String: Value]
    /// What paths are relative to.
    private let folder: String

    init(_ code: String, at cursor: Int, names: [String: Value], folder: String) {
        place = CursorText(code, at: cursor)
        self.names = names
        self.folder = folder
    }

    var list: CompletionList {
        if let start = place.stringStart, isPath { return files(from: start) }
        var seen: Set<String> = []
        let items = place.isInText ? [] : candidates.filter { matches($0.text) && seen.insert($0.text).inserted }
        return CompletionList(start: place.base + place.start, end: place.base + place.end, items: items)
    }

    /// The word of this name, unless a definition hides it.
    private func visibleWord(_ name: String) -> Word? {
        Vocabulary.word(
            name,
            unless: names[name]?.isDefinition == true
                || place.localNames.contains { $0.name == name && ($0.binding == .model || $0.binding == .block) })
    }

    // MARK: Files

    /// Whether the string at the cursor names a file.
    private var isPath: Bool {
        guard let word = place.callee.flatMap(visibleWord) else { return false }
        let parameter =
            place.label.map { word.parameter($0) }
            ?? word.parameters.first { if case .path = $0.kind { $0.isPositional } else { false } }
        if case .path? = parameter?.kind { return true }
        return false
    }

    /// The files and folders that begin with what is typed; hidden ones where their dot is. Left out are names that are
    /// not what they look like, and those that a string does not hold as they are.
    private func files(from start: Int) -> CompletionList {
        let typed = place.text(start, place.cursor)
        let slash = typed.lastIndex(of: "/")
        let parent = slash.map { String(typed[...$0]) } ?? ""
        let beginning = slash.map { String(typed[typed.index(after: $0)...]) } ?? typed
        let path = FileSystem.resolve(readable: parent.isEmpty ? "." : parent, in: folder)
        let entries = ((try? FileSystem.list(path)) ?? []).filter { name in
            name.hasPrefix(beginning) && (beginning.hasPrefix(".") || !name.hasPrefix("."))
                && name.printableName == name
                && !name.utf8.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        }
        let items = entries.sorted().map { name in
            let isFolder = FileSystem.isDirectory(FileSystem.join(path, name))
            return CompletionList.Item(
                text: isFolder ? name + "/" : name, kind: "path", detail: isFolder ? "folder" : "")
        }
        return CompletionList(
            start: place.base + place.cursor - beginning.unicodeScalars.count, end: place.base + place.cursor,
            items: items)
    }

    private func matches(_ text: String) -> Bool {
        let typed = place.prefix.lowercased().unicodeScalars
        return text.lowercased().unicodeScalars.starts(with: typed)
    }

    private var candidates: [CompletionList.Item] {
        if !place.path.isEmpty { return members }
        if place.isBehindBlock { return continuations + heads }
        if place.isAtHead { return heads }
        guard let callee = place.callee else { return values }
        guard let word = visibleWord(callee) else { return parameters(of: callee) + values }
        if let label = place.label { return self.values(for: word.parameter(label)) }
        if word.name == "help" { return Vocabulary.all.map(item) }
        let positional = word.parameters.first(where: \.isPositional)
        return options(of: word) + values(for: positional)
    }

    /// What may follow a block.
    private var continuations: [CompletionList.Item] {
        [CompletionList.Item(text: "else", kind: "keyword", detail: "")]
            + (place.isLayerBody ? Vocabulary.word("shortcut").map { [item($0)] } ?? [] : [])
    }

    private var heads: [CompletionList.Item] {
        let words = Vocabulary.all.filter { $0.isLayer == place.isLayerBody && visibleWord($0.name) != nil }
        let keywords = ["let", "model", "block", "for", "repeat", "if"].map {
            CompletionList.Item(text: $0, kind: "keyword", detail: "")
        }
        return words.map(item) + variables { _ in true } + keywords
    }

    private var values: [CompletionList.Item] {
        variables { _ in true } + Vocabulary.all.filter { !$0.isLayer && $0.result != .nothing }.map(item)
    }

    private func item(_ word: Word) -> CompletionList.Item {
        CompletionList.Item(text: word.name, kind: word.isLayer ? "layer" : "word", detail: word.help)
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
    private func values(for parameter: WordParameter?) -> [CompletionList.Item] {
        guard let parameter else { return values }
        let choices = parameter.choices.map {
            CompletionList.Item(text: $0, kind: "choice", detail: $0 == parameter.standardText ? "default" : "")
        }
        func words(_ result: ValueKind) -> [CompletionList.Item] {
            Vocabulary.all.filter { $0.result == result }.map(item)
        }
        switch parameter.kind {
        case .choice: return choices
        case .model: return choices + variables { $0.kind == "model" }
        case .data, .dataSets: return choices + variables { $0.kind == "data" } + words(.data)
        case .run: return choices + variables { $0.kind == "run" }
        case .study: return choices + variables { $0.kind == "study" }
        case .network, .compared: return choices + variables { $0.kind == "model" || $0.kind == "run" }
        case .optimizer: return choices + words(.optimizer)
        case .schedule: return choices + words(.schedule)
        case .average: return choices + words(.average)
        case .teacher: return choices + words(.teacher)
        case .workers: return choices + words(.workers) + variables { $0.kind == "value" }
        case .boolean:
            return ["true", "false"].map { CompletionList.Item(text: $0, kind: "choice", detail: "") }
                + variables { $0.detail == "true" || $0.detail == "false" || $0.detail == "parameter" }
        case .word: return Vocabulary.all.map(item)
        case .integer, .decimal, .extent, .shape, .list, .pair, .text, .path:
            return choices + variables { $0.kind == "value" }
        case .any: return choices + values
        }
    }

    /// The visible names, the innermost first.
    private func variables(_ isWanted: (CompletionList.Item) -> Bool) -> [CompletionList.Item] {
        let local = place.localNames.reversed().map(item)
        let bound = names.sorted { $0.key < $1.key }.map { name, value in
            CompletionList.Item(
                text: name, kind: value.completionKind, detail: String(value.text.prefix(60)).printableName)
        }
        return (local + bound).filter(isWanted)
    }

    /// A name that this cell binds, still without a value.
    private func item(_ local: CursorText.LocalName) -> CompletionList.Item {
        let (kind, detail): (String, String)
        switch local.binding {
        case .model: (kind, detail) = ("model", "model of this cell")
        case .block: (kind, detail) = ("block", "block of this cell")
        case .parameter: (kind, detail) = ("value", "parameter")
        case .element: (kind, detail) = ("value", "of the loop")
        case .letValue: (kind, detail) = (kindOfValue(local.head), "of this cell")
        }
        return CompletionList.Item(text: local.name, kind: kind, detail: detail)
    }

    /// What a head makes: `train` a run, the name of a model a model.
    private func kindOfValue(_ head: String?) -> String {
        guard let head else { return "value" }
        switch visibleWord(head)?.result {
        case .run?: return "run"
        case .data?: return "data"
        case nil:
            let isModel = place.localNames.contains { $0.name == head && $0.binding == .model }
            return isModel || names[head]?.completionKind == "model" ? "model" : "value"
        default: return "value"
        }
    }

    private var members: [CompletionList.Item] {
        func items(_ help: [(name: String, help: String)]) -> [CompletionList.Item] {
            help.map { CompletionList.Item(text: $0.name, kind: "member", detail: $0.help) }
        }
        if let local = place.localNames.last(where: { $0.name == place.path[0] }) {
            guard place.path.count == 1 else { return [] }
            return switch item(local).kind {
            case "run": items(RunValue.memberHelp)
            case "data": items(DataValue.memberHelp)
            case "model": items(Model.memberHelp)
            default: []
            }
        }
        guard var value = names[place.path[0]] else { return [] }
        for name in place.path.dropFirst() {
            guard let next = value.member(name) else { return [] }
            value = next
        }
        return items(value.memberHelp)
    }
}

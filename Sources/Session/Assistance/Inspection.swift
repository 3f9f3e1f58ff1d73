// What is at the cursor: a value, a word, or an option of the word being called.

import Experiments
import Graphics
import Language
import Libraries
import Network
import Text

struct Inspection {
    private let place: CursorText
    private let names: [String: Value]

    init(_ code: String, at cursor: Int, names: [String: Value]) {
        place = CursorText(code, at: cursor)
        self.names = names
    }

    var page: RichValue? {
        if place.isInText { return nil }
        let name = place.name
        if name.isEmpty { return place.callee.flatMap(visibleWord).map(HelpText.page) }
        if !place.path.isEmpty { return member(name) }
        if isLabel, let callee = place.callee, let word = visibleWord(callee), let parameter = word.parameter(name) {
            return HelpText.page(parameter, of: word)
        }
        let word = visibleWord(name)
        // A head with an argument is the word; a name alone is the variable first.
        if let word, place.isAtHead, isFollowedByArgument || place.isLayerBody && word.isLayer {
            return HelpText.page(word)
        }
        if let value = names[name] { return describe(name, value) }
        return word.map(HelpText.page) ?? Keyword.named(name).map(HelpText.page)
    }

    /// The word of this name, unless a definition hides it.
    private func visibleWord(_ name: String) -> Word? {
        Vocabulary.word(name, unless: names[name]?.isDefinition == true)
    }

    private var isLabel: Bool {
        var next = place.end
        while next < place.scalars.count, place.scalars[next] == " " { next += 1 }
        return next < place.scalars.count && place.scalars[next] == ":"
    }

    private var isFollowedByArgument: Bool {
        guard place.end < place.scalars.count else { return false }
        if place.scalars[place.end] == "(" { return true }
        guard place.scalars[place.end] == " ", place.end + 1 < place.scalars.count else { return false }
        let next = place.scalars[place.end + 1]
        return next.isNamePart || "\"([-!".unicodeScalars.contains(next)
    }

    private func describe(_ name: String, _ value: Value) -> RichValue {
        var rich = value.inspected
        let title = "\(name): \(value.kind)"
        rich.text = title + "\n" + rich.terminalForm(columns: nil)
        rich.terminalText = nil
        if !value.memberHelp.isEmpty {
            rich.text += "\nmembers: " + value.memberHelp.map(\.name).joined(separator: ", ")
        }
        rich.html = rich.html.map { "<p>\(markupEscaped(title))</p>" + $0 }
        return rich
    }

    private func member(_ name: String) -> RichValue? {
        guard var value = names[place.path[0]] else { return nil }
        for step in place.path.dropFirst() {
            guard let next = value.member(step) else { return nil }
            value = next
        }
        guard let help = value.memberHelp.first(where: { $0.name == name }) else { return nil }
        let current = value.member(name).map { ": \($0.text)" } ?? ""
        return RichValue(text: "\(name)\(current)\n\(help.help)")
    }
}

extension Value {
    /// What it is, in a few lines: of a model its shapes and the end of its summary, of a run its last epoch.
    fileprivate var inspected: RichValue {
        switch self {
        case .template(let template): template.standard?.inspected ?? rich
        case .model(let model): model.inspected
        case .object(let object): (object as? RunValue)?.inspected ?? rich
        default: rich
        }
    }
}

extension Model {
    fileprivate var inspected: RichValue {
        guard let architecture else { return RichValue(text: text) }
        let rows = Summary(architecture).rows.suffix(4).map { row in
            "\(row.number)  \(row.layer.layer) → \(row.layer.output)"
        }
        return RichValue(
            text: ([text, "\(grouped(architecture.operations)) multiply-adds", "…"] + rows).joined(separator: "\n"))
    }
}

extension RunValue {
    fileprivate var inspected: RichValue {
        guard let last = run.result ?? run.metrics.last else { return RichValue(text: text) }
        return RichValue(
            text: text
                + "\nepoch \(last.epoch): training loss \(fixed(last.trainLoss, 4)), \(fixed(last.trainAccuracy, 2)) %; "
                + "test loss \(lossText(last.testLoss, 4)), \(fixed(last.testAccuracy, 2)) %")
    }
}

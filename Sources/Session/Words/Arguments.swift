// The arguments of a call after they were checked against the word's parameters: every value has the kind and the range
// that its parameter declares, so a word reads them without asking again.

import Language
import Network

struct Arguments {
    struct Given {
        let value: Value
        let range: SourceRange
    }

    let word: Word
    /// The whole call.
    let range: SourceRange
    /// By label.
    private var values: [String: Given] = [:]
    private(set) var rest: [Given] = []

    init(word: Word, range: SourceRange) {
        self.word = word
        self.range = range
    }

    mutating func set(_ parameter: WordParameter, _ value: Value, at range: SourceRange) {
        values[parameter.label] = Given(value: value, range: range)
    }

    mutating func remove(_ option: any OptionDeclaration) { values[option.parameter.label] = nil }

    mutating func addRest(_ value: Value, at range: SourceRange) { rest.append(Given(value: value, range: range)) }

    func isGiven(_ option: any OptionDeclaration) -> Bool { given(option.parameter) != nil }

    func given(_ parameter: WordParameter) -> Given? { values[parameter.label] }

    /// Where the argument is, or the whole call where it was left out.
    func place(_ option: any OptionDeclaration) -> SourceRange { given(option.parameter)?.range ?? range }
}

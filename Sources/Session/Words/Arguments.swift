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
    /// By label; what was left out and has a plain default is there too, without a place.
    private var values: [String: Given] = [:]
    private(set) var rest: [Given] = []

    init(word: Word, range: SourceRange) {
        self.word = word
        self.range = range
    }

    mutating func set(_ label: String, _ value: Value, at range: SourceRange) {
        values[label] = Given(value: value, range: range)
    }

    mutating func addRest(_ value: Value, at range: SourceRange) { rest.append(Given(value: value, range: range)) }

    func isGiven(_ label: String) -> Bool { values[label] != nil }
    func isGiven(_ option: any OptionDeclaration) -> Bool { given(option.parameter) != nil }

    func given(_ parameter: Parameter) -> Given? { values[parameter.label] }

    subscript(_ label: String) -> Value? {
        if let given = values[label] { return given.value }
        if let parameter = word.parameter(label), case .value(let value) = parameter.standard { return value }
        return nil
    }

    /// Where the argument stands, or the whole call where it was left out.
    func place(_ label: String) -> SourceRange { values[label]?.range ?? range }
    func place(_ option: any OptionDeclaration) -> SourceRange { place(option.parameter.label) }

    // MARK: Values by kind; `nil` where the argument was left out and has no plain default

    func integer(_ label: String) -> Int? {
        if case .integer(let number)? = self[label] { number } else { nil }
    }

    func decimal(_ label: String) -> Double? { self[label]?.number }

    func boolean(_ label: String) -> Bool? {
        if case .boolean(let flag)? = self[label] { flag } else { nil }
    }

    func text(_ label: String) -> String? {
        if case .string(let text)? = self[label] { text } else { nil }
    }

    func extent(_ label: String) -> Extent? {
        switch self[label] {
        case .integer(let size)?: return Extent(size)
        case .shape(let shape)? where shape.sizes.count == 2: return Extent(shape.sizes[0], shape.sizes[1])
        default: return nil
        }
    }

    func shape(_ label: String) -> Shape? {
        if case .shape(let shape)? = self[label] { shape } else { nil }
    }

    func model(_ label: String) -> Model? {
        if case .model(let model)? = self[label] { model } else { nil }
    }

    func object<Object: ObjectValue>(_ label: String, _ type: Object.Type = Object.self) -> Object? {
        if case .object(let object)? = self[label] { object as? Object } else { nil }
    }
}

/// A call of a word that does something: its arguments, and the session it happens in.
struct Invocation {
    let arguments: Arguments
    let context: WordContext

    var range: SourceRange { arguments.range }

    subscript<Read>(_ option: Option<Read>) -> Read { arguments[option] }
    subscript<Read>(_ option: RestOption<Read>) -> [RestOption<Read>.Given] { arguments[option] }

    func isGiven(_ option: any OptionDeclaration) -> Bool { arguments.isGiven(option) }
    func place(_ option: any OptionDeclaration) -> SourceRange { arguments.place(option) }

    func fault(_ code: FaultCode, _ message: String, at place: SourceRange? = nil, fix: String? = nil) -> Diagnostic {
        context.faults.fault(code, message, at: place ?? range, fix: fix)
    }
}

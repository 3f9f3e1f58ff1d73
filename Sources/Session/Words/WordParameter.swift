// What a word declares of one parameter.

import Language
import Network

/// A parameter of a word: what an option declares, without the type it is read as.
final class WordParameter: OptionDeclaration {
    enum Kind: Sendable {
        case integer(ClosedRange<Int>)
        case decimal(ClosedRange<Double>, excludesLowest: Bool = false, excludesHighest: Bool = false)
        case boolean
        case text
        /// A text that names a file or a folder.
        case path
        /// One size or two: `3`, `3x5`; each in the range.
        case extent(ClosedRange<Int>)
        case shape
        case model
        case run
        /// A model, or the one a run has trained.
        case network
        /// A model, or a list of runs.
        case compared
        case data
        /// A data set, or a list of them.
        case dataSets
        case optimizer
        case schedule
        case average
        case teacher
        case study
        /// How many trainings at once, or who does them.
        case workers(ClosedRange<Int>)
        /// Only the choices.
        case choice
        /// The name of a word, unevaluated.
        case word
        case list
        /// Two numbers; how they are written: `(0.5, 1)`.
        case pair(String)
        case any

        /// What is only made by words, where it takes such a thing.
        var made: ValueKind? {
            switch self {
            case .model, .compared: .model
            case .run: .run
            case .data, .dataSets: .data
            case .optimizer: .optimizer
            case .schedule: .schedule
            case .average: .average
            case .teacher: .teacher
            case .study: .study
            case .workers: .workers
            case .network, .integer, .decimal, .boolean, .text, .path, .extent, .shape, .choice, .word, .list, .pair,
                .any:
                nil
            }
        }

        /// Whether it may take what a word gives. Simple values are looked at once they are there.
        func mayTake(_ result: ValueKind) -> Bool {
            switch result {
            case .wholeNumber, .decimal, .number, .boolean, .text, .answer, .shape, .list, .tuple, .range, .layer,
                .block:
                true
            case .runs: isList || isAny || isNetwork
            case .model, .data, .optimizer, .schedule, .average, .teacher, .recipe, .run, .rateSearch, .evaluation,
                .study, .workers, .variances, .proof,
                .table, .picture, .summary, .nothing:
                isAny || made == result || isNetwork && (result == .run || result == .model)
            }
        }

        private var isAny: Bool { if case .any = self { true } else { false } }
        var isList: Bool { if case .list = self { true } else { false } }
        private var isNetwork: Bool {
            switch self {
            case .network, .compared: true
            default: false
            }
        }

        /// With its article, for messages.
        var text: String {
            switch self {
            case .integer: "a whole number"
            case .decimal: "a number"
            case .boolean: "true or false"
            case .text: "a string"
            case .path: "a path"
            case .extent: "a size such as 3 or 3x5"
            case .shape: "a shape such as 3x32x32"
            case .model: "a model"
            case .run: "a run"
            case .network: "a model or a run"
            case .compared: "a model or a list of runs"
            case .data: "a data set"
            case .dataSets: "a data set or a list of them"
            case .optimizer: "an optimizer such as adam(lr: 1e-3)"
            case .schedule: "a schedule such as cosine"
            case .average: "an average such as ema(0.999)"
            case .teacher: "a teacher such as teacher(a)"
            case .study: "a study"
            case .workers: "a number, or workers such as slurm(8)"
            case .choice: "one of its choices"
            case .word: "the name of a word"
            case .list: "a list"
            case .pair(let example): "a pair such as \(example)"
            case .any: "a value"
            }
        }
    }

    enum Standard: Sendable {
        case required
        case value(Value)
        /// Worked out by the word; the text says how: `size`, `the last run`.
        case workedOut(String)
    }

    let label: String
    let kind: Kind
    let standard: Standard
    /// May be written without its label, in the order of declaration.
    let isPositional: Bool
    /// Takes all arguments without labels.
    let isRest: Bool
    let choices: [String]
    /// What may be given, where that is more than the range of its kind: `0, or 0.001 to 100`.
    private let range: String?
    /// Whether the word can read a value that its kind and its choices allow.
    let accepts: @Sendable (Value) -> Bool
    let aliases: [String]
    let help: String

    init(
        _ label: String, _ kind: Kind, _ standard: Standard = .required, isPositional: Bool = false,
        isRest: Bool = false, choices: [String] = [], range: String? = nil,
        accepts: @escaping @Sendable (Value) -> Bool = { _ in true }, aliases: [String] = [], _ help: String
    ) {
        self.label = label
        self.kind = kind
        self.standard = standard
        self.isPositional = isPositional || isRest
        self.isRest = isRest
        self.choices = choices
        self.range = range
        self.accepts = accepts
        self.aliases = aliases
        self.help = help
    }

    var parameter: WordParameter { self }

    var isText: Bool {
        switch kind {
        case .text, .path: true
        default: false
        }
    }

    var isRequired: Bool {
        if case .required = standard { true } else { false }
    }

    /// A subject that is mostly left out or given first, and reads oddly with its default after a label.
    var isPositionalOnly: Bool {
        if case .workedOut = standard { isPositional } else { false }
    }

    /// What the word works on, which may be left out.
    var isSubject: Bool {
        switch kind {
        case .run, .model, .network, .compared, .data, .study: isPositionalOnly
        default: false
        }
    }

    /// The default as it would be written; `nil` where the parameter is required.
    var standardText: String? {
        switch standard {
        case .required: nil
        case .value(.string(let text)): choices.contains(text) ? text : "\"\(text)\""
        case .value(let value): value.text
        case .workedOut(let text): text
        }
    }

    /// A value that it takes, as one would type it.
    var sample: String? {
        if case .pair(let example) = kind { return example }
        if let choice = choices.first { return choice }
        switch kind {
        case .integer(let range), .extent(let range), .workers(let range):
            return String(min(max(10, range.lowerBound), range.upperBound))
        case .decimal(let range, _, _): return range.contains(0.5) ? "0.5" : nil
        case .boolean: return "true"
        case .shape: return "3x32x32"
        default: return nil
        }
    }

    /// The value that messages name where a word makes it: `ema(0.999)`.
    var madeExample: String? {
        guard let start = kind.text.firstRange(of: " such as ")?.upperBound, kind.made != nil else { return nil }
        return String(kind.text[start...])
    }

    /// What may be given, for messages: `a whole number, or random`.
    var takes: String {
        if choices.isEmpty { return kind.text }
        let names = choices.joined(separator: ", ")
        if case .choice = kind { return "one of \(names)" }
        return "\(kind.text), or \(names)"
    }

    /// The range in words, where there is one.
    var rangeText: String? {
        if let range { return range }
        switch kind {
        case .integer(let range), .extent(let range), .workers(let range):
            if range.upperBound == .max { return range.lowerBound == .min ? nil : "at least \(range.lowerBound)" }
            return "\(range.lowerBound) to \(range.upperBound)"
        case .decimal(let range, let excludesLowest, let excludesHighest):
            let low = decimalText(range.lowerBound)
            if range.upperBound == .infinity {
                if range.lowerBound == -.infinity { return nil }
                return excludesLowest ? "above \(low)" : "at least \(low)"
            }
            let high = decimalText(range.upperBound)
            if excludesHighest { return "\(excludesLowest ? "above" : "at least") \(low) and below \(high)" }
            return excludesLowest ? "above \(low) and at most \(high)" : "\(low) to \(high)"
        default: return nil
        }
    }

    /// The range in words, for a value that is outside of it: a number that the machine cannot hold is above one that
    /// is not worth saying elsewhere.
    func rangeText(for value: Value) -> String {
        if case .integer(let range) = kind, range.upperBound == .max, let number = value.number,
            number > 0 || range.lowerBound == .min
        {
            return "\(range.lowerBound) to \(range.upperBound)"
        }
        return rangeText ?? "something else"
    }

    /// A value in the range for one that is outside of it: the share a percentage means, the default, else the nearest.
    func valueInstead(of value: Value) -> String? {
        let number = value.number
        if case .decimal(0...1, _, let excludesHighest) = kind, let number, number > 1,
            excludesHighest ? number < 100 : number <= 100
        {
            // `1.1` is 0.011, and not 0.011000000000000001.
            return decimalText((number * 1e4).rounded() / 1e6)
        }
        // `patience: 0` asks for the shortest one, not for none.
        if case .integer(let range) = kind, case .value(.string("none")) = standard, let number,
            number < Double(range.lowerBound)
        {
            return String(range.lowerBound)
        }
        if case .value = standard, let text = standardText { return text }
        switch kind {
        case .integer(let range):
            return number.map { String($0 < Double(range.lowerBound) ? range.lowerBound : range.upperBound) }
        case .extent(let range):
            // The largest is nothing that anybody means.
            return (number ?? 0) > Double(range.upperBound) ? nil : String(range.lowerBound)
        case .decimal(let range, let excludesLowest, _):
            guard let number, range.lowerBound.isFinite else { return nil }
            if number <= range.lowerBound {
                return excludesLowest || range.lowerBound > 0 && range.contains(1) ? "1" : decimalText(range.lowerBound)
            }
            return nil
        default: return nil
        }
    }
}

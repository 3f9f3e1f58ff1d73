// Options of words as typed values. Each says once how it is called, what it takes and what it is by default, and reads
// what a call gives for it: `let epochs = Option("epochs", .integer(1...1_000_000), default: 10, …)`, then
// `call[epochs]`.

import Language

/// What a word declares of an option, whatever its type.
protocol OptionDeclaration: Sendable {
    var parameter: WordParameter { get }
}

/// Read by `call[option]`: the value given, else the default. Where the default is worked out by the word, `Read` is
/// optional, and `nil` says that nothing was given.
struct Option<Read: Sendable>: OptionDeclaration {
    let parameter: WordParameter
    fileprivate let read: @Sendable (Value) -> Read?
    /// `nil` where the option is required.
    fileprivate let standard: Read?

    private init(
        _ label: String, _ kind: WordParameter.Kind, _ shown: WordParameter.Standard, isPositional: Bool,
        choices: [String], range: String? = nil,
        aliases: [String], _ help: String, standard: Read?, read: @escaping @Sendable (Value) -> Read?
    ) {
        parameter = WordParameter(
            label, kind, shown, isPositional: isPositional, choices: choices, range: range,
            accepts: { read($0) != nil }, aliases: aliases, help)
        (self.standard, self.read) = (standard, read)
    }

    /// A required option.
    init(
        _ label: String, _ kind: OptionKind<Read>, isPositional: Bool = false, aliases: [String] = [], _ help: String
    ) {
        self.init(
            label, kind.kind, .required, isPositional: isPositional, choices: kind.choices, aliases: aliases, help,
            standard: nil, read: kind.read)
    }

    /// An option with a default.
    init(
        _ label: String, _ kind: OptionKind<Read>, default standard: Read, isPositional: Bool = false,
        aliases: [String] = [], _ help: String
    ) {
        self.init(
            label, kind.kind, .value(kind.written(standard) ?? .nothing), isPositional: isPositional,
            choices: kind.choices, range: kind.range, aliases: aliases, help, standard: standard, read: kind.read)
    }

    /// An option whose default the word works out; `workedOut` says how: `size`, `the last run`.
    init<Given>(
        _ label: String, _ kind: OptionKind<Given>, workedOut: String, isPositional: Bool = false,
        aliases: [String] = [], _ help: String
    ) where Read == Given? {
        self.init(
            label, kind.kind, .workedOut(workedOut), isPositional: isPositional, choices: kind.choices,
            aliases: aliases, help, standard: .some(nil), read: { kind.read($0).map(Optional.some) })
    }

    /// An option that also takes a choice in place of a value, read as `nil`: `threads: all`, `padding: same`.
    init<Given>(
        _ label: String, _ kind: OptionKind<Given>, default standard: Given?, or choice: String,
        isPositional: Bool = false, aliases: [String] = [], _ help: String
    ) where Read == Given? {
        let shown = standard.map { kind.written($0) ?? .nothing } ?? .string(choice)
        self.init(
            label, kind.kind, .value(shown), isPositional: isPositional, choices: [choice], aliases: aliases, help,
            standard: .some(standard),
            read: { value in
                if case .string(choice) = value { .some(nil) } else { kind.read(value).map(Optional.some) }
            })
    }
}

/// All arguments without labels.
struct RestOption<Read: Sendable>: OptionDeclaration {
    let parameter: WordParameter
    fileprivate let read: @Sendable (Value) -> Read?

    /// - Parameter workedOut: what is taken where there are none; `nil` where that is for the word to say.
    init(_ label: String, _ kind: OptionKind<Read>, workedOut: String? = nil, _ help: String) {
        parameter = WordParameter(
            label, kind.kind, workedOut.map { .workedOut($0) } ?? .required, isRest: true, choices: kind.choices,
            accepts: { kind.read($0) != nil }, help)
        read = kind.read
    }

    struct Given {
        let value: Read
        let range: SourceRange
    }
}

extension Arguments {
    subscript<Read>(_ option: Option<Read>) -> Read {
        // The check of a call has refused what an option does not accept, and a call without what is required.
        if let given = given(option.parameter), let value = option.read(given.value) { return value }
        if let standard = option.standard { return standard }
        preconditionFailure("`\(word.name)` was called with an unchecked `\(option.parameter.label):`")
    }

    subscript<Read>(_ option: RestOption<Read>) -> [RestOption<Read>.Given] {
        rest.compactMap { given in option.read(given.value).map { .init(value: $0, range: given.range) } }
    }
}

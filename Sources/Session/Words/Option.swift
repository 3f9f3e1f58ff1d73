// Options of words as typed values. Each says once how it is called, what it takes and what it is by default, and reads what a
// call gives for it: `let epochs = Option("epochs", .integer(1...1_000_000), default: 10, …)`, then `call[epochs]`.

import Datasets
import Engine
import Language
import Network

/// What a word declares of an option, whatever its type.
protocol OptionDeclaration: Sendable {
    var parameter: Parameter { get }
}

/// What an option takes, and how that is read.
struct OptionKind<Read: Sendable>: Sendable {
    let kind: Parameter.Kind
    var choices: [String] = []
    let read: @Sendable (Value) -> Read?
    /// As it would be typed, for help; `nil` where a default of this kind is always worked out.
    var written: @Sendable (Read) -> Value? = { _ in nil }
}

/// Read by `call[option]`: the value given, else the default. Where the default is worked out by the word, `Read` is optional, and
/// `nil` says that nothing was given.
struct Option<Read: Sendable>: OptionDeclaration {
    let parameter: Parameter
    fileprivate let read: @Sendable (Value) -> Read?
    /// `nil` where the option is required.
    fileprivate let standard: Read?

    /// A required option.
    init(
        _ label: String, _ kind: OptionKind<Read>, isPositional: Bool = false, aliases: [String] = [], _ help: String
    ) {
        parameter = Parameter(
            label, kind.kind, isPositional: isPositional, choices: kind.choices, accepts: { kind.read($0) != nil },
            aliases: aliases, help)
        read = kind.read
        standard = nil
    }

    /// An option with a default.
    init(
        _ label: String, _ kind: OptionKind<Read>, default standard: Read, isPositional: Bool = false,
        aliases: [String] = [], _ help: String
    ) {
        parameter = Parameter(
            label, kind.kind, .value(kind.written(standard) ?? .nothing), isPositional: isPositional,
            choices: kind.choices, accepts: { kind.read($0) != nil }, aliases: aliases, help)
        read = kind.read
        self.standard = standard
    }

    /// An option whose default the word works out; `workedOut` says how: `size`, `the last run`.
    init<Given>(
        _ label: String, _ kind: OptionKind<Given>, workedOut: String, isPositional: Bool = false,
        aliases: [String] = [], _ help: String
    ) where Read == Given? {
        parameter = Parameter(
            label, kind.kind, .workedOut(workedOut), isPositional: isPositional, choices: kind.choices,
            accepts: { kind.read($0) != nil }, aliases: aliases, help)
        read = { kind.read($0).map(Optional.some) }
        standard = .some(nil)
    }

    /// An option that also takes a choice in place of a value, read as `nil`: `threads: all`, `padding: same`.
    init<Given>(
        _ label: String, _ kind: OptionKind<Given>, default standard: Given?, or choice: String,
        isPositional: Bool = false, aliases: [String] = [], _ help: String
    ) where Read == Given? {
        let written = standard.map { kind.written($0) ?? .nothing } ?? .string(choice)
        let read: @Sendable (Value) -> Given?? = { value in
            if case .string(choice) = value { return .some(nil) }
            return kind.read(value).map(Optional.some)
        }
        parameter = Parameter(
            label, kind.kind, .value(written), isPositional: isPositional, choices: [choice],
            accepts: { read($0) != nil }, aliases: aliases, help)
        self.read = read
        self.standard = .some(standard)
    }
}

/// All arguments without labels.
struct RestOption<Read: Sendable>: OptionDeclaration {
    let parameter: Parameter
    fileprivate let read: @Sendable (Value) -> Read?

    /// - Parameter workedOut: what is taken where there are none; `nil` where that is for the word to say.
    init(_ label: String, _ kind: OptionKind<Read>, workedOut: String? = nil, _ help: String) {
        parameter = Parameter(
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
        if let given = given(option.parameter) {
            if let value = option.read(given.value) { return value }
        } else if let standard = option.standard {
            return standard
        }
        // The check of a call has refused what an option does not accept, and a call without what is required.
        preconditionFailure("`\(word.name)` was called with an unchecked `\(option.parameter.label):`")
    }

    subscript<Read>(_ option: RestOption<Read>) -> [RestOption<Read>.Given] {
        rest.compactMap { given in option.read(given.value).map { .init(value: $0, range: given.range) } }
    }
}

// MARK: Kinds

extension OptionKind where Read == Int {
    /// Any whole number.
    static var integer: Self { integer(Int.min...Int.max) }

    static func integer(_ range: ClosedRange<Int>) -> Self {
        Self(
            kind: .integer(range), read: { if case .integer(let number) = $0 { number } else { nil } },
            written: { .integer($0) })
    }
}

extension OptionKind where Read == UInt64 {
    /// Of random numbers.
    static var seed: Self {
        Self(
            kind: .integer(0...Int.max),
            read: { if case .integer(let number) = $0 { UInt64(exactly: number) } else { nil } },
            written: { .integer(Int(clamping: $0)) })
    }
}

extension OptionKind where Read == Double {
    static func decimal(
        _ range: ClosedRange<Double>, excludesLowest: Bool = false, excludesHighest: Bool = false
    ) -> Self {
        Self(
            kind: .decimal(range, excludesLowest: excludesLowest, excludesHighest: excludesHighest),
            read: { $0.number },
            // `10`, not `10.0`.
            written: { number in Int(exactly: number).map { .integer($0) } ?? .decimal(number) })
    }

    static var positive: Self { decimal(0...Double.infinity, excludesLowest: true) }
    static var notNegative: Self { decimal(0...Double.infinity) }
}

extension OptionKind where Read == Bool {
    static var boolean: Self {
        Self(
            kind: .boolean, read: { if case .boolean(let flag) = $0 { flag } else { nil } },
            written: { .boolean($0) })
    }
}

extension OptionKind where Read == String {
    private static func string(_ kind: Parameter.Kind, choices: [String] = []) -> Self {
        Self(
            kind: kind, choices: choices, read: { if case .string(let text) = $0 { text } else { nil } },
            written: { .string($0) })
    }

    static var text: Self { string(.text) }
    /// Of a file or a folder.
    static var path: Self { string(.path) }
    /// The name of a word, unevaluated.
    static var word: Self { string(.word) }
    static func choice(_ choices: String...) -> Self { string(.choice, choices: choices) }
}

extension OptionKind where Read: CaseIterable & RawRepresentable<String> {
    /// One of the cases, called as its raw value.
    static var choice: Self { choice(Array(Read.allCases)) }

    static func choice(_ cases: [Read]) -> Self {
        Self(
            kind: .choice, choices: cases.map(\.rawValue),
            read: { if case .string(let text) = $0 { Read(rawValue: text) } else { nil } },
            written: { .string($0.rawValue) })
    }
}

extension OptionKind {
    /// Some of the cases: one, or a list of them. None where something else is among them, for the word to refuse.
    static func choices<Case: CaseIterable & RawRepresentable<String> & Sendable>(of type: Case.Type) -> Self
    where Read == [Case] {
        Self(
            kind: .list, choices: Case.allCases.map(\.rawValue),
            read: { value in
                let values: [Value]
                switch value {
                case .list(let items), .tuple(let items): values = items.values
                default: values = [value]
                }
                let cases = values.compactMap { value -> Case? in
                    if case .string(let text) = value { Case(rawValue: text) } else { nil }
                }
                return cases.count == values.count ? cases : []
            })
    }
}

extension OptionKind where Read == Extent {
    static func extent(_ range: ClosedRange<Int>) -> Self {
        Self(
            kind: .extent(range),
            read: { value in
                switch value {
                case .integer(let size): Extent(size)
                case .shape(let shape) where shape.sizes.count == 2: Extent(shape.sizes[0], shape.sizes[1])
                default: nil
                }
            },
            written: { $0.height == $0.width ? .integer($0.height) : .shape(Shape([$0.height, $0.width])) })
    }
}

extension OptionKind where Read == Shape {
    static var shape: Self {
        Self(kind: .shape, read: { if case .shape(let shape) = $0 { shape } else { nil } }, written: { .shape($0) })
    }
}

extension OptionKind where Read == Model {
    static var model: Self {
        Self(kind: .model, read: { if case .model(let model) = $0 { model } else { nil } })
    }
}

extension OptionKind where Read: ObjectValue {
    fileprivate static func object(_ kind: Parameter.Kind) -> Self {
        Self(kind: kind, read: { if case .object(let object) = $0 { object as? Read } else { nil } })
    }
}

extension OptionKind where Read == RunValue {
    static var run: Self { object(.run) }
}

extension OptionKind where Read == DataValue {
    static var data: Self { object(.data) }
}

extension OptionKind where Read == OptimizerValue {
    static var optimizer: Self { object(.optimizer) }
}

extension OptionKind where Read == ScheduleValue {
    static var schedule: Self { object(.schedule) }
}

extension OptionKind where Read == StudyValue {
    static var study: Self { object(.study) }
}

extension OptionKind where Read == Value {
    static var any: Self { Self(kind: .any, read: { $0 }, written: { $0 }) }
    /// A number that stays whole where it is.
    static var number: Self { Self(kind: .decimal(-Double.infinity...Double.infinity), read: { $0 }) }
    /// A list of which the word looks at more than the elements, such as a range of a million seeds.
    static var sequence: Self { Self(kind: .list, read: { $0 }) }
}

/// A model, or a run that has trained one.
enum NetworkSubject: Sendable {
    case model(Model)
    case run(RunValue)
}

extension OptionKind where Read == NetworkSubject {
    static var network: Self {
        Self(
            kind: .network,
            read: { value in
                switch value {
                case .model(let model): .model(model)
                case .object(let object): (object as? RunValue).map { .run($0) }
                default: nil
                }
            })
    }
}

extension OptionKind where Read == [Value] {
    /// The elements of a list, a tuple or a range.
    static var list: Self {
        Self(
            kind: .list,
            read: { value in
                switch value {
                case .list(let items), .tuple(let items): items.values
                case .range(let first, let last):
                    first <= last && last - first < 1000 ? (first...last).map { .integer($0) } : nil
                default: nil
                }
            },
            written: { .tuple(Items($0)) })
    }
}

// What options take, and the types that their values are read as.

import Datasets
import Engine
import Experiments
import Language
import Network

/// What an option takes, and how that is read.
struct OptionKind<Read: Sendable>: Sendable {
    let kind: WordParameter.Kind
    var choices: [String] = []
    let read: @Sendable (Value) -> Read?
    /// As it would be typed, for help; `nil` where a default of this kind is always worked out.
    var written: @Sendable (Read) -> Value? = { _ in nil }
    /// What may be given, where that is more than a range.
    var range: String?
}

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

    /// Without the highest.
    static func decimal(_ range: Range<Double>) -> Self {
        decimal(range.lowerBound...range.upperBound, excludesHighest: true)
    }

    /// A number of the range, or 0 for none.
    static func zero(or range: ClosedRange<Double>) -> Self {
        var kind = decimal(0...range.upperBound)
        kind.range = "0, or \(decimalText(range.lowerBound)) to \(decimalText(range.upperBound))"
        return kind
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
    private static func string(_ kind: WordParameter.Kind) -> Self {
        Self(
            kind: kind, read: { if case .string(let text) = $0 { text } else { nil } },
            written: { .string($0) })
    }

    static var text: Self { string(.text) }
    /// Of a file or a folder.
    static var path: Self { string(.path) }
    /// The name of a word, unevaluated.
    static var word: Self { string(.word) }
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
                let values = value.elements ?? [value]
                let cases = values.compactMap { value -> Case? in
                    if case .string(let text) = value { Case(rawValue: text) } else { nil }
                }
                return cases.count == values.count ? cases : []
            })
    }
}

extension OptionKind where Read == ClassWeights {
    /// No number where something else is among them, for the word to refuse.
    static var classWeights: Self {
        Self(
            kind: .list, choices: ["none", "balanced"],
            read: { value in
                switch value {
                case .string("none"): return .equal
                case .string("balanced"): return .balanced
                default:
                    guard let elements = value.elements else { return nil }
                    let weights = elements.compactMap(\.number).filter { $0 > 0 && $0 < .infinity }
                    return .given(weights.count == elements.count ? weights : [])
                }
            },
            written: { $0 == .equal ? .string("none") : nil })
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

    /// Places: a number of them, or height and width.
    static func places(_ range: ClosedRange<Int>) -> Self {
        Self(
            kind: .extent(range),
            read: { value in
                if case .integer(let count) = value { Extent(count, 1) } else { extent(range).read(value) }
            })
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
    fileprivate static func object(_ kind: WordParameter.Kind) -> Self {
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

extension OptionKind where Read == AverageValue {
    static var average: Self { object(.average) }
}

extension OptionKind where Read == TeacherValue {
    static var teacher: Self { object(.teacher) }
}

extension OptionKind where Read == Workers {
    static var workers: Self {
        Self(
            kind: .workers(1...256),
            read: { value in
                switch value {
                case .integer(let count): .here(count)
                case .object(let object): (object as? WorkersValue)?.workers
                default: nil
                }
            },
            written: { if case .here(let count) = $0 { .integer(count) } else { nil } })
    }
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

/// What is compared: a model, or runs that are there.
enum ComparedSubject: Sendable {
    case model(Model)
    case runs([RunValue])
}

extension OptionKind where Read == ComparedSubject {
    static var compared: Self {
        Self(
            kind: .compared,
            read: { value in
                if case .model(let model) = value { return .model(model) }
                let runs = (value.elements ?? [value]).map { value -> RunValue? in
                    if case .object(let object) = value { object as? RunValue } else { nil }
                }
                return runs.isEmpty || runs.contains { $0 == nil } ? nil : .runs(runs.compactMap(\.self))
            })
    }
}

extension OptionKind where Read == [DataValue] {
    /// One or more.
    static var dataSets: Self {
        Self(
            kind: .dataSets,
            read: { value in
                let sets = (value.elements ?? [value]).map { value -> DataValue? in
                    if case .object(let object) = value { object as? DataValue } else { nil }
                }
                return sets.isEmpty || sets.contains { $0 == nil } ? nil : sets.compactMap(\.self)
            })
    }
}

extension OptionKind where Read == (Double, Double) {
    /// Two numbers in parentheses or brackets, for the word to look at.
    static func pair(_ example: String) -> Self {
        Self(
            kind: .pair(example),
            read: { value in
                guard let elements = value.elements, elements.count == 2, let first = elements[0].number,
                    let second = elements[1].number
                else { return nil }
                return (first, second)
            })
    }
}

extension OptionKind where Read == [Value] {
    /// The elements of a list, a tuple or a range.
    static var list: Self {
        Self(
            kind: .list,
            read: { value in
                guard case .range(let first, let last) = value else { return value.elements }
                return first <= last && last - first < 1000 ? (first...last).map { .integer($0) } : nil
            },
            written: { .tuple(Items($0)) })
    }
}

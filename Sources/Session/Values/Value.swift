// What an expression of the language can be. Values never change, so that completion may look at a snapshot of the
// names from another thread while a cell runs.

import Language
import Network

enum Value: Sendable {
    /// What a statement without a value leaves: `print`, a layer, a loop.
    case nothing
    case integer(Int)
    case decimal(Double)
    case boolean(Bool)
    case string(String)
    case shape(Shape)
    case list(Items)
    case tuple(Items)
    /// `a...b`, both ends included; empty where `b < a`. Never turned into a list until somebody asks.
    case range(Int, Int)
    /// A `model` or `block` as defined, waiting for its parameters.
    case template(Template)
    case model(Model)
    /// What only words make and take: a data set, a run, an optimizer, a table.
    case object(any ObjectValue)
}

/// The elements of a list or a tuple.
final class Items: Sendable {
    let values: [Value]
    /// How deep lists nest in this one, itself included: limited, because showing and freeing a list walk it.
    let depth: Int

    init(_ values: [Value]) {
        self.values = values
        var deepest = 0
        for value in values {
            if case .list(let inner) = value { deepest = max(deepest, inner.depth) }
            if case .tuple(let inner) = value { deepest = max(deepest, inner.depth) }
        }
        depth = deepest + 1
    }
}

/// A value with members that words give meaning to.
protocol ObjectValue: AnyObject, Sendable {
    static var kind: ValueKind { get }
    /// What `let` called it; `nil` for what was never bound.
    var boundName: String? { get }
    /// The same value, called `name`.
    func named(_ name: String) -> any ObjectValue
    /// Its text in `print`.
    var text: String { get }
    /// Every form of it, as the last value of a cell.
    var rich: RichValue { get }
    /// Its kind in a completion list: `run`, `data`, `value`.
    var completionKind: String { get }
    /// Members in the order they are offered, with a line of help each.
    static var memberHelp: [(name: String, help: String)] { get }
    /// The same where they are not those of all values of the type.
    var members: [(name: String, help: String)] { get }
    func member(_ name: String) -> Value?
    /// Where a member comes from that is not known yet.
    var missingMemberFix: String? { get }
}

extension ObjectValue {
    var rich: RichValue { RichValue(text: text) }
    var completionKind: String { "value" }
    var members: [(name: String, help: String)] { Self.memberHelp }
    var missingMemberFix: String? { nil }
}

extension Value {
    var kind: ValueKind {
        switch self {
        case .nothing: .nothing
        case .integer: .wholeNumber
        case .decimal: .decimal
        case .boolean: .boolean
        case .string: .text
        case .shape: .shape
        case .list: .list
        case .tuple: .tuple
        case .range: .range
        case .template(let template): template.isModel ? .model : .block
        case .model: .model
        case .object(let object): type(of: object).kind
        }
    }

    /// The kind in a completion list.
    var completionKind: String {
        switch self {
        case .template(let template): template.isModel ? "model" : "block"
        case .model: "model"
        case .object(let object): object.completionKind
        default: "value"
        }
    }

    /// The number as a decimal, if it is one.
    var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .decimal(let number): number
        default: nil
        }
    }

    /// Of a list or a tuple.
    var elements: [Value]? {
        switch self {
        case .list(let items), .tuple(let items): items.values
        default: nil
        }
    }

    var wholeNumber: Int? { if case .integer(let number) = self { number } else { nil } }

    /// Whether a verb may work on it, and not only with it: a model, a run, a data set.
    var mayBeSubject: Bool {
        switch self {
        case .template, .model, .object: true
        default: false
        }
    }

    /// Whether it may be what a person typed, or hold it.
    var isSimple: Bool {
        switch self {
        case .integer, .decimal, .boolean, .string, .shape, .list, .tuple, .range: true
        case .nothing, .template, .model, .object: false
        }
    }

    var isNothing: Bool {
        if case .nothing = self { true } else { false }
    }

    /// Whether it is a `model` or `block` as defined.
    var isDefinition: Bool {
        if case .template = self { true } else { false }
    }

    /// The value with the name a `let` gives it: models and runs are called so in tables.
    func named(_ name: String) -> Value {
        switch self {
        case .model(let model): .model(model.named(name))
        case .object(let object): .object(object.named(name))
        default: self
        }
    }
}

/// How many numbers a range holds; `nil` where that overflows.
func rangeCount(_ first: Int, _ last: Int) -> Int? {
    guard first <= last else { return 0 }
    let (span, overflows) = last.subtractingReportingOverflow(first)
    return overflows || span == .max ? nil : span + 1
}

// A word of the language as one value. The check of a call and its error, completion, inspection, `help` and the
// reference page all read it, so that they cannot disagree.

import Language
import Network

/// A class, so that a call passes it on without copying its members: a third of the time of a short call.
final class Word: Sendable {
    enum Group: String, Sendable, CaseIterable {
        case data, layers, training, comparing, looking, keeping, values
    }

    enum Action: Sendable {
        /// Adds a layer to the model whose body is read.
        case layer(@Sendable (Arguments) throws -> Layer)
        /// Adds a layer made of the blocks after it.
        case branches(Branching)
        /// Says what flows into the model whose body is read.
        case input(@Sendable (Arguments) throws -> Shape)
        case perform(@Sendable (Invocation) throws -> Value)
    }

    /// When its result is shown.
    enum Showing: Sendable {
        /// Wherever it stands.
        case always
        /// Where no name takes it.
        case unbound
        /// At the end of a cell.
        case asked
    }

    enum Branching: Sendable {
        case residual, shortcut, multiplication, concatenation, chunk
    }

    let name: String
    let group: Group
    /// One line: what it does.
    let help: String
    let parameters: [WordParameter]
    /// Those whose values need no label.
    let positional: [WordParameter]
    let result: ValueKind
    /// A program that shows it in use and runs as it stands.
    let example: String
    /// What other libraries call it: suggested, never accepted.
    let aliases: [String]
    /// The version that it came with, where that is later than 0.1: a `model` or `block` of its name then hides it, so
    /// that a notebook older than the word keeps its meaning.
    let since: String?
    let shows: Showing
    /// Whether nobody should wait for it in a cell that is known to fail.
    let takesLong: Bool
    let action: Action

    init(
        _ name: String, _ group: Group, _ help: String, _ options: [any OptionDeclaration] = [],
        result: ValueKind = .nothing,
        example: String, aliases: [String] = [], since: String? = nil, shows: Showing? = nil, takesLong: Bool = false,
        _ action: Action
    ) {
        self.name = name
        self.group = group
        self.help = help
        parameters = options.map(\.parameter)
        positional = parameters.filter(\.isPositional)
        self.result = result
        self.example = example
        self.aliases = aliases
        self.since = since
        self.shows = shows ?? (group == .looking ? .always : .asked)
        self.takesLong = takesLong
        self.action = action
    }

    var isLayer: Bool { group == .layers }

    /// The line of its example that uses it.
    var exampleLine: String { example.split(separator: "\n").last.map(String.init) ?? "" }

    func parameter(_ label: String) -> WordParameter? { parameters.first { $0.label == label } }

    /// The label that another library calls `alias`, or that is written so but for capitals and `_`.
    func label(alias: String) -> String? {
        func plain(_ text: String) -> String { text.lowercased().filter { $0 != "_" } }
        let wanted = plain(alias)
        return parameters.first {
            !$0.isRest && ($0.aliases.contains { plain($0) == wanted } || plain($0.label) == wanted)
        }?
        .label
    }

    /// The labels that may be written, for messages.
    var labels: [String] { parameters.filter { !$0.isRest }.map(\.label) }

    /// `` `sgd`, `adam` or `adamw` ``
    static func alternatives(_ words: [Word]) -> String {
        let names = words.map { "`\($0.name)`" }
        return [names.dropLast().joined(separator: ", "), names.last ?? ""].filter { !$0.isEmpty }
            .joined(separator: " or ")
    }

    /// `conv width, kernel: 3, stride: 1`
    var signature: String {
        let parts = parameters.map { parameter -> String in
            if parameter.isRest { return parameter.label + "…" }
            if let text = parameter.standardText {
                return parameter.isPositionalOnly ? parameter.label : "\(parameter.label): \(text)"
            }
            return parameter.isPositional ? parameter.label : "\(parameter.label):"
        }
        return parts.isEmpty ? name : name + " " + parts.joined(separator: ", ")
    }
}

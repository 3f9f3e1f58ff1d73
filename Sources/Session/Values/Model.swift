// A model: as it was defined (`Template`), and with its parameters given (`Model`).

import Language
import Network
import Text

/// A `model` or `block` definition and the cell it is in.
final class Template: Sendable {
    let definition: Definition
    let source: SourceText
    let isModel: Bool
    /// The model with its defaults, where every parameter has one: what the bare name stands for.
    let standard: Model?

    init(_ definition: Definition, source: SourceText, isModel: Bool, standard: Model? = nil) {
        self.definition = definition
        self.source = source
        self.isModel = isModel
        self.standard = standard
    }

    var name: String { definition.name.text }

    var text: String {
        if let standard { return standard.text }
        let parameters = definition.parameters.map(\.name.text).joined(separator: ", ")
        return "\(isModel ? "model" : "block") \(name)" + (parameters.isEmpty ? "" : "(\(parameters))")
    }
}

/// A layer and where it was written: the cell, the place, and the definitions around it from the outermost.
struct WrittenLayer: Sendable {
    var layer: Layer
    /// As it would be typed: `adaptiveavgpool 2`.
    let text: String
    let source: SourceText
    let range: SourceRange
    /// What it is given before the first label, as written and, where that is a whole number, its value.
    let sizes: [(text: String, value: Int?)]
    let trail: [String]
    /// The layers in its blocks, named as their modules are: `body`, `shortcut`, `0`, `1`.
    var branches: [String: [WrittenLayer]] = [:]

    /// The layer at this place below it, `["body", "0"]`; itself where nobody wrote that.
    func located(_ path: ArraySlice<Substring>) -> WrittenLayer {
        guard path.count >= 2, let branch = branches[String(path[path.startIndex])],
            let index = Int(path[path.startIndex + 1]), branch.indices.contains(index)
        else { return self }
        return branch[index].located(path.dropFirst(2))
    }

    /// Layers without blocks: itself, or those in its blocks.
    var count: Int { branches.isEmpty ? 1 : branches.values.joined().reduce(0) { $0 + $1.count } }
}

/// A model whose parameters are known. Without an `input` of its own it has no shapes until a data set gives them.
final class Model: Sendable {
    /// `VGG(pooled: true)`
    let expression: String
    /// What `let` called it.
    let boundName: String?
    let input: Shape?
    let layers: [WrittenLayer]
    let architecture: Architecture?

    init(expression: String, boundName: String?, input: Shape?, layers: [WrittenLayer], architecture: Architecture?) {
        self.expression = expression
        self.boundName = boundName
        self.input = input
        self.layers = layers
        self.architecture = architecture
    }

    /// What tables call it.
    var name: String { boundName ?? expression }

    func named(_ name: String) -> Model {
        Model(expression: expression, boundName: name, input: input, layers: layers, architecture: architecture)
    }

    /// `VGG(pooled: true): 3x32x32 → 10, 32,997,834 parameters`
    var text: String {
        guard let architecture else { return "\(expression): \(layers.count) layers, its input is that of the data" }
        return "\(expression): \(architecture.input) → \(architecture.output), "
            + "\(grouped(architecture.parameterCount)) parameters"
    }
}

extension Model {
    static let memberHelp: [(name: String, help: String)] = [
        ("parameters", "how many weights it has"), ("operations", "multiply-adds of one image"),
        ("layers", "how many layers it has"), ("input", "the shape that flows in"),
        ("output", "the shape that comes out"),
    ]

    func member(_ name: String) -> Value? {
        switch name {
        case "parameters": architecture.map { .integer($0.parameterCount) }
        case "operations": architecture.map { .integer($0.operations) }
        case "layers": .integer(layers.reduce(0) { $0 + $1.count })
        case "input": (architecture?.input ?? input).map { .shape($0) }
        case "output": architecture.map { .shape($0.output) }
        default: nil
        }
    }
}

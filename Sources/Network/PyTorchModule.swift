// A network as a Python module for PyTorch: plain `nn` layers in an `nn.Sequential`, so that the names in its
// `state_dict` are those of `Architecture.parameters`. Branches take two small classes, written only where they are
// needed.

public struct PyTorchModule: Sendable {
    /// The whole file.
    public let text: String

    /// - Parameters:
    ///   - name: of the class, where Python allows it.
    ///   - notes: lines for the module's docstring.
    public init(_ architecture: Architecture, name: String, notes: [String]) {
        let all = architecture.layers.flatMap(Self.flattened)
        var classes: [PythonClass] = []
        let added = architecture.layers.enumerated().map { Self.statements($1, module: "self[\($0)]") }
        for needed in all.compactMap({ $0.layer.kind.ownClass($0) }) + added.flatMap(\.functions)
        where !classes.contains(needed) {
            classes.append(needed)
        }
        let ownNames = classes.map(\.name)
        let name = ownNames.contains(name) ? "Network" : Self.className(name)
        var parts = [Self.header(notes, name)]
        parts += classes.map(\.text)
        let input = architecture.input.sizes.map(String.init).joined(separator: ", ")
        parts.append(
            """
            class \(name)(nn.Sequential):
                \"\"\"Takes normalized images [N, \(input)].\"\"\"

                def __init__(self):
                    super().__init__(
            \(architecture.layers.map { Self.lines($0, indent: 12) }.joined())        )
            \(added.flatMap(\.statements).map { "        \($0)\n" }.joined())
            """)
        text = parts.joined(separator: "\n\n")
    }

    // MARK: Parts of the file

    private static func header(_ notes: [String], _ name: String) -> String {
        // What a person called a model may hold anything, but not the end of a docstring.
        let lines = notes.map { note in
            note.replacing("\\", with: "/").replacing("\"", with: "'").split(whereSeparator: \.isNewline)
                .joined(separator: " ")
        }.joined(separator: "\n")
        return """
            \"\"\"\(lines)

            Weights that Tandem wrote with `save` or `export` fit it:

                from safetensors.torch import load_file
                network = \(name)()
                network.load_state_dict(load_file("weights.safetensors"))
                network.eval()
            \"\"\"

            \(imports)
            """
    }

    private static let imports = "import torch\nfrom torch import nn\n"

    private static func flattened(_ layer: PlacedLayer) -> [PlacedLayer] {
        [layer] + layer.branches.joined().flatMap(flattened)
    }

    /// Python's own words, and the names this file uses.
    private static let taken: Set = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
        "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
        "not", "or", "pass", "raise", "return", "try", "while", "with", "yield", "super", "torch", "nn", "Residual",
        "Concat", "FlatLinear", "Scale", "LayerScale", "Multiply",
        "Chunk", "DropPath", "StochasticResidual", "whiten_", "SelfAttention", "PositionEmbedding", "MixPlaces",
    ]

    private static func className(_ name: String) -> String {
        let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
        guard isPlain, let first = name.first, !first.isNumber, !taken.contains(name) else { return "Network" }
        return name
    }

    // MARK: Layers

    /// What follows once a layer and those in it are made.
    private static func statements(
        _ layer: PlacedLayer, module: String
    ) -> (statements: [String], functions: [PythonClass]) {
        var own = layer.layer.kind.moduleStatements(layer, module: module)
        own.statements += layer.layer.kind.freezing.python(of: module, layer)
        return layer.branches.enumerated().reduce(own) { sum, branch in
            let name = layer.layer.kind.branchName(branch.offset)
            let place = Int(name) == nil ? "\(module).\(name)" : "\(module)[\(name)]"
            return branch.element.enumerated().reduce(sum) { sum, inner in
                let more = statements(inner.element, module: "\(place)[\(inner.offset)]")
                return (sum.statements + more.statements, sum.functions + more.functions)
            }
        }
    }

    /// A layer in as many lines as it takes, each ended by a comma and a newline.
    private static func lines(_ layer: PlacedLayer, indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        func sequence(_ layers: [PlacedLayer]) -> String {
            let inner = layers.map { lines($0, indent: indent + 8) }.joined()
            return inner.isEmpty
                ? "\(margin)    nn.Sequential(),\n" : "\(margin)    nn.Sequential(\n\(inner)\(margin)    ),\n"
        }
        let name =
            layer.layer.kind.ownClass(layer)?.name ?? "nn.\(layer.layer.kind.moduleName(flat: layer.input.isFlat))"
        guard layer.branches.isEmpty else {
            return "\(margin)\(name)(\n\(layer.branches.map(sequence).joined())\(margin)),\n"
        }
        let arguments = layer.layer.kind.moduleArguments(layer).joined(separator: ", ")
        return "\(margin)\(name)(\(arguments)),\n"
    }
}

extension Extent {
    /// As Python writes it: `2`, or `(2, 3)`.
    var python: String { height == width ? "\(height)" : "(\(height), \(width))" }

    /// `stride=2`, or nothing at the default.
    func pythonOption(_ name: String, unless standard: Extent) -> [String] {
        self == standard ? [] : ["\(name)=\(python)"]
    }
}

// The channels of several branches, one after the other.

extension Layer {
    struct Concatenation: BranchingKind {
        let branches: [[Layer]]
        var blocks: [[Layer]] { branches }

        let description = "concat"
        let isNumbered = false
        let family = LayerFamily.branches(join: "concat")
        let function = FunctionTrait.join
        var isOfSingleValues: Bool { false }

        func with(branches: [[Layer]]) -> Layer {
            .concatenation(branches: branches)
        }

        var program: String { "concat \(branches.map(block).joined(separator: " "))" }

        static let words = ["concat"]

        var settings: LayerSettings { LayerSettings("concat", [.init("branches", .branches(branches))]) }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .concatenation(branches: try reader.branches("branches"))
        }

        func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
            guard !branches.isEmpty else { throw place.fault(.noBranches) }
            return try place.joined(branches, on: place.input)
        }

        func moduleName(flat: Bool) -> String { "Concat" }

        func ownClass(_ placed: PlacedLayer) -> PythonClass? {
            PythonClass(
                name: "Concat",
                text: """
                    class Concat(nn.Sequential):
                        \"\"\"Joins its branches along the channels.\"\"\"

                        def forward(self, x):
                            return torch.cat([branch(x) for branch in self], dim=1)

                    """)
        }

        func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
            [ONNXStep("Concat", placed.branches.indices.map { .branch($0) }, attributes: [("axis", .integer(1))])]
        }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? { nil }

        func plainPass(_ placed: PlacedLayer, branches: [PlainPass]) -> PlainPass? {
            let all = 0..<placed.input.count
            return .joined(
                branches, reading: branches.map { _ in all },
                counts: placed.branches.map { $0.last?.output.count ?? all.count })
        }

        func traits(_ placed: PlacedLayer) -> LayerTraits { LayerTraits() }
    }
}

extension LayerPlace {
    /// The channels of all branches, one after the other.
    ///
    /// - Parameter shape: what flows into each.
    mutating func joined(_ branches: [[Layer]], on shape: Shape) throws(ShapeFault) -> PlacedLayer {
        var placedBranches: [[PlacedLayer]] = []
        for (index, branch) in branches.enumerated() {
            placedBranches.append(try placed(branch, layer.kind.branchName(index), on: shape))
        }
        let shapes = placedBranches.map { $0.last?.output ?? shape }
        guard shapes.allSatisfy({ $0.sizes.dropFirst() == shapes[0].sizes.dropFirst() }) else {
            throw fault(.branchesDiffer(shapes))
        }
        let channels = shapes.reduce(0) { $0 + $1.channels }
        let output = Shape([channels] + shapes[0].sizes.dropFirst())
        guard output.isCountable else { throw fault(.tooLarge) }
        return PlacedLayer(layer: layer, input: input, output: output, branches: placedBranches)
    }
}

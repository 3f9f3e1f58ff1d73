// The channels of several branches, one after the other.

extension Layer {
    struct Concatenation: LayerKind {
        let branches: [[Layer]]
        var blocks: [[Layer]] { branches }

        let description = "concat"
        let isNumbered = false
        let family = LayerFamily.branches(join: "concat")
        let function = FunctionTrait.join

        var program: String { "concat \(branches.map(block).joined(separator: " "))" }

        static let words = ["concat"]

        var settings: LayerSettings { LayerSettings("concat", [.init("branches", .branches(branches))]) }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .concatenation(branches: try reader.branches("branches"))
        }

        func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
            guard !branches.isEmpty else { throw place.fault(.noBranches) }
            let input = place.input
            var placedBranches: [[PlacedLayer]] = []
            for (index, branch) in branches.enumerated() {
                placedBranches.append(try place.placed(branch, branchName(index)))
            }
            let shapes = placedBranches.map { $0.last?.output ?? input }
            guard shapes.allSatisfy({ $0.sizes.dropFirst() == shapes[0].sizes.dropFirst() }) else {
                throw place.fault(.branchesDiffer(shapes))
            }
            let channels = shapes.reduce(0) { $0 + $1.channels }
            let output = Shape([channels] + shapes[0].sizes.dropFirst())
            guard output.isCountable else { throw place.fault(.tooLarge) }
            return PlacedLayer(layer: place.layer, input: input, output: output, branches: placedBranches)
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

        func traits(_ placed: PlacedLayer) -> LayerTraits { LayerTraits() }
    }
}

// The channels in equal shares, a branch for each, joined again in their order.

extension Layer {
    struct Chunk: BranchingKind {
        let branches: [[Layer]]
        var blocks: [[Layer]] { branches }

        var description: String { "chunk \(branches.count)" }
        let isNumbered = false
        let family = LayerFamily.branches(join: "concat", fork: "chunk")
        let function = FunctionTrait.join
        var isOfSingleValues: Bool { false }

        func with(branches: [[Layer]]) -> Layer {
            .chunk(branches: branches)
        }

        var program: String { "\(description) \(branches.map(block).joined(separator: " "))" }

        static let words = ["chunk"]

        var settings: LayerSettings { LayerSettings("chunk", [.init("branches", .branches(branches))]) }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .chunk(branches: try reader.branches("branches"))
        }

        func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
            let input = place.input
            guard !branches.isEmpty else { throw place.fault(.noBranches) }
            guard input.channels.isMultiple(of: branches.count) else {
                throw place.fault(.sharesDiffer(blocks: branches.count, channels: input.channels))
            }
            return try place.joined(branches, on: share(of: input))
        }

        /// What flows into each branch.
        private func share(of input: Shape) -> Shape {
            Shape([input.channels / branches.count] + input.sizes.dropFirst())
        }

        func moduleName(flat: Bool) -> String { "Chunk" }

        func ownClass(_ placed: PlacedLayer) -> PythonClass? {
            PythonClass(
                name: "Chunk",
                text: """
                    class Chunk(nn.Sequential):
                        \"\"\"Gives each branch an equal share of the channels, and joins what they make of it.\"\"\"

                        def forward(self, x):
                            shares = x.chunk(len(self), dim=1)
                            return torch.cat([branch(share) for branch, share in zip(self, shares)], dim=1)

                    """)
        }

        func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
            [ONNXStep("Concat", placed.branches.indices.map { .branch($0) }, attributes: [("axis", .integer(1))])]
        }

        func onnxInput(_ placed: PlacedLayer, branch: Int) -> ONNXStep? {
            let share = placed.input.channels / branches.count
            return ONNXStep(
                "Slice",
                [
                    .input, .sizes("start\(branch)", [branch * share]), .sizes("end\(branch)", [(branch + 1) * share]),
                    .sizes("axis", [1]),
                ], "share\(branch)")
        }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? { nil }

        func plainPass(_ placed: PlacedLayer, branches: [PlainPass]) -> PlainPass? {
            let share = placed.input.count / branches.count
            return .joined(
                branches, reading: branches.indices.map { $0 * share..<($0 + 1) * share },
                counts: placed.branches.map { $0.last?.output.count ?? share })
        }

        func traits(_ placed: PlacedLayer) -> LayerTraits {
            LayerTraits(
                idleNote: branches.allSatisfy(\.isEmpty)
                    ? ("does nothing: none of its blocks has a layer", "leave it out, or put layers into a block")
                    : nil)
        }
    }
}

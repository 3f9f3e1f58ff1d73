// The sum of the output of a body and of its input, or of what a shortcut makes of the input.

extension Layer {
    struct Residual: BranchingKind {
        let body: [Layer]
        let shortcut: [Layer]?

        let description = "residual"
        let isNumbered = false
        let family = LayerFamily.branches(join: "+")
        let function = FunctionTrait.sum
        var isOfSingleValues: Bool { false }

        var blocks: [[Layer]] { [body] + (shortcut.map { [$0] } ?? []) }

        func with(branches: [[Layer]]) -> Layer {
            .residual(body: branches.first ?? body, shortcut: branches.dropFirst().first)
        }

        var program: String { "residual \(block(body))" + (shortcut.map { " shortcut \(block($0))" } ?? "") }

        static let words = ["residual"]

        var settings: LayerSettings {
            LayerSettings(
                "residual", [.init("body", .layers(body))] + (shortcut.map { [.init("shortcut", .layers($0))] } ?? []))
        }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .residual(body: try reader.layers("body"), shortcut: try reader.optionalLayers("shortcut"))
        }

        func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
            let input = place.input
            let placedBody = try place.placed(body, branchName(0), isBody: true)
            let bodyOutput = placedBody.last?.output ?? input
            let behindBody = place.numbering.previous
            let chosen = shortcut ?? (bodyOutput == input ? [] : projection(from: input, to: bodyOutput))
            let placedShortcut = try place.placed(chosen, branchName(1))
            let shortcutOutput = placedShortcut.last?.output ?? input
            guard shortcutOutput == bodyOutput else {
                throw ShapeFault(
                    kind: shortcut == nil
                        ? .noProjection(body: bodyOutput)
                        : .shortcutDiffers(body: bodyOutput, shortcut: shortcutOutput),
                    layer: place.layer, path: place.path, input: input, previous: behindBody)
            }
            return PlacedLayer(
                layer: place.layer, input: input, output: bodyOutput, branches: [placedBody, placedShortcut])
        }

        /// Option B of the ResNet paper (He et al. 2015, section 3.3): a 1x1 convolution with the stride that is
        /// needed, without bias, and followed by batch norm if the body has one; between flat vectors a linear layer.
        private func projection(from input: Shape, to output: Shape) -> [Layer] {
            guard input.isFlat == output.isFlat else { return [] }
            // The smallest stride that brings the map to the output's size: ceil(in / stride) == out for a 1x1 kernel.
            func stride(_ from: Int, _ to: Int) -> Int { max(1, (from + to - 1) / max(1, to)) }
            let product: Layer =
                input.isFlat
                ? .linear(Linear(width: output.count, hasBias: false))
                : .convolution(
                    Convolution(
                        width: output.channels, kernel: Extent(1),
                        stride: Extent(stride(input.height, output.height), stride(input.width, output.width)),
                        hasBias: false))
            let normalizes = body.contains { if case .batchNorm = $0 { true } else { false } }
            return normalizes ? [product, .batchNorm(BatchNorm())] : [product]
        }

        func branchName(_ index: Int) -> String { index == 0 ? "body" : "shortcut" }

        func moduleName(flat: Bool) -> String { "Residual" }

        func ownClass(_ placed: PlacedLayer) -> PythonClass? {
            if case .dropPath? = body.first { return dropped }
            return PythonClass(
                name: "Residual",
                text: """
                    class Residual(nn.Module):
                        \"\"\"Adds its input, or what the shortcut makes of it, to what the body makes of it.\"\"\"

                        def __init__(self, body, shortcut):
                            super().__init__()
                            self.body = body
                            self.shortcut = shortcut

                        def forward(self, x):
                            return self.body(x) + self.shortcut(x)

                    """)
        }

        /// For a body that begins with what drops it.
        private var dropped: PythonClass {
            PythonClass(
                name: "StochasticResidual",
                text: """
                    class StochasticResidual(nn.Module):
                        \"\"\"A residual whose body begins with a DropPath, which takes what comes out at its end.\"\"\"

                        def __init__(self, body, shortcut):
                            super().__init__()
                            self.body = body
                            self.shortcut = shortcut

                        def forward(self, x):
                            return self.body[0](self.body[1:](x)) + self.shortcut(x)

                    """)
        }

        func onnx(_ placed: PlacedLayer) -> [ONNXStep] { [ONNXStep("Add", [.branch(0), .branch(1)])] }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? { nil }

        func plainPass(_ placed: PlacedLayer, branches: [PlainPass]) -> PlainPass? { .sum(branches) }

        func traits(_ placed: PlacedLayer) -> LayerTraits { LayerTraits() }
    }
}

/// Layers in braces, as one would type them.
func block(_ layers: [Layer]) -> String {
    layers.isEmpty ? "{ }" : "{ \(layers.map(\.kind.program).joined(separator: "; ")) }"
}

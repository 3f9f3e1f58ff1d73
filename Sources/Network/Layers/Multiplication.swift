// Its input times what a body makes of it: the gates of squeeze-and-excitation (Hu et al. 2018) and of attention over
// places.

extension Layer {
    struct Multiplication: BranchingKind {
        let body: [Layer]

        let description = "multiply"
        let isNumbered = false
        let family = LayerFamily.branches(join: "×", withInput: true)
        let function = FunctionTrait.product
        var isOfSingleValues: Bool { false }

        var blocks: [[Layer]] { [body] }

        func with(branches: [[Layer]]) -> Layer {
            .multiplication(body: branches.first ?? body)
        }

        var program: String { "multiply \(block(body))" }

        static let words = ["multiply"]

        var settings: LayerSettings { LayerSettings("multiply", [.init("body", .layers(body))]) }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .multiplication(body: try reader.layers("body"))
        }

        func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
            let input = place.input
            let placedBody = try place.placed(body, branchName(0))
            let factor = placedBody.last?.output ?? input
            guard factor == input || factor.count == input.channels && factor.channels == input.channels else {
                throw ShapeFault(
                    kind: .factorDiffers(factor), layer: place.layer, path: place.path, input: input,
                    previous: place.numbering.previous)
            }
            return PlacedLayer(layer: place.layer, input: input, output: input, branches: [placedBody])
        }

        func branchName(_ index: Int) -> String { "body" }

        func moduleName(flat: Bool) -> String { "Multiply" }

        func ownClass(_ placed: PlacedLayer) -> PythonClass? {
            PythonClass(
                name: "Multiply",
                text: """
                    class Multiply(nn.Module):
                        \"\"\"Multiplies its input by what the body makes of it: as many values, or one for each channel.\"\"\"

                        def __init__(self, body):
                            super().__init__()
                            self.body = body

                        def forward(self, x):
                            factor = self.body(x)
                            return x * factor.reshape(factor.shape + (1,) * (x.dim() - factor.dim()))

                    """)
        }

        func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
            guard !placed.input.isFlat, placed.branches[0].last?.output.isFlat == true else {
                return [ONNXStep("Mul", [.input, .branch(0)])]
            }
            let sizes = ONNXStep.Operand.sizes("channels", [0, placed.input.channels, 1, 1])
            return [
                ONNXStep("Reshape", [.branch(0), sizes], "factor"), ONNXStep("Mul", [.input, .step("factor")]),
            ]
        }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? { nil }

        func plainPass(_ placed: PlacedLayer, branches: [PlainPass]) -> PlainPass? {
            let (body, count) = (branches[0], placed.input.count)
            // Values of the input for each factor.
            let area = count / max(1, placed.branches[0].last?.output.count ?? count)
            return PlainPass(
                forward: { input in
                    let factors = body.forward(input)
                    return input.enumerated().map { $1 * factors[$0 / area] }
                },
                backward: { input, _, gradient in
                    let factors = body.forward(input)
                    var ofFactors = [Double](repeating: 0, count: factors.count)
                    for place in input.indices { ofFactors[place / area] += gradient[place] * input[place] }
                    let behind = body.backward(input, factors, ofFactors)
                    return gradient.indices.map { gradient[$0] * factors[$0 / area] + behind[$0] }
                })
        }

        func traits(_ placed: PlacedLayer) -> LayerTraits { LayerTraits() }
    }
}

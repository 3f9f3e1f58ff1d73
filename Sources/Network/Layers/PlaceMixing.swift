// A linear layer across the places of a map, the same for each channel.

extension Layer {
    /// `nn.Linear(H * W, places)` over the places of each channel: the token mixing of Tolstikhin et al. 2021
    /// ("MLP-Mixer", section 2). What comes out is a map of the size that is given.
    public struct PlaceMixing: Hashable, Sendable {
        public var output: Extent
        public var freezing: Freezing

        /// - Parameter output: `256x1` are 256 places without rows.
        public init(output: Extent, freezing: Freezing = Freezing()) {
            (self.output, self.freezing) = (output, freezing)
        }
    }
}

extension Layer.PlaceMixing: FreezableKind, CustomStringConvertible {
    public var description: String {
        typed("mixplaces \(output.height)" + (output.width == 1 ? "" : "x\(output.width)"), freezing.written)
    }

    var layer: Layer { .placeMixing(self) }

    static let words = ["mixplaces"]

    var settings: LayerSettings {
        LayerSettings("mixplaces", [.init("output", .extent(output))] + freezing.settings)
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .placeMixing(Self(output: try reader.extent("output", from: 1), freezing: try reader.freezing()))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let input = place.input
        guard !input.isFlat else { throw place.fault(.needsMap) }
        let shape = Shape(channels: input.channels, height: output.height, width: output.width)
        guard shape.isCountable else { throw place.fault(.tooLarge) }
        return try place.place(
            shape,
            place.tensors(
                weight: [output.height * output.width, input.height * input.width], bias: true, .standard))
    }

    func operations(_ placed: PlacedLayer) -> Int { placed.parameters[0].count * placed.input.channels }

    var family: LayerFamily { .linear }
    var function: FunctionTrait { .affine(hasShift: true) }
    var isOfSingleValues: Bool { false }

    func moduleName(flat: Bool) -> String { "MixPlaces" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        ["\(placed.input.height * placed.input.width)", "\(output.height)", "\(output.width)"]
    }

    func ownClass(_ placed: PlacedLayer) -> PythonClass? {
        PythonClass(
            name: "MixPlaces",
            text: """
                class MixPlaces(nn.Linear):
                    \"\"\"A linear layer across the places of a map, the same for each channel.\"\"\"

                    def __init__(self, places, height, width):
                        super().__init__(places, height * width)
                        self.size = height, width

                    def forward(self, x):
                        return super().forward(x.flatten(2)).unflatten(2, self.size)

                """)
    }

    func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
        [
            ONNXStep("Reshape", [.input, .sizes("flat", [0, placed.input.channels, -1])], "places"),
            ONNXStep("Transpose", [.parameter(0)], "columns", attributes: [("perm", .integers([1, 0]))]),
            ONNXStep("MatMul", [.step("places"), .step("columns")], "mixed"),
            ONNXStep("Add", [.step("mixed"), .parameter(1)], "shifted"),
            ONNXStep("Reshape", [.step("shifted"), .sizes("shape", [0] + placed.output.sizes)]),
        ]
    }

    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
        let (inputs, outputs) = (placed.input.count / placed.input.channels, output.height * output.width)
        let (channels, weight, bias) = (placed.input.channels, tensors[0], tensors[1])
        return PlainPass(
            forward: { input in
                (0..<channels * outputs).map { place in
                    let (channel, row) = (place / outputs, place % outputs)
                    var sum = Double(bias[row])
                    for column in 0..<inputs {
                        sum += Double(weight[row * inputs + column]) * input[channel * inputs + column]
                    }
                    return sum
                }
            },
            backward: { _, _, gradient in
                var result = [Double](repeating: 0, count: channels * inputs)
                for (place, share) in gradient.enumerated() where share != 0 {
                    let (channel, row) = (place / outputs, place % outputs)
                    for column in 0..<inputs {
                        result[channel * inputs + column] += share * Double(weight[row * inputs + column])
                    }
                }
                return result
            })
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits { LayerTraits() }
}

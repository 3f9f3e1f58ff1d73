// A fully connected layer over a flat vector, or a map of 1x1.

extension Layer {
    /// `nn.Linear(in, width, bias)`
    public struct Linear: Hashable, Sendable {
        public var width: Int
        public var hasBias: Bool
        public var initialization: Initialization
        public var freezing: Freezing

        public init(
            width: Int, hasBias: Bool = true, initialization: Initialization = .standard,
            freezing: Freezing = Freezing()
        ) {
            self.width = width
            self.hasBias = hasBias
            self.initialization = initialization
            self.freezing = freezing
        }
    }
}

extension Layer.Linear: InitializableKind, CustomStringConvertible {
    public var description: String {
        typed("linear \(width)", (hasBias ? [] : ["bias: false"]) + initialization.written + freezing.written)
    }

    var layer: Layer { .linear(self) }

    static let words = ["linear"]

    var settings: LayerSettings {
        LayerSettings(
            "linear",
            [.init("width", .integer(width)), .init("bias", .flag(hasBias))] + initialization.settings
                + freezing.settings)
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .linear(
            Self(
                width: try reader.integer("width", from: 1), hasBias: try reader.flag("bias"),
                initialization: try reader.choice("init", else: .standard), freezing: try reader.freezing()))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let input = place.input
        guard input.isFlat || input.extent == Extent(1) else { throw place.fault(.needsFlat) }
        guard initialization != .whiten else { throw place.fault(.whitensNoImages) }
        return try place.place(
            Shape(features: width), place.tensors(weight: [width, input.count], bias: hasBias, initialization))
    }

    func operations(_ placed: PlacedLayer) -> Int { placed.parameters[0].count }

    var family: LayerFamily { .linear }
    var function: FunctionTrait { .affine(hasShift: hasBias) }
    var isOfSingleValues: Bool { false }

    func moduleName(flat: Bool) -> String { "Linear" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        ["\(placed.input.count)", "\(width)"] + (hasBias ? [] : ["bias=False"])
    }

    /// `nn.Linear` takes no map, not even one of 1x1.
    func ownClass(_ placed: PlacedLayer) -> PythonClass? {
        guard !placed.input.isFlat else { return nil }
        return PythonClass(
            name: "FlatLinear",
            text: """
                class FlatLinear(nn.Linear):
                    \"\"\"A linear layer over maps of 1x1.\"\"\"

                    def forward(self, x):
                        return super().forward(x.flatten(1))

                """)
    }

    func moduleStatements(_ placed: PlacedLayer, module: String) -> (statements: [String], functions: [PythonClass]) {
        (initialization.python(of: module, placed), [])
    }

    func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
        let isFlat = placed.input.isFlat
        let flatten = ONNXStep("Flatten", [.input], "flat", attributes: [("axis", .integer(1))])
        return (isFlat ? [] : [flatten]) + [
            .product("Gemm", of: placed, over: isFlat ? .input : .step("flat"), attributes: [("transB", .integer(1))])
        ]
    }

    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
        let (weight, inputs, outputs) = (tensors[0], placed.input.count, placed.output.count)
        let bias = tensors.count > 1 ? tensors[1] : [Float](repeating: 0, count: outputs)
        return PlainPass(
            forward: { input in
                (0..<outputs).map { row in
                    var sum = Double(bias[row])
                    for column in 0..<inputs { sum += Double(weight[row * inputs + column]) * input[column] }
                    return sum
                }
            },
            backward: { _, _, gradient in
                var result = [Double](repeating: 0, count: inputs)
                for (row, share) in gradient.enumerated() where share != 0 {
                    for column in 0..<inputs { result[column] += share * Double(weight[row * inputs + column]) }
                }
                return result
            })
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        LayerTraits(isProduct: true, hasBias: hasBias, beginsAtZero: initialization == .zeros)
    }
}

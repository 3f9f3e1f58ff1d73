// Group normalization: the channels of each image are normalized in groups, independently of the batch.

extension Layer {
    /// `nn.GroupNorm(groups, C)`
    public struct GroupNorm: Hashable, Sendable {
        public var groups: Int
        public var epsilon: Double
        public var freezing: Freezing

        public init(groups: Int, epsilon: Double = 1e-5, freezing: Freezing = Freezing()) {
            self.groups = groups
            self.epsilon = epsilon
            self.freezing = freezing
        }
    }
}

extension Layer.GroupNorm: FreezableKind, CustomStringConvertible {
    public var description: String {
        typed("groupnorm \(groups)", (epsilon == 1e-5 ? [] : ["eps: \(epsilon)"]) + freezing.written)
    }

    var layer: Layer { .groupNorm(self) }

    static let words = ["groupnorm"]

    var settings: LayerSettings {
        LayerSettings(
            "groupnorm", [.init("groups", .integer(groups)), .init("eps", .number(epsilon))] + freezing.settings)
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .groupNorm(
            Self(
                groups: try reader.integer("groups", from: 1), epsilon: try reader.number("eps", in: 0...1),
                freezing: try reader.freezing()))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let input = place.input
        guard groups > 0, input.channels % groups == 0 else {
            throw place.fault(.groupsDoNotDivide(groups: groups, channels: input.channels, width: nil))
        }
        return try place.place(input, place.norms(scale: true, bias: true))
    }

    var family: LayerFamily { .norm }
    /// It bends, as the deviation depends on the values; a group may have any values after it.
    var function: FunctionTrait { .pointwise(.curved(-Double.infinity...Double.infinity)) }
    var isOfSingleValues: Bool { false }

    func moduleName(flat: Bool) -> String { "GroupNorm" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        ["\(groups)", "\(placed.input.channels)"] + (epsilon == 1e-5 ? [] : ["eps=\(epsilon)"])
    }

    /// The operator of its own came with opset 18. Each group becomes a channel, which is normalized for each image.
    func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
        let shape = placed.input
        let weight = ONNXStep.channels(0, of: placed, "scale")
        let bias = ONNXStep.channels(1, of: placed, "shift")
        return [
            ONNXStep("Reshape", [.input, .sizes("groups", [0, groups, -1])], "grouped"),
            ONNXStep(
                "InstanceNormalization",
                [
                    .step("grouped"), .table("ones", shape: [groups], values: [Float](repeating: 1, count: groups)),
                    .table("zeros", shape: [groups], values: [Float](repeating: 0, count: groups)),
                ],
                "normalized", attributes: [("epsilon", .decimal(epsilon))]),
            ONNXStep("Reshape", [.step("normalized"), .sizes("shape", [0] + shape.sizes)], "joined"),
        ] + weight.steps + bias.steps + [
            ONNXStep("Mul", [.step("joined"), weight.operand], "scaled"),
            ONNXStep("Add", [.step("scaled"), bias.operand]),
        ]
    }

    func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
        let count = placed.input.count / groups
        return .normalizing(
            (0..<groups).map { Array($0 * count..<($0 + 1) * count) }, epsilon: epsilon,
            scale: tensors[0].map(Double.init), shift: tensors[1].map(Double.init),
            area: placed.input.height * placed.input.width)
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        let size = placed.input.channels / groups
        return LayerTraits(
            onChannels: { count in
                guard count % size == 0 else { return nil }
                return .groupNorm(Self(groups: count / size, epsilon: epsilon, freezing: freezing))
            },
            normalizesSingleValues: groups == placed.input.count
                ? ("each of its groups is a single value", "use fewer groups") : nil,
            // A group of one channel takes its mean out, and any bias with it.
            removesBias: groups == placed.input.channels, treatsValuesAsChannels: true)
    }
}

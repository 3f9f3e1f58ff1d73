// Group normalization: the channels of each image are normalized in groups, whatever the batch is.

import Runtime

extension Layer {
    /// `nn.GroupNorm(groups, C)`
    public struct GroupNorm: Hashable, Sendable {
        public var groups: Int
        public var epsilon: Double

        public init(groups: Int, epsilon: Double = 1e-5) {
            self.groups = groups
            self.epsilon = epsilon
        }
    }
}

extension Layer.GroupNorm: LayerKind, CustomStringConvertible {
    public var description: String { "groupnorm \(groups)" + (epsilon == 1e-5 ? "" : ", eps: \(epsilon)") }

    static let words = ["groupnorm"]

    var settings: LayerSettings {
        LayerSettings("groupnorm", [.init("groups", .integer(groups)), .init("eps", .number(epsilon))])
    }

    static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
        .groupNorm(Self(groups: try reader.integer("groups", from: 1), epsilon: try reader.number("eps", in: 0...1)))
    }

    func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
        let (path, input) = (place.path, place.input)
        guard groups > 0, input.channels % groups == 0 else {
            throw place.fault(.groupsDoNotDivide(groups: groups, channels: input.channels, width: nil))
        }
        return try place.place(
            input,
            [
                ParameterTensor(name: "\(path).weight", shape: [input.channels], role: .scale),
                ParameterTensor(name: "\(path).bias", shape: [input.channels], role: .shift),
            ])
    }

    var family: LayerFamily { .norm }
    /// It bends, as the deviation depends on the values; a group may have any values after it.
    var function: FunctionTrait { .pointwise(.curved(-Double.infinity...Double.infinity)) }

    func moduleName(flat: Bool) -> String { "GroupNorm" }

    func moduleArguments(_ placed: PlacedLayer) -> [String] {
        ["\(groups)", "\(placed.input.channels)"] + (epsilon == 1e-5 ? [] : ["eps=\(epsilon)"])
    }

    /// The operator of its own came with opset 18. Each group becomes a channel, which is normalized for each image.
    func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
        let (shape, isFlat) = (placed.input, placed.input.isFlat)
        func ofChannels(_ parameter: Int, _ name: String) -> (steps: [ONNXStep], operand: ONNXStep.Operand) {
            guard !isFlat else { return ([], .parameter(parameter)) }
            let sizes = ONNXStep.Operand.sizes("channels", [shape.channels, 1, 1])
            return ([ONNXStep("Reshape", [.parameter(parameter), sizes], name)], .step(name))
        }
        let (weight, bias) = (ofChannels(0, "scale"), ofChannels(1, "shift"))
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
        let (epsilon, area) = (epsilon, placed.input.height * placed.input.width)
        let (weight, bias) = (tensors[0].map(Double.init), tensors[1].map(Double.init))
        let count = placed.input.count / groups
        let groups = (0..<groups).map { $0 * count..<($0 + 1) * count }
        @Sendable func moments(_ input: [Double], _ group: Range<Int>) -> (mean: Double, deviation: Double) {
            let mean = input[group].reduce(0, +) / Double(count)
            let variance = input[group].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
            return (mean, (variance + epsilon).squareRoot())
        }
        return PlainPass(
            forward: { input in
                var result = input
                for group in groups {
                    let (mean, deviation) = moments(input, group)
                    for place in group {
                        result[place] = (input[place] - mean) / deviation * weight[place / area] + bias[place / area]
                    }
                }
                return result
            },
            backward: { input, _, gradient in
                var result = gradient
                for group in groups {
                    let (mean, deviation) = moments(input, group)
                    let scaled = group.map { gradient[$0] * weight[$0 / area] }
                    let normalized = group.map { (input[$0] - mean) / deviation }
                    let sum = scaled.reduce(0, +) / Double(count)
                    let products = zip(scaled, normalized).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
                    for (index, place) in group.enumerated() {
                        result[place] = (scaled[index] - sum - normalized[index] * products) / deviation
                    }
                }
                return result
            })
    }

    func traits(_ placed: PlacedLayer) -> LayerTraits {
        LayerTraits(
            normalizesSingleValues: groups == placed.input.count
                ? ("each of its groups is a single value", "use fewer groups") : nil,
            // A group of one channel takes its mean out, and any bias with it.
            removesBias: groups == placed.input.channels, treatsValuesAsChannels: true)
    }
}

// Channels in another order, so that groups that were kept apart meet.

extension Layer {
    /// `nn.ChannelShuffle(groups)` (Zhang et al. 2018, ShuffleNet, section 3.1): the first channel of each group, then
    /// the second of each, and so on.
    struct ChannelShuffle: LayerKind {
        let groups: Int

        var description: String { "channelshuffle \(groups)" }
        let family = LayerFamily.reshaping
        let function = FunctionTrait.identity
        var isOfSingleValues: Bool { false }

        static let words = ["channelshuffle"]

        var settings: LayerSettings { LayerSettings("channelshuffle", [.init("groups", .integer(groups))]) }

        static func layer(_ reader: inout LayerSettingsReader) throws(LayerSettingsError) -> Layer {
            .channelShuffle(groups: try reader.integer("groups", from: 1))
        }

        func placed(on place: inout LayerPlace) throws(ShapeFault) -> PlacedLayer {
            let input = place.input
            guard !input.isFlat else { throw place.fault(.needsMap) }
            guard groups > 0, input.channels.isMultiple(of: groups) else {
                throw place.fault(.groupsDoNotDivide(groups: groups, channels: input.channels, width: nil))
            }
            return try place.place(input)
        }

        func moduleName(flat: Bool) -> String { "ChannelShuffle" }

        func moduleArguments(_ placed: PlacedLayer) -> [String] { ["\(groups)"] }

        func onnx(_ placed: PlacedLayer) -> [ONNXStep] {
            let shape = placed.input
            let grouped = [0, groups, shape.channels / groups, shape.height, shape.width]
            return [
                ONNXStep("Reshape", [.input, .sizes("groups", grouped)], "grouped"),
                ONNXStep(
                    "Transpose", [.step("grouped")], "shuffled", attributes: [("perm", .integers([0, 2, 1, 3, 4]))]),
                ONNXStep("Reshape", [.step("shuffled"), .sizes("shape", [0] + shape.sizes)]),
            ]
        }

        func plainPass(_ placed: PlacedLayer, _ tensors: [[Float]]) -> PlainPass? {
            let area = placed.input.height * placed.input.width
            let places = placed.layer.shuffledChannels(of: placed.input.channels).flatMap {
                $0 * area..<($0 + 1) * area
            }
            return PlainPass(
                forward: { input in places.map { input[$0] } },
                backward: { _, _, gradient in
                    var result = gradient
                    for (place, value) in zip(places, gradient) { result[place] = value }
                    return result
                })
        }

        func traits(_ placed: PlacedLayer) -> LayerTraits {
            let isIdle = groups == 1 || groups == placed.input.channels
            return LayerTraits(
                idleNote: isIdle
                    ? (
                        "does nothing: \(groups == 1 ? "there is one group" : "each group has one channel")",
                        "leave it out, or give it other groups"
                    ) : nil,
                isView: true, keepsPlacesApart: true)
        }
    }

    /// Of a channelshuffle, which channel of its input each of its output is.
    public func shuffledChannels(of channels: Int) -> [Int] {
        guard case .channelShuffle(let groups) = self else { return Array(0..<channels) }
        return (0..<channels).map { $0 % groups * (channels / groups) + $0 / groups }
    }
}

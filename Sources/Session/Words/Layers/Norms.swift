// `batchnorm`, `groupnorm`, `layernorm`, `instancenorm`: layers that normalize.

import Network

private let epsilon = Option("eps", .decimal(0...1), default: 1e-5, aliases: ["epsilon"], "added to the variance")
private let groups = Option(
    "groups", .integer(1...1 << 24), isPositional: true, aliases: ["num_groups", "group", "g"],
    "number of groups; 1 normalizes all channels together")
private let momentum = Option(
    "momentum", .decimal(0...1), default: 0.1, "weight of the new batch in the running statistics")

/// Of a norm.
private struct ChannelOptions {
    let scale: Option<Bool>
    let bias: Option<Bool>

    init(default standard: Bool) {
        scale = Option(
            "scale", .boolean, default: standard, aliases: ["gamma"],
            "whether each channel is multiplied by a learned factor")
        bias = Option(
            "bias", .boolean, default: standard, aliases: ["center", "beta"],
            "whether a learned value is added to each channel")
    }
}

private let batchOptions = ChannelOptions(default: true)
private let instanceOptions = ChannelOptions(default: false)

extension Word {
    /// In the order of help.
    static let norms: [Word] = [batchNorm, groupNorm, layerNorm, instanceNorm]

    static let batchNorm = Word(
        "batchnorm", .layers, "Batch normalization: `nn.BatchNorm2d`",
        [
            epsilon, momentum, batchOptions.scale, batchOptions.bias, LayerOption.freezeOfBatchNorm,
            LayerOption.biasEpochs,
        ], result: .layer,
        example: inNetwork("conv 64; batchnorm; relu"),
        aliases: ["BatchNorm2d", "BatchNorm1d", "BatchNormalization", "bn", "norm"],
        .layer {
            .batchNorm(
                Layer.BatchNorm(
                    epsilon: $0[epsilon], momentum: $0[momentum], hasScale: $0[batchOptions.scale],
                    hasBias: $0[batchOptions.bias],
                    freezing: $0.freezing(hasBias: $0[batchOptions.bias], LayerOption.freezeOfBatchNorm)))
        })

    static let groupNorm = Word(
        "groupnorm", .layers,
        "Normalizes groups of channels within each image, independently of the batch: `nn.GroupNorm`",
        [groups, epsilon, LayerOption.freeze, LayerOption.biasEpochs], result: .layer,
        example: inNetwork("conv 64; groupnorm 8; relu"),
        aliases: ["GroupNormalization", "gn"], since: "0.2",
        .layer { .groupNorm(Layer.GroupNorm(groups: $0[groups], epsilon: $0[epsilon], freezing: $0.freezing())) })

    static let layerNorm = Word(
        "layernorm", .layers,
        "Normalizes over the channels at each place: `nn.LayerNorm(channels)`, as in ConvNeXt",
        [epsilon, LayerOption.freeze, LayerOption.biasEpochs],
        result: .layer, example: inNetwork("conv 64; layernorm; gelu"),
        aliases: ["LayerNormalization", "LayerNorm2d", "ln"], since: "0.2",
        .layer { .layerNorm(Layer.LayerNorm(epsilon: $0[epsilon], freezing: $0.freezing())) })

    static let instanceNorm = Word(
        "instancenorm", .layers,
        "Normalizes each channel of each image, by default without scale and bias: `nn.InstanceNorm2d`",
        [epsilon, instanceOptions.scale, instanceOptions.bias, LayerOption.freeze, LayerOption.biasEpochs],
        result: .layer,
        example: inNetwork("conv 64; instancenorm; relu"), aliases: ["InstanceNorm2d", "InstanceNormalization"],
        since: "0.2",
        .layer {
            .instanceNorm(
                Layer.InstanceNorm(
                    epsilon: $0[epsilon], hasScale: $0[instanceOptions.scale], hasBias: $0[instanceOptions.bias],
                    freezing: $0.freezing(hasBias: $0[instanceOptions.bias])))
        })
}

// `batchnorm` and `groupnorm`: layers that normalize.

import Network

private let epsilon = Option("eps", .decimal(0...1), default: 1e-5, aliases: ["epsilon"], "added to the variance")
private let groups = Option(
    "groups", .integer(1...1 << 24), isPositional: true, aliases: ["num_groups", "group", "g"],
    "groups of channels; 1 takes all together")
private let momentum = Option("momentum", .decimal(0...1), default: 0.1, "weight of the new in the running statistics")

extension Word {
    /// In the order of help.
    static let norms: [Word] = [batchNorm, groupNorm]

    static let batchNorm = Word(
        "batchnorm", .layers, "Batch normalization: `nn.BatchNorm2d`", [epsilon, momentum], result: .layer,
        example: inNetwork("conv 64; batchnorm; relu"),
        aliases: ["BatchNorm2d", "BatchNorm1d", "BatchNormalization", "bn", "norm"],
        .layer { .batchNorm(Layer.BatchNorm(epsilon: $0[epsilon], momentum: $0[momentum])) })

    static let groupNorm = Word(
        "groupnorm", .layers, "Normalizes groups of channels in each image, whatever the batch: `nn.GroupNorm`",
        [groups, epsilon], result: .layer, example: inNetwork("conv 64; groupnorm 8; relu"),
        aliases: ["GroupNormalization", "gn"],
        .layer { .groupNorm(Layer.GroupNorm(groups: $0[groups], epsilon: $0[epsilon])) })
}

// `batchnorm`: layers that normalize.

import Network

private let epsilon = Option("eps", .decimal(0...1), default: 1e-5, aliases: ["epsilon"], "added to the variance")
private let momentum = Option("momentum", .decimal(0...1), default: 0.1, "weight of the new in the running statistics")

extension Word {
    /// In the order of help.
    static let norms: [Word] = [batchNorm]

    static let batchNorm = Word(
        "batchnorm", .layers, "Batch normalization: `nn.BatchNorm2d`", [epsilon, momentum], result: .layer,
        example: inNetwork("conv 64; batchnorm; relu"),
        aliases: ["BatchNorm2d", "BatchNorm1d", "BatchNormalization", "bn", "norm"],
        .layer { .batchNorm(Layer.BatchNorm(epsilon: $0[epsilon], momentum: $0[momentum])) })
}

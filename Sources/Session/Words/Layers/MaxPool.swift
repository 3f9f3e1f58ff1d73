// `maxpool`

import Network

extension Word {
    static let maxPool = Word(
        "maxpool", .layers, "The largest value of each window: `nn.MaxPool2d`", PoolOption.all, result: .layer,
        example: inNetwork("maxpool 2"), aliases: ["MaxPool2d", "MaxPooling2D", "pool"], .layer { .maxPool($0.pooling) }
    )
}

// `avgpool`

import Network

extension Word {
    static let avgPool = Word(
        "avgpool", .layers, "The mean of each window: `nn.AvgPool2d`", PoolOption.all, result: .layer,
        example: inNetwork("avgpool 2"), aliases: ["AvgPool2d", "AveragePooling2D", "averagepool"],
        .layer { .averagePool($0.pooling) })
}

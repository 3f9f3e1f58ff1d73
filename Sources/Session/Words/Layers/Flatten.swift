// `flatten`

import Network

extension Word {
    static let flatten = Word(
        "flatten", .layers, "Turns an image into a flat vector: `nn.Flatten`", result: .layer,
        example: inNetwork("flatten; linear 10"), aliases: ["view", "reshape"], .layer { _ in .flatten })
}

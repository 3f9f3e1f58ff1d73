// `droppath`

import Network

private let rate = Option(
    "rate", .decimal(0...1, excludesHighest: true), isPositional: true,
    aliases: ["p", "prob", "drop_prob", "probability"], "share of the images that go around the block")

extension Word {
    static let dropPath = Word(
        "droppath", .layers,
        "First in the block of a `residual`: leaves out at random, in training, what the block makes of an image "
            + "(stochastic depth)",
        [rate], result: .layer, example: inNetwork("conv 16; residual { droppath 0.1; conv 16, padding: 1; relu }"),
        aliases: ["StochasticDepth"], since: "0.2", .layer { .dropPath(rate: $0[rate]) })
}

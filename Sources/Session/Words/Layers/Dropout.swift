// `dropout`

import Network

private let rate = Option(
    "rate", .decimal(0...1, excludesHighest: true), default: 0.5, isPositional: true,
    aliases: ["p", "prob", "probability"], "share of the values that is zeroed")

extension Word {
    static let dropout = Word(
        "dropout", .layers, "Zeroes values at random in training: `nn.Dropout`", [rate], result: .layer,
        example: inNetwork("flatten; dropout 0.2; linear 10"), .layer { .dropout(rate: $0[rate]) })
}

// `residual`, `shortcut` and `concat`: layers made of the blocks behind them.

extension Word {
    static let residual = Word(
        "residual", .layers, "Adds its input to what its block makes of it", result: .layer,
        example: inNetwork("residual { conv 16, padding: 1; relu }"), aliases: ["skip"], .branches(.residual))

    static let shortcut = Word(
        "shortcut", .layers, "The way around a `residual`, where it is not the identity", result: .layer,
        example: inNetwork("residual { conv 16 } shortcut { conv 16 }"), aliases: ["downsample"],
        .branches(.shortcut))

    static let concat = Word(
        "concat", .layers, "Joins branches along the channels", result: .layer,
        example: inNetwork("concat { conv 16 } { conv 8 }"), aliases: ["cat", "concatenate"],
        .branches(.concatenation))
}

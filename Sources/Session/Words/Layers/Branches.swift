// `residual`, `shortcut`, `multiply`, `concat` and `chunk`: layers made of the blocks behind them.

/// Of a `chunk`.
let blockCount = Option(
    "count", .integer(1...1 << 16), isPositional: true, aliases: ["chunks", "n", "groups"],
    "shares of the channels, one for each block")

extension Word {
    static let residual = Word(
        "residual", .layers, "Adds its input to the output of its block", result: .layer,
        example: inNetwork("residual { conv 16, padding: 1; relu }"), aliases: ["skip"], .branches(.residual))

    static let shortcut = Word(
        "shortcut", .layers, "The shortcut of a `residual`, where it is not the identity", result: .layer,
        example: inNetwork("residual { conv 16 } shortcut { conv 16 }"), aliases: ["downsample"],
        .branches(.shortcut))

    static let multiply = Word(
        "multiply", .layers,
        "Multiplies its input by what its block makes of it: as many values, or one for each channel "
            + "(squeeze-and-excitation)",
        result: .layer,
        example: inNetwork("conv 64; multiply { gap; conv 4, kernel: 1; relu; conv 64, kernel: 1; sigmoid }"),
        aliases: ["mul", "gate"], since: "0.2", .branches(.multiplication))

    static let concat = Word(
        "concat", .layers, "Joins branches along the channels", result: .layer,
        example: inNetwork("concat { conv 16 } { conv 8 }"), aliases: ["cat", "concatenate"],
        .branches(.concatenation))

    static let chunk = Word(
        "chunk", .layers,
        "Gives each of its blocks an equal share of the channels, and joins what they make of it; an empty block passes its "
            + "share on",
        [blockCount], result: .layer, example: inNetwork("conv 16; chunk 2 { } { conv 8, padding: 1; relu }"),
        since: "0.2", .branches(.chunk))
}

// `adaptivemaxpool` and `adaptiveavgpool`, and their special cases `globalmaxpool` and `globalavgpool` or `gap`.

import Network

private let output = Option(
    "output", .extent(1...LayerOption.largestExtent), isPositional: true, aliases: ["output_size", "size"],
    "size of the output")

extension Word {
    static let adaptiveMaxPool = Word(
        "adaptivemaxpool", .layers,
        "The largest value of as many windows as give the output's size: `nn.AdaptiveMaxPool2d`", [output],
        result: .layer, example: inNetwork("adaptivemaxpool 2"), aliases: ["AdaptiveMaxPool2d"], since: "0.2",
        .layer { .adaptiveMaxPool(output: $0[output]) })

    static let globalMaxPool = Word(
        "globalmaxpool", .layers, "The largest value of each channel: `nn.AdaptiveMaxPool2d(1)`", result: .layer,
        example: inNetwork("conv 16; globalmaxpool; linear 10"),
        aliases: ["GlobalMaxPooling2D", "GlobalMaxPool2d", "gmp"], since: "0.2",
        .layer { _ in .adaptiveMaxPool(output: Extent(1)) })

    static let adaptiveAvgPool = Word(
        "adaptiveavgpool", .layers,
        "The means of windows that tile the input to give the output's size: `nn.AdaptiveAvgPool2d`",
        [output], result: .layer, example: inNetwork("adaptiveavgpool 2"),
        aliases: ["AdaptiveAvgPool2d", "adaptivepool"], .layer { .adaptiveAveragePool(output: $0[output]) })

    static let globalAvgPool = Word(
        "globalavgpool", .layers, "The mean of each channel: `nn.AdaptiveAvgPool2d(1)`; short: `gap`", result: .layer,
        example: inNetwork("conv 16; globalavgpool; linear 10"),
        aliases: ["GlobalAveragePooling2D", "globalpool", "GlobalAvgPool2d"],
        .layer { _ in .adaptiveAveragePool(output: Extent(1)) })

    static let gap = Word(
        "gap", .layers, "Short for `globalavgpool`: the mean of each channel", result: .layer,
        example: inNetwork("conv 16; gap; linear 10"), .layer { _ in .adaptiveAveragePool(output: Extent(1)) })
}

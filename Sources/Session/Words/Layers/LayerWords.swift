// Layers, named and ordered as PyTorch's modules.

let layerWords: [Word] =
    [.input, .conv, .linear] + Word.norms + Word.activations + [
        .maxPool, .avgPool, .adaptiveMaxPool, .adaptiveAvgPool, .globalMaxPool, .globalAvgPool, .gap, .flatten,
        .dropout, .dropPath, .softmax, .scale, .residual, .shortcut, .multiply, .concat, .chunk, .channelShuffle,
        .attention, .positionEmbedding, .mixPlaces,
    ]

// Layers, named and ordered as PyTorch's modules.

let layerWords: [Word] = [
    .input, .conv, .linear, .batchNorm, .relu, .leakyReLU, .gelu, .silu, .sigmoid, .tanh, .maxPool, .avgPool,
    .adaptiveAvgPool, .globalAvgPool, .gap, .flatten, .dropout, .softmax, .residual, .shortcut, .concat,
]

// Layers, named and ordered as PyTorch's modules.

import Network

/// Of a window, its steps and the zeros around an image, in values.
private let largestExtent = 1 << 20

private func width(_ help: String) -> Parameter {
    Parameter(
        "width", .integer(1...1 << 24), isPositional: true,
        aliases: ["out_channels", "out_features", "filters", "units", "channels", "features", "out"], help)
}

private let bias = Parameter(
    "bias", .boolean, .value(.boolean(true)), isPositional: true, aliases: ["use_bias", "hasbias"],
    "whether a bias is added")
private let poolSize = Parameter(
    "size", .extent(1...largestExtent), isPositional: true, aliases: ["kernel_size", "kernel", "pool_size"],
    "side of the window"
)
private let poolStride = Parameter(
    "stride", .extent(1...largestExtent), .workedOut("size"), isPositional: true, aliases: ["strides"],
    "step of the window")
private let poolPadding = Parameter(
    "padding", .extent(0...largestExtent), .value(.integer(0)), isPositional: true, aliases: ["pad"],
    "zeros around the image")

private func pooling(_ arguments: Arguments) -> Layer.Pooling {
    Layer.Pooling(
        size: arguments.extent("size") ?? Extent(1), stride: arguments.extent("stride"),
        padding: arguments.extent("padding") ?? Extent(0))
}

private func inNetwork(_ line: String, input: String = "3x32x32") -> String {
    "model Net { input \(input); \(line) }"
}

let layerWords: [Word] = [
    Word(
        "input", .layers, "The shape of one image or vector that flows into the model",
        [
            Parameter(
                "shape", .shape, isPositional: true, aliases: ["input_shape", "size"],
                "channels x height x width, or features")
        ],
        result: .layer, example: "model Net { input 3x32x32; conv 16 }", aliases: ["InputLayer"],
        .input { $0.shape("shape") ?? Shape([1]) }),
    Word(
        "conv", .layers, "A convolution over images: `nn.Conv2d`",
        [
            width("output channels"),
            Parameter(
                "kernel", .extent(1...largestExtent), .value(.integer(3)), isPositional: true,
                aliases: ["kernel_size", "size", "k", "filter"], "side of the filters"),
            Parameter(
                "stride", .extent(1...largestExtent), .value(.integer(1)), isPositional: true, aliases: ["strides"],
                "step of the filters"),
            Parameter(
                "padding", .extent(0...largestExtent), .value(.integer(0)), isPositional: true, choices: ["same"],
                aliases: ["pad"], "zeros around the image"),
            Parameter(
                "dilation", .extent(1...largestExtent), .value(.integer(1)), isPositional: true,
                aliases: ["dilation_rate"],
                "distance between the filter's taps"),
            Parameter(
                "groups", .integer(1...1 << 24), .value(.integer(1)), isPositional: true, aliases: ["group"],
                "groups of channels kept apart"),
            bias,
        ],
        result: .layer, example: inNetwork("conv 64, kernel: 3, padding: 1"),
        aliases: ["Conv2d", "convolution", "conv2d", "Convolution2D"],
        .layer { arguments in
            let padding: Layer.Convolution.Padding =
                arguments.text("padding") == "same" ? .same : .exactly(arguments.extent("padding") ?? Extent(0))
            return .convolution(
                Layer.Convolution(
                    width: arguments.integer("width") ?? 1, kernel: arguments.extent("kernel") ?? Extent(3),
                    stride: arguments.extent("stride") ?? Extent(1), padding: padding,
                    dilation: arguments.extent("dilation") ?? Extent(1), groups: arguments.integer("groups") ?? 1,
                    hasBias: arguments.boolean("bias") ?? true))
        }),
    Word(
        "linear", .layers, "A fully connected layer over a flat input: `nn.Linear`", [width("output features"), bias],
        result: .layer, example: inNetwork("flatten; linear 10"),
        aliases: ["Dense", "fc", "fullyconnected", "affine"],
        .layer { arguments in
            .linear(Layer.Linear(width: arguments.integer("width") ?? 1, hasBias: arguments.boolean("bias") ?? true))
        }),
    Word(
        "batchnorm", .layers, "Batch normalization: `nn.BatchNorm2d`",
        [
            Parameter("eps", .decimal(0...1), .value(.decimal(1e-5)), aliases: ["epsilon"], "added to the variance"),
            Parameter(
                "momentum", .decimal(0...1), .value(.decimal(0.1)), "weight of the new in the running statistics"),
        ],
        result: .layer, example: inNetwork("conv 64; batchnorm; relu"),
        aliases: ["BatchNorm2d", "BatchNorm1d", "BatchNormalization", "bn", "norm"],
        .layer { arguments in
            .batchNorm(
                Layer.BatchNorm(
                    epsilon: arguments.decimal("eps") ?? 1e-5, momentum: arguments.decimal("momentum") ?? 0.1))
        }),
    Word(
        "relu", .layers, "max(0, x): `nn.ReLU`", result: .layer, example: inNetwork("conv 16; relu"),
        aliases: ["rectifier"],
        .layer { _ in .activation(.relu) }),
    Word(
        "leakyrelu", .layers, "x, and slope · x below zero: `nn.LeakyReLU`",
        [
            Parameter(
                "slope", .decimal(0...1), .value(.decimal(0.01)), isPositional: true,
                aliases: ["negative_slope", "alpha"], "slope below zero")
        ],
        result: .layer, example: inNetwork("conv 16; leakyrelu 0.1"),
        .layer { .activation(.leakyReLU(slope: $0.decimal("slope") ?? 0.01)) }),
    Word(
        "gelu", .layers, "x · Φ(x): `nn.GELU`", result: .layer, example: inNetwork("conv 16; gelu"),
        .layer { _ in .activation(.gelu) }),
    Word(
        "silu", .layers, "x · sigmoid(x), also called swish: `nn.SiLU`", result: .layer,
        example: inNetwork("conv 16; silu"), aliases: ["swish"],
        .layer { _ in .activation(.silu) }),
    Word(
        "sigmoid", .layers, "1 / (1 + exp(-x)): `nn.Sigmoid`", result: .layer,
        example: inNetwork("conv 16; sigmoid"), aliases: ["logistic"],
        .layer { _ in .activation(.sigmoid) }),
    Word(
        "tanh", .layers, "The hyperbolic tangent: `nn.Tanh`", result: .layer, example: inNetwork("conv 16; tanh"),
        .layer { _ in .activation(.tanh) }),
    Word(
        "maxpool", .layers, "The largest value of each window: `nn.MaxPool2d`", [poolSize, poolStride, poolPadding],
        result: .layer, example: inNetwork("maxpool 2"), aliases: ["MaxPool2d", "MaxPooling2D", "pool"],
        .layer { .maxPool(pooling($0)) }),
    Word(
        "avgpool", .layers, "The mean of each window: `nn.AvgPool2d`", [poolSize, poolStride, poolPadding],
        result: .layer, example: inNetwork("avgpool 2"), aliases: ["AvgPool2d", "AveragePooling2D", "averagepool"],
        .layer { .averagePool(pooling($0)) }),
    Word(
        "adaptiveavgpool", .layers, "Means over as many windows as give the output's size: `nn.AdaptiveAvgPool2d`",
        [
            Parameter(
                "output", .extent(1...largestExtent), isPositional: true, aliases: ["output_size", "size"],
                "side of the output")
        ],
        result: .layer, example: inNetwork("adaptiveavgpool 2"), aliases: ["AdaptiveAvgPool2d", "adaptivepool"],
        .layer { .adaptiveAveragePool(output: $0.extent("output") ?? Extent(1)) }),
    Word(
        "globalavgpool", .layers, "The mean of each channel: `nn.AdaptiveAvgPool2d(1)`; short: `gap`",
        result: .layer,
        example: inNetwork("conv 16; globalavgpool; linear 10"),
        aliases: ["GlobalAveragePooling2D", "globalpool", "GlobalAvgPool2d"],
        .layer { _ in .adaptiveAveragePool(output: Extent(1)) }),
    Word(
        "gap", .layers, "Short for `globalavgpool`: the mean of each channel", result: .layer,
        example: inNetwork("conv 16; gap; linear 10"),
        .layer { _ in .adaptiveAveragePool(output: Extent(1)) }),
    Word(
        "flatten", .layers, "Turns an image into a flat vector: `nn.Flatten`", result: .layer,
        example: inNetwork("flatten; linear 10"), aliases: ["view", "reshape"],
        .layer { _ in .flatten }),
    Word(
        "dropout", .layers, "Zeroes values at random in training: `nn.Dropout`",
        [
            Parameter(
                "rate", .decimal(0...1, excludesHighest: true), .value(.decimal(0.5)), isPositional: true,
                aliases: ["p", "prob", "probability"], "share that is zeroed")
        ],
        result: .layer, example: inNetwork("flatten; dropout 0.2; linear 10"),
        .layer { .dropout(rate: $0.decimal("rate") ?? 0.5) }),
    Word(
        "softmax", .layers, "Turns scores into probabilities: `nn.Softmax`", result: .layer,
        example: inNetwork("flatten; linear 10; softmax"),
        .layer { _ in .activation(.softmax) }),
    Word(
        "residual", .layers, "Adds its input to what its block makes of it", result: .layer,
        example: "model Net { input 3x32x32; residual { conv 16, padding: 1; relu } }",
        aliases: ["skip"], .branches(.residual)),
    Word(
        "shortcut", .layers, "The way around a `residual`, where it is not the identity", result: .layer,
        example: "model Net { input 3x32x32; residual { conv 16 } shortcut { conv 16 } }", aliases: ["downsample"],
        .branches(.shortcut)),
    Word(
        "concat", .layers, "Joins branches along the channels", result: .layer,
        example: "model Net { input 3x32x32; concat { conv 16 } { conv 8 } }", aliases: ["cat", "concatenate"],
        .branches(.concatenation)),
]

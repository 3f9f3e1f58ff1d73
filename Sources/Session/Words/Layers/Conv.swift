// `conv`

import Network

private let width = LayerOption.width("output channels")
private let kernel = Option(
    "kernel", .extent(1...LayerOption.largestExtent), default: Extent(3), isPositional: true,
    aliases: ["kernel_size", "size", "k", "filter"], "size of the filters")
private let stride = Option(
    "stride", .extent(1...LayerOption.largestExtent), default: Extent(1), isPositional: true, aliases: ["strides"],
    "step of the filters")
/// `nil` is `same`.
private let padding = Option(
    "padding", .extent(0...LayerOption.largestExtent), default: Extent(0), or: "same", isPositional: true,
    aliases: ["pad"],
    "zeros around the image")
private let dilation = Option(
    "dilation", .extent(1...LayerOption.largestExtent), default: Extent(1), isPositional: true,
    aliases: ["dilation_rate"],
    "distance between the filter's taps")
private let groups = Option(
    "groups", .integer(1...1 << 24), default: 1, isPositional: true, aliases: ["group"],
    "groups of channels that are convolved separately"
)

extension Word {
    static let conv = Word(
        "conv", .layers, "A convolution over images: `nn.Conv2d`",
        [
            width, kernel, stride, padding, dilation, groups, LayerOption.bias, LayerOption.initialization,
            LayerOption.freeze, LayerOption.biasEpochs,
        ],
        result: .layer,
        example: inNetwork("conv 64, kernel: 3, padding: 1"),
        aliases: ["Conv2d", "convolution", "conv2d", "Convolution2D"],
        .layer { call in
            .convolution(
                Layer.Convolution(
                    width: call[width], kernel: call[kernel], stride: call[stride],
                    padding: call[padding].map { .exactly($0) } ?? .same, dilation: call[dilation],
                    groups: call[groups], hasBias: call[LayerOption.bias],
                    initialization: call[LayerOption.initialization],
                    freezing: call.freezing(hasBias: call[LayerOption.bias])))
        })
}

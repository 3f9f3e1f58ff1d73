// Each layer of the engine against its plain twin on sizes that fill neither tiles nor vectors, and the twin against
// finite differences: forward and backward are then known to belong together, and the engine to compute both.

import Engine
import Network
import Runtime
import Testing

/// A network around the layer in question, which has a layer before it, so that its input's gradient shows, and one
/// after.
struct LayerCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let input: Shape
    let layers: [Layer]
    var images = 3

    init(_ name: String, _ input: [Int], _ layers: [Layer], images: Int = 3) {
        testDescription = name
        self.input = Shape(input)
        self.layers = layers + [.flatten, .linear(.init(width: 5))]
        self.images = images
    }

    private static func conv(
        _ width: Int, _ kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1,
        bias: Bool = true
    ) -> Layer {
        .convolution(
            .init(
                width: width, kernel: Extent(kernel), stride: Extent(stride), padding: .exactly(Extent(padding)),
                dilation: Extent(dilation), groups: groups, hasBias: bias))
    }

    private static let relu = Layer.activation(.relu)

    /// Maps that leave one, two, three or no rows and columns to the last of Winograd's tiles.
    private static let unevenTiles = [(3, 3), (3, 8), (4, 5), (5, 6), (6, 7), (7, 4), (7, 9), (8, 6)].map {
        height, width in
        LayerCase(
            "conv 3x3 on a map of \(height)x\(width)", [2, height, width], [conv(18, 1), conv(35, 3, padding: 1)],
            images: 2)
    }

    /// Maxima that are taken before the output of a convolution is written.
    private static let maxima = [(8, 8), (7, 9), (6, 5), (3, 10), (2, 2)].flatMap { height, width in
        [[], [relu]].map { function in
            LayerCase(
                "conv 3x3\(function.isEmpty ? "" : ", relu") and maxpool 2 on \(height)x\(width)", [2, height, width],
                [conv(18, 1), conv(20, 3, padding: 1)] + function + [.maxPool(.init(size: Extent(2))), conv(9, 1)],
                images: 2)
        }
    }

    static let all = unevenTiles + maxima + others

    private static let others: [LayerCase] = [
        LayerCase("conv 3x3 of 17 to 33 channels", [3, 5, 7], [conv(17, 1), conv(33, 3, padding: 1)]),
        LayerCase("conv 3x3 without padding", [1, 9, 9], [conv(5, 1), conv(40, 3)]),
        LayerCase("conv 3x3 on a map of 4x4", [3, 4, 4], [conv(70, 1), conv(33, 3, padding: 1)]),
        LayerCase("conv 3x3 on a map of 2x2", [3, 2, 2], [conv(17, 1), conv(40, 3, padding: 1)]),
        LayerCase(
            "conv 3x3 with relu of many uneven tiles", [1, 27, 30], [conv(8, 1), conv(9, 3, padding: 1), relu],
            images: 5),
        LayerCase(
            "conv 3x3, relu and maxpool 2 of many uneven tiles", [1, 27, 30],
            [conv(8, 1), conv(9, 3, padding: 1), relu, .maxPool(.init(size: Extent(2)))], images: 5),
        LayerCase("conv 3x3 on a map of 13x14", [3, 13, 14], [conv(16, 1), conv(24, 3, padding: 1)], images: 2),
        LayerCase("conv 3x3 of many tiles", [1, 30, 31], [conv(8, 1), conv(9, 3, padding: 2)], images: 5),
        LayerCase(
            "conv 3x3 twice with relu", [3, 10, 9],
            [conv(20, 1), conv(17, 3, padding: 1), .activation(.relu), conv(34, 3, padding: 0), .activation(.relu)]),
        LayerCase(
            "conv 3x3, maxpool 2 and relu", [3, 9, 8],
            [conv(18, 1), conv(20, 3), .maxPool(.init(size: Extent(2))), relu, conv(9, 1)]),
        LayerCase("conv 1x1", [3, 2, 3], [conv(33, 1), conv(17, 1)]),
        LayerCase("conv 2x2", [3, 5, 7], [conv(4, 1), conv(3, 2, padding: 1)]),
        LayerCase("conv 5x5", [3, 9, 9], [conv(5, 1), conv(7, 5, padding: 2)]),
        LayerCase("conv 7x7 with stride 2", [3, 13, 6], [conv(4, 1), conv(6, 7, stride: 2, padding: 3)]),
        LayerCase("conv 3x3 with stride 3", [3, 13, 6], [conv(5, 1), conv(17, 3, stride: 3, padding: 1)]),
        LayerCase("conv 1x1 with stride 2", [3, 9, 9], [conv(5, 1), conv(6, 1, stride: 2)]),
        LayerCase("conv 3x3 with dilation 2", [3, 9, 9], [conv(5, 1), conv(6, 3, padding: 2, dilation: 2)]),
        LayerCase("conv without bias", [3, 5, 7], [conv(5, 1), conv(6, 3, bias: false)]),
        LayerCase("conv over a map of 1x1", [3, 1, 1], [conv(33, 1), conv(5, 3, padding: 1)]),
        LayerCase("conv in 2 groups", [3, 9, 7], [conv(40, 1), conv(70, 3, padding: 1, groups: 2)]),
        LayerCase(
            "conv in 3 groups with stride and relu", [3, 9, 7],
            [conv(51, 1), conv(36, 3, stride: 2, groups: 3), relu]),
        LayerCase("conv 1x1 in 5 groups", [3, 5, 4], [conv(35, 1), conv(10, 1, groups: 5)]),
        LayerCase(
            "conv in groups of one input and two outputs", [3, 5, 4],
            [conv(18, 1), conv(36, 3, padding: 1, groups: 18)]),
        LayerCase("depthwise", [3, 9, 11], [conv(37, 1), conv(37, 3, padding: 1, groups: 37), relu]),
        LayerCase(
            "depthwise 5x5 with stride 2", [3, 13, 10],
            [conv(20, 1), conv(20, 5, stride: 2, padding: 2, groups: 20)]),
        LayerCase(
            "depthwise 2x2 with dilation 3", [3, 9, 9],
            [conv(5, 1), conv(5, 2, padding: 1, dilation: 3, groups: 5)]),
        LayerCase("batchnorm", [3, 5, 7], [conv(19, 3), .batchNorm(.init())], images: 6),
        LayerCase(
            "batchnorm with relu", [3, 5, 7], [conv(19, 3), .batchNorm(.init()), relu, conv(9, 1)], images: 6),
        LayerCase(
            "batchnorm of the images", [3, 5, 7], [.batchNorm(.init(epsilon: 0.1)), conv(19, 3)], images: 6),
        LayerCase("batchnorm of vectors", [20], [.linear(.init(width: 33)), .batchNorm(.init()), relu], images: 6),
        LayerCase("groupnorm", [3, 5, 7], [conv(18, 3), .groupNorm(.init(groups: 3)), conv(9, 1)]),
        LayerCase(
            "groupnorm with relu", [3, 5, 7], [conv(34, 3), .groupNorm(.init(groups: 2)), relu, conv(9, 1)]),
        LayerCase(
            "groupnorm of all channels", [3, 5, 7], [conv(19, 3), .groupNorm(.init(groups: 1, epsilon: 0.1))]),
        LayerCase("groupnorm of each channel", [3, 5, 7], [conv(19, 3), .groupNorm(.init(groups: 19))]),
        LayerCase("groupnorm of the images", [3, 5, 7], [.groupNorm(.init(groups: 1)), conv(19, 3)]),
        LayerCase("groupnorm of vectors", [20], [.linear(.init(width: 33)), .groupNorm(.init(groups: 3)), relu]),
        LayerCase(
            "batchnorm without scale", [3, 5, 7],
            [conv(19, 3), .batchNorm(.init(hasScale: false)), relu, conv(9, 1)], images: 6),
        LayerCase(
            "batchnorm without bias", [3, 5, 7], [conv(19, 3), .batchNorm(.init(hasBias: false)), conv(9, 1)],
            images: 6
        ),
        LayerCase(
            "batchnorm without both", [3, 5, 7],
            [conv(19, 3), .batchNorm(.init(hasScale: false, hasBias: false)), conv(9, 1)], images: 6),
        LayerCase("layernorm", [3, 5, 7], [conv(18, 3, bias: false), .layerNorm(.init()), conv(9, 1)]),
        LayerCase(
            "layernorm with relu", [3, 10, 9], [conv(34, 3), .layerNorm(.init(epsilon: 0.1)), relu, conv(9, 3)]),
        LayerCase(
            "layernorm behind a halo", [3, 9, 9], [conv(16, 1), .layerNorm(.init()), conv(9, 3, padding: 1)]),
        LayerCase("layernorm of the images", [3, 5, 7], [.layerNorm(.init()), conv(19, 3)]),
        LayerCase("layernorm of vectors", [20], [.linear(.init(width: 33)), .layerNorm(.init()), relu]),
        LayerCase("instancenorm", [3, 5, 7], [conv(18, 3), .instanceNorm(.init()), relu, conv(9, 1)]),
        LayerCase(
            "instancenorm with scale and bias", [3, 5, 7],
            [conv(18, 3), .instanceNorm(.init(epsilon: 0.1, hasScale: true, hasBias: true)), conv(9, 1)]),
        LayerCase(
            "instancenorm with a scale", [3, 5, 7], [conv(18, 3), .instanceNorm(.init(hasScale: true)), conv(9, 1)]),
        LayerCase("scale", [3, 5, 7], [conv(19, 3), .scale(.init(factor: -1.0 / 9)), conv(9, 1)]),
        LayerCase("scale of vectors", [20], [.linear(.init(width: 33)), .scale(.init(factor: 3)), relu]),
        LayerCase("scale 1", [3, 5, 7], [conv(5, 1), .scale(.init(factor: 1)), relu]),
        LayerCase(
            "learned scale", [3, 5, 7], [conv(19, 3), .scale(.init(factor: 0.5, isLearned: true)), conv(9, 1)],
            images: 5),
        LayerCase(
            "learned scale of the images", [3, 5, 7], [.scale(.init(factor: 2, isLearned: true)), conv(5, 3)]),
        LayerCase(
            "learned scale of vectors", [20],
            [.linear(.init(width: 33)), .scale(.init(factor: -1, isLearned: true)), relu]),
        LayerCase("attention", [3, 5, 7], [conv(20, 1), .attention(.init(heads: 4)), conv(5, 3)]),
        LayerCase(
            "attention of one head with relu", [3, 3, 3],
            [conv(18, 1), .attention(.init(heads: 1)), relu, conv(5, 1)]),
        LayerCase(
            "attention of whole blocks", [3, 4, 9], [conv(64, 1), .attention(.init(heads: 2)), conv(5, 3)],
            images: 2),
        LayerCase(
            "attention of many places", [3, 9, 10], [conv(9, 1), .attention(.init(heads: 3)), conv(5, 3)], images: 2
        ),
        LayerCase("attention of one place", [3, 1, 1], [conv(6, 1), .attention(.init(heads: 2)), conv(5, 1)]),
        LayerCase("attention of the images", [3, 4, 4], [.attention(.init(heads: 3)), conv(5, 1)]),
        LayerCase(
            "attention in a residual behind a halo", [3, 5, 5],
            [
                conv(34, 3, padding: 1),
                .residual(body: [.layerNorm(.init()), .attention(.init(heads: 2))], shortcut: nil),
                conv(5, 3, padding: 1),
            ]),
        LayerCase(
            "positionembedding", [3, 5, 7],
            [conv(34, 1), .positionEmbedding(.init()), relu, conv(5, 3, padding: 1)]),
        LayerCase("positionembedding of the images", [3, 5, 7], [.positionEmbedding(.init()), conv(5, 3)]),
        LayerCase(
            "mixplaces", [3, 5, 7], [conv(18, 1), .placeMixing(.init(output: Extent(6, 1))), conv(5, 1)], images: 5),
        LayerCase(
            "mixplaces to a map", [3, 8, 4],
            [conv(50, 1), .placeMixing(.init(output: Extent(5, 7))), relu, conv(5, 3, padding: 1)], images: 5),
        LayerCase("mixplaces of the images", [3, 4, 4], [.placeMixing(.init(output: Extent(33, 1))), conv(5, 1)]),
        LayerCase(
            "mixplaces of one place", [3, 1, 1], [conv(5, 1), .placeMixing(.init(output: Extent(1))), conv(5, 1)]),
        LayerCase(
            "mixplaces in a residual behind a halo", [3, 6, 5],
            [
                conv(34, 3, padding: 1),
                .residual(
                    body: [
                        .layerNorm(.init()), .placeMixing(.init(output: Extent(40, 1))), .activation(.gelu),
                        .placeMixing(.init(output: Extent(6, 5))),
                    ], shortcut: nil),
                conv(5, 3, padding: 1),
            ]),
        LayerCase("softmax", [3, 4, 3], [conv(19, 1), .activation(.softmax), conv(5, 3)]),
        LayerCase("softmax of vectors", [12], [.linear(.init(width: 21)), .activation(.softmax)]),
        LayerCase(
            "residual", [3, 7, 6],
            [conv(18, 1), .residual(body: [conv(18, 3, padding: 1), relu, conv(18, 1)], shortcut: nil), relu]),
        LayerCase(
            "residual whose body ends in relu", [3, 7, 6],
            [conv(18, 1), .residual(body: [conv(18, 1), relu], shortcut: nil), conv(4, 1)]),
        LayerCase(
            "residual with projection", [3, 9, 9],
            [
                conv(10, 1),
                .residual(
                    body: [conv(24, 3, stride: 2, padding: 1), .batchNorm(.init()), relu, conv(24, 3, padding: 1)],
                    shortcut: nil),
                relu,
            ], images: 5),
        LayerCase(
            "residual with a shortcut of its own", [3, 8, 8],
            [
                conv(10, 1),
                .residual(
                    body: [conv(20, 3)],
                    shortcut: [.averagePool(.init(size: Extent(3), stride: Extent(1))), conv(20, 1), relu]),
            ]),
        LayerCase(
            "residual of the images", [3, 5, 5],
            [.residual(body: [conv(3, 3, padding: 1)], shortcut: nil), conv(5, 1)]),
        LayerCase("residual without a body", [3, 5, 5], [conv(5, 1), .residual(body: [], shortcut: nil)]),
        LayerCase(
            "residuals that drop nothing", [3, 9, 9],
            [
                conv(10, 1),
                .residual(
                    body: [.dropPath(rate: 1e-9), conv(24, 3, stride: 2, padding: 1), .batchNorm(.init()), relu],
                    shortcut: nil), .residual(body: [.dropPath(rate: 0), conv(24, 1)], shortcut: nil),
                .residual(body: [.dropPath(rate: 1e-9)], shortcut: nil),
            ], images: 5),
        LayerCase(
            "residuals in residuals", [3, 5, 5],
            [
                conv(17, 1),
                .residual(
                    body: [
                        relu, .residual(body: [conv(17, 3, padding: 1), relu], shortcut: nil), relu,
                        .residual(body: [conv(17, 1)], shortcut: nil),
                    ], shortcut: nil),
            ]),
        LayerCase(
            "multiply by a factor for each channel", [3, 7, 6],
            [
                conv(18, 1), relu,
                .multiplication(body: [
                    .adaptiveAveragePool(output: Extent(1)), conv(5, 1), relu, conv(18, 1), .activation(.sigmoid),
                ]), conv(4, 3),
            ], images: 5),
        LayerCase(
            "multiply by a vector", [3, 5, 5],
            [
                conv(33, 1),
                .multiplication(body: [
                    .adaptiveAveragePool(output: Extent(1)), .linear(.init(width: 33)), .activation(.tanh),
                ]),
            ]),
        LayerCase(
            "multiply by a map", [3, 5, 7],
            [conv(19, 1), .multiplication(body: [conv(19, 3, padding: 1), .activation(.sigmoid)]), conv(5, 1)]),
        LayerCase("multiply by itself", [3, 5, 7], [conv(19, 1), .multiplication(body: []), conv(5, 1)]),
        LayerCase(
            "multiply of the images", [3, 5, 5],
            [.multiplication(body: [.adaptiveAveragePool(output: Extent(1)), conv(3, 1)]), conv(5, 1)]),
        LayerCase(
            "multiply of vectors", [12],
            [.linear(.init(width: 20)), .multiplication(body: [.linear(.init(width: 20)), .activation(.sigmoid)])]),
        LayerCase(
            "multiply at the end of a residual, and in itself", [3, 6, 5],
            [
                conv(17, 1),
                .residual(
                    body: [
                        conv(17, 3, padding: 1),
                        .multiplication(body: [
                            .adaptiveAveragePool(output: Extent(1)), .multiplication(body: [conv(17, 1)]),
                            conv(17, 1),
                            .activation(.sigmoid),
                        ]),
                    ], shortcut: nil), relu,
            ]),
        LayerCase(
            "concat", [3, 6, 5],
            [
                conv(7, 1), .concatenation(branches: [[conv(16, 1)], [conv(9, 3, padding: 1), relu], []]),
                conv(5, 3),
            ]),
        LayerCase(
            "concat of three of one shape", [3, 6, 5],
            [
                .concatenation(branches: [
                    [conv(16, 1)], [.maxPool(.init(size: Extent(3), stride: Extent(1), padding: Extent(1)))],
                    [conv(32, 1)],
                ])
            ]),
        LayerCase(
            "concat of vectors", [12],
            [.concatenation(branches: [[.linear(.init(width: 5))], [.linear(.init(width: 20)), relu]])]),
        LayerCase(
            "chunk in two", [3, 6, 5],
            [
                conv(18, 1), .chunk(branches: [[], [conv(20, 3, padding: 1), .batchNorm(.init()), relu]]),
                conv(5, 3),
            ],
            images: 5),
        LayerCase(
            "chunk in three whole blocks", [3, 4, 5],
            [conv(48, 1), .chunk(branches: [[conv(16, 1)], [], [relu, conv(7, 1)]])]),
        LayerCase(
            "chunk of the images", [3, 5, 5], [.chunk(branches: [[conv(2, 1)], [], [conv(4, 1)]]), conv(5, 1)]),
        LayerCase("chunk of vectors", [12], [.chunk(branches: [[.linear(.init(width: 5))], []])]),
        LayerCase("chunk of one block", [3, 5, 5], [.chunk(branches: [[conv(5, 1)]])]),
        LayerCase("chunk without layers", [3, 5, 5], [conv(34, 1), .chunk(branches: [[], []]), conv(5, 1)]),
        LayerCase(
            "chunk in a chunk", [3, 5, 5],
            [conv(20, 1), .chunk(branches: [[.chunk(branches: [[], [conv(3, 1)]])], [relu]]), conv(5, 1)]),
        LayerCase("channelshuffle", [3, 4, 5], [conv(18, 1), .channelShuffle(groups: 3), conv(18, 3, groups: 3)]),
        LayerCase("channelshuffle of the images", [3, 4, 5], [.channelShuffle(groups: 3), conv(5, 1)]),
        LayerCase(
            "channelshuffle of branches", [3, 4, 5],
            [
                conv(32, 1), .chunk(branches: [[], [conv(16, 1), relu]]), .channelShuffle(groups: 2),
                .channelShuffle(groups: 8), relu,
            ]),
        LayerCase("concat of one branch", [3, 5, 5], [.concatenation(branches: [[conv(5, 1)]])]),
        LayerCase("conv with relu", [3, 5, 7], [conv(17, 3, padding: 1), .activation(.relu), conv(3, 3)]),
        LayerCase("relu alone", [3, 5, 7], [conv(17, 1), .maxPool(.init(size: Extent(2))), .activation(.relu)]),
        LayerCase("leakyrelu", [3, 5, 7], [conv(17, 1), .activation(.leakyReLU(slope: 0.1)), conv(5, 1)]),
        LayerCase("sigmoid", [3, 5, 7], [conv(17, 1), .activation(.sigmoid), conv(5, 3)]),
        LayerCase("tanh", [3, 5, 7], [conv(17, 1), .activation(.tanh), conv(5, 3)]),
        LayerCase("silu", [3, 5, 7], [conv(17, 1), .activation(.silu), conv(5, 3)]),
        LayerCase("gelu", [3, 5, 7], [conv(17, 1), .activation(.gelu), conv(5, 3)]),
        LayerCase("relu6", [3, 5, 7], [conv(17, 1), .activation(.relu6), conv(5, 3)]),
        LayerCase("elu", [3, 5, 7], [conv(17, 1), .activation(.elu(alpha: 0.7)), conv(5, 3)]),
        LayerCase("prelu", [3, 5, 7], [conv(17, 1), .prelu(.init()), conv(5, 3)], images: 6),
        LayerCase(
            "prelu per channel", [3, 5, 7], [conv(17, 1), .prelu(.init(isPerChannel: true)), conv(5, 3)], images: 6),
        LayerCase("prelu of the images", [3, 5, 7], [.prelu(.init(isPerChannel: true)), conv(5, 3)]),
        LayerCase("prelu of vectors", [20], [.linear(.init(width: 33)), .prelu(.init(isPerChannel: true))]),
        LayerCase("mish", [3, 5, 7], [conv(17, 1), .activation(.mish), conv(5, 3)]),
        LayerCase("hardswish", [3, 5, 7], [conv(17, 1), .activation(.hardswish), conv(5, 3)]),
        LayerCase("hardsigmoid", [3, 5, 7], [conv(17, 1), .activation(.hardsigmoid), conv(5, 3)]),
        LayerCase("softplus", [3, 5, 7], [conv(17, 1), .activation(.softplus), conv(5, 3)]),
        LayerCase("linear", [40], [.linear(.init(width: 33)), .linear(.init(width: 17, hasBias: false))]),
        LayerCase("maxpool", [3, 9, 7], [conv(17, 1), .maxPool(.init(size: Extent(2)))]),
        LayerCase(
            "maxpool with overlap and padding", [3, 9, 7],
            [conv(17, 1), .maxPool(.init(size: Extent(3), stride: Extent(2), padding: Extent(1)))]),
        LayerCase(
            "avgpool with overlap and padding", [3, 9, 7],
            [conv(17, 1), .averagePool(.init(size: Extent(3), stride: Extent(2), padding: Extent(1)))]),
        LayerCase(
            "maxpool with ceil", [3, 10, 7],
            [conv(17, 1), .maxPool(.init(size: Extent(3), stride: Extent(2), roundsUp: true))]),
        LayerCase(
            "avgpool with ceil", [3, 10, 7],
            [conv(17, 1), .averagePool(.init(size: Extent(3, 2), stride: Extent(2), roundsUp: true))]),
        LayerCase(
            "avgpool with ceil and padding", [3, 9, 8],
            [
                conv(5, 1),
                .averagePool(.init(size: Extent(4), stride: Extent(3), padding: Extent(1), roundsUp: true)),
            ]),
        LayerCase(
            "maxpool larger than its map", [3, 2, 2],
            [conv(5, 1), .maxPool(.init(size: Extent(3), stride: Extent(2), roundsUp: true))]),
        LayerCase("adaptivemaxpool to 2x3", [3, 9, 7], [conv(17, 1), .adaptiveMaxPool(output: Extent(2, 3))]),
        LayerCase(
            "adaptivemaxpool to more than there is", [3, 2, 3], [conv(5, 1), .adaptiveMaxPool(output: Extent(4))]),
        LayerCase("globalmaxpool", [3, 13, 6], [conv(33, 1), .adaptiveMaxPool(output: Extent(1))]),
        LayerCase("avgpool", [3, 13, 6], [conv(5, 1), .averagePool(.init(size: Extent(3)))]),
        LayerCase("adaptiveavgpool to 2", [3, 9, 7], [conv(17, 1), .adaptiveAveragePool(output: Extent(2))]),
        LayerCase(
            "adaptiveavgpool to more than there is", [3, 2, 3],
            [conv(5, 1), .adaptiveAveragePool(output: Extent(4))]),
        LayerCase("globalavgpool", [3, 13, 6], [conv(33, 1), .adaptiveAveragePool(output: Extent(1))]),
        LayerCase("flatten of 3x5x7", [3, 5, 7], [conv(3, 1)]),
        LayerCase("one image", [3, 5, 7], [conv(17, 3), .maxPool(.init(size: Extent(2)))], images: 1),
    ]

    /// Whether small changes of its values have small effects on its gradients.
    var isSmooth: Bool {
        func isSmooth(_ layer: Layer) -> Bool {
            switch layer {
            case .activation(let activation):
                ![.relu, .leakyReLU(slope: 0.1), .relu6, .hardswish, .hardsigmoid].contains(activation)
            case .prelu, .maxPool, .adaptiveMaxPool: false
            case .residual(let body, let shortcut): (body + (shortcut ?? [])).allSatisfy(isSmooth)
            case .multiplication(let body): body.allSatisfy(isSmooth)
            case .concatenation(let branches), .chunk(let branches): branches.joined().allSatisfy(isSmooth)
            default: true
            }
        }
        return layers.allSatisfy(isSmooth)
    }

    var architecture: Architecture { get throws { try Architecture(input: input, layers: layers) } }
    var source: MemoryImages { MemoryImages(shape: input, count: images, classes: 5, seed: 5) }

    /// The twin with these parameters, its images and labels.
    func twin(_ parameters: [[Float]]) throws -> (network: PlainNetwork, images: [[Double]], labels: [Int]) {
        let (source, count) = (source, input.count)
        let images = (0..<images).map { source.values[$0 * count..<($0 + 1) * count].map(Double.init) }
        return (
            PlainNetwork(architecture: try architecture, parameters: parameters.map { $0.map(Double.init) }), images,
            source.labels
        )
    }

    /// Planned for more images than the batch has, with weights from a seed.
    func executor(_ set: InstructionSet? = nil, _ precision: Precision = .float32) throws -> Executor {
        let executor = try Executor(
            architecture, batchSize: images + 2, optimizer: .sgd(learningRate: 0), seeds: Seeds(1),
            precision: precision, pool: ThreadPool(threadCount: 2), instructionSet: set)
        executor.initialize(seed: 1)
        return executor
    }
}

struct LayerTests {
    @Test(arguments: LayerCase.all, InstructionSet.allCases.filter(\.isAvailable))
    func lossAndGradientsAreThePlainTwins(layer: LayerCase, set: InstructionSet) throws {
        try check(layer, set, .float32, tolerance: 1e-5)
    }

    @Test(arguments: LayerCase.all)
    func preciseIsNoLessPrecise(layer: LayerCase) throws { try check(layer, nil, .precise, tolerance: 1e-5) }

    /// bfloat16 has 8 bits: 1 / 256 of each factor at most. A ReLU or a maximum falls to the other side where that
    /// decides.
    @Test(arguments: LayerCase.all.filter(\.isSmooth), InstructionSet.allCases.filter(\.isAvailable))
    func mixedIsPreciseToTwoDigits(layer: LayerCase, set: InstructionSet) throws {
        try check(layer, set, .mixed, tolerance: 2e-2)
    }

    private func check(
        _ layer: LayerCase, _ set: InstructionSet?, _ precision: Precision, tolerance: Double
    ) throws {
        let executor = try layer.executor(set, precision)
        let twin = try layer.twin(executor.parameters.indices.map(executor.parameter))
        let result = try executor.train(
            0..<layer.images, of: layer.source, epoch: 1, cancellation: Cancellation())
        let loss = twin.network.loss(twin.images, labels: twin.labels)
        #expect(abs(result.loss / Double(layer.images) - loss) < tolerance * max(1, loss))
        let gradients = twin.network.gradients(twin.images, labels: twin.labels)
        let largest = gradients.joined().map(abs).max() ?? 0
        for (index, tensor) in executor.parameters.enumerated() where tensor.isTrained {
            let error = gradientError(executor.gradient(index), gradients[index].map(Float.init), largest: largest)
            #expect(error < tolerance, "\(tensor.name)")
        }
    }

    @Test(arguments: LayerCase.all)
    func theTwinsGradientsAreFiniteDifferences(layer: LayerCase) throws {
        let executor = try layer.executor()
        var twin = try layer.twin(executor.parameters.indices.map(executor.parameter))
        (twin.images, twin.labels) = (Array(twin.images.prefix(2)), Array(twin.labels.prefix(2)))
        let gradients = twin.network.gradients(twin.images, labels: twin.labels)
        let step = 1e-6
        for tensor in gradients.indices where executor.parameters[tensor].isTrained {
            // Three elements spread over the tensor.
            for element in stride(from: 0, to: gradients[tensor].count, by: max(1, gradients[tensor].count / 3)) {
                let value = twin.network.parameters[tensor][element]
                twin.network.parameters[tensor][element] = value + step
                let above = twin.network.loss(twin.images, labels: twin.labels)
                twin.network.parameters[tensor][element] = value - step
                let below = twin.network.loss(twin.images, labels: twin.labels)
                twin.network.parameters[tensor][element] = value
                #expect(abs((above - below) / (2 * step) - gradients[tensor][element]) < 1e-7)
            }
        }
    }

    @Test(arguments: LayerCase.all)
    func aNaNGoesThrough(layer: LayerCase) throws {
        let executor = try layer.executor()
        var values = layer.source.values
        values[0] = .nan
        let source = MemoryImages(shape: layer.input, values: values, labels: layer.source.labels)
        #expect(try executor.evaluate([0], of: source, cancellation: Cancellation()).loss.isNaN)
    }
}

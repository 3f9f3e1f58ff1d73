// Each rule of `lint`, where it speaks and where it does not.

import Network
import Testing

struct LintTests {
    private static let relu = Layer.activation(.relu)
    private static func conv(
        _ width: Int, kernel: Int = 3, stride: Int = 1, padding: Int = 1, bias: Bool = true
    ) -> Layer {
        .convolution(
            .init(
                width: width, kernel: Extent(kernel), stride: Extent(stride), padding: .exactly(Extent(padding)),
                hasBias: bias))
    }
    private static func linear(_ width: Int) -> Layer { .linear(.init(width: width)) }

    private func notes(_ layers: [Layer], input: Shape = Shape([3, 32, 32])) throws -> [LintNote] {
        try Architecture(input: input, layers: layers).lint
    }

    /// As the last layer of a residual's body, and before functions with a slope at 0, zeros learn.
    @Test func zerosThatLearnAreNotNoted() throws {
        let zeros = Layer.convolution(.init(width: 8, padding: .exactly(Extent(1)), initialization: .zeros))
        #expect(
            try notes([
                Self.conv(8), Self.relu, .residual(body: [Self.conv(8), Self.relu, zeros], shortcut: nil), Self.relu,
                zeros, .activation(.gelu), .adaptiveAveragePool(output: Extent(1)), .flatten,
                .linear(.init(width: 10, initialization: .zeros)),
            ]) == [])
    }

    @Test func aSoundNetworkHasNoNotes() throws {
        let layers: [Layer] = [
            Self.conv(8, bias: false), .batchNorm(.init()), Self.relu, .maxPool(.init(size: Extent(2))),
            .residual(
                body: [
                    Self.conv(16, stride: 2, bias: false), .batchNorm(.init()), Self.relu, Self.conv(16, bias: false),
                    .batchNorm(.init()),
                ], shortcut: nil),
            Self.relu, .adaptiveAveragePool(output: Extent(1)), .flatten, Self.linear(10),
        ]
        #expect(try notes(layers) == [])
    }

    /// torchvision's VGG16 on images of 32x32: its adaptive pool to 7x7 repeats a map of 1x1.
    @Test func torchvisionsVGG16CopiesItsFeatures() throws {
        var layers: [Layer] = []
        for (width, depth) in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)] {
            for _ in 0..<depth { layers += [Self.conv(width), Self.relu] }
            layers.append(.maxPool(.init(size: Extent(2))))
        }
        layers += [
            .adaptiveAveragePool(output: Extent(7)), .flatten, Self.linear(4096), Self.relu, .dropout(rate: 0.5),
            Self.linear(4096), Self.relu, .dropout(rate: 0.5), Self.linear(1000),
        ]
        let note = try #require(try notes(layers).first { $0.rule == "an adaptive pool that copies" })
        #expect(
            note.message
                == "layer 32 (adaptiveavgpool 7) copies each value 49 times: its input is 512x1x1, so that the "
                + "102,760,448 weights of layer 33 (linear 4096) act as 2,097,152")
    }

    private static let cases: [(String, [Layer], String)] = [
        (
            "two shuffles that undo each other",
            [conv(6), .channelShuffle(groups: 2), .channelShuffle(groups: 3), .flatten, linear(2)],
            "layer 3 (channelshuffle 3) undoes layer 2 (channelshuffle 2): every channel is where it was before the two"
        ),
        (
            "a factor of 0", [conv(3), .scale(.init(factor: 0)), .flatten, linear(2)],
            "layer 2 (scale 0) gives 0 whatever comes in, and lets no gradient through"
        ),
        (
            "zeros behind zeros",
            [
                .convolution(.init(width: 4, hasBias: false, initialization: .zeros)), .batchNorm(.init()), .flatten,
                .linear(.init(width: 2, initialization: .zeros)),
            ],
            "layer 3 (linear 2, init: zeros) begins with zeros, as layer 1 (conv 4, bias: false, init: zeros) before it does: "
                + "the weights of neither ever learn"
        ),
        (
            "zeros before relu",
            [
                .convolution(.init(width: 4, hasBias: false, initialization: .zeros)), .batchNorm(.init()), relu,
                .flatten, linear(2),
            ],
            "layer 1 (conv 4, bias: false, init: zeros) never learns: it begins with zeros, of which layer 3 (relu) lets no gradient "
                + "through"
        ),
        (
            "a layer that does nothing", [.adaptiveAveragePool(output: Extent(32)), .flatten, linear(2)],
            "layer 1 (adaptiveavgpool 32) does nothing here: its input already is 3x32x32"
        ),
        (
            "a layer that does nothing", [.maxPool(.init(size: Extent(1))), .flatten, linear(2)],
            "layer 1 (maxpool 1) does nothing: its windows are single values"
        ),
        (
            "a layer that does nothing", [.dropout(rate: 0), .flatten, linear(2)],
            "layer 1 (dropout 0) does nothing: it drops no value"
        ),
        (
            "a layer that does nothing",
            [.residual(body: [.dropPath(rate: 0), conv(3)], shortcut: nil), .flatten, linear(2)],
            "layer 1 (droppath 0) does nothing: it drops no image"
        ),
        (
            "a layer that does nothing", [relu, relu, .flatten, linear(2)],
            "layer 2 (relu) does nothing: no value is below zero any more"
        ),
        (
            "a layer that does nothing",
            [
                conv(3), relu, .maxPool(.init(size: Extent(2))), .residual(body: [relu, conv(3)], shortcut: nil),
                .flatten, linear(2),
            ], "layer 4 (relu) does nothing: no value is below zero any more"
        ),
        (
            "a layer that does nothing", [.activation(.hardsigmoid), .activation(.relu6), .flatten, linear(2)],
            "layer 2 (relu6) does nothing: no value is below zero or above 6 any more"
        ),
        (
            "a layer that does nothing", [.adaptiveMaxPool(output: Extent(32)), .flatten, linear(2)],
            "layer 1 (adaptivemaxpool 32) does nothing here: its input already is 3x32x32"
        ),
        (
            "a layer that does nothing", [.flatten, .flatten, linear(2)],
            "(flatten) does nothing: its input already is flat"
        ),
        (
            "a layer that does nothing", [.chunk(branches: [[], [], []]), .flatten, linear(2)],
            "(chunk 3) does nothing: none of its blocks has a layer"
        ),
        (
            "a layer that does nothing", [.channelShuffle(groups: 3), .flatten, linear(2)],
            "layer 1 (channelshuffle 3) does nothing: each group has one channel"
        ),
        (
            "a layer that does nothing", [.channelShuffle(groups: 1), .flatten, linear(2)],
            "layer 1 (channelshuffle 1) does nothing: there is one group"
        ),
        (
            "a layer that does nothing", [.scale(.init(factor: 1)), .flatten, linear(2)],
            "layer 1 (scale 1) does nothing: its factor is 1"
        ),
        (
            "a bias before batchnorm", [conv(8), .batchNorm(.init()), relu, .flatten, linear(2)],
            "layer 1 (conv 8, padding: 1) has 8 biases that the batchnorm after it removes"
        ),
        (
            "a norm of single values",
            [.adaptiveAveragePool(output: Extent(1)), .groupNorm(.init(groups: 3)), .flatten, linear(2)],
            "layer 2 (groupnorm 3) gives the same whatever comes in: each of its groups is a single value"
        ),
        (
            "a bias before batchnorm", [conv(8), .groupNorm(.init(groups: 8)), relu, .flatten, linear(2)],
            "layer 1 (conv 8, padding: 1) has 8 biases that the groupnorm after it removes"
        ),
        (
            "a softmax before the loss", [.flatten, linear(2), .activation(.softmax)],
            "layer 2 (softmax) is applied twice: the loss takes the softmax of the outputs itself"
        ),
        (
            "a bias before batchnorm", [conv(8), .instanceNorm(.init()), relu, .flatten, linear(2)],
            "layer 1 (conv 8, padding: 1) has 8 biases that the instancenorm after it removes"
        ),
        (
            "a norm of single values",
            [.adaptiveMaxPool(output: Extent(1)), .instanceNorm(.init()), .flatten, linear(2)],
            "layer 2 (instancenorm) gives the same whatever comes in: each of its maps is a single value"
        ),
        (
            "a norm of single values", [.flatten, linear(1), .layerNorm(.init()), linear(2)],
            "layer 2 (layernorm) gives the same whatever comes in: there is a single channel"
        ),
        (
            "a softmax before the loss", [.flatten, linear(2), relu],
            "layer 2 (relu) keeps scores from falling below zero, which the loss would use"
        ),
        (
            "products with nothing between", [.flatten, linear(20), .dropout(rate: 0.5), linear(2)],
            "layer 3 (linear 2) follows layer 1 (linear 20) with no function between them: one layer could compute both"
        ),
        (
            "products with nothing between",
            [
                .placeMixing(.init(output: Extent(16, 1))), .dropout(rate: 0.5), .placeMixing(.init(output: Extent(2))),
                .flatten, linear(2),
            ],
            "layer 3 (mixplaces 2x2) follows layer 1 (mixplaces 16) with no function between them: one layer could compute both"
        ),
        (
            "a position embedding that acts as less",
            [.positionEmbedding(.init()), .positionEmbedding(.init()), .flatten, linear(2)],
            "layer 1 (positionembedding) adds a map, and layer 2 (positionembedding) another one: one could hold their sum"
        ),
        (
            "a position embedding that acts as less",
            [
                .positionEmbedding(.init()), conv(4, kernel: 1, padding: 0), .scale(.init(factor: 2)),
                .adaptiveAveragePool(output: Extent(1)), .flatten, linear(2),
            ],
            "layer 1 (positionembedding) adds 3,072 values that act as 3: layer 4 (globalavgpool) takes their mean"
        ),
        (
            "attention over one place",
            [.adaptiveMaxPool(output: Extent(1)), .attention(.init(heads: 3)), .flatten, linear(2)],
            "layer 2 (attention heads: 3) has one place to look at: 24 of its 48 weights, for queries and keys, do nothing"
        ),
        (
            "attention that knows no order",
            [
                conv(8, kernel: 4, stride: 4, padding: 0),
                .residual(body: [.layerNorm(.init()), .attention(.init(heads: 2))], shortcut: nil),
                .residual(
                    body: [.layerNorm(.init()), conv(16, kernel: 1, padding: 0), relu, conv(8, kernel: 1, padding: 0)],
                    shortcut: nil),
                .adaptiveAveragePool(output: Extent(1)), .flatten, linear(2),
            ],
            "layer 3 (attention heads: 2) cannot tell places apart: the patches of an image in any order give the same up to "
                + "layer 8 (globalavgpool)"
        ),
        (
            "values that are never read", [conv(8, kernel: 1, stride: 2, padding: 0), relu, .flatten, linear(2)],
            "layer 1 (conv 8, kernel: 1, stride: 2) reads 1 of every 4 values: its stride 2 is larger than its window 1"
        ),
        (
            "values that are never read", [.maxPool(.init(size: Extent(3))), .flatten, linear(2)],
            "layer 1 (maxpool 3) never reads the last 2 of 32 rows and the last 2 of 32 columns"
        ),
        (
            "a receptive field larger than the image",
            [conv(4, kernel: 17, padding: 8), relu, conv(4, kernel: 17, padding: 8), relu, .flatten, linear(2)],
            "layer 3 (conv 4, kernel: 17, padding: 8) sees more than the image: its receptive field, 33 pixels, is larger "
                + "than 32"
        ),
    ]

    @Test(arguments: cases)
    func speaks(_ rule: String, _ layers: [Layer], _ message: String) throws {
        #expect(try notes(layers).map { "\($0.rule): \($0.message)" } == ["\(rule): \(message)"])
    }

    @Test func everyRuleIsTried() {
        let tried = Set(Self.cases.map(\.0)).union(["an adaptive pool that copies"])
        #expect(tried == Set(LintRule.all.map(\.name)))
    }

    private static let patches = conv(8, kernel: 4, stride: 4, padding: 0)
    private static let attention = Layer.attention(.init(heads: 2))
    private static let gap: [Layer] = [.adaptiveAveragePool(output: Extent(1)), .flatten, linear(2)]
    private static let silent: [[Layer]] = [
        // What bends, or looks at places, between a position embedding and a mean uses its values.
        [patches, .positionEmbedding(.init()), relu] + gap, [patches, .positionEmbedding(.init()), attention] + gap,
        [patches, .positionEmbedding(.init()), .layerNorm(.init())] + gap,
        [.positionEmbedding(.init()), .adaptiveMaxPool(output: Extent(1)), .flatten, linear(2)],
        [.positionEmbedding(.init()), .adaptiveAveragePool(output: Extent(2)), .flatten, linear(2)],
        // Zeros around a map, and weights of each place after it, tell places apart.
        [conv(8), relu, attention] + gap, [patches, attention, .flatten, linear(2)],
        [patches, attention, .maxPool(.init(size: Extent(2)))] + gap,
        [patches, .placeMixing(.init(output: Extent(8))), relu, attention] + gap,
        // Four places are fewer than went in and come out.
        [.placeMixing(.init(output: Extent(2))), .placeMixing(.init(output: Extent(4))), .flatten, linear(2)],
        // A bottleneck of two linear layers is not what one of them computes.
        [.flatten, linear(5), linear(10)],
        // ResNet's projection reads one of four values, on purpose.
        [.residual(body: [conv(8, stride: 2)], shortcut: nil), relu, .flatten, linear(2)],
        [conv(3), .residual(body: [relu, conv(3)], shortcut: nil), relu, .flatten, linear(2)],
        [.dropout(rate: 1e-9), .flatten, linear(2)],
        [.scale(.init(factor: 1, isLearned: true)), .flatten, linear(2)],
        [.scale(.init(factor: 0, isLearned: true)), .flatten, linear(2)],
        [conv(6), .channelShuffle(groups: 2), .channelShuffle(groups: 2), .flatten, linear(2)],
        [.groupNorm(.init(groups: 3)), relu, .flatten, linear(2)],
        [.maxPool(.init(size: Extent(3), stride: Extent(2), padding: Extent(1))), .flatten, linear(2)],
    ]

    @Test(arguments: silent)
    func isSilent(layers: [Layer]) throws {
        #expect(try notes(layers) == [])
    }
}

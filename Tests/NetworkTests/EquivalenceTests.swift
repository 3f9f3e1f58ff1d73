// What the proof says of pairs of networks, those that only look alike among them.

import Network
import Testing

struct EquivalenceTests {
    private static let relu = Layer.activation(.relu)
    private static func conv(_ width: Int, kernel: Int = 3, stride: Int = 1, padding: Int = 1) -> Layer {
        .convolution(
            .init(
                width: width, kernel: Extent(kernel), stride: Extent(stride), padding: .exactly(Extent(padding))))
    }
    private static func pool(_ size: Int, stride: Int? = nil) -> Layer {
        .maxPool(.init(size: Extent(size), stride: stride.map { Extent($0) }))
    }
    private static func linear(_ width: Int) -> Layer { .linear(.init(width: width)) }
    private static let learned = Layer.scale(.init(factor: 0.5, isLearned: true))

    private func answer(
        _ first: [Layer], _ second: [Layer], input: Shape = Shape([3, 8, 8])
    ) throws -> Equivalence.Answer {
        let networks = try [first, second].map { try Architecture(input: input, layers: $0) }
        let there = Equivalence(networks[0], networks[1]).answer
        #expect(Equivalence(networks[1], networks[0]).answer == there, "the order of the two does not matter")
        return there
    }

    /// The blog's networks: on a map of 512x2x2, an adaptive pool to 2 is the identity.
    @Test func theBlogsNetworksTrainTheSame() throws {
        var body: [Layer] = []
        for (width, depth) in [(64, 2), (128, 3), (256, 3), (512, 3)] {
            for _ in 0..<depth { body += [Self.conv(width), Self.relu] }
            body.append(Self.pool(2))
        }
        let head: [Layer] = [.flatten, Self.linear(4096), Self.relu, .dropout(rate: 0.2), Self.linear(10)]
        let input = Shape([3, 32, 32])
        let gap = try Architecture(input: input, layers: body + [.adaptiveAveragePool(output: Extent(2))] + head)
        let flat = try Architecture(input: input, layers: body + head)
        let proof = Equivalence(gap, flat)
        #expect(proof.answer == .same(.training))
        let step = try #require(proof.steps[0].first { $0.before == ["adaptiveavgpool 2"] })
        #expect(step.place == "layer 27" && step.after.isEmpty)
        let smaller = try Architecture(input: input, layers: body + [.adaptiveAveragePool(output: Extent(1))] + head)
        let other = Equivalence(smaller, flat)
        #expect(other.answer == .unknown, "other weights, but nothing shows that the functions are others")
        #expect(other.difference != nil)
    }

    private static let same: [(String, [Layer], [Layer], Preservation)] = [
        ("relu and max-pool", [relu, pool(2), .flatten, linear(3)], [pool(2), relu, .flatten, linear(3)], .training),
        (
            "relu through two pools", [relu, pool(2), pool(2), .flatten, linear(3)],
            [pool(2), pool(2), relu, .flatten, linear(3)], .training
        ),
        (
            "gap, and an average over all of the map",
            [.adaptiveAveragePool(output: Extent(1)), .flatten, linear(3)],
            [.averagePool(.init(size: Extent(8))), linear(3)], .training
        ),
        (
            "what is frozen, and for how long",
            [
                .convolution(.init(width: 4, padding: .exactly(Extent(1)), freezing: .init(.weights, biasEpochs: 3))),
                .batchNorm(.init(freezing: .init(.all))), .layerNorm(.init(freezing: .init(biasEpochs: 1))),
                .groupNorm(.init(groups: 2, freezing: .init(.weights))),
                .instanceNorm(.init(hasScale: true, freezing: .init(.all))), .prelu(.init(freezing: .init(.all))),
                .scale(.init(factor: 2, isLearned: true, freezing: .init(.all))), .flatten,
                .linear(.init(width: 3, freezing: .init(.all))),
            ],
            [
                conv(4), .batchNorm(.init()), .layerNorm(.init()), .groupNorm(.init(groups: 2)),
                .instanceNorm(.init(hasScale: true)), .prelu(.init()), .scale(.init(factor: 2, isLearned: true)),
                .flatten, linear(3),
            ], .bits
        ),
        (
            "weights that begin otherwise",
            [
                .convolution(.init(width: 4, padding: .exactly(Extent(1)), initialization: .orthogonal)), relu,
                .residual(
                    body: [conv(4), .convolution(.init(width: 4, kernel: Extent(1), initialization: .zeros))],
                    shortcut: nil), .flatten, .linear(.init(width: 3, initialization: .xavier)),
            ],
            [
                conv(4), relu, .residual(body: [conv(4), conv(4, kernel: 1, padding: 0)], shortcut: nil), .flatten,
                linear(3),
            ], .bits
        ),
        (
            "padding: same",
            [
                .convolution(.init(width: 4, padding: .same)), .flatten, linear(3),
            ], [conv(4), .flatten, linear(3)], .training
        ),
        ("dropout 0", [.dropout(rate: 0), .flatten, linear(3)], [.flatten, linear(3)], .training),
        (
            "the function is the same, the training is not",
            [.dropout(rate: 1e-9), .flatten, linear(3)], [.flatten, linear(3)], .bits
        ),
        (
            "sigmoid and max-pool", [.activation(.sigmoid), pool(2), .flatten, linear(3)],
            [pool(2), .activation(.sigmoid), .flatten, linear(3)], .outputs
        ),
        (
            "tanh and max-pool", [.activation(.tanh), pool(2), .flatten, linear(3)],
            [pool(2), .activation(.tanh), .flatten, linear(3)], .outputs
        ),
        ("pools of pools", [pool(2), pool(2), .flatten, linear(3)], [pool(4), .flatten, linear(3)], .bits),
        (
            "a head of convolutions", [conv(7, kernel: 8, padding: 0), relu, conv(3, kernel: 1, padding: 0), .flatten],
            [.flatten, linear(7), relu, linear(3)], .outputs
        ),
        (
            "class maps, then gap",
            [conv(3, kernel: 1, padding: 0), .adaptiveAveragePool(output: Extent(1)), .flatten],
            [.adaptiveAveragePool(output: Extent(1)), .flatten, linear(3)], .outputs
        ),
        (
            "inside a residual",
            [.residual(body: [conv(3), relu, relu, .dropout(rate: 0)], shortcut: []), .flatten, linear(3)],
            [.residual(body: [conv(3), relu], shortcut: nil), .flatten, linear(3)], .training
        ),
        (
            "body and shortcut swapped",
            [.residual(body: [conv(6), relu], shortcut: [conv(6, kernel: 1, padding: 0)]), .flatten, linear(3)],
            [.residual(body: [conv(6, kernel: 1, padding: 0)], shortcut: [conv(6), relu]), .flatten, linear(3)], .bits
        ),
        (
            "swapped, and written otherwise inside",
            [.residual(body: [conv(6), relu, relu], shortcut: [conv(6), pool(1)]), .flatten, linear(3)],
            [.residual(body: [conv(6)], shortcut: [conv(6), relu]), .flatten, linear(3)], .bits
        ),
        (
            "relu in the branches of a concat, or behind it",
            [.concatenation(branches: [[conv(4), relu], [conv(2), relu]]), .flatten, linear(3)],
            [.concatenation(branches: [[conv(4)], [conv(2)]]), relu, .flatten, linear(3)], .training
        ),
        (
            "an idle relu in a branch, an idle pool in the other",
            [conv(4), .concatenation(branches: [[relu], [.activation(.sigmoid), relu]]), .flatten, linear(3)],
            [conv(4), .concatenation(branches: [[pool(1)], [.activation(.sigmoid)]]), relu, .flatten, linear(3)],
            .training
        ),
        (
            "an idle relu that is left out in the branch",
            [conv(4), .concatenation(branches: [[relu], [.activation(.sigmoid)]]), .flatten, linear(3)],
            [conv(4), .concatenation(branches: [[], [.activation(.sigmoid)]]), relu, .flatten, linear(3)], .bits
        ),
        (
            "relu behind a concat in a concat",
            [
                .concatenation(branches: [[.concatenation(branches: [[conv(4)], []])], [pool(1)]]), relu, .flatten,
                linear(3),
            ],
            [
                .concatenation(branches: [[.concatenation(branches: [[conv(4), relu], [relu]])], [relu]]), .flatten,
                linear(3),
            ], .training
        ),
        (
            "branches of a branch",
            [
                .concatenation(branches: [[.concatenation(branches: [[conv(4)], []]), relu], [relu]]), .flatten,
                linear(3),
            ],
            [.concatenation(branches: [[conv(4), relu], [], []]), relu, .flatten, linear(3)], .bits
        ),
        (
            "an activation, a pool and a flatten, in the branches or behind them",
            [
                .concatenation(branches: [
                    [conv(4), .activation(.gelu), pool(2), .flatten], [pool(1), .activation(.gelu), pool(2), .flatten],
                ]),
                linear(3),
            ],
            [.concatenation(branches: [[conv(4)], []]), .activation(.gelu), pool(2), .flatten, linear(3)], .training
        ),
        (
            "relu through dropout into branches",
            [.concatenation(branches: [[conv(4), .dropout(rate: 0.3)], []]), relu, .flatten, linear(3)],
            [.concatenation(branches: [[conv(4), relu, .dropout(rate: 0.3)], [relu]]), .flatten, linear(3)], .bits
        ),
        (
            "dropout draws elsewhere in the branches",
            [.concatenation(branches: [[conv(4), .dropout(rate: 0.3)], [.dropout(rate: 0.3)]]), .flatten, linear(3)],
            [.concatenation(branches: [[conv(4)], []]), .dropout(rate: 0.3), .flatten, linear(3)], .bits
        ),
        (
            "an idle relu at the beginning of a branch",
            [conv(4), relu, .residual(body: [relu, conv(4)], shortcut: []), .flatten, linear(3)],
            [conv(4), relu, .residual(body: [conv(4)], shortcut: nil), .flatten, linear(3)], .training
        ),
        (
            "idle relus in a branch of a branch, behind a pool",
            [
                conv(4), relu, pool(2),
                .concatenation(branches: [[relu, .concatenation(branches: [[relu], [conv(2)]])], []]),
                .flatten, linear(3),
            ],
            [
                conv(4), relu, pool(2),
                .concatenation(branches: [[.concatenation(branches: [[], [conv(2)]])], [relu]]),
                .flatten, linear(3),
            ], .training
        ),
        (
            "a relu after a sum of relus",
            [conv(3), relu, .residual(body: [conv(3), relu], shortcut: []), relu, .flatten, linear(3)],
            [conv(3), relu, .residual(body: [conv(3), relu], shortcut: []), .flatten, linear(3)], .bits
        ),
        (
            "a relu after means of relus", [relu, .averagePool(.init(size: Extent(2))), relu, .flatten, linear(3)],
            [relu, .averagePool(.init(size: Extent(2))), .flatten, linear(3)], .bits
        ),
        (
            "relu and leakyrelu at the beginning of branches, after sigmoid",
            [
                conv(4), .activation(.sigmoid),
                .residual(body: [relu, conv(4)], shortcut: [.activation(.leakyReLU(slope: 0.1))]), .flatten, linear(3),
            ],
            [conv(4), .activation(.sigmoid), .residual(body: [conv(4)], shortcut: []), .flatten, linear(3)], .bits
        ),
        (
            "swapped branches, of which one begins with an idle relu",
            [
                conv(4), relu, .residual(body: [relu, conv(4)], shortcut: [conv(4, kernel: 1, padding: 0)]), .flatten,
                linear(3),
            ],
            [
                conv(4), relu, .residual(body: [conv(4, kernel: 1, padding: 0)], shortcut: [conv(4)]), .flatten,
                linear(3),
            ], .bits
        ),
        (
            "batchnorm in the branches of a concat, or behind it",
            [
                .concatenation(branches: [
                    [conv(4), .batchNorm(.init()), relu], [.batchNorm(.init()), relu],
                    [conv(2), .batchNorm(.init()), relu],
                ]), conv(5), .flatten, linear(3),
            ],
            [
                .concatenation(branches: [[conv(4)], [], [conv(2)]]), .batchNorm(.init(momentum: 0.2)), relu, conv(5),
                .flatten, linear(3),
            ], .bits
        ),
        (
            "groupnorm in the branches of a concat, or after it",
            [
                .concatenation(branches: [
                    [conv(4), .groupNorm(.init(groups: 2)), relu], [conv(2), .groupNorm(.init(groups: 1)), relu],
                ]), conv(5), .flatten, linear(3),
            ],
            [
                .concatenation(branches: [[conv(4)], [conv(2)]]), .groupNorm(.init(groups: 3)), relu, conv(5), .flatten,
                linear(3),
            ], .bits
        ),
        (
            "a position embedding in the branches of a concat, or after it",
            [
                .concatenation(branches: [
                    [conv(4), .positionEmbedding(.init())], [.positionEmbedding(.init())],
                ]), .flatten, linear(3),
            ],
            [.concatenation(branches: [[conv(4)], []]), .positionEmbedding(.init()), .flatten, linear(3)], .bits
        ),
        (
            "the heads of attention over one place",
            [conv(4), pool(8), .attention(.init(heads: 4)), .flatten, linear(3)],
            [conv(4), pool(8), .attention(.init(heads: 2)), linear(3)], .bits
        ),
        (
            "instancenorm with parameters, prelu and learned scales in the branches of a concat, or after it",
            [
                .concatenation(branches: [
                    [conv(4), .instanceNorm(.init(hasScale: true)), .prelu(.init(isPerChannel: true)), learned],
                    [.instanceNorm(.init(hasScale: true)), .prelu(.init(isPerChannel: true)), learned],
                ]), conv(5), .flatten, linear(3),
            ],
            [
                .concatenation(branches: [[conv(4)], []]), .instanceNorm(.init(hasScale: true)),
                .prelu(.init(isPerChannel: true)), learned, conv(5), .flatten, linear(3),
            ], .bits
        ),
        (
            "a norm and a relu in the shares of a chunk, or after it",
            [
                conv(4),
                .chunk(branches: [
                    [conv(4), .groupNorm(.init(groups: 2)), relu], [.groupNorm(.init(groups: 1)), relu],
                ]),
                .flatten, linear(3),
            ],
            [
                conv(4), .chunk(branches: [[conv(4)], []]), .groupNorm(.init(groups: 3)), relu, .flatten, linear(3),
            ], .bits
        ),
        (
            "relu at the beginning of body and shortcut, or before the residual",
            [conv(4), .residual(body: [relu, conv(4)], shortcut: [relu]), .flatten, linear(3)],
            [conv(4), relu, .residual(body: [conv(4)], shortcut: []), .flatten, linear(3)], .bits
        ),
        (
            "relu at the beginning of body and shortcut that both have weights",
            [
                conv(4), .residual(body: [relu, conv(4)], shortcut: [relu, conv(4, kernel: 1, padding: 0)]), .flatten,
                linear(3),
            ],
            [
                conv(4), relu, .residual(body: [conv(4)], shortcut: [conv(4, kernel: 1, padding: 0)]), .flatten,
                linear(3),
            ], .bits
        ),
        (
            "tanh and a pool at the beginning of all branches",
            [
                .concatenation(branches: [[.activation(.tanh), pool(2), conv(4)], [.activation(.tanh), pool(2)]]),
                .flatten, linear(3),
            ],
            [.activation(.tanh), pool(2), .concatenation(branches: [[conv(4)], []]), .flatten, linear(3)], .bits
        ),
        (
            "relu at the beginning of the shares of a chunk",
            [conv(4), .chunk(branches: [[relu, conv(4)], [relu, conv(2)]]), .flatten, linear(3)],
            [conv(4), relu, .chunk(branches: [[conv(4)], [conv(2)]]), .flatten, linear(3)], .bits
        ),
        (
            "softmax at the beginning of the branches of a concat",
            [
                conv(4), .concatenation(branches: [[.activation(.softmax), conv(4)], [.activation(.softmax)]]),
                .flatten, linear(3),
            ],
            [conv(4), .activation(.softmax), .concatenation(branches: [[conv(4)], []]), .flatten, linear(3)], .bits
        ),
        (
            "relu and dropout, whose gradients differ where one is infinite",
            [conv(4), relu, .dropout(rate: 0.3), .flatten, linear(3)],
            [conv(4), .dropout(rate: 0.3), relu, .flatten, linear(3)], .bits
        ),
        (
            "batchnorm behind a concat in a concat",
            [
                .concatenation(branches: [[.concatenation(branches: [[conv(4)], []]), .batchNorm(.init())], []]),
                .flatten,
                linear(3),
            ],
            [
                .concatenation(branches: [[conv(4), .batchNorm(.init())], [.batchNorm(.init())], []]), .flatten,
                linear(3),
            ], .bits
        ),
        (
            "relu and silu", [conv(4), .activation(.silu), relu, .flatten, linear(3)],
            [conv(4), relu, .activation(.silu), .flatten, linear(3)], .bits
        ),
        (
            "relu and gelu", [conv(4), .activation(.gelu), relu, .flatten, linear(3)],
            [conv(4), relu, .activation(.gelu), .flatten, linear(3)], .bits
        ),
        (
            "relu on both sides of tanh, and behind a pool",
            [conv(4), relu, .activation(.tanh), pool(2), relu, .flatten, linear(3)],
            [conv(4), .activation(.tanh), pool(2), relu, .flatten, linear(3)], .bits
        ),
        (
            "flatten in the branches of a residual, or behind it",
            [.residual(body: [conv(3), .flatten], shortcut: [.flatten]), linear(3)],
            [.residual(body: [conv(3)], shortcut: nil), .flatten, linear(3)], .bits
        ),
        (
            "batchnorm and average pool",
            [.batchNorm(.init()), .averagePool(.init(size: Extent(2))), .flatten, linear(3)],
            [.averagePool(.init(size: Extent(2))), .batchNorm(.init()), .flatten, linear(3)], .outputs
        ),
        (
            "groupnorm of Cx1x1 before flatten, or behind it",
            [.adaptiveAveragePool(output: Extent(1)), .groupNorm(.init(groups: 3)), .flatten, linear(3)],
            [.adaptiveAveragePool(output: Extent(1)), .flatten, .groupNorm(.init(groups: 3)), linear(3)], .bits
        ),
        (
            "another momentum of batchnorm", [.batchNorm(.init(momentum: 0.3)), .flatten, linear(3)],
            [.batchNorm(.init()), .flatten, linear(3)], .bits
        ),
        (
            "the stride of one position", [conv(4, kernel: 8, stride: 3, padding: 0), .flatten, linear(3)],
            [conv(4, kernel: 8, padding: 0), .flatten, linear(3)], .bits
        ),
        (
            "a projection that is written out",
            [
                .residual(
                    body: [conv(6)],
                    shortcut: [.convolution(.init(width: 6, kernel: Extent(1), hasBias: false))]), .flatten, linear(3),
            ],
            [.residual(body: [conv(6)], shortcut: nil), .flatten, linear(3)], .training
        ),
        (
            "relu6 and max-pool", [.activation(.relu6), pool(2), .flatten, linear(3)],
            [pool(2), .activation(.relu6), .flatten, linear(3)], .training
        ),
        (
            "relu6 keeps what relu keeps", [conv(4), relu, .activation(.relu6), relu, .flatten, linear(3)],
            [conv(4), .activation(.relu6), .flatten, linear(3)], .training
        ),
        (
            "relu6 after a pool and in a branch",
            [
                conv(4), .activation(.relu6), pool(2),
                .concatenation(branches: [[.activation(.relu6), conv(2)], [relu]]),
                .flatten, linear(3),
            ],
            [conv(4), .activation(.relu6), pool(2), .concatenation(branches: [[conv(2)], []]), .flatten, linear(3)],
            .training
        ),
        (
            "relu6 after sigmoid", [conv(4), .activation(.sigmoid), .activation(.relu6), .flatten, linear(3)],
            [conv(4), .activation(.sigmoid), .flatten, linear(3)], .bits
        ),
        (
            "relu and hardswish", [conv(4), .activation(.hardswish), relu, .flatten, linear(3)],
            [conv(4), relu, .activation(.hardswish), .flatten, linear(3)], .bits
        ),
        (
            "elu after softplus, and max-pool",
            [.activation(.softplus), .activation(.elu(alpha: 2)), pool(2), .flatten, linear(3)],
            [pool(2), .activation(.softplus), .flatten, linear(3)], .outputs
        ),
        (
            "globalmaxpool, and a pool over all of the map",
            [.adaptiveMaxPool(output: Extent(1)), .flatten, linear(3)],
            [pool(8), linear(3)], .training
        ),
        (
            "ceil where windows fit", [.maxPool(.init(size: Extent(2), roundsUp: true)), .flatten, linear(3)],
            [pool(2), .flatten, linear(3)], .training
        ),
        (
            "a group for each channel", [.groupNorm(.init(groups: 3)), .flatten, linear(3)],
            [.instanceNorm(.init(hasScale: true, hasBias: true)), .flatten, linear(3)], .training
        ),
        (
            "instancenorm of each branch",
            [.concatenation(branches: [[conv(4)], []]), .instanceNorm(.init()), .flatten, linear(3)],
            [
                .concatenation(branches: [[conv(4), .instanceNorm(.init())], [.instanceNorm(.init())]]), .flatten,
                linear(3),
            ], .training
        ),
        (
            "scale 1, or none", [.scale(.init(factor: 1)), relu, .flatten, linear(3)], [relu, .flatten, linear(3)],
            .training
        ),
        (
            "two factors, or their product",
            [.scale(.init(factor: 2)), .scale(.init(factor: -0.5)), .flatten, linear(3)],
            [.scale(.init(factor: -1)), .flatten, linear(3)], .outputs
        ),
        (
            "a factor before and after flatten", [.scale(.init(factor: 0.1)), .flatten, linear(3)],
            [.flatten, .scale(.init(factor: 0.1)), linear(3)], .training
        ),
        (
            "a factor behind a concat, or in its branches",
            [.concatenation(branches: [[conv(4)], []]), .scale(.init(factor: 0.1)), .flatten, linear(3)],
            [
                .concatenation(branches: [[conv(4), .scale(.init(factor: 0.1))], [.scale(.init(factor: 0.1))]]),
                .flatten,
                linear(3),
            ], .training
        ),
        (
            "learned factors of Cx1x1 before flatten, or behind it",
            [
                .adaptiveAveragePool(output: Extent(1)), .scale(.init(factor: 0.1, isLearned: true)), .flatten,
                linear(3),
            ],
            [
                .adaptiveAveragePool(output: Extent(1)), .flatten, .scale(.init(factor: 0.1, isLearned: true)),
                linear(3),
            ], .bits
        ),
        (
            "a chunk of one block, or that block", [.chunk(branches: [[conv(4), relu]]), .flatten, linear(3)],
            [conv(4), relu, .flatten, linear(3)], .training
        ),
        (
            "a chunk without layers, or none", [conv(4), .chunk(branches: [[], []]), relu, .flatten, linear(3)],
            [conv(4), relu, .flatten, linear(3)], .training
        ),
        (
            "what does nothing in a chunk",
            [conv(4), .chunk(branches: [[pool(1), conv(2)], [.dropout(rate: 0)]]), .flatten, linear(3)],
            [conv(4), .chunk(branches: [[conv(2)], []]), .flatten, linear(3)], .training
        ),
        (
            "a channelshuffle and the one that undoes it",
            [conv(6), .channelShuffle(groups: 2), .channelShuffle(groups: 3), .flatten, linear(3)],
            [conv(6), .channelShuffle(groups: 1), .flatten, linear(3)], .training
        ),
        (
            "droppath 0, or none",
            [.residual(body: [.dropPath(rate: 0), conv(3)], shortcut: nil), .flatten, linear(3)],
            [.residual(body: [conv(3)], shortcut: nil), .flatten, linear(3)], .training
        ),
        (
            "droppath, or none",
            [.residual(body: [.dropPath(rate: 0.3), conv(3)], shortcut: nil), .flatten, linear(3)],
            [.residual(body: [conv(3)], shortcut: nil), .flatten, linear(3)], .bits
        ),
        (
            "what does nothing in a multiply",
            [.multiplication(body: [.dropout(rate: 0), conv(3), .activation(.sigmoid), relu]), .flatten, linear(3)],
            [.multiplication(body: [conv(3), .activation(.sigmoid)]), .flatten, linear(3)], .bits
        ),
        (
            "silu before and after flatten", [.activation(.silu), .flatten, linear(3)],
            [.flatten, .activation(.silu), linear(3)], .training
        ),
    ]

    @Test(arguments: same)
    func areTheSame(_ name: String, _ first: [Layer], _ second: [Layer], _ preserved: Preservation) throws {
        #expect(try answer(first, second) == .same(preserved), "\(name)")
    }

    private static let notProven: [(String, [Layer], [Layer])] = [
        (
            "groups of a groupnorm that cross the branches",
            [
                .concatenation(branches: [
                    [conv(3), .groupNorm(.init(groups: 1))], [conv(3), .groupNorm(.init(groups: 1))],
                ]), .flatten, linear(3),
            ], [.concatenation(branches: [[conv(3)], [conv(3)]]), .groupNorm(.init(groups: 3)), .flatten, linear(3)]
        ),
        (
            "groups of a groupnorm of other sizes",
            [
                .concatenation(branches: [
                    [conv(4), .groupNorm(.init(groups: 2))], [conv(2), .groupNorm(.init(groups: 2))],
                ]), .flatten, linear(3),
            ], [.concatenation(branches: [[conv(4)], [conv(2)]]), .groupNorm(.init(groups: 3)), .flatten, linear(3)]
        ),
        (
            "one slope for all channels, or one for each branch",
            [.concatenation(branches: [[conv(4), .prelu(.init())], [.prelu(.init())]]), .flatten, linear(3)],
            [.concatenation(branches: [[conv(4)], []]), .prelu(.init()), .flatten, linear(3)]
        ),
        (
            "layernorm goes over all branches",
            [.concatenation(branches: [[conv(4), .layerNorm(.init())], [.layerNorm(.init())]]), .flatten, linear(3)],
            [.concatenation(branches: [[conv(4)], []]), .layerNorm(.init()), .flatten, linear(3)]
        ),
        (
            "relu in the body alone", [conv(4), .residual(body: [relu, conv(4)], shortcut: []), .flatten, linear(3)],
            [conv(4), relu, .residual(body: [conv(4)], shortcut: []), .flatten, linear(3)]
        ),
        (
            "softmax of the shares of a chunk",
            [
                conv(4), .chunk(branches: [[.activation(.softmax), conv(4)], [.activation(.softmax)]]), .flatten,
                linear(3),
            ],
            [conv(4), .activation(.softmax), .chunk(branches: [[conv(4)], []]), .flatten, linear(3)]
        ),
        (
            "a prelu at the beginning of each branch has slopes of its own",
            [conv(4), .residual(body: [.prelu(.init()), conv(4)], shortcut: [.prelu(.init())]), .flatten, linear(3)],
            [conv(4), .prelu(.init()), .residual(body: [conv(4)], shortcut: []), .flatten, linear(3)]
        ),
        (
            "kernel 1 with stride 2 leaves values out", [pool(1, stride: 2), .flatten, linear(3)],
            [.flatten, linear(3)]
        ),
        (
            "gelu is not monotone", [.activation(.gelu), pool(2), .flatten, linear(3)],
            [pool(2), .activation(.gelu), .flatten, linear(3)]
        ),
        (
            "silu is not monotone", [.activation(.silu), pool(2), .flatten, linear(3)],
            [pool(2), .activation(.silu), .flatten, linear(3)]
        ),
        (
            "mish and hardswish are not monotone", [.activation(.mish), pool(2), .flatten, linear(3)],
            [pool(2), .activation(.mish), .flatten, linear(3)]
        ),
        (
            "ceil where a window hangs over", [.maxPool(.init(size: Extent(3), roundsUp: true)), .flatten, linear(3)],
            [pool(3), .flatten, linear(3)]
        ),
        (
            "a learned slope is not one", [.prelu(.init()), .flatten, linear(3)],
            [.activation(.leakyReLU(slope: 0.25)), .flatten, linear(3)]
        ),
        (
            "relu6 after a sum of relu6",
            [
                conv(3), .activation(.relu6), .residual(body: [], shortcut: []), .activation(.relu6), .flatten,
                linear(3),
            ],
            [conv(3), .activation(.relu6), .residual(body: [], shortcut: []), .flatten, linear(3)]
        ),
        (
            "relu after prelu is not idle", [.prelu(.init()), relu, .flatten, linear(3)],
            [.prelu(.init()), .flatten, linear(3)]
        ),
        (
            "layernorm is not batchnorm", [.layerNorm(.init()), .flatten, linear(3)],
            [.batchNorm(.init()), .flatten, linear(3)]
        ),
        (
            "a negative slope turns the order round",
            [.activation(.leakyReLU(slope: -0.1)), pool(2), .flatten, linear(3)],
            [pool(2), .activation(.leakyReLU(slope: -0.1)), .flatten, linear(3)]
        ),
        (
            "softmax over channels is not softmax over values", [.activation(.softmax), .flatten, linear(3)],
            [.flatten, .activation(.softmax), linear(3)]
        ),
        (
            "pools that overlap", [pool(3, stride: 2), pool(3, stride: 2), .flatten, linear(3)],
            [pool(7, stride: 4), .flatten, linear(3)]
        ),
        (
            "an adaptive pool to a smaller map", [.adaptiveAveragePool(output: Extent(4)), .flatten, linear(3)],
            [
                .flatten, linear(3),
            ]
        ),
        (
            "relu and average pool", [relu, .averagePool(.init(size: Extent(2))), .flatten, linear(3)],
            [.averagePool(.init(size: Extent(2))), relu, .flatten, linear(3)]
        ),
        (
            "a bias before batchnorm", [conv(4), .batchNorm(.init()), .flatten, linear(3)],
            [
                .convolution(.init(width: 4, padding: .exactly(Extent(1)), hasBias: false)), .batchNorm(.init()),
                .flatten, linear(3),
            ]
        ),
        (
            "groupnorm and average pool",
            [.groupNorm(.init(groups: 1)), .averagePool(.init(size: Extent(2))), .flatten, linear(3)],
            [.averagePool(.init(size: Extent(2))), .groupNorm(.init(groups: 1)), .flatten, linear(3)]
        ),
        (
            "learned factors of a map and of its values",
            [.scale(.init(factor: 1, isLearned: true)), .flatten, linear(3)],
            [.flatten, .scale(.init(factor: 1, isLearned: true)), linear(3)]
        ),
        (
            "a factor of 1 that is learned", [.scale(.init(factor: 1, isLearned: true)), .flatten, linear(3)],
            [.flatten, linear(3)]
        ),
        (
            "two channelshuffles that do not undo each other",
            [conv(6), .channelShuffle(groups: 2), .channelShuffle(groups: 2), .flatten, linear(3)],
            [conv(6), .flatten, linear(3)]
        ),
        (
            "a chunk and a concat", [conv(4), .chunk(branches: [[relu], []]), .flatten, linear(3)],
            [conv(4), .concatenation(branches: [[relu], []]), .flatten, linear(3)]
        ),
        (
            "a product is no sum", [.multiplication(body: [conv(3)]), .flatten, linear(3)],
            [.residual(body: [conv(3)], shortcut: nil), .flatten, linear(3)]
        ),
        (
            "groups of another size", [.groupNorm(.init(groups: 1)), .flatten, linear(3)],
            [.groupNorm(.init(groups: 3)), .flatten, linear(3)]
        ),
        ("two linear layers against one", [.flatten, linear(200), linear(3)], [.flatten, linear(3)]),
        (
            "the branches of a concat in another order",
            [.concatenation(branches: [[conv(4)], [conv(2)]]), .flatten, linear(3)],
            [.concatenation(branches: [[conv(2)], [conv(4)]]), .flatten, linear(3)]
        ),
        (
            "relu of a sum is no sum of relus",
            [.residual(body: [conv(3), relu], shortcut: [relu]), .flatten, linear(3)],
            [.residual(body: [conv(3)], shortcut: []), relu, .flatten, linear(3)]
        ),
        (
            "max-pool of a sum",
            [.residual(body: [conv(3), pool(2)], shortcut: [pool(2)]), .flatten, linear(3)],
            [.residual(body: [conv(3)], shortcut: []), pool(2), .flatten, linear(3)]
        ),
        (
            "softmax takes all channels",
            [
                .concatenation(branches: [[conv(4), .activation(.softmax)], [.activation(.softmax)]]), .flatten,
                linear(3),
            ],
            [.concatenation(branches: [[conv(4)], []]), .activation(.softmax), .flatten, linear(3)]
        ),
        (
            "relu at the beginning of a branch of what may be below zero",
            [conv(4), .residual(body: [relu, conv(4)], shortcut: []), .flatten, linear(3)],
            [conv(4), .residual(body: [conv(4)], shortcut: []), .flatten, linear(3)]
        ),
        (
            "relu after a sum of which one term may be below zero",
            [conv(3), relu, .residual(body: [conv(3)], shortcut: []), relu, .flatten, linear(3)],
            [conv(3), relu, .residual(body: [conv(3)], shortcut: []), .flatten, linear(3)]
        ),
        (
            "batchnorm between two relus", [relu, .batchNorm(.init()), relu, .flatten, linear(3)],
            [relu, .batchNorm(.init()), .flatten, linear(3)]
        ),
        (
            "relu before sigmoid, and behind it", [conv(4), relu, .activation(.sigmoid), .flatten, linear(3)],
            [conv(4), .activation(.sigmoid), relu, .flatten, linear(3)]
        ),
        (
            "silu and leakyrelu",
            [conv(4), .activation(.silu), .activation(.leakyReLU(slope: 0.1)), .flatten, linear(3)],
            [conv(4), .activation(.leakyReLU(slope: 0.1)), .activation(.silu), .flatten, linear(3)]
        ),
        (
            "silu behind relu does something", [conv(4), relu, .activation(.silu), .flatten, linear(3)],
            [conv(4), relu, .flatten, linear(3)]
        ),
        (
            "batchnorm in one branch alone",
            [.concatenation(branches: [[conv(4), .batchNorm(.init())], []]), .flatten, linear(3)],
            [.concatenation(branches: [[conv(4)], []]), .batchNorm(.init()), .flatten, linear(3)]
        ),
        (
            "batchnorms of another epsilon in the branches",
            [
                .concatenation(branches: [[conv(4), .batchNorm(.init())], [.batchNorm(.init(epsilon: 1e-3))]]),
                .flatten,
                linear(3),
            ],
            [.concatenation(branches: [[conv(4)], []]), .batchNorm(.init()), .flatten, linear(3)]
        ),
        (
            "batchnorm of a sum is no sum of batchnorms",
            [.residual(body: [conv(3), .batchNorm(.init())], shortcut: [.batchNorm(.init())]), .flatten, linear(3)],
            [.residual(body: [conv(3)], shortcut: []), .batchNorm(.init()), .flatten, linear(3)]
        ),
        (
            "groupnorm takes groups of all channels",
            [
                .concatenation(branches: [[conv(3), .groupNorm(.init(groups: 3))], [.groupNorm(.init(groups: 3))]]),
                .flatten, linear(3),
            ],
            [.concatenation(branches: [[conv(3)], []]), .groupNorm(.init(groups: 3)), .flatten, linear(3)]
        ),
        (
            "relu in one branch alone",
            [.concatenation(branches: [[conv(4), relu], []]), .flatten, linear(3)],
            [.concatenation(branches: [[conv(4)], []]), relu, .flatten, linear(3)]
        ),
        (
            "tanh is below zero, so that relu is not idle",
            [.concatenation(branches: [[relu], [.activation(.tanh)]]), .flatten, linear(3)],
            [.concatenation(branches: [[], [.activation(.tanh)]]), relu, .flatten, linear(3)]
        ),
        (
            "batchnorm after batchnorm", [.batchNorm(.init()), .batchNorm(.init()), .flatten, linear(3)],
            [.batchNorm(.init()), .flatten, linear(3)]
        ),
        (
            "tanh is a sigmoid of twice the value", [.flatten, linear(4), .activation(.tanh), linear(3)],
            [.flatten, linear(4), .activation(.sigmoid), linear(3)]
        ),
        ("another width", [conv(4), .flatten, linear(3)], [conv(5), .flatten, linear(3)]),
        ("relu, or none", [conv(4), relu, .flatten, linear(3)], [conv(4), .flatten, linear(3)]),
    ]

    @Test(arguments: notProven)
    func areNotProven(_ name: String, _ first: [Layer], _ second: [Layer]) throws {
        let answer = try answer(first, second)
        #expect(answer == .unknown, "\(name): \(answer)")
    }

    @Test func otherNumbersOfOutputsAreOtherFunctions() throws {
        #expect(try answer([.flatten, Self.linear(3)], [.flatten, Self.linear(4)]) == .different)
        #expect(
            try answer([Self.conv(3, kernel: 8, padding: 0)], [.flatten, Self.linear(3)]) != .different,
            "3x1x1 and 3 hold the same values")
    }

    @Test func rulesHaveNamesOfTheirOwn() {
        #expect(Set(RewriteRule.all.map(\.name)).count == RewriteRule.all.count)
    }
}

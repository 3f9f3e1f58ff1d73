// The Python that `export` writes. That PyTorch runs it to the same outputs is held by Benchmarks/compare-exports.

import Network
import Testing

private func module(_ layers: [Layer], name: String = "Net", notes: [String] = ["A network."]) throws -> String {
    let input = Shape(channels: 3, height: 8, width: 8)
    return PyTorchModule(try Architecture(input: input, layers: layers), name: name, notes: notes).text
}

@Suite struct PyTorchModuleTests {
    @Test func layersArePyTorchsModules() throws {
        let text = try module([
            .convolution(
                .init(width: 6, kernel: Extent(1, 3), padding: .same, dilation: Extent(2), groups: 3, hasBias: false)),
            .batchNorm(.init(epsilon: 0.001, momentum: 0.2)), .activation(.leakyReLU(slope: 0.2)), .activation(.gelu),
            .activation(.silu), .convolution(.init(width: 4, padding: .exactly(Extent(1)))),
            .maxPool(.init(size: Extent(3), stride: Extent(2), padding: Extent(1))),
            .averagePool(.init(size: Extent(2))),
            .adaptiveAveragePool(output: Extent(3, 2)), .flatten, .batchNorm(.init()), .dropout(rate: 0.25),
            .linear(.init(width: 10, hasBias: false)), .activation(.softmax),
        ])
        let layers = text.split(separator: "\n").filter { $0.hasPrefix(String(repeating: " ", count: 12)) }
        #expect(
            layers.map { String($0.dropFirst(12)) } == [
                "nn.Conv2d(3, 6, kernel_size=(1, 3), padding=\"same\", dilation=2, groups=3, bias=False),",
                "nn.BatchNorm2d(6, eps=0.001, momentum=0.2),", "nn.LeakyReLU(negative_slope=0.2),", "nn.GELU(),",
                "nn.SiLU(),",
                "nn.Conv2d(6, 4, kernel_size=3, padding=1),", "nn.MaxPool2d(kernel_size=3, stride=2, padding=1),",
                "nn.AvgPool2d(kernel_size=2),", "nn.AdaptiveAvgPool2d((3, 2)),", "nn.Flatten(),", "nn.BatchNorm1d(24),",
                "nn.Dropout(p=0.25),", "nn.Linear(24, 10, bias=False),", "nn.Softmax(dim=1),",
            ])
        #expect(!text.contains("class Residual") && !text.contains("class Concat") && !text.contains("FlatLinear"))
    }

    @Test func laterLayersArePyTorchsModules() throws {
        let text = try module([
            .convolution(.init(width: 4, kernel: Extent(1))), .activation(.relu6), .activation(.elu(alpha: 0.5)),
            .activation(.elu(alpha: 1)), .activation(.mish), .activation(.hardswish), .activation(.hardsigmoid),
            .activation(.softplus), .prelu(.init()), .prelu(.init(isPerChannel: true)),
            .layerNorm(.init(epsilon: 1e-6)),
            .instanceNorm(.init()), .instanceNorm(.init(epsilon: 0.5, hasScale: true, hasBias: true)),
            .instanceNorm(.init(hasBias: true)), .batchNorm(.init(hasScale: false)),
            .batchNorm(.init(hasScale: false, hasBias: false)),
            .maxPool(.init(size: Extent(3), stride: Extent(2), roundsUp: true)), .adaptiveMaxPool(output: Extent(3, 2)),
            .adaptiveMaxPool(output: Extent(1)), .flatten, .layerNorm(.init()), .batchNorm(.init(hasBias: false)),
        ])
        let layers = text.split(separator: "\n").filter { $0.hasPrefix(String(repeating: " ", count: 12)) }
        #expect(
            layers.map { String($0.dropFirst(12)) }.filter { !$0.hasPrefix("return") } == [
                "nn.Conv2d(3, 4, kernel_size=1),", "nn.ReLU6(),", "nn.ELU(alpha=0.5),", "nn.ELU(),", "nn.Mish(),",
                "nn.Hardswish(),", "nn.Hardsigmoid(),", "nn.Softplus(),", "nn.PReLU(),", "nn.PReLU(4),",
                "LayerNorm2d(4, eps=1e-06),", "nn.InstanceNorm2d(4),", "nn.InstanceNorm2d(4, eps=0.5, affine=True),",
                "InstanceNorm2dWithoutScale(4, affine=True),", "BatchNorm2dWithoutScale(4),",
                "nn.BatchNorm2d(4, affine=False),", "nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True),",
                "nn.AdaptiveMaxPool2d((3, 2)),", "nn.AdaptiveMaxPool2d(1),", "nn.Flatten(),", "nn.LayerNorm(4),",
                "BatchNorm1dWithoutBias(4),",
            ])
        for name in [
            "LayerNorm2d(nn.LayerNorm)", "InstanceNorm2dWithoutScale(nn.InstanceNorm2d)",
            "BatchNorm2dWithoutScale(nn.BatchNorm2d)", "BatchNorm1dWithoutBias(nn.BatchNorm1d)",
        ] { #expect(text.contains("class \(name):")) }
    }

    @Test func branchesBringTheirClasses() throws {
        let text = try module([
            .residual(body: [.convolution(.init(width: 4))], shortcut: [.convolution(.init(width: 4))]),
            .concatenation(branches: [[.activation(.relu)], []]), .adaptiveAveragePool(output: Extent(1)),
            .linear(.init(width: 2)),
        ])
        #expect(
            text.contains(
                """
                            Residual(
                                nn.Sequential(
                                    nn.Conv2d(3, 4, kernel_size=3),
                                ),
                                nn.Sequential(
                                    nn.Conv2d(3, 4, kernel_size=3),
                                ),
                            ),
                            Concat(
                                nn.Sequential(
                                    nn.ReLU(),
                                ),
                                nn.Sequential(),
                            ),
                            nn.AdaptiveAvgPool2d(1),
                            FlatLinear(8, 2),

                """))
        #expect(text.contains("class Residual(nn.Module):") && text.contains("class Concat(nn.Sequential):"))
        #expect(text.contains("class FlatLinear(nn.Linear):"))
    }

    @Test func chunkBringsItsClass() throws {
        let text = try module([
            .chunk(branches: [[], [.activation(.relu)], []]), .channelShuffle(groups: 3),
        ])
        #expect(
            text.contains(
                """
                            Chunk(
                                nn.Sequential(),
                                nn.Sequential(
                                    nn.ReLU(),
                                ),
                                nn.Sequential(),
                            ),
                            nn.ChannelShuffle(3),

                """))
        #expect(text.contains("class Chunk(nn.Sequential):"))
    }

    @Test func aBodyThatIsDroppedRunsBeforeItsDropPath() throws {
        let text = try module([
            .residual(body: [.dropPath(rate: 0.1), .convolution(.init(width: 3, kernel: Extent(1)))], shortcut: nil)
        ])
        #expect(
            text.contains(
                """
                            StochasticResidual(
                                nn.Sequential(
                                    DropPath(0.1),
                                    nn.Conv2d(3, 3, kernel_size=1),
                                ),
                                nn.Sequential(),
                            ),

                """))
        #expect(text.contains("self.body[0](self.body[1:](x)) + self.shortcut(x)") && !text.contains("class Residual("))
    }

    @Test func tokensBringTheirClasses() throws {
        let text = try module([
            .convolution(.init(width: 4, kernel: Extent(1))), .positionEmbedding(.init()),
            .residual(body: [.attention(.init(heads: 2, freezing: .init(.weights, biasEpochs: 2)))], shortcut: nil),
            .placeMixing(.init(output: Extent(9, 1))),
            .placeMixing(.init(output: Extent(2, 3), freezing: .init(.weights))),
        ])
        for line in [
            "PositionEmbedding(4, 8, 8),", "SelfAttention(4, 2),", "MixPlaces(64, 9, 1),", "MixPlaces(9, 2, 3),",
        ] {
            #expect(text.contains("\(line)\n"))
        }
        for name in [
            "SelfAttention(nn.MultiheadAttention)", "PositionEmbedding(nn.Module)", "MixPlaces(nn.Linear)",
        ] { #expect(text.split(separator: "class \(name):").count == 2) }
        let statements = text.split(separator: "\n").drop { $0 != "        )" }.dropFirst().map { $0.dropFirst(8) }
        #expect(
            statements == [
                "self[2].body[0].in_proj_weight.requires_grad_(False)",
                "self[2].body[0].out_proj.weight.requires_grad_(False)",
                "# after 2 epochs: self[2].body[0].in_proj_bias.requires_grad_(False)",
                "# after 2 epochs: self[2].body[0].out_proj.bias.requires_grad_(False)",
                "self[4].weight.requires_grad_(False)",
            ])
    }

    @Test func multiplyBringsItsClass() throws {
        let text = try module([
            .multiplication(body: [
                .adaptiveAveragePool(output: Extent(1)), .convolution(.init(width: 3, kernel: Extent(1))),
            ])
        ])
        #expect(
            text.contains(
                """
                            Multiply(
                                nn.Sequential(
                                    nn.AdaptiveAvgPool2d(1),
                                    nn.Conv2d(3, 3, kernel_size=1),
                                ),
                            ),

                """))
        #expect(text.contains("class Multiply(nn.Module):"))
    }

    @Test func factorsBringTheirClasses() throws {
        let text = try module([
            .scale(.init(factor: 0.5)), .scale(.init(factor: 1e-6, isLearned: true)), .flatten,
            .scale(.init(factor: 2)),
        ])
        #expect(text.contains("            Scale(0.5),\n            LayerScale(3, 1e-06),\n"))
        #expect(text.contains("class Scale(nn.Module):") && text.contains("class LayerScale(nn.Module):"))
        #expect(text.split(separator: "class Scale").count == 2, "each class once")
    }

    @Test func whatIsFrozenLearnsNothingInPyTorch() throws {
        let text = try module([
            .convolution(.init(width: 4, initialization: .zeros, freezing: .init(.weights, biasEpochs: 3))),
            .residual(body: [.batchNorm(.init(freezing: .init(.all)))], shortcut: nil), .flatten,
            .linear(.init(width: 5, freezing: .init(biasEpochs: 1))),
        ])
        let statements = text.split(separator: "\n").drop { $0 != "        )" }.dropFirst().map { $0.dropFirst(8) }
        #expect(
            statements == [
                "nn.init.zeros_(self[0].weight)", "nn.init.zeros_(self[0].bias)",
                "self[0].weight.requires_grad_(False)", "# after 3 epochs: self[0].bias.requires_grad_(False)",
                "self[1].body[0].requires_grad_(False)", "# after one epoch: self[3].bias.requires_grad_(False)",
            ])
    }

    @Test func weightsBeginAsInPyTorch() throws {
        let product = { Layer.convolution(.init(width: $0, kernel: Extent(1), groups: $1, initialization: $2)) }
        let text = try module([
            product(6, 1, .whiten), product(8, 2, .dirac), product(4, 1, .dirac),
            .residual(body: [product(4, 1, .kaiming), product(4, 1, .zeros)], shortcut: [product(4, 1, .xavier)]),
            .concatenation(branches: [[], [product(2, 1, .orthogonal)]]), .flatten,
            .linear(.init(width: 5, hasBias: false, initialization: .dirac)),
        ])
        let statements = text.split(separator: "\n").drop { $0 != "        )" }.dropFirst().map { $0.dropFirst(8) }
        #expect(
            statements == [
                "# self[0] is whitened from images: whiten_(network[0], images)", "nn.init.zeros_(self[0].bias)",
                "for filters in self[1].weight.data.chunk(2): nn.init.dirac_(filters[:3])",
                "nn.init.zeros_(self[1].bias)", "nn.init.dirac_(self[2].weight.data[:8])",
                "nn.init.zeros_(self[2].bias)",
                "nn.init.kaiming_normal_(self[3].body[0].weight, nonlinearity=\"relu\")",
                "nn.init.zeros_(self[3].body[0].bias)", "nn.init.zeros_(self[3].body[1].weight)",
                "nn.init.zeros_(self[3].body[1].bias)", "nn.init.xavier_uniform_(self[3].shortcut[0].weight)",
                "nn.init.zeros_(self[3].shortcut[0].bias)", "nn.init.orthogonal_(self[4][1][0].weight)",
                "nn.init.zeros_(self[4][1][0].bias)", "nn.init.eye_(self[6].weight.data[:384])",
            ])
        #expect(text.contains("\ndef whiten_(convolution, images):\n"))
        #expect(try !module([.flatten]).contains("whiten_"))
    }

    @Test(arguments: [
        ("VGG", "VGG"), ("class", "Network"), ("Residual", "Network"), ("Größe", "Network"), ("2D", "Network"),
    ])
    func theClassIsCalledAsPythonAllows(_ name: String, _ written: String) throws {
        #expect(try module([.flatten], name: name).contains("class \(written)(nn.Sequential):"))
    }

    @Test func theClassIsNotCalledAsOneOfItsLayers() throws {
        #expect(try module([.layerNorm(.init())], name: "LayerNorm2d").contains("class Network(nn.Sequential):"))
    }

    @Test func notesStayInTheDocstring() throws {
        let text = try module([.flatten], notes: ["a \"\"\" \\", "b\nc"])
        #expect(text.hasPrefix("\"\"\"a ''' /\nb c\n\nWeights"))
    }
}

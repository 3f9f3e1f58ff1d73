// Forward, loss, every gradient and ten steps against PyTorch's numbers (Fixtures/make.py).

import Engine
import Foundation
import Network
import Runtime
import Testing

/// Images that are taken for something else than their labels.
private struct TargetedImages: BatchSource {
    let images: MemoryImages
    /// `[N, classes]`; empty: for their labels.
    let targets: [Float]

    func writeImage(
        _ index: Int, epoch: Int, to destination: UnsafeMutablePointer<Float>, planeStride: Int, rowStride: Int,
        columnStride: Int
    ) {
        images.writeImage(
            index, epoch: epoch, to: destination, planeStride: planeStride, rowStride: rowStride,
            columnStride: columnStride)
    }

    func label(_ index: Int) -> Int { images.label(index) }

    func addTarget(_ index: Int, epoch: Int, to shares: inout [Double]) {
        guard !targets.isEmpty else {
            shares[label(index)] += 1
            return
        }
        for place in shares.indices { shares[place] += Double(targets[index * shares.count + place]) }
    }
}

struct PyTorchTests {
    static let convolutions: [Layer] = [
        .convolution(.init(width: 5, padding: .exactly(Extent(1)))), .activation(.relu),
        .maxPool(.init(size: Extent(3), stride: Extent(2), padding: Extent(1))),
        .convolution(.init(width: 18, kernel: Extent(5, 3), stride: Extent(2), padding: .exactly(Extent(2, 1)))),
        .activation(.relu), .averagePool(.init(size: Extent(2), stride: Extent(1))),
        .convolution(.init(width: 7, kernel: Extent(1), hasBias: false)),
        .adaptiveAveragePool(output: Extent(2, 3)), .activation(.relu), .flatten, .linear(.init(width: 10)),
    ]
    static let vgg: [Layer] = [
        .convolution(.init(width: 16, padding: .exactly(Extent(1)))), .activation(.relu),
        .convolution(.init(width: 32, padding: .exactly(Extent(1)))), .activation(.relu),
        .maxPool(.init(size: Extent(2))),
        .convolution(.init(width: 16, padding: .exactly(Extent(2)), dilation: Extent(2))), .activation(.relu),
        .maxPool(.init(size: Extent(2))), .flatten, .linear(.init(width: 33)), .activation(.relu),
        .linear(.init(width: 10)),
    ]

    static let activations: [Layer] = [
        .convolution(.init(width: 9, padding: .exactly(Extent(1)))), .activation(.leakyReLU(slope: 0.1)),
        .convolution(.init(width: 12)), .activation(.gelu), .maxPool(.init(size: Extent(2))), .activation(.tanh),
        .flatten, .linear(.init(width: 20)), .activation(.sigmoid), .linear(.init(width: 10)),
    ]

    private static func conv(
        _ width: Int, _ kernel: Int = 3, stride: Int = 1, padding: Int = 0, groups: Int = 1, bias: Bool = true,
        freezing: Layer.Freezing = .init()
    ) -> Layer {
        .convolution(
            .init(
                width: width, kernel: Extent(kernel), stride: Extent(stride), padding: .exactly(Extent(padding)),
                groups: groups, hasBias: bias, freezing: freezing))
    }

    private static let relu = Layer.activation(.relu)

    private static func normalized(_ width: Int, stride: Int = 1, groups: Int = 1) -> [Layer] {
        [conv(width, stride: stride, padding: 1, groups: groups, bias: false), .batchNorm(.init())]
    }

    static let residual: [Layer] =
        normalized(16) + [
            relu, .residual(body: normalized(16) + [relu] + normalized(16), shortcut: nil), relu,
            .residual(body: normalized(24, stride: 2) + [relu] + normalized(24), shortcut: nil), relu,
            .concatenation(branches: [[], [conv(7, 1), .activation(.softmax)]]),
            .residual(
                body: [.batchNorm(.init(epsilon: 1e-3, momentum: 0.3)), relu, conv(20)],
                shortcut: [.averagePool(.init(size: Extent(3), stride: Extent(1))), conv(20, 1)]),
            .adaptiveAveragePool(output: Extent(1)), .flatten, .linear(.init(width: 30)), .batchNorm(.init()), relu,
            .linear(.init(width: 10)),
        ]

    static let grouped: [Layer] =
        normalized(20, stride: 2) + [relu] + normalized(20, groups: 20) + [
            relu, conv(36, 1), relu, conv(36, 5, stride: 2, padding: 2, groups: 36), conv(72, padding: 1, groups: 4),
            relu, conv(12, 1, groups: 3), .flatten, .linear(.init(width: 10)),
        ]

    static let groupNorms: [Layer] = [
        conv(18, padding: 1), .groupNorm(.init(groups: 3)), relu, conv(20, stride: 2),
        .groupNorm(.init(groups: 1, epsilon: 1e-3)), .activation(.tanh), conv(20, 1), .groupNorm(.init(groups: 20)),
        .activation(.gelu),
        .flatten, .linear(.init(width: 36)), .groupNorm(.init(groups: 4)), relu, .linear(.init(width: 10)),
    ]

    @Test(
        arguments: [
            ("groupnorm-sgd", groupNorms, .sgd(learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3)),
            ("residual-sgd", residual, .sgd(learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3)),
            ("grouped-adam", grouped, .adam(learningRate: 2e-3)),
            ("activations-adamw", activations, .adam(learningRate: 1e-2, weightDecay: 0.1, isDecoupled: true)),
            ("convolutions-adam", convolutions, OptimizerOptions.adam(learningRate: 1e-2)),
            ("vgg-smoothed-clipped", vgg, .sgd(learningRate: 0.5, momentum: 0.5)),
            ("vgg-sgd", vgg, .sgd(learningRate: 0.05, momentum: 0.9)),
            ("vgg-nesterov", vgg, .sgd(learningRate: 0.05, momentum: 0.9, weightDecay: 0.01, isNesterov: true)),
        ], InstructionSet.allCases.filter(\.isAvailable))
    func numbersArePyTorchs(
        _ fixture: (name: String, layers: [Layer], optimizer: OptimizerOptions), set: InstructionSet
    ) throws {
        try check(fixture.name, fixture.layers, fixture.optimizer, set, loss: 1e-4, gradient: 1e-4, weights: 1e-3)
    }

    static let laterActivations: [Layer] = [
        conv(18, padding: 1), .activation(.relu6), conv(20), .activation(.hardswish), conv(20, 1),
        .activation(.elu(alpha: 0.7)), conv(16, 1), .activation(.mish), conv(16, 1), .prelu(.init(isPerChannel: true)),
        conv(9, 1), .prelu(.init()), .flatten, .linear(.init(width: 20)), .activation(.softplus),
        .linear(.init(width: 21)), .prelu(.init(isPerChannel: true)), .linear(.init(width: 20)),
        .activation(.hardsigmoid), .linear(.init(width: 10)),
    ]

    static let laterNorms: [Layer] = [
        conv(18, padding: 1), .layerNorm(.init(epsilon: 1e-6)), .activation(.gelu), conv(20, padding: 1),
        .layerNorm(.init()), relu, conv(20), .instanceNorm(.init()), relu, conv(17, 1),
        .instanceNorm(.init(epsilon: 1e-3, hasScale: true, hasBias: true)), .activation(.tanh), conv(18, 1),
        .batchNorm(.init(hasScale: false)), relu, conv(16, 1), .batchNorm(.init(hasBias: false)), conv(16, 1),
        .batchNorm(.init(hasScale: false, hasBias: false)), .activation(.tanh), .flatten, .linear(.init(width: 36)),
        .layerNorm(.init()), relu, .linear(.init(width: 10)),
    ]

    static let laterPools: [Layer] = [
        conv(18), .maxPool(.init(size: Extent(3), stride: Extent(2), roundsUp: true)), .activation(.tanh), conv(17, 1),
        .averagePool(.init(size: Extent(3), stride: Extent(2), padding: Extent(1), roundsUp: true)), conv(16, 1),
        .averagePool(.init(size: Extent(2), roundsUp: true)), conv(20, 1), .adaptiveMaxPool(output: Extent(2, 4)),
        .activation(.tanh), conv(24, 1), .maxPool(.init(size: Extent(3), stride: Extent(2, 3), roundsUp: true)),
        .adaptiveMaxPool(output: Extent(1)), .flatten, .linear(.init(width: 10)),
    ]

    static let tokens: [Layer] = [
        conv(20, 2, stride: 2), .positionEmbedding(.init()),
        .residual(body: [.layerNorm(.init()), .attention(.init(heads: 4))], shortcut: nil),
        .residual(body: [.layerNorm(.init()), conv(36, 1), .activation(.gelu), conv(20, 1)], shortcut: nil),
        .residual(
            body: [
                .layerNorm(.init()), .placeMixing(.init(output: Extent(37, 1))), .activation(.gelu),
                .placeMixing(.init(output: Extent(9))),
            ], shortcut: nil),
        .placeMixing(.init(output: Extent(5, 3))), conv(32, 1), .attention(.init(heads: 2)), relu, conv(9, 1),
        .attention(.init(heads: 1)), .flatten, .linear(.init(width: 10)),
    ]

    static let gated: [Layer] = {
        let sigmoid = Layer.activation(.sigmoid)
        let pooled = Layer.adaptiveAveragePool(output: Extent(1))
        return [
            conv(18, padding: 1), relu, .multiplication(body: [pooled, conv(4, 1), relu, conv(18, 1), sigmoid]),
            .residual(
                body: [
                    conv(18, padding: 1), .batchNorm(.init()), .scale(.init(factor: 0.1, isLearned: true)),
                    .multiplication(body: [
                        pooled, .flatten, .linear(.init(width: 5)), relu, .linear(.init(width: 18)), sigmoid,
                    ]),
                ], shortcut: nil), relu, conv(20, stride: 2), .scale(.init(factor: 1.0 / 9)),
            .multiplication(body: [conv(20, padding: 1), sigmoid]), .flatten, .linear(.init(width: 33)),
            .scale(.init(factor: -1.5, isLearned: true)),
            .multiplication(body: [.linear(.init(width: 33)), .activation(.tanh)]), .linear(.init(width: 10)),
        ]
    }()

    static let shuffled: [Layer] = {
        func point(_ width: Int) -> [Layer] { [conv(width, 1, bias: false), .batchNorm(.init())] }
        func depth(_ width: Int, stride: Int = 1) -> [Layer] { normalized(width, stride: stride, groups: width) }
        let unit: [Layer] = [
            .chunk(branches: [[], point(29) + [relu] + depth(29) + point(29) + [relu]]), .channelShuffle(groups: 2),
        ]
        return normalized(24, stride: 2) + [
            relu,
            .concatenation(branches: [
                depth(24, stride: 2) + point(29) + [relu],
                point(29) + [relu] + depth(29, stride: 2) + point(29) + [relu],
            ]), .channelShuffle(groups: 2),
        ] + unit + unit + [
            conv(48, 1, groups: 2), .channelShuffle(groups: 6),
            .chunk(branches: [[.activation(.tanh)], [conv(5, padding: 1)], []]),
            .adaptiveAveragePool(output: Extent(1)), .flatten, .chunk(branches: [[.linear(.init(width: 10))]]),
        ]
    }()

    static let dropped: [Layer] = [
        conv(18, padding: 1), relu,
        .residual(
            body: [.dropPath(rate: 0.3)] + normalized(18) + [relu] + normalized(18), shortcut: nil), relu,
        .residual(body: [.dropPath(rate: 0.5)] + normalized(20, stride: 2) + [relu], shortcut: nil),
        .residual(body: [.dropPath(rate: 0.25), conv(20, 1), relu], shortcut: nil),
        .adaptiveAveragePool(output: Extent(1)), .flatten,
        .residual(body: [.dropPath(rate: 0.4), .linear(.init(width: 20)), .activation(.gelu)], shortcut: nil),
        .linear(.init(width: 10)),
    ]

    static let frozen: [Layer] = [
        conv(18, padding: 1, freezing: .init(.all)), .batchNorm(.init(freezing: .init(.all))), relu,
        conv(18, padding: 1, groups: 18, freezing: .init(.all)),
        .prelu(.init(isPerChannel: true, freezing: .init(.all))),
        conv(20, padding: 1, freezing: .init(.weights)), .layerNorm(.init(freezing: .init(biasEpochs: 2))),
        .activation(.gelu),
        .residual(
            body: [
                conv(20, padding: 1, freezing: .init(.all)), .batchNorm(.init(freezing: .init(.weights))), relu,
                conv(20, 1, freezing: .init(biasEpochs: 1)),
            ], shortcut: nil),
        conv(24, stride: 2, groups: 4, freezing: .init(.weights)),
        .groupNorm(.init(groups: 4, freezing: .init(.all))),
        .scale(.init(factor: 0.5, isLearned: true, freezing: .init(.all))), .prelu(.init()),
        .concatenation(branches: [[conv(8, 1, freezing: .init(.all))], [conv(7, 1)]]), .flatten,
        .linear(.init(width: 33, freezing: .init(.weights))), .activation(.tanh), .linear(.init(width: 10)),
    ]

    /// What PyTorch computes in double precision.
    @Test(
        arguments: [
            ("activations-exact", laterActivations, .sgd(learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3)),
            ("norms-exact", laterNorms, .sgd(learningRate: 0.02, momentum: 0.9, weightDecay: 1e-3)),
            ("pools-exact", laterPools, .sgd(learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3)),
            ("gated-exact", gated, .sgd(learningRate: 0.02, momentum: 0.9, weightDecay: 1e-3)),
            ("tokens-exact", tokens, .sgd(learningRate: 0.02, momentum: 0.9, weightDecay: 1e-3)),
            ("shuffled-exact", shuffled, .sgd(learningRate: 0.02, momentum: 0.9, weightDecay: 1e-3)),
            ("dropped-exact", dropped, .sgd(learningRate: 0.02, momentum: 0.9, weightDecay: 1e-3)),
            ("weighted-exact", vgg, .sgd(learningRate: 0.02, momentum: 0.9)),
            ("weighted-smoothed-exact", activations, .sgd(learningRate: 0.02, momentum: 0.9)),
            ("accumulated-clipped-exact", groupNorms, .sgd(learningRate: 0.02, momentum: 0.9)),
            ("mixed-exact", vgg, .sgd(learningRate: 0.02, momentum: 0.9)),
            ("frozen-clipped-exact", frozen, .sgd(learningRate: 0.05, momentum: 0.9, weightDecay: 1e-3)),
            ("frozen-adamw-exact", frozen, .adam(learningRate: 2e-3, weightDecay: 0.1, isDecoupled: true)),
            (
                "roles-sgd-exact", gated,
                .sgd(learningRate: 0.02, momentum: 0.9, weightDecay: 0.02).with(
                    RoleFactors(decaysWeightsOnly: true, biasRate: 2, normBiasRate: 8))
            ),
            (
                "roles-adamw-exact", grouped,
                .adam(learningRate: 2e-3, weightDecay: 0.2, isDecoupled: true).with(RoleFactors(normBiasRate: 16))
            ),
            ("lion-exact", grouped, .lion(learningRate: 1e-3, weightDecay: 0.1)),
            ("muon-exact", grouped, .muon(learningRate: 0.01)),
            (
                "muon-others-exact", residual,
                .muon(
                    learningRate: 0.01, momentum: 0.6, isNesterov: false, steps: 3, weightDecay: 0.1,
                    others: .sgd(learningRate: 0.02, momentum: 0.9))
            ),
            ("onecycle-sgd-exact", vgg, .sgd(learningRate: 0.05, momentum: 0.9, isNesterov: true)),
            ("onecycle-adam-exact", vgg, .adam(learningRate: 5e-3, weightDecay: 0.1, isDecoupled: true)),
        ] as [(String, [Layer], OptimizerOptions)], InstructionSet.allCases.filter(\.isAvailable))
    func numbersArePyTorchsInDoublePrecision(
        _ fixture: (name: String, layers: [Layer], optimizer: OptimizerOptions), set: InstructionSet
    ) throws {
        try check(fixture.name, fixture.layers, fixture.optimizer, set, loss: 1e-5, gradient: 5e-5, weights: 1e-3)
    }

    /// - Parameters:
    ///   - loss: what the losses of all steps may differ by, relative.
    ///   - gradient: the same of each gradient of the first step.
    ///   - weights: the same of weights and outputs after the last step.
    private func check(
        _ name: String, _ layers: [Layer], _ optimizer: OptimizerOptions, _ set: InstructionSet,
        loss lossTolerance: Double, gradient gradientTolerance: Double, weights weightTolerance: Double
    ) throws {
        let file = try TensorFile(fixture: name)
        let input = try #require(file.tensors["input"])
        let shape = Shape(Array(input.shape.dropFirst()))
        let images = MemoryImages(shape: shape, values: input.values, labels: file.values("labels").map { Int($0) })
        let source = TargetedImages(images: images, targets: file.tensors["targets"]?.values ?? [])
        let count = input.shape[0]
        let isAccumulated = name.contains("accumulated")
        let executor = try Executor(
            Architecture(input: shape, layers: layers), batchSize: count + 2,
            parts: isAccumulated ? 5 : 1, optimizer: optimizer, seeds: Seeds(1),
            gradient: GradientOptions(
                labelSmoothing: ["clipped", "mixed", "smoothed"].contains { name.contains($0) } ? 0.1 : 0,
                largestNorm: name.contains("clipped") ? 0.25 : nil,
                classWeights: file.tensors["classweights"]?.values.map(Double.init) ?? []),
            pool: ThreadPool(threadCount: 2), instructionSet: set)
        executor.load(file)
        for (number, expected) in file.values("losses").enumerated() {
            if let rates = file.tensors["rates"] {
                executor.learningRateFactor = Double(rates.values[number]) / optimizer.learningRate
                executor.momentum = Double(file.values("momenta")[number])
            }
            // An epoch is four steps: what learns in the first epochs alone is then frozen.
            let result = try executor.train(
                0..<count, of: source, epoch: number / 4 + 1, cancellation: Cancellation())
            let loss = result.loss / Double(count)
            #expect(abs(loss - Double(expected)) < lossTolerance * Double(expected), "loss of step \(number + 1)")
            guard number == 0 else { continue }
            #expect(
                isAccumulated || relativeError((0..<count).flatMap(executor.outputs), file.values("logits")) < 1e-5)
            let gradients = file.tensors.filter { $0.key.hasPrefix("gradient.") }.values.flatMap(\.values)
            let largest = Double(gradients.map(abs).max() ?? 0)
            for (index, tensor) in executor.parameters.enumerated() where tensor.isTrained {
                let error = gradientError(
                    executor.gradient(index), file.values("gradient." + tensor.name), largest: largest)
                #expect(error < gradientTolerance, "gradient of \(tensor.name)")
            }
        }
        for (index, tensor) in executor.parameters.enumerated() {
            let (found, expected) = (executor.parameter(index), file.values("trained." + tensor.name))
            // A bias that a norm after it takes out stays 0 in double precision, and nothing is near that.
            let isZero = expected.allSatisfy { abs($0) < 1e-12 } && found.allSatisfy { abs($0) < 1e-6 }
            #expect(
                isZero || relativeError(found, expected) < weightTolerance, "\(tensor.name) after the last step")
        }
        var outputs: [Float] = []
        for first in stride(from: 0, to: count, by: executor.batchSize) {
            let images = first..<min(count, first + executor.batchSize)
            _ = try executor.evaluate(images, of: source, cancellation: Cancellation())
            outputs += (0..<images.count).flatMap(executor.outputs)
        }
        #expect(relativeError(outputs, file.values("evaluated")) < weightTolerance, "evaluation")
    }

    /// Each of the first steps on its own: what is off in the first alone is no longer seen after ten.
    @Test(
        arguments: [
            ("adam", OptimizerOptions.adam(learningRate: 1e-2)),
            ("adam-decay", .adam(learningRate: 3e-3, beta1: 0.8, beta2: 0.99, weightDecay: 0.1)),
            ("adamw", .adam(learningRate: 1e-2, weightDecay: 0.1, isDecoupled: true)),
            ("sgd", .sgd(learningRate: 0.05, momentum: 0.9, weightDecay: 0.01)),
            ("nesterov", .sgd(learningRate: 0.05, momentum: 0.9, isNesterov: true)),
            ("lion", .lion(learningRate: 1e-2)),
            ("lion-decay", .lion(learningRate: 3e-3, beta1: 0.8, beta2: 0.95, weightDecay: 0.2)),
            ("rmsprop", .rmsprop()),
            ("rmsprop-momentum", .rmsprop(learningRate: 5e-3, alpha: 0.9, momentum: 0.8)),
            (
                "rmsprop-centered",
                .rmsprop(
                    learningRate: 5e-3, alpha: 0.95, epsilon: 1e-4, weightDecay: 0.1, momentum: 0.8, isCentered: true)
            ),
        ], InstructionSet.allCases.filter(\.isAvailable))
    func everyStepOfAnOptimizerIsPyTorchs(_ row: (name: String, optimizer: OptimizerOptions), set: InstructionSet)
        throws
    {
        let file = try TensorFile(fixture: "optimizers")
        let shape = Shape(features: 8)
        let source = MemoryImages(
            shape: shape, values: file.values("input"), labels: file.values("labels").map { Int($0) })
        let executor = try Executor(
            Architecture(input: shape, layers: [.linear(.init(width: 10, hasBias: false))]), batchSize: 6,
            optimizer: row.optimizer, seeds: Seeds(1), pool: ThreadPool(threadCount: 1), instructionSet: set)
        for step in 1...5 {
            _ = try executor.train(0..<6, of: source, epoch: 1, cancellation: Cancellation())
            let error = relativeError(executor.parameter(0), file.values("\(row.name).\(step)"))
            #expect(error < 5e-7, "\(row.name), step \(step)")
        }
    }

    /// The large case: `reference.py probe FILE` writes it; `TANDEM_PROBE` names the file.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["TANDEM_PROBE"] != nil))
    func theExperimentsGradientsArePyTorchs() throws {
        let path = try #require(ProcessInfo.processInfo.environment["TANDEM_PROBE"])
        let file = try TensorFile(URL(fileURLWithPath: path))
        let input = try #require(file.tensors["input"])
        let shape = Shape([3, 32, 32])
        let labels = file.values("labels").map { Int($0) }
        let images = labels.count
        let source = MemoryImages(shape: shape, values: input.values, labels: labels)
        let stages = [(64, 2), (128, 3), (256, 3), (512, 3)]
        let features = stages.flatMap { width, depth -> [Layer] in
            (0..<depth).flatMap { _ -> [Layer] in
                [.convolution(.init(width: width, padding: .exactly(Extent(1)))), .activation(.relu)]
            } + [.maxPool(.init(size: Extent(2)))]
        }
        let layers: [Layer] =
            features + [
                .adaptiveAveragePool(output: Extent(2)), .flatten, .linear(.init(width: 4096)), .activation(.relu),
                .linear(.init(width: 4096)), .activation(.relu), .dropout(rate: 0), .linear(.init(width: 10)),
            ]
        let executor = try Executor(
            Architecture(input: shape, layers: layers), batchSize: images, optimizer: .adam(learningRate: 1e-4),
            seeds: Seeds(1), pool: ThreadPool())
        executor.load(file)
        let result = try executor.train(0..<images, of: source, epoch: 1, cancellation: Cancellation())
        #expect(abs(result.loss / Double(images) - Double(file.values("loss")[0])) < 1e-4)
        var worst = 0.0
        for (index, tensor) in executor.parameters.enumerated() {
            let error = relativeError(executor.gradient(index), file.values("gradient." + tensor.name))
            #expect(error < 1e-4, "gradient of \(tensor.name)")
            worst = max(worst, error)
        }
        print("worst relative error of a gradient: \(worst)")
    }
}

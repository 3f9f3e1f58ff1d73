// The same bits on any number of threads, on every run, and from every instruction set.

import Network
import Runtime
import Testing

@testable import Engine

struct DeterminismTests {
    static let shape = Shape([3, 12, 12])
    static let layers: [Layer] = [
        .convolution(.init(width: 20, padding: .exactly(Extent(1)))), .activation(.relu),
        .maxPool(.init(size: Extent(2))),
        .convolution(.init(width: 40, stride: Extent(2), padding: .exactly(Extent(1)))), .activation(.relu),
        .adaptiveAveragePool(output: Extent(2)), .flatten, .linear(.init(width: 50)), .activation(.relu),
        .dropout(rate: 0.3), .linear(.init(width: 10)),
    ]

    static let branched: [Layer] = [
        .convolution(.init(width: 20, padding: .exactly(Extent(1)), hasBias: false)), .batchNorm(.init()),
        .groupNorm(.init(groups: 5)), .scale(.init(factor: 0.7, isLearned: true)), .activation(.relu),
        .convolution(.init(width: 20, padding: .exactly(Extent(1)), groups: 20)),
        .residual(
            body: [
                .convolution(.init(width: 40, stride: Extent(2), padding: .exactly(Extent(1)), groups: 2)),
                .batchNorm(.init()), .activation(.gelu),
            ], shortcut: nil),
        .concatenation(branches: [
            [], [.convolution(.init(width: 9)), .convolution(.init(width: 5, padding: .exactly(Extent(2))))],
        ]),
        .multiplication(body: [
            .adaptiveAveragePool(output: Extent(1)), .convolution(.init(width: 45, kernel: Extent(1))),
            .activation(.sigmoid),
        ]), .multiplication(body: [.activation(.tanh)]), .channelShuffle(groups: 9),
        .residual(body: [.dropPath(rate: 0.3), .convolution(.init(width: 45, kernel: Extent(1)))], shortcut: nil),
        .chunk(branches: [[], [.convolution(.init(width: 15, kernel: Extent(1))), .activation(.relu)], []]),
        .activation(.softmax), .adaptiveAveragePool(output: Extent(1)), .flatten, .linear(.init(width: 10)),
    ]

    /// Kinds that came later.
    static let later: [Layer] = [
        .convolution(.init(width: 20, padding: .exactly(Extent(1)))), .layerNorm(.init()), .activation(.mish),
        .averagePool(.init(size: Extent(3), stride: Extent(2), padding: Extent(1), roundsUp: true)),
        .convolution(.init(width: 24)), .instanceNorm(.init(hasScale: true)), .prelu(.init(isPerChannel: true)),
        .convolution(.init(width: 24, kernel: Extent(1))), .batchNorm(.init(hasScale: false)), .prelu(.init()),
        .convolution(.init(width: 20, kernel: Extent(1))), .activation(.elu(alpha: 0.7)), .activation(.hardswish),
        .adaptiveMaxPool(output: Extent(3)), .flatten, .linear(.init(width: 33)), .layerNorm(.init()),
        .activation(.softplus), .linear(.init(width: 21)), .activation(.relu6), .linear(.init(width: 12)),
        .activation(.hardsigmoid), .linear(.init(width: 10)),
    ]

    /// A block of a transformer and one of an MLP-Mixer.
    static let tokens: [Layer] = [
        .convolution(.init(width: 36, kernel: Extent(1))), .positionEmbedding(.init()),
        .residual(body: [.layerNorm(.init()), .attention(.init(heads: 3))], shortcut: nil),
        .residual(
            body: [
                .layerNorm(.init()), .placeMixing(.init(output: Extent(37, 1))), .activation(.gelu),
                .placeMixing(.init(output: Extent(12))),
            ],
            shortcut: nil),
        .attention(.init(heads: 1, freezing: .init(.weights))), .placeMixing(.init(output: Extent(3, 2))), .flatten,
        .linear(.init(width: 10)),
    ]

    /// Layers of which nothing learns, or the bias alone, the biases of some in the first epoch.
    static let frozen: [Layer] = [
        .convolution(.init(width: 20, padding: .exactly(Extent(1)), initialization: .dirac, freezing: .init(.all))),
        .batchNorm(.init(freezing: .init(.all))), .activation(.relu),
        .convolution(.init(width: 24, padding: .exactly(Extent(1)), freezing: .init(.weights, biasEpochs: 1))),
        .groupNorm(.init(groups: 4, freezing: .init(biasEpochs: 1))), .activation(.gelu),
        .convolution(
            .init(width: 24, stride: Extent(2), groups: 4, initialization: .kaiming, freezing: .init(.weights))),
        .convolution(.init(width: 24, groups: 24, freezing: .init(.weights))), .flatten,
        .linear(.init(width: 33, initialization: .orthogonal, freezing: .init(.weights))), .activation(.relu),
        .linear(.init(width: 10, initialization: .xavier)),
    ]

    /// Algorithms are chosen by the batch that was asked for, so that a training keeps its bits where its data has
    /// fewer images than that, and takes the memory of those alone.
    @Test(arguments: [layers, branched, later, tokens], Precision.allCases)
    func roomForFewerImagesThanABatchChangesNoBit(layers: [Layer], precision: Precision) throws {
        let source = MemoryImages(shape: Self.shape, count: 5, classes: 10, seed: 3)
        let architecture = try Architecture(input: Self.shape, layers: layers)
        func weights(capacity: Int?) throws -> [[UInt32]] {
            let executor = try Executor(
                architecture, batchSize: 64, capacity: capacity, optimizer: .adam(), seeds: Seeds(1),
                precision: precision, pool: ThreadPool(threadCount: 2))
            executor.initialize(seed: 1)
            for epoch in 1...2 {
                _ = try executor.train(0..<5, of: source, epoch: epoch, cancellation: Cancellation())
            }
            return executor.parameters.indices.map { executor.parameter($0).map(\.bitPattern) }
        }
        #expect(try weights(capacity: 5) == weights(capacity: nil))
        func byteCount(_ capacity: Int?) throws -> Int {
            try Executor.requiredBytes(
                architecture, batchSize: 1_000_000, capacity: capacity, optimizer: .adam(), precision: precision,
                threads: 2)
        }
        #expect(try byteCount(5) < 50_000_000 && byteCount(nil) > 10_000_000_000)
    }

    /// Transformed maps of more images than a cache holds are made in runs: the bits do not depend on threads, and all
    /// images give the mean of the gradients of their halves.
    @Test func imagesInRunsGiveTheGradientsOfAll() throws {
        let shape = Shape([8, 7, 7])
        let convolution = Layer.convolution(.init(width: 128, padding: .exactly(Extent(1))))
        let architecture = try Architecture(
            input: shape, layers: [convolution, .activation(.relu), convolution, .flatten, .linear(.init(width: 10))])
        let source = MemoryImages(shape: shape, count: 200, classes: 10, seed: 3)
        let maps = Shape([128, 7, 7])
        let tiling = WinogradTiling(size: 4, input: maps, output: maps, batchSize: 200, images: 200)
        #expect(!tiling.isBackwardByTiles && tiling.panelImages == 67)
        func gradients(_ images: Range<Int>, threads: Int = 2) throws -> [[Float]] {
            let executor = try Executor(
                architecture, batchSize: 200, capacity: images.count, optimizer: .sgd(learningRate: 0), seeds: Seeds(1),
                pool: ThreadPool(threadCount: threads))
            executor.initialize(seed: 1)
            _ = try executor.train(images, of: source, epoch: 1, cancellation: Cancellation())
            return executor.parameters.indices.map(executor.gradient)
        }
        let (all, halves) = (try gradients(0..<200), [try gradients(0..<100), try gradients(100..<200)])
        for threads in [1, 3] { #expect(try gradients(0..<200, threads: threads) == all) }
        let largest = all.joined().map(abs).max() ?? 0
        for (index, gradient) in all.enumerated() {
            for (place, value) in gradient.enumerated() {
                let mean = (halves[0][index][place] + halves[1][index][place]) / 2
                #expect(abs(value - mean) < 1e-5 * largest)
            }
        }
    }

    static func trained(
        _ layers: [Layer] = layers, threads: Int = 2, seed: UInt64 = 1, precision: Precision = .float32,
        optimizer: OptimizerOptions = .adam(), set: InstructionSet? = nil
    ) throws -> Executor {
        let source = MemoryImages(shape: shape, count: 40, classes: 10, seed: 3)
        let executor = try Executor(
            Architecture(input: shape, layers: layers), batchSize: 16, optimizer: optimizer, seeds: Seeds(seed),
            precision: precision,
            pool: ThreadPool(threadCount: threads), instructionSet: set)
        executor.initialize(seed: seed)
        for epoch in 1...2 {
            for batch in [0..<16, 16..<32, 32..<40] {
                _ = try executor.train(batch, of: source, epoch: epoch, cancellation: Cancellation())
            }
        }
        return executor
    }

    private static let cases = [layers, branched, later, frozen].flatMap { layers in
        Precision.allCases.map { (layers, $0) }
    }

    @Test(arguments: cases, [1, 3, 4, 7])
    func threadsDoNotChangeTheBits(network: (layers: [Layer], precision: Precision), threads: Int) throws {
        let some = try Self.trained(network.layers, threads: threads, precision: network.precision)
        let two = try Self.trained(network.layers, threads: 2, precision: network.precision)
        #expect(some.weightBits == two.weightBits)
    }

    private static let optimizers: [OptimizerOptions] = [
        .sgd(learningRate: 0.05, momentum: 0.9).with(RoleFactors(biasRate: 2, normBiasRate: 8)), .lion(), .muon(),
        .muon(others: .sgd(learningRate: 0.01)),
    ]

    @Test(arguments: optimizers) func neitherThreadsNorInstructionSetsChangeTheBitsOf(optimizer: OptimizerOptions)
        throws
    {
        let two = try Self.trained(Self.branched, optimizer: optimizer)
        for threads in [1, 3, 7] {
            #expect(
                try Self.trained(Self.branched, threads: threads, optimizer: optimizer).weightBits == two.weightBits)
        }
        for set in InstructionSet.allCases where set.isAvailable {
            #expect(try Self.trained(Self.branched, optimizer: optimizer, set: set).weightBits == two.weightBits)
        }
    }

    /// Not in `mixed`, where products of bfloat16 round as the machine's instruction does.
    @Test(arguments: cases.filter { $0.1 != .mixed }, InstructionSet.allCases.filter(\.isAvailable))
    func instructionSetsAgree(network: (layers: [Layer], precision: Precision), set: InstructionSet) throws {
        let some = try Self.trained(network.layers, precision: network.precision, set: set)
        let portable = try Self.trained(network.layers, precision: network.precision, set: .portable)
        #expect(some.weightBits == portable.weightBits)
    }

    /// What learns nothing is bit for bit what it began as, decay or not; running statistics are updated.
    @Test(arguments: Precision.allCases) func whatIsFrozenStaysAsItIs(precision: Precision) throws {
        let trained = try Self.trained(Self.frozen, precision: precision)
        let fresh = try Executor(
            Architecture(input: Self.shape, layers: Self.frozen), batchSize: 16, optimizer: .adam(), seeds: Seeds(1),
            pool: ThreadPool(threadCount: 2))
        fresh.initialize(seed: 1)
        for (index, tensor) in trained.parameters.enumerated() {
            let isSame = trained.parameter(index) == fresh.parameter(index)
            #expect(isSame == (tensor.learning == .never && tensor.role.isTrained), "\(tensor.name)")
        }
    }

    /// After the epochs in which the first biases learn no gradient goes to them, and all others are what they were.
    @Test(arguments: [3, 1], Precision.allCases) func whatNoLongerLearnsTakesNoGradient(
        kernel: Int, precision: Precision
    )
        throws
    {
        func gradients(biasEpochs: Int?, epoch: Int) throws -> (all: [[UInt32]], parts: [StepPart]) {
            let first = Layer.Convolution(
                width: 20, padding: .exactly(Extent(1)), freezing: .init(.weights, biasEpochs: biasEpochs))
            let second = Layer.Convolution(width: 24, kernel: Extent(kernel), padding: .exactly(Extent(1)))
            let executor = try Executor(
                Architecture(
                    input: Self.shape,
                    layers: [
                        .convolution(first), .activation(.gelu), .convolution(second), .batchNorm(.init()), .flatten,
                        .linear(.init(width: 10)),
                    ]), batchSize: 16, optimizer: .sgd(learningRate: 0), seeds: Seeds(1), precision: precision,
                pool: ThreadPool(threadCount: 2))
            executor.initialize(seed: 1)
            var parts: [StepPart] = []
            executor.observer = { parts.append($0) }
            _ = try executor.train(
                0..<16, of: MemoryImages(shape: Self.shape, count: 16, classes: 10, seed: 3), epoch: epoch,
                cancellation: Cancellation())
            let learning = executor.parameters.indices.filter { executor.parameters[$0].isTrained }
            return (learning.map { executor.gradient($0).map(\.bitPattern) }, parts)
        }
        let (always, once) = (try gradients(biasEpochs: nil, epoch: 2), try gradients(biasEpochs: 1, epoch: 2))
        #expect(always.parts.contains(.backward(1)) && !once.parts.contains(.backward(1)))
        #expect(once.parts.contains(.backward(2)))
        #expect(once.all[0].allSatisfy { $0 == 0 }, "the bias")
        #expect(once.all.dropFirst() == always.all.dropFirst())
        #expect(try gradients(biasEpochs: 1, epoch: 1).all == always.all)
    }

    /// The gradient of a linear layer's weights that is computed within the update: the same bits in less memory, for
    /// rules that look at whole tensors as well, which keep it.
    @Test(
        arguments: [layers, later, frozen, vectors],
        [
            OptimizerOptions.adam(), .sgd(learningRate: 0.1, momentum: 0.9, isNesterov: true),
            .rmsprop(isCentered: true),
            .lion(), .muon(), .adam(isDecoupled: true).with(RoleFactors(decaysWeightsOnly: true, biasRate: 2)),
        ]) func gradientsWithinTheUpdateChangeNoBit(layers: [Layer], optimizer: OptimizerOptions) throws
    {
        let source = MemoryImages(shape: Self.shape, count: 16, classes: 10, seed: 3)
        let architecture = try Architecture(input: Self.shape, layers: layers)
        func weights(isKept: Bool, threads: Int, norm: Double? = nil) throws -> [[UInt32]] {
            let executor = try Executor(
                architecture, batchSize: 16, optimizer: optimizer, seeds: Seeds(1),
                gradient: GradientOptions(largestNorm: norm, isKept: isKept), pool: ThreadPool(threadCount: threads))
            executor.initialize(seed: 1)
            for epoch in 1...3 {
                _ = try executor.train(0..<16, of: source, epoch: epoch, cancellation: Cancellation())
                _ = try executor.evaluate(0..<16, of: source, cancellation: Cancellation())
            }
            return executor.parameters.indices.map { executor.parameter($0).map(\.bitPattern) }
        }
        let kept = try weights(isKept: true, threads: 2)
        for threads in 1...3 { #expect(try weights(isKept: false, threads: threads) == kept) }
        #expect(try weights(isKept: false, threads: 2, norm: 1e-3) == weights(isKept: true, threads: 2, norm: 1e-3))
        func byteCount(isKept: Bool) throws -> Int {
            try Executor.requiredBytes(
                architecture, batchSize: 1, optimizer: optimizer, gradient: GradientOptions(isKept: isKept), threads: 1)
        }
        if layers == Self.vectors {
            let saved = try byteCount(isKept: true) - byteCount(isKept: false)
            #expect(optimizer.name == "muon" ? saved == 0 : saved > 4 * 432 * 1200)
        }
    }

    /// Linear layers, wider than what one tile of a gradient has, with what shares their maps.
    static let vectors: [Layer] = [
        .flatten, .linear(.init(width: 1200)), .activation(.relu), .dropout(rate: 0.2),
        .residual(body: [.linear(.init(width: 1200, hasBias: false)), .activation(.relu)], shortcut: nil),
        .residual(body: [.linear(.init(width: 40)), .activation(.gelu), .linear(.init(width: 1200))], shortcut: nil),
        .activation(.relu), .linear(.init(width: 45)), .layerNorm(.init()),
        .concatenation(branches: [[.linear(.init(width: 10))], [.linear(.init(width: 7)), .activation(.relu)]]),
        .linear(.init(width: 10)),
    ]

    /// Layers before all that learn have no backward pass, and the moments are those of what learns.
    @Test func whatIsFrozenTakesNoMomentsAndNoBackwardPass() throws {
        let trained = try Self.trained(Self.frozen)
        #expect(trained.layers.map(\.needsBackward).prefix(3) == [false, false, true])
        #expect(!trained.layers[2].needsInputGradient && trained.layers[3].needsInputGradient)
        let all = Self.frozen.compactMap { layer -> Layer? in
            switch layer {
            case .convolution(var settings):
                settings.freezing = .init()
                return .convolution(settings)
            case .linear(var settings):
                settings.freezing = .init()
                return .linear(settings)
            case .batchNorm: return .batchNorm(.init())
            case .groupNorm: return .groupNorm(.init(groups: 4))
            default: return layer
            }
        }
        func counts(_ layers: [Layer]) throws -> (weights: Int, moments: Int) {
            TrainingState.counts(try Architecture(input: Self.shape, layers: layers), .adam())
        }
        let (frozen, free) = (try counts(Self.frozen), try counts(all))
        #expect(frozen.weights == free.weights && frozen.moments * 2 < free.moments)
    }

    @Test func seedsDiffer() throws {
        #expect(try Self.trained(seed: 1).weightBits != Self.trained(seed: 2).weightBits)
    }

    @Test func aLayerThatDoesNothingChangesNoBit() throws {
        var layers = Self.layers
        layers.insert(.dropout(rate: 0), at: 5)
        layers.insert(.adaptiveAveragePool(output: Extent(2)), at: 7)
        #expect(try Self.trained(layers).weightBits == Self.trained().weightBits)
    }

    @Test(arguments: [layers, branched])
    func aCancelledStepLeavesTheWeights(layers: [Layer]) throws {
        let executor = try Self.trained(layers)
        let before = executor.weightBits
        let cancellation = Cancellation()
        cancellation.cancel()
        let source = MemoryImages(shape: Self.shape, count: 4, classes: 10, seed: 1)
        #expect(throws: EngineError.cancelled) {
            try executor.train(0..<4, of: source, epoch: 1, cancellation: cancellation)
        }
        #expect(executor.weightBits == before)
    }

    @Test func aNaNInAnImageReachesTheLoss() throws {
        let executor = try Self.trained()
        var source = MemoryImages(shape: Self.shape, count: 2, classes: 10, seed: 1)
        var values = source.values
        values[100] = .nan
        source = MemoryImages(shape: Self.shape, values: values, labels: source.labels)
        let result = try executor.evaluate(0..<2, of: source, cancellation: Cancellation())
        #expect(result.loss.isNaN)
        let clean = try executor.evaluate([1], of: source, cancellation: Cancellation())
        #expect(clean.loss.isFinite)
    }
}

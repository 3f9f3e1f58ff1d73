// What an optimizer's rule is given, and the two halves of a step.

import CKernels
import Network
import Runtime
import Testing

@testable import Engine

struct OptimizerRuleTests {
    private static let shape = Shape([3, 8, 8])
    private static let layers: [Layer] = [
        .convolution(.init(width: 20, padding: .exactly(Extent(1)))), .batchNorm(.init()), .activation(.relu),
        .adaptiveAveragePool(output: Extent(2)), .flatten, .dropout(rate: 0.4), .linear(.init(width: 10)),
    ]

    @Test func aRuleSeesEveryTrainedTensorOnceInOrder() throws {
        let architecture = try Architecture(input: Self.shape, layers: Self.layers)
        var (arena, weights) = (Arena(base: nil), Arena(base: nil))
        let store = ParameterStore(architecture, in: &arena, weights: &weights)
        let views = store.views(RoleFactors())
        #expect(views.map(\.role) == [.weight, .bias, .scale, .shift, .weight, .bias])
        #expect(views.map(\.shape) == [[20, 3, 3, 3], [20], [20], [20], [10, 80], [10]])
        var end = 0
        for view in views {
            #expect(view.range.lowerBound == end)
            end = view.range.upperBound
        }
        #expect(end == store.trainedCount)
        // So that tiles are cut as if all were one array.
        #expect(ParameterGroup.joining(views).map(\.range) == [0..<store.trainedCount])
    }

    /// A description holds only what the words take.
    @Test(
        arguments: [
            ("sgd", "momentum", [0, 0.9], [1, -0.1, 5]), ("rmsprop", "momentum", [0, 0.9], [1, -0.1]),
            ("rmsprop", "alpha", [0, 0.9], [1, -0.1]), ("muon", "momentum", [0, 0.9], [1, -0.1]),
            ("adam", "beta1", [0, 0.9], [1, -0.1]), ("adamw", "beta2", [0, 0.9], [1, -0.1]),
            ("lion", "beta2", [0, 0.9], [1, -0.1]), ("sgd", "biasrate", [1e-6, 64, 1e6], [0, 1e-7, 1e7]),
            ("adamw", "normbiasrate", [1e-6, 64, 1e6], [0, 1e-7, 1e7]),
        ] as [(String, String, [Double], [Double])])
    func whatAWordRefusesIsNotReadEither(_ name: String, _ key: String, _ read: [Double], _ refused: [Double]) throws {
        let all: [OptimizerOptions] = [
            .sgd(), .adam(), .adam(isDecoupled: true), .rmsprop(), .lion(), .muon(),
        ]
        let standard = try #require(all.first { $0.name == name })
        func isRead(_ number: Double) -> Bool {
            var values = Dictionary(
                standard.settings.flatMap(\.parts).map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
            values[key] = .number(number)
            return (try? OptimizerOptions(name: name, values: values)) != nil
        }
        #expect(read.allSatisfy(isRead) && !refused.contains(where: isRead))
    }

    /// As a group of PyTorch's with the rate times 64 and the decay divided by it; and timm's rule of one dimension.
    @Test func aRoleHasItsRateAndTheDecayOfAStepStays() throws {
        let layers =
            Array(Self.layers.dropLast()) + [
                .scale(.init(factor: 0.1, isLearned: true)), .prelu(.init(isPerChannel: true)),
                .linear(.init(width: 10)),
            ]
        let architecture = try Architecture(input: Self.shape, layers: layers)
        var (arena, weights) = (Arena(base: nil), Arena(base: nil))
        let store = ParameterStore(architecture, in: &arena, weights: &weights)
        func factors(_ roles: RoleFactors) -> [[Double]] {
            store.views(roles).map { [$0.factors.learningRate, $0.factors.weightDecay] }
        }
        let roles: [ParameterTensor.Role] = [.weight, .bias, .scale, .shift, .scale, .slope, .weight, .bias]
        #expect(store.views(RoleFactors()).map(\.role) == roles)
        let (plain, none) = ([1.0, 1], [1.0, 0])
        #expect(factors(RoleFactors()) == [[Double]](repeating: plain, count: 8))
        #expect(
            factors(RoleFactors(normBiasRate: 64))
                == [plain, plain, plain, [64, 1 / 64.0], plain, plain, plain, plain])
        #expect(
            factors(RoleFactors(biasRate: 2))
                == [plain, [2, 0.5], plain, [2, 0.5], plain, plain, plain, [2, 0.5]])
        #expect(
            factors(RoleFactors(decaysWeightsOnly: true, biasRate: 2, normBiasRate: 1))
                == [plain, [2, 0], none, none, none, none, plain, [2, 0]])
    }

    @Test func positionsHaveNoDecayWhereWeightsAloneDo() {
        let factors = RoleFactors(decaysWeightsOnly: true)
        #expect(factors.factors(.position, shape: [8, 4, 4]).weightDecay == 0)
        #expect(factors.factors(.weight, shape: [8, 4]).weightDecay == 1)
    }

    @Test func neighborsWithOtherFactorsAreGroupsOfTheirOwn() {
        func view(_ range: Range<Int>, _ factors: GroupFactors) -> ParameterView {
            ParameterView(range: range, gradient: range.lowerBound, shape: [range.count], role: .bias, factors: factors)
        }
        let (plain, slow) = (GroupFactors(), GroupFactors(learningRate: 0.1))
        let groups = ParameterGroup.joining([
            view(0..<16, plain), view(16..<48, plain), view(48..<64, slow), view(64..<80, plain),
        ])
        #expect(groups.map(\.range) == [0..<48, 48..<64, 64..<80])
        #expect(groups.map(\.factors) == [plain, slow, plain])
    }

    @Test func whatIsNotANumberArrivesAtTheWeightsOfLion() throws {
        guard let memory = AlignedBuffer<Float>(count: 48) else { throw EngineError.outOfMemory(byteCount: 192) }
        for set in InstructionSet.allCases where set.isAvailable {
            memory.pointer.update(repeating: 0, count: 48)
            for (place, gradient) in [Float.nan, .infinity, -.infinity, 0, 2, -1e-30].enumerated() {
                memory.pointer[16 + place] = gradient
            }
            let view = ParameterView(range: 0..<16, gradient: 0, shape: [16], role: .weight, factors: GroupFactors())
            var rule = OptimizerOptions.lion(learningRate: 0.5).rule
            rule.run(
                Update(
                    parameters: [view], groups: ParameterGroup.joining([view]), weights: memory.pointer,
                    gradient: memory.pointer + 16, moments: memory.pointer + 32, scratch: memory.pointer, count: 16,
                    rate: 1,
                    momentum: nil, step: 1,
                    kernels: set.kernels, pool: ThreadPool(threadCount: 1)))
            #expect(memory.pointer[0].isNaN)
            #expect((1..<7).map { memory.pointer[$0] } == [-0.5, 0.5, 0, -0.5, 0.5, 0], "\(set)")
        }
    }

    @Test(
        arguments: [
            OptimizerOptions.sgd(learningRate: 0.5), .adam(learningRate: 0.5), .rmsprop(learningRate: 0.5),
            .lion(learningRate: 0.5),
        ])
    func aGroupsFactorScalesItsLearningRate(options: OptimizerOptions) throws {
        let factors = [GroupFactors(learningRate: 0), GroupFactors(), GroupFactors(learningRate: 2)]
        let parameters = factors.enumerated().map { index, factors in
            ParameterView(
                range: index * 32..<index * 32 + 32, gradient: index * 32, shape: [32], role: .weight, factors: factors)
        }
        let count = 96
        guard let memory = AlignedBuffer<Float>(count: 4 * count) else {
            throw EngineError.outOfMemory(byteCount: 16 * count)
        }
        let gradient = memory.pointer + count
        gradient.update(repeating: 0.25, count: count)
        var rule = options.rule
        rule.run(
            Update(
                parameters: parameters, groups: ParameterGroup.joining(parameters), weights: memory.pointer,
                gradient: gradient, moments: memory.pointer + 2 * count, scratch: memory.pointer, count: count, rate: 1,
                momentum: nil, step: 1,
                kernels: InstructionSet.portable.kernels, pool: ThreadPool(threadCount: 2)))
        let steps = (0..<3).map { memory.pointer[$0 * 32] }
        #expect(steps[0] == 0)
        #expect(steps[1] < 0)
        #expect(steps[2] == 2 * steps[1])
        #expect((0..<count).allSatisfy { memory.pointer[$0] == steps[$0 / 32] })
    }

    /// As two processes would share a batch: dropout zeroes the same values, droppath the same images, and the sum of
    /// both gradients is the batch's.
    @Test func twoPartsOfABatchHaveItsGradient() throws {
        var layers = Self.layers.filter { $0 != .batchNorm(.init()) }
        layers.insert(
            .residual(body: [.dropPath(rate: 0.5), .convolution(.init(width: 20, kernel: Extent(1)))], shortcut: nil),
            at: 2)
        let source = MemoryImages(shape: Self.shape, count: 6, classes: 10, seed: 4)
        func executor() throws -> Executor {
            let executor = try Executor(
                Architecture(input: Self.shape, layers: layers), batchSize: 6, optimizer: .sgd(), seeds: Seeds(1),
                pool: ThreadPool(threadCount: 2))
            executor.initialize(seed: 1)
            return executor
        }
        let (whole, first, second) = (try executor(), try executor(), try executor())
        let loss = try whole.train(0..<6, of: source, epoch: 1, cancellation: Cancellation()).loss
        var parts = 0.0
        for (part, images) in [(first, 0..<4), (second, 4..<6)] {
            parts += try part.accumulateGradients(
                images, of: source, epoch: 1, part: BatchPart(batchSize: 6, firstImage: images.lowerBound),
                cancellation: Cancellation()
            ).loss
        }
        #expect(abs(parts - loss) < 1e-9 * loss)
        first.withGradient { sum in
            second.withGradient { other in
                for index in sum.indices { sum[index] += other[index] }
            }
        }
        for index in first.parameters.indices {
            #expect(relativeError(first.gradient(index), whole.gradient(index)) < 1e-5)
        }
        first.applyUpdate()
        #expect(first.steps == 1)
        for index in first.parameters.indices {
            #expect(relativeError(first.parameter(index), whole.parameter(index)) < 1e-6)
        }
    }
}

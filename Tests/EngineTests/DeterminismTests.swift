// The same bits on any number of threads, on every run, and from every instruction set.

import Engine
import Network
import Runtime
import Testing

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
        .activation(.relu), .convolution(.init(width: 20, padding: .exactly(Extent(1)), groups: 20)),
        .residual(
            body: [
                .convolution(.init(width: 40, stride: Extent(2), padding: .exactly(Extent(1)), groups: 2)),
                .batchNorm(.init()), .activation(.gelu),
            ], shortcut: nil),
        .concatenation(branches: [
            [], [.convolution(.init(width: 9)), .convolution(.init(width: 5, padding: .exactly(Extent(2))))],
        ]),
        .activation(.softmax), .adaptiveAveragePool(output: Extent(1)), .flatten, .linear(.init(width: 10)),
    ]

    static func trained(
        _ layers: [Layer] = layers, threads: Int = 2, seed: UInt64 = 1, set: InstructionSet? = nil
    ) throws -> Executor {
        let source = MemorySource(shape: shape, count: 40, classes: 10, seed: 3)
        let executor = try Executor(
            Architecture(input: shape, layers: layers), batchSize: 16, optimizer: .adam(), seeds: Seeds(seed),
            pool: ThreadPool(threadCount: threads), instructionSet: set)
        executor.initialize(seed: seed)
        for epoch in 1...2 {
            for batch in [0..<16, 16..<32, 32..<40] {
                _ = try executor.train(batch, of: source, epoch: epoch, cancellation: Cancellation())
            }
        }
        return executor
    }

    @Test(arguments: [layers, branched], [1, 3, 4, 7])
    func threadsDoNotChangeTheBits(layers: [Layer], threads: Int) throws {
        #expect(try Self.trained(layers, threads: threads).weightBits == Self.trained(layers, threads: 2).weightBits)
    }

    @Test(arguments: [layers, branched], InstructionSet.allCases.filter(\.isAvailable))
    func instructionSetsAgree(layers: [Layer], set: InstructionSet) throws {
        #expect(try Self.trained(layers, set: set).weightBits == Self.trained(layers, set: .portable).weightBits)
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
        let source = MemorySource(shape: Self.shape, count: 4, classes: 10, seed: 1)
        #expect(throws: EngineError.cancelled) {
            try executor.train(0..<4, of: source, epoch: 1, cancellation: cancellation)
        }
        #expect(executor.weightBits == before)
    }

    @Test func aNaNInAnImageReachesTheLoss() throws {
        let executor = try Self.trained()
        var source = MemorySource(shape: Self.shape, count: 2, classes: 10, seed: 1)
        var values = source.values
        values[100] = .nan
        source = MemorySource(shape: Self.shape, values: values, labels: source.labels)
        let result = try executor.evaluate(0..<2, of: source, cancellation: Cancellation())
        #expect(result.loss.isNaN)
        let clean = try executor.evaluate([1], of: source, cancellation: Cancellation())
        #expect(clean.loss.isFinite)
    }
}

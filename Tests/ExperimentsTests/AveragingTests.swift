// Averages of the weights against PyTorch's (Fixtures/averages.py), and what a training makes of them.

import Engine
import Foundation
import Libraries
import Network
import Runtime
import Testing

@testable import Experiments

@Suite struct AveragingTests {
    private static let cases: [(Averaging, String)] = [
        (.ema(decay: 0.9), "ema"), (.swa(from: 0.5), "swa"),
        (.lookahead(every: 2, decay: 0.9, from: 1, ramp: 2), "lookahead"),
    ]

    @Test(arguments: cases, InstructionSet.allCases.filter(\.isAvailable))
    func anAverageIsPyTorchs(_ row: (averaging: Averaging, name: String), set: InstructionSet) throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/averages.safetensors").path
        let file = try Safetensors(parsing: try FileSystem.read(path))
        func values(_ name: String) throws -> [Float] { try #require(file[name]?.values) }
        let shape = Shape(channels: 3, height: 8, width: 8)
        let images = MemoryImages(
            shape: shape, values: try values("input"), labels: try values("labels").map { Int($0) })
        let architecture = try Architecture(
            input: shape,
            layers: [
                .convolution(.init(width: 8)), .batchNorm(.init()), .activation(.tanh), .flatten,
                .linear(.init(width: 10)),
            ])
        let executor = try Executor(
            architecture, batchSize: 6,
            optimizer: OptimizerOptions.sgd(learningRate: 0.02, momentum: 0.9).keepingAverage(true), seeds: Seeds(1),
            pool: ThreadPool(threadCount: 2), instructionSet: set)
        for (index, tensor) in executor.parameters.enumerated() {
            executor.setParameter(index, to: try values("start." + tensor.name))
        }
        for step in 1...12 {
            _ = try executor.train(0..<6, of: images, epoch: 1, cancellation: Cancellation())
            let action = row.averaging.action(
                after: Averaging.Place(steps: step, allSteps: 12, stepsPerEpoch: 3, passes: 4))
            if let share = action.share { executor.average(towardsWeights: share) }
            if action.isLoaded { executor.loadAverage() }
        }
        if row.averaging.isResult(steps: 12, endedEpochs: 4, of: 4) { executor.exchangeAverage() }
        for (index, tensor) in executor.parameters.enumerated() {
            let (found, expected) = (executor.parameter(index), try values("\(row.name).\(tensor.name)"))
            let largest = expected.map(abs).max() ?? 0
            let bound = 2e-5 * max(largest, 1e-2)
            // A maximum of differences would pass over a NaN.
            #expect(
                found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < bound },
                "\(row.name), \(tensor.name)")
        }
    }

    @Test(arguments: cases) func aDescriptionIsReadAsItIsWritten(_ row: (averaging: Averaging, name: String)) throws {
        var options = TrainingOptions()
        #expect(options.json["average"] == nil)
        options.averaging = row.averaging
        #expect(try TrainingOptions(.object(options.json)) == options)
        var json = row.averaging.json
        json["more"] = 1
        #expect(Averaging(.object(json)) == nil)
    }

    /// Before the average begins, the weights are what the training has come to.
    @Test func theMeanOfTheLastEpochsIsMeasuredOnceItHasBegun() {
        let swa = Averaging.swa(from: 0.75)
        #expect((1...10).map { swa.isResult(steps: $0, endedEpochs: $0, of: 10) } == (1...10).map { $0 >= 8 })
        #expect(swa.isResult(steps: 1, endedEpochs: 1, of: 0.5))
        #expect(!Averaging.lookahead(every: 5, decay: 1, from: 0, ramp: 0).isResult(steps: 9, endedEpochs: 3, of: 3))
    }

    @Test(arguments: cases) func theRunHasTheAverage(_ row: (averaging: Averaging, name: String)) throws {
        var options = Trained.options()
        let plain = try Trained.train(options)
        options.averaging = row.averaging
        let outcome = try Trained.train(options)
        let checkpoint = Checkpoint(position: outcome.position, state: outcome.state)
        let result = try #require(checkpoint.result(options))
        let isAverage = row.name != "lookahead"
        #expect((outcome.state.parameters.digest() == plain.state.parameters.digest()) == isAverage)
        #expect((result.digest() == outcome.state.parameters.digest()) != isAverage)
        // What the last epoch measured is what the run has.
        let network = try Trained.network(Trained.options(), Cancellation())
        network.load(result)
        #expect(try network.evaluateAll(40).loss == outcome.position.metrics.last?.testLoss)
    }

    /// A longer training goes on from a shorter one's end only where its first epochs are the same.
    @Test func onlyAnExponentialAverageGoesOn() throws {
        func isShared(_ averaging: Averaging?, passes: Double = 3) throws -> Bool {
            var options = Trained.options()
            options.averaging = averaging
            options.passes = passes
            let identity = RunDescription(
                try Trained.architecture(), dataDigest: "ab", data: Trained.data.description, options
            ).identity(on: "any")
            return identity.stem != identity.digest
        }
        #expect(try isShared(nil) && isShared(.ema(decay: 0.9)))
        #expect(try !isShared(.swa(from: 0.5)) && !isShared(.lookahead(every: 5, decay: 0.95, from: 0, ramp: 3)))
        #expect(try !isShared(nil, passes: 2.5))
    }
}

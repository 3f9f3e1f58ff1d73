// Views of an image whose outputs are averaged, against PyTorch (Fixtures/views.py).

import Foundation
import Network
import Runtime
import TestSupport
import Testing

@testable import Engine

@Suite struct ViewsTests {
    private let file: TensorFile
    private let shape = Shape(channels: 3, height: 9, width: 7)

    init() throws { file = try TensorFile(fixture: "views") }

    private func values(_ name: String) throws -> [Float] { try #require(file.tensors[name]?.values) }

    private func executor(_ set: InstructionSet, threads: Int = 2) throws -> (Executor, MemoryImages) {
        let architecture = try Architecture(
            input: shape,
            layers: [
                .convolution(.init(width: 8)), .batchNorm(.init()), .activation(.relu), .flatten,
                .linear(.init(width: 10)),
            ])
        let executor = try Executor(
            architecture, batchSize: 6, optimizer: .sgd(), seeds: Seeds(1), pool: ThreadPool(threadCount: threads),
            instructionSet: set)
        for (index, tensor) in executor.parameters.enumerated() {
            executor.setParameter(index, to: try values("net." + tensor.name))
        }
        return (executor, MemoryImages(shape: shape, values: try values("input"), labels: [0, 1, 2, 3, 4, 5]))
    }

    @Test(arguments: [nil] + Views.allCases, InstructionSet.allCases.filter(\.isAvailable))
    func theirMeanIsPyTorchs(_ views: Views?, _ set: InstructionSet) throws {
        let (executor, images) = try executor(set)
        // Fewer images than fit leave the others' outputs alone.
        _ = try executor.evaluate(0..<6, of: images, views: views, cancellation: Cancellation())
        let result = try executor.evaluate(1..<5, of: images, views: views, cancellation: Cancellation())
        let expected = try values(views?.rawValue ?? "plain")
        for image in 1..<5 {
            let wanted = Array(expected[10 * image..<10 * (image + 1)])
            let found = executor.outputs(image: image - 1)
            #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-5 }, "image \(image)")
            let outcome = result.outcomes[image - 1]
            #expect(wanted[outcome.prediction] == wanted.max())
            let sum = wanted.reduce(0.0) { $0 + exp(Double($1)) }
            #expect(abs(outcome.loss - (log(sum) - Double(wanted[image]))) < 1e-5)
        }
    }

    @Test func theBitsAreTheSameOnEachNumberOfThreadsAndEachInstructionSet() throws {
        var found: Set<[UInt64]> = []
        for set in InstructionSet.allCases.filter(\.isAvailable) {
            for threads in [1, 2, 3, 7] {
                let (executor, images) = try executor(set, threads: threads)
                let result = try executor.evaluate(0..<6, of: images, views: .multicrop, cancellation: Cancellation())
                found.insert(result.outcomes.map(\.loss.bitPattern))
            }
        }
        #expect(found.count == 1)
    }

    @Test func aCancelledEvaluationHasNoResult() throws {
        let (executor, images) = try executor(InstructionSet.allCases.filter(\.isAvailable)[0])
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: EngineError.self) {
            try executor.evaluate(0..<6, of: images, views: .mirror, cancellation: cancellation)
        }
    }
}

// Steps that are done in parts; that their sums are PyTorch's, PyTorchTests say.

import Network
import Runtime
import Testing

@testable import Engine

@Suite struct AccumulationTests {
    private static let shape = Shape(channels: 3, height: 8, width: 8)
    private static let images = MemoryImages(
        shape: shape, values: (0..<14 * 192).map { Float(($0 * 7919) % 1009) / 500 - 1 },
        labels: (0..<14).map { $0 % 10 })

    private static func executor(parts: Int, batchSize: Int = 14, threads: Int = 1) throws -> Executor {
        let executor = try Executor(
            Architecture(
                input: shape,
                layers: [
                    .convolution(.init(width: 20)), .batchNorm(.init()), .activation(.relu), .flatten,
                    .dropout(rate: 0.3), .linear(.init(width: 10)),
                ]), batchSize: batchSize, parts: parts, optimizer: .sgd(learningRate: 0.05, momentum: 0.9),
            seeds: Seeds(1), gradient: GradientOptions(labelSmoothing: 0.1, largestNorm: 0.5),
            pool: ThreadPool(threadCount: threads))
        executor.initialize(seed: 1)
        return executor
    }

    private static func weights(_ executor: Executor) -> [[Float]] {
        executor.parameters.indices.map(executor.parameter)
    }

    @Test func threadsChangeNoBit() throws {
        func trained(_ threads: Int) throws -> [[Float]] {
            let executor = try Self.executor(parts: 3, threads: threads)
            for _ in 0..<4 {
                _ = try executor.train(0..<14, of: Self.images, epoch: 1, cancellation: Cancellation())
            }
            return Self.weights(executor)
        }
        let first = try trained(1)
        for threads in [2, 3, 7] { #expect(try trained(threads) == first, "\(threads) threads") }
    }

    /// The running statistics are those of as many batches as there are parts, in their order.
    @Test func normsLearnFromEachPart() throws {
        let (whole, single) = (try Self.executor(parts: 3), try Self.executor(parts: 1, batchSize: 5))
        (whole.learningRateFactor, single.learningRateFactor) = (0, 0)
        _ = try whole.train(0..<14, of: Self.images, epoch: 1, cancellation: Cancellation())
        for images in [0..<5, 5..<10, 10..<14] {
            _ = try single.train(images, of: Self.images, epoch: 1, cancellation: Cancellation())
        }
        #expect(whole.steps == 1 && single.steps == 3 && whole.batchSize == 5)
        #expect(Self.weights(whole) == Self.weights(single))
    }

    /// Cancelled at an image of the last part, after norms have learned from the first ones.
    @Test func aStepIsAllOrNothing() throws {
        let (cut, plain) = (try Self.executor(parts: 3), try Self.executor(parts: 3))
        let before = Self.weights(cut)
        let cancellation = Cancellation()
        let source = CancellingImages(images: Self.images, at: 12, cancellation)
        #expect(throws: EngineError.self) {
            _ = try cut.train(0..<14, of: source, epoch: 1, cancellation: cancellation)
        }
        #expect(Self.weights(cut) == before && cut.steps == 0)
        for executor in [cut, plain] {
            _ = try executor.train(0..<14, of: Self.images, epoch: 1, cancellation: Cancellation())
        }
        #expect(Self.weights(cut) == Self.weights(plain) && Self.weights(cut) != before)
    }
}

private struct CancellingImages: BatchSource {
    let images: MemoryImages
    let image: Int
    let cancellation: Cancellation

    init(images: MemoryImages, at image: Int, _ cancellation: Cancellation) {
        (self.images, self.image, self.cancellation) = (images, image, cancellation)
    }

    func writeImage(
        _ index: Int, epoch: Int, to destination: UnsafeMutablePointer<Float>, planeStride: Int, rowStride: Int,
        columnStride: Int
    ) {
        if index == image { cancellation.cancel() }
        images.writeImage(
            index, epoch: epoch, to: destination, planeStride: planeStride, rowStride: rowStride,
            columnStride: columnStride)
    }

    func label(_ index: Int) -> Int { images.label(index) }
}

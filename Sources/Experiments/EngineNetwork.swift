// The engine's network as the epoch loop sees it, fed from a data set.

import Datasets
import Engine
import Network
import Runtime

final class EngineNetwork: TrainableNetwork {
    /// All its memory, in bytes.
    let byteCount: Int
    private let executor: Executor
    private let training: ImageSource
    private let test: ImageSource
    private let cancellation: Cancellation

    /// Takes the memory, unless the machine has too little left. The weights are fresh.
    init(
        _ architecture: Architecture, dataset: Dataset, options: TrainingOptions, cancellation: Cancellation,
        availableMemory: Int? = Memory.available()
    ) throws(TrainingError) {
        let threads = options.threads ?? ThreadPool.availableThreads
        do throws(EngineError) {
            byteCount = try Executor.requiredBytes(
                architecture, batchSize: options.batchSize, optimizer: options.optimizer, precision: options.precision,
                threads: threads)
        } catch { throw .engine(error) }
        if let availableMemory, byteCount > availableMemory {
            throw .outOfMemory(needed: byteCount, available: availableMemory)
        }
        do throws(EngineError) {
            executor = try Executor(
                architecture, batchSize: options.batchSize, optimizer: options.optimizer, seeds: options.seeds,
                gradient: options.gradient, precision: options.precision,
                pool: ThreadPool(threadCount: threads))
        } catch .outOfMemory(let byteCount) {
            throw .outOfMemory(needed: byteCount, available: availableMemory ?? 0)
        } catch { throw .engine(error) }
        executor.initialize(seed: options.seeds.initialization)
        training = ImageSource(dataset: dataset, part: dataset.training)
        test = ImageSource(dataset: dataset, part: dataset.test)
        self.cancellation = cancellation
    }

    var batchSize: Int { executor.batchSize }
    var parameterCount: Int { executor.architecture.parameterCount }

    func trainStep(
        _ images: ArraySlice<Int>, epoch: Int, learningRateFactor: Double
    ) throws(Interrupted) -> BatchResult {
        executor.learningRateFactor = learningRateFactor
        do throws(EngineError) {
            return try executor.train(images, of: training, epoch: epoch, cancellation: cancellation)
        } catch { throw Interrupted() }
    }

    func evaluate(_ images: Range<Int>) throws(Interrupted) -> BatchResult {
        do throws(EngineError) {
            return try executor.evaluate(images, of: test, cancellation: cancellation)
        } catch { throw Interrupted() }
    }

    /// Of an image of the last batch, by its place there.
    func outputs(image: Int) -> [Float] { executor.outputs(image: image) }

    func load(_ parameters: TrainedParameters) { executor.load(parameters) }

    /// The weights as they are now; no step may follow.
    func release() -> TrainedParameters { executor.release() }
}

/// One part of a data set, as the engine reads it.
private struct ImageSource: BatchSource {
    let dataset: Dataset
    let part: ImageSet

    func writeImage(
        _ index: Int, epoch: Int, to destination: UnsafeMutablePointer<Float>, planeStride: Int, rowStride: Int,
        columnStride: Int
    ) {
        dataset.write(
            index, of: part, to: destination, planeStride: planeStride, rowStride: rowStride,
            columnStride: columnStride)
    }

    func label(_ index: Int) -> Int { part.label(index) }
}

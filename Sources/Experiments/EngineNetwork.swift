// The engine's network as the epoch loop sees it, fed from a data set.

import Datasets
import Engine
import Libraries
import Network
import Runtime
import Synchronization

final class EngineNetwork: TrainableNetwork {
    let byteCount: Int
    private let executor: Executor
    private let training: ImageSource
    private let measured: ImageSource
    private let validation: ImageSource
    /// The training images as they are.
    private let first: ImageSource
    private let trainingCount: Int
    private let seeds: Seeds
    private let start: StartingWeights?
    private let cancellation: Cancellation

    /// Takes the memory, unless the machine has too little left. The weights are zero.
    ///
    /// - Parameter isKept: whether the training is written to files: from a copy of its state, and its weights tensor
    ///   by tensor.
    init(
        _ architecture: Architecture, dataset: Dataset, measuring part: Dataset.Part = .test, options: TrainingOptions,
        isKept: Bool = false, cancellation: Cancellation,
        availableMemory: Int? = Memory.available()
    ) throws(TrainingError) {
        let threads = options.threads ?? ThreadPool.availableThreads
        let capacity = options.capacity(on: dataset, measuring: part)
        let gradient = options.gradient(on: dataset)
        let keeping = isKept ? Self.bytesOfKeeping(architecture, options.wholeOptimizer) : 0
        func required(_ batchSize: Int) throws(TrainingError) -> Int {
            do throws(EngineError) {
                return keeping + (try options.teacherBytes(batchSize: batchSize, capacity: capacity, threads: threads))
                    + (try Executor.requiredBytes(
                        architecture, batchSize: batchSize, parts: min(options.parts, batchSize), capacity: capacity,
                        optimizer: options.wholeOptimizer, gradient: gradient,
                        precision: options.precision, threads: threads))
            } catch { throw .engine(error) }
        }
        byteCount = try required(options.batchSize)
        if let availableMemory, byteCount > availableMemory {
            throw .outOfMemory(
                needed: byteCount, available: availableMemory,
                batch: try largestBatch(below: options.batchSize, within: availableMemory, required))
        }
        let pool = ThreadPool(threadCount: threads)
        do throws(EngineError) {
            executor = try Executor(
                architecture, batchSize: options.batchSize, parts: options.parts, capacity: capacity,
                optimizer: options.wholeOptimizer,
                seeds: options.seeds, gradient: gradient, precision: options.precision,
                pool: pool)
        } catch .outOfMemory(let byteCount) {
            throw .outOfMemory(needed: byteCount, available: availableMemory ?? 0, batch: nil)
        } catch { throw .engine(error) }
        executor.teacher = try options.teacher?.teaching(
            batchSize: options.partSize, capacity: min(capacity, options.partSize), precision: options.precision,
            pool: pool)
        training = ImageSource(learningFrom: dataset, augmentationSeed: options.seeds.augmentation)
        measured = ImageSource(measuring: part, of: dataset)
        validation = ImageSource(measuring: .validation, of: dataset)
        first = ImageSource(measuring: .training, of: dataset)
        trainingCount = dataset.training.count
        seeds = options.seeds
        start = options.start
        self.cancellation = cancellation
    }

    /// Draws fresh weights, and takes those that the training starts from.
    func initialize() throws(TrainingError) {
        executor.initialize(
            seed: seeds.initialization, images: FirstImages(first, of: trainingCount), cancellation: cancellation)
        if cancellation.isCancelled { throw .cancelled }
        if let failure = first.failure { throw .images(failure) }
        try start?.forEachTensor { executor.setParameter($0, to: $1) }
    }

    private static func bytesOfKeeping(_ architecture: Architecture, _ optimizer: OptimizerOptions) -> Int {
        let counts = TrainingState.counts(architecture, optimizer)
        // The largest tensor as numbers and as bytes.
        let largest = architecture.parameters.map(\.count).max() ?? 0
        return 4 * (counts.weights + counts.moments) + 8 * largest
    }

    var batchSize: Int { executor.batchSize }
    var parameterCount: Int { executor.architecture.parameterCount }

    func trainStep(
        _ images: ArraySlice<Int>, epoch: Int, learningRateFactor: Double, momentum: Double?
    ) throws(Stopped) -> BatchResult {
        executor.learningRateFactor = learningRateFactor
        executor.momentum = momentum
        do throws(EngineError) {
            return try executor.train(images, of: training, epoch: epoch, cancellation: cancellation)
        } catch { throw training.failure.map(Stopped.images) ?? .interrupted }
    }

    func evaluate(_ images: Range<Int>, of part: Dataset.Part?, views: Views?) throws(Stopped) -> BatchResult {
        try evaluate(images, from: part == .validation ? validation : measured, views)
    }

    func evaluate(_ images: some Collection<Int>, views: Views? = nil) throws(Stopped) -> BatchResult {
        try evaluate(images, from: measured, views)
    }

    private func evaluate(
        _ images: some Collection<Int>, from source: ImageSource, _ views: Views?
    ) throws(Stopped) -> BatchResult {
        do throws(EngineError) {
            return try executor.evaluate(images, of: source, views: views, cancellation: cancellation)
        } catch { throw source.failure.map(Stopped.images) ?? .interrupted }
    }

    func average(_ action: Averaging.Action) {
        if let share = action.share { executor.average(towardsWeights: share) }
        if action.isLoaded { executor.loadAverage() }
    }

    func exchangeAverage() { executor.exchangeAverage() }

    func keepBest() { executor.keepBest() }

    func exchangeBest() { executor.exchangeBest() }

    /// Of an image of the last batch, by its place there.
    func outputs(image: Int) -> [Float] { executor.outputs(image: image) }

    func load(_ parameters: TrainedParameters) { executor.load(parameters) }

    func restore(_ state: TrainingState) { executor.restore(state) }

    func copyState() -> TrainingState? { executor.copyState() }

    var state: TrainingState { executor.state }
    var stateByteCount: Int { executor.state.byteCount }

    func releaseState() -> TrainingState { executor.releaseState() }
}

extension Trainer {
    /// The network that does its steps, as the checkpoint has it, or as a training begins.
    func makeNetwork(
        from checkpoint: Checkpoint?, isKept: Bool, cancellation: Cancellation
    ) throws(TrainingError) -> any TrainableNetwork {
        let network = try EngineNetwork(
            architecture, dataset: dataset, options: options, isKept: isKept, cancellation: cancellation)
        if let checkpoint {
            network.restore(checkpoint.state)
        } else {
            try network.initialize()
        }
        return network
    }
}

/// The largest batch whose plan fits; `nil` where not even one image does.
private func largestBatch(
    below limit: Int, within bytes: Int, _ required: (Int) throws(TrainingError) -> Int
) throws(TrainingError) -> Int? {
    // A larger batch never needs less, so that halving finds it.
    var (fitting, tooLarge) = (0, limit)
    while tooLarge - fitting > 1 {
        let middle = (fitting + tooLarge) / 2
        if try required(middle) <= bytes { fitting = middle } else { tooLarge = middle }
    }
    return fitting > 0 ? fitting : nil
}

/// One part of a data set, as the engine reads it: images that are learned from are changed by the augmentation; those
/// that are measured are taken as they are, whatever part they are of.
private final class ImageSource: BatchSource {
    private let dataset: Dataset
    private let part: Dataset.Part
    /// Of training images that are learned from; `nil`: images are taken as they are.
    private let augmentationSeed: UInt64?
    /// The first image that could not be read. Images are written on several threads.
    private let firstFailure = Mutex<DatasetError?>(nil)

    init(learningFrom dataset: Dataset, augmentationSeed: UInt64) {
        (self.dataset, part, self.augmentationSeed) = (dataset, .training, augmentationSeed)
    }

    init(measuring part: Dataset.Part, of dataset: Dataset) {
        (self.dataset, self.part, augmentationSeed) = (dataset, part, nil)
    }

    var failure: DatasetError? { firstFailure.withLock { $0 } }
    var hasFailed: Bool { failure != nil }

    func writeImage(
        _ index: Int, epoch: Int, to destination: UnsafeMutablePointer<Float>, planeStride: Int, rowStride: Int,
        columnStride: Int
    ) {
        do throws(DatasetError) {
            if let augmentationSeed {
                try dataset.writeTrainingImage(
                    index, epoch: epoch, seed: augmentationSeed, to: destination, planeStride: planeStride,
                    rowStride: rowStride, columnStride: columnStride)
            } else {
                try dataset.writeImage(
                    index, of: part, to: destination, planeStride: planeStride, rowStride: rowStride,
                    columnStride: columnStride)
            }
        } catch { firstFailure.withLock { $0 = $0 ?? error } }
    }

    func label(_ index: Int) -> Int { dataset[part].label(index) }

    func addTarget(_ index: Int, epoch: Int, to shares: inout [Double]) {
        guard let augmentationSeed else {
            shares[label(index)] += 1
            return
        }
        dataset.addTarget(index, epoch: epoch, seed: augmentationSeed, to: &shares)
    }
}

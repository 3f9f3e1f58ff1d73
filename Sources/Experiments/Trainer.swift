// A training from fresh weights to a `Run`: checks that network, data and machine fit together, and
// hands both to the epoch loop.

import Datasets
import Engine
import Libraries
import Network
import Runtime

public struct Trainer: Sendable {
    /// What the model is called in tables.
    public let model: String
    public let architecture: Architecture
    public let dataset: Dataset
    public let options: TrainingOptions

    public init(model: String, architecture: Architecture, dataset: Dataset, options: TrainingOptions) {
        precondition(options.passes >= 0 && options.batchSize > 0, "epochs and batch size are checked by the word")
        self.model = model
        self.architecture = architecture
        self.dataset = dataset
        self.options = options
    }

    /// Trains to the end, to an interrupt, or to a loss that is NaN or infinite: each gives a run.
    ///
    /// - Parameters:
    ///   - checkpoint: where it continues; by default it begins with fresh weights.
    ///   - keeper: keeps it while it runs, and at its end.
    ///   - cancellation: stops within 100 ms; whole steps are kept.
    ///   - observer: called on this thread, between two steps.
    /// - Throws: before the first step only.
    public func train(
        from checkpoint: Checkpoint? = nil, keeper: RunKeeper? = nil, cancellation: Cancellation,
        observer: (TrainingEvent) -> Void
    ) throws(TrainingError) -> Run {
        let network: any TrainableNetwork
        do throws(TrainingError) {
            try checkFit(architecture, dataset, parts: options.partsOfData, views: options.views)
            try options.checkFit(dataset)
            guard !architecture.isFrozen else { throw .allFrozen }
            try options.teacher?.checkFit(architecture)
            network = try makeNetwork(from: checkpoint, isKept: keeper?.key != nil, cancellation: cancellation)
        } catch {
            keeper?.abandon()
            throw error
        }
        keeper?.network = network
        observer(.started(cost(of: network)))
        var loop = EpochLoop(
            options: options, trainingCount: dataset.training.count, testCount: dataset.test.count,
            validationCount: dataset.validation.count, from: checkpoint?.position ?? .start)
        let state = loop.run(network, keeper: keeper, observer: observer)
        let last = Checkpoint(position: loop.position, state: network.releaseState())
        let run = Run(
            model: model, architecture: architecture, dataset: dataset.name, options: options, state: state,
            position: loop.position, parameters: state.isDiverged ? last.state.parameters : last.result(options),
            continuation: state.canGoOn ? last : nil)
        keeper?.end(run, last)
        return run
    }

    private func cost(of network: any TrainableNetwork) -> TrainingCost {
        TrainingCost(
            byteCount: network.byteCount, parameters: network.parameterCount,
            steps: options.steps(of: dataset.training.count))
    }
}

extension TrainingOptions {
    /// Whether there is a batch to train on.
    func checkFit(_ dataset: Dataset) throws(TrainingError) {
        let images = dataset.training.count
        let whole = batches(of: images)
        if whole == 0 { throw .noFullBatch(batchSize: batchSize, images: images) }
        if passes > 0, batches(inEpoch: epochs, of: images) <= 0 { throw .noStep(epoch: epochs, batches: whole) }
    }
}

/// Whether a network can read these images and name their classes.
func checkFit(
    _ architecture: Architecture, _ dataset: Dataset, parts: [Dataset.Part], views: Views? = nil
) throws(TrainingError) {
    let images = Shape(channels: dataset.channels, height: dataset.height, width: dataset.width)
    guard architecture.input == images else { throw .wrongInput(network: architecture.input, images: images) }
    let output = architecture.output
    guard output.isFlat else { throw .wrongOutput(output) }
    guard output.count >= dataset.classNames.count else {
        throw .tooFewOutputs(outputs: output.count, classes: dataset.classNames.count)
    }
    if let views, min(images.height, images.width) < views.smallestSide { throw .noViews(views, images: images) }
    for part in parts where dataset[part].count == 0 { throw .noImages(dataset: dataset.name, part) }
}

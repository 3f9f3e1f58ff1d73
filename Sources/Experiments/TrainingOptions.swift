// All that decides a training besides the network and the data.

import Datasets
import Engine

public struct TrainingOptions: Hashable, Sendable {
    /// Passes over the training images. Where they are no whole number, the last epoch ends early.
    public var passes: Double
    /// Whether the last batch of an epoch is left out where it is not full, as PyTorch's `drop_last`.
    public var dropsLastBatch = false
    public var batchSize: Int
    /// Parts in which a step is done, one after the other: memory is that of ceil(batch / parts) images.
    public var parts = 1
    public var optimizer: OptimizerOptions
    public var schedule: Schedule
    public var gradient: GradientOptions
    public var classWeights = ClassWeights.equal
    public var averaging: Averaging?
    /// `nil`: the labels alone.
    public var teacher: Teacher?
    public var selection = Selection()
    /// By which the epoch is measured that the training comes to; `nil`: the images as they are, as those before it.
    public var views: Views?
    public var precision: Precision
    public var seeds: Seeds
    /// `nil`: fresh ones.
    public var start: StartingWeights?
    /// `nil`: as many as the machine gives this process. Never changes a result.
    public var threads: Int?

    public init(
        epochs: Int = 10, batchSize: Int = 64, optimizer: OptimizerOptions = .adam(), schedule: Schedule = .constant,
        gradient: GradientOptions = GradientOptions(), precision: Precision = .float32, seeds: Seeds = Seeds(1),
        start: StartingWeights? = nil, threads: Int? = nil
    ) {
        passes = Double(epochs)
        self.batchSize = batchSize
        self.optimizer = optimizer
        self.schedule = schedule
        self.gradient = gradient
        self.precision = precision
        self.seeds = seeds
        self.start = start
        self.threads = threads
    }

    /// With what is kept beside its moments.
    var wholeOptimizer: OptimizerOptions {
        optimizer.keepingAverage(averaging != nil).keepingBest(selection.isOfBest)
    }

    /// For a network that is measured alone: with the optimizer that keeps the least.
    var measuring: TrainingOptions {
        var options = self
        options.optimizer = .sgd()
        options.averaging = nil
        options.teacher = nil
        options.selection = Selection()
        options.views = nil
        options.classWeights = .equal
        (options.batchSize, options.parts) = (partSize, 1)
        return options
    }

    /// Whether the first epochs of a longer training would be others.
    public var dependsOnEpochs: Bool {
        schedule.dependsOnEpochs || averaging?.dependsOnEpochs == true || passes != Double(epochs) || views != nil
    }

    /// Whether the average of the weights is what the training has come to after so many steps.
    func averageIsResult(steps: Int, endedEpochs: Int) -> Bool {
        averaging?.isResult(steps: steps, endedEpochs: endedEpochs, of: passes) == true
    }

    /// Whether these epochs are all of the training.
    public func isEnd(_ epochs: [EpochMetrics]) -> Bool {
        epochs.count >= self.epochs || selection.earlyEnd(in: epochs) != nil
    }

    /// The parts of the data that it needs.
    var partsOfData: [Dataset.Part] { [.training, .test] + (selection.measuresValidation ? [.validation] : []) }

    /// A step and a measurement have no more images than there are, whatever the batch.
    func capacity(on dataset: Dataset, measuring part: Dataset.Part) -> Int {
        let validation = selection.measuresValidation ? dataset.validation.count : 0
        return max(dataset.training.count, dataset[part].count, validation, 1)
    }

    /// As the engine is given it: nobody looks at the gradient within a step.
    func gradient(on dataset: Dataset) -> GradientOptions {
        var gradient = gradient
        gradient.classWeights = classWeights.values(dataset)
        gradient.isKept = false
        return gradient
    }

    /// Of the teacher, where there is one.
    func teacherBytes(batchSize: Int, capacity: Int, threads: Int) throws(EngineError) -> Int {
        let parts = min(parts, batchSize)
        return try teacher?.requiredBytes(
            batchSize: (batchSize + parts - 1) / parts, capacity: capacity, precision: precision, threads: threads) ?? 0
    }

    /// Images in memory at a time.
    public var partSize: Int { (batchSize + parts - 1) / parts }

    /// Epochs, the last of which may end early.
    public var epochs: Int {
        get { Int(passes.rounded(.up)) }
        set { passes = Double(newValue) }
    }

    /// Steps of a whole epoch of so many images; the last may have fewer than `batchSize`.
    public func batches(of images: Int) -> Int {
        dropsLastBatch ? images / batchSize : (images + batchSize - 1) / batchSize
    }

    /// Steps of the training.
    public func steps(of images: Int) -> Int {
        // 0.1 * 30 may come out a bit above 3.
        Int(((passes * Double(batches(of: images)) * 1e6).rounded() / 1e6).rounded(.up))
    }

    public func batches(inEpoch epoch: Int, of images: Int) -> Int {
        min(batches(of: images), steps(of: images) - (epoch - 1) * batches(of: images))
    }

    /// Images of an epoch's batches.
    public func images(inEpoch epoch: Int, of images: Int) -> Int {
        min(images, batches(inEpoch: epoch, of: images) * batchSize)
    }
}

// What a training reports while it runs.

/// How far a training is, after a batch.
public struct TrainingProgress: Sendable {
    /// From 1.
    public let epoch: Int
    public let epochs: Int
    /// Batches of this epoch that are done.
    public let batches: Int
    public let batchesPerEpoch: Int
    /// Images of this epoch that are done.
    public let images: Int
    public let imagesPerEpoch: Int
    /// Mean over this epoch so far.
    public let loss: Double
    /// Percent, over this epoch so far.
    public let accuracy: Double
    public let imagesPerSecond: Double
    /// To the end of the whole training.
    public let secondsLeft: Double

    public init(
        epoch: Int, epochs: Int, batches: Int, batchesPerEpoch: Int, images: Int, imagesPerEpoch: Int, loss: Double,
        accuracy: Double, imagesPerSecond: Double, secondsLeft: Double
    ) {
        (self.epoch, self.epochs) = (epoch, epochs)
        (self.batches, self.batchesPerEpoch) = (batches, batchesPerEpoch)
        (self.images, self.imagesPerEpoch) = (images, imagesPerEpoch)
        (self.loss, self.accuracy) = (loss, accuracy)
        (self.imagesPerSecond, self.secondsLeft) = (imagesPerSecond, secondsLeft)
    }

    /// Finished share of the whole training, 0...1.
    public var fraction: Double {
        (Double(epoch - 1) + Double(images) / Double(max(1, imagesPerEpoch))) / Double(max(1, epochs))
    }
}

/// A batch measured before its update, of batches 0, 200, 400, ...
public struct BatchLog: Sendable {
    public let epoch: Int
    /// Images before this batch.
    public let images: Int
    public let imagesPerEpoch: Int
    public let batch: Int
    public let batchesPerEpoch: Int
    /// Mean over the batch.
    public let loss: Double
}

public enum TrainingEvent: Sendable {
    /// What it will cost, before the first step.
    case started(TrainingCost)
    case log(BatchLog)
    /// At most ten a second.
    case progress(TrainingProgress)
    case epoch(EpochMetrics)
}

/// What a training takes, known before its first step.
public struct TrainingCost: Sendable {
    public let byteCount: Int
    public let parameters: Int
    public let steps: Int
}

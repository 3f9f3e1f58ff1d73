// The position of a training between two steps, besides its weights: the current epoch and batch, the sums so far, and
// the finished epochs. And the protocol that is told each position, to store it.

public struct TrainingPosition: Sendable, Equatable {
    /// The current epoch, from 1; one more than there are where all is done.
    public var epoch = 1
    /// Steps of it that are done.
    public var batch = 0
    /// Over the images of these steps: the sum of the losses, and the hits.
    public var loss = 0.0
    public var correct = 0
    /// Of these steps, and of this epoch so far.
    public var epochTrainingSeconds = 0.0
    public var epochSeconds = 0.0

    /// Whole epochs.
    public var metrics: [EpochMetrics] = []
    /// Of each test image after the last whole epoch, or after the best one where that is chosen.
    public var outcomes = TestOutcomes()
    /// Over all epochs.
    public var steps = 0
    public var images = 0
    public var seconds = 0.0
    public var trainingSeconds = 0.0

    public static let start = TrainingPosition()

    /// - Parameter outcomes: `nil` where the training has not come to this epoch.
    mutating func endEpoch(_ measured: EpochMetrics, outcomes: TestOutcomes?) {
        metrics.append(measured)
        if let outcomes { self.outcomes = outcomes }
        (epoch, batch, loss, correct, epochTrainingSeconds, epochSeconds) = (epoch + 1, 0, 0, 0, 0, 0)
    }

    /// Measures the best epoch so far anew.
    mutating func measureBest(_ evaluation: Evaluation) {
        guard let best = Selection.best(of: metrics), metrics.indices.contains(best.epoch - 1) else { return }
        metrics[best.epoch - 1] = best.measured(evaluation)
        outcomes = evaluation.outcomes
    }
}

/// What the epoch loop asks and reports between two steps.
protocol TrainingKeeper: AnyObject {
    /// Whether the place after this step is to be kept, in the middle of an epoch.
    var isDue: Bool { get }
    func keep(_ position: TrainingPosition)
    /// After each whole epoch but the last.
    func epochEnded(_ position: TrainingPosition)
}

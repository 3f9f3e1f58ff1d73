// A trained network measured on the test images of a data set.

import Datasets
import Runtime

public struct Evaluation: Sendable {
    /// Percent of the images.
    public let accuracy: Double
    /// Mean cross-entropy over the images.
    public let loss: Double
    /// Of each image.
    public let outcomes: TestOutcomes

    public init(accuracy: Double, loss: Double, outcomes: TestOutcomes) {
        (self.accuracy, self.loss, self.outcomes) = (accuracy, loss, outcomes)
    }

    /// The likeliest class of each image.
    public var predictions: [Int] { outcomes.predictions }
}

/// Measures a run's weights on a part of a data set.
///
/// - Parameter observer: gets the share of images that are done, 0...1, after each batch.
public func evaluate(
    _ run: Run, on dataset: Dataset, part: Dataset.Part = .test, cancellation: Cancellation = Cancellation(),
    observer: (Double) -> Void = { _ in }
) throws(TrainingError) -> Evaluation {
    let parameters = try run.trained()
    try checkFit(run.architecture, dataset, parts: [part])
    var options = run.options
    // The optimizer that keeps the least: none of it is used.
    options.optimizer = .sgd()
    let network = try EngineNetwork(
        run.architecture, dataset: dataset, measuring: part, options: options, cancellation: cancellation)
    network.load(parameters)
    do throws(Stopped) {
        return try network.evaluateAll(dataset[part].count, observer: observer)
    } catch { throw TrainingError(error) }
}

// A trained network measured on the test images of a data set.

import Datasets
import Runtime

public struct Evaluation: Sendable {
    /// Percent of the images.
    public let accuracy: Double
    /// Mean cross-entropy over the images.
    public let loss: Double
    /// The likeliest class of each image.
    public let predictions: [Int]
}

/// Measures a run's weights on the test images.
///
/// - Parameter observer: gets the share of images that are done, 0...1, after each batch.
public func evaluate(
    _ run: Run, on dataset: Dataset, cancellation: Cancellation = Cancellation(),
    observer: (Double) -> Void = { _ in }
) throws(TrainingError) -> Evaluation {
    try checkFit(run.architecture, dataset, usesTrainingImages: false)
    var options = run.options
    // The optimizer that keeps the least: none of it is used.
    options.optimizer = .sgd()
    let network = try EngineNetwork(run.architecture, dataset: dataset, options: options, cancellation: cancellation)
    network.load(run.parameters)
    do throws(Interrupted) {
        return try network.evaluateAll(dataset.test.count, observer: observer)
    } catch { throw .cancelled }
}

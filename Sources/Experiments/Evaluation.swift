// A trained network measured on the test images of a data set.

import Datasets
import Network
import Runtime

public struct Evaluation: Sendable {
    /// Percent of the images.
    public let accuracy: Double
    /// Mean over the images.
    public let loss: Double
    /// The likeliest class of each image.
    public let predictions: [Int]
}

/// - Parameter observer: the share of images that are done, 0...1.
public func evaluate(
    _ run: Run, on dataset: Dataset, cancellation: Cancellation = Cancellation(),
    observer: (Double) -> Void = { _ in }
) throws(TrainingError) -> Evaluation {
    throw .unsupported("the engine is missing")
}

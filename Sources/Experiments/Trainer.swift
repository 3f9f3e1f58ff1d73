// The epoch loop.

import Datasets
import Network
import Runtime

public struct Trainer: Sendable {
    public let model: String
    public let architecture: Architecture
    public let dataset: Dataset
    public let options: TrainingOptions

    public init(model: String, architecture: Architecture, dataset: Dataset, options: TrainingOptions) {
        self.model = model
        self.architecture = architecture
        self.dataset = dataset
        self.options = options
    }

    /// Trains from fresh weights to the end, an interrupt, or a loss that is no number: each gives a run.
    public func train(
        cancellation: Cancellation, observer: (TrainingEvent) -> Void
    ) throws(TrainingError) -> Run {
        throw .unsupported("the engine is missing")
    }
}

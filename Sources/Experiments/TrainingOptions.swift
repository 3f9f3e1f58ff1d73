// All that decides a training besides the network and the data.

import Engine

public struct TrainingOptions: Hashable, Sendable {
    public var epochs: Int
    public var batchSize: Int
    public var optimizer: OptimizerOptions
    public var schedule: Schedule
    public var gradient: GradientOptions
    public var precision: Precision
    public var seeds: Seeds
    /// `nil`: as many as the machine gives this process. Never changes a result.
    public var threads: Int?

    public init(
        epochs: Int = 10, batchSize: Int = 64, optimizer: OptimizerOptions = .adam(), schedule: Schedule = .constant,
        gradient: GradientOptions = GradientOptions(), precision: Precision = .float32, seeds: Seeds = Seeds(1),
        threads: Int? = nil
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.optimizer = optimizer
        self.schedule = schedule
        self.gradient = gradient
        self.precision = precision
        self.seeds = seeds
        self.threads = threads
    }

    /// Steps an epoch of so many images; the last may have fewer than `batchSize`.
    public func batches(of images: Int) -> Int { (images + batchSize - 1) / batchSize }
}

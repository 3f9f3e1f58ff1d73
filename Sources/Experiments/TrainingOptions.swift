// All that decides a training beside the network and the data.

/// One seed for each role of randomness.
public struct Seeds: Hashable, Sendable {
    public var initialization: UInt64
    public var order: UInt64
    public var augmentation: UInt64
    public var dropout: UInt64

    /// The same seed for every role.
    public init(_ seed: UInt64) {
        initialization = seed
        order = seed
        augmentation = seed
        dropout = seed
    }
}

/// Values are PyTorch's of the same names.
public enum OptimizerOptions: Hashable, Sendable {
    case sgd(learningRate: Double = 1e-2, momentum: Double = 0, weightDecay: Double = 0, isNesterov: Bool = false)
    case adam(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0)
}

public enum Precision: String, Hashable, Sendable {
    case float32
}

public struct TrainingOptions: Hashable, Sendable {
    public var epochs: Int
    public var batchSize: Int
    public var optimizer: OptimizerOptions
    public var precision: Precision
    public var seeds: Seeds
    /// `nil`: as many as the machine gives this process. Never changes a result.
    public var threads: Int?

    public init(
        epochs: Int = 10, batchSize: Int = 64, optimizer: OptimizerOptions = .adam(), precision: Precision = .float32,
        seeds: Seeds = Seeds(1), threads: Int? = nil
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.optimizer = optimizer
        self.precision = precision
        self.seeds = seeds
        self.threads = threads
    }
}

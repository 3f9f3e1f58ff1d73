// What a study keeps of one training: its numbers and its predictions, and the weights only where they are asked for.

import Datasets
import Engine
import Network
import Runtime

public struct StudyRun: Sendable {
    public let seeds: Seeds
    public let state: Run.State
    /// Of each epoch; empty for a training that diverged, whose first epochs say nothing of the model.
    public let metrics: [EpochMetrics]
    /// What the training came to: the last epoch, or the chosen one; `nil` for a training that diverged.
    public let result: EpochMetrics?
    /// Of each test image there; empty for a training that did not reach it.
    public let outcomes: TestOutcomes
    public let seconds: Double
    public let imagesPerSecond: Double
    /// Of the training, in bytes.
    public let byteCount: Int
    /// How many trained it; `nil` where nothing says it.
    public let threads: Int?
    /// All of it; its weights only where the study keeps them.
    public let run: Run?
    /// Of the test images, where these are not those of the study.
    public let labels: [Int]?

    public init(
        seeds: Seeds, state: Run.State, metrics: [EpochMetrics], selection: Selection = Selection(),
        outcomes: TestOutcomes, seconds: Double, imagesPerSecond: Double, byteCount: Int, threads: Int? = nil,
        run: Run? = nil, labels: [Int]? = nil
    ) {
        self.seeds = seeds
        self.state = state
        // Left out here, so that no table and no picture of a study can take them for a result.
        self.metrics = state == .done ? metrics : []
        result = selection.result(of: self.metrics)
        self.outcomes = state == .done ? outcomes : TestOutcomes()
        self.seconds = seconds
        self.imagesPerSecond = imagesPerSecond
        self.byteCount = byteCount
        self.threads = threads
        self.run = run
        self.labels = labels
    }

    /// Percent on the test set, never the best epoch there; `nil` for a training that diverged.
    public var accuracy: Double? { result?.testAccuracy }
    /// The likeliest class of each test image.
    public var predictions: [UInt16] { outcomes.classes }

    /// A measure on the test images; `nil` where it is not known.
    ///
    /// - Parameter labels: of these images.
    public func value(of measure: OutcomeMeasure, labels: [Int]) -> Double? {
        result.flatMap { measure.value(of: $0, outcomes, labels: labels) }
    }

    /// Whether it diverged, or is no better than always guessing the largest class.
    public func hasFailed(_ rule: FailureRule, images: Int) -> Bool {
        guard let accuracy else { return true }
        return failureRule(rule).isFailure(
            right: Int((accuracy / 100 * Double(labels?.count ?? images)).rounded()))
    }

    /// That of its own test images, where these are not those of the study.
    public func failureRule(_ rule: FailureRule) -> FailureRule { labels.map { FailureRule(labels: $0) } ?? rule }

    public var loss: Double? { result?.testLoss }
    /// The epochs, as a fraction where the last one ended early.
    public var passes: Double { run?.passes ?? Double(metrics.count) }
}

extension StudyRun {
    /// Trains one model with one seed.
    ///
    /// - Parameter keeper: keeps the training under way and says where it continues.
    public init(
        training model: StudyModel, _ seeds: Seeds, keepsWeights: Bool, keeper: RunKeeper? = nil,
        cancellation: Cancellation, observer: (TrainingEvent) -> Void
    ) throws(TrainingError) {
        let trainer = Trainer(
            model: model.name, architecture: model.architecture, dataset: model.dataset,
            options: model.options(seeds))
        var byteCount = 0
        let run = try trainer.train(from: keeper?.beginning, keeper: keeper, cancellation: cancellation) { event in
            if case .started(let cost) = event { byteCount = cost.byteCount }
            observer(event)
        }
        self.init(
            run, byteCount: byteCount, threads: trainer.options.threads ?? ThreadPool.availableThreads,
            keepsWeights: keepsWeights)
    }

    /// - Parameter labels: of the test images, where these are not those of the study.
    public init(_ run: Run, byteCount: Int, threads: Int? = nil, keepsWeights: Bool, labels: [Int]? = nil) {
        self.init(
            seeds: run.options.seeds, state: run.state, metrics: run.metrics,
            selection: run.options.selection, outcomes: run.outcomes,
            seconds: run.seconds, imagesPerSecond: run.speed, byteCount: byteCount, threads: threads,
            run: keepsWeights ? run : run.withoutWeights, labels: labels)
    }

    /// A run as it was kept, without its weights.
    public init(_ record: RunRecord, of model: StudyModel, seeds: Seeds, byteCount: Int) {
        let position = record.position
        self.init(
            seeds: seeds, state: record.state, metrics: position.metrics,
            selection: model.options.selection, outcomes: position.outcomes, seconds: position.seconds,
            imagesPerSecond: position.trainingSeconds > 0 ? Double(position.images) / position.trainingSeconds : 0,
            byteCount: byteCount, threads: record.kept.flatMap { $0.threads > 0 ? $0.threads : nil },
            run: Run(record, state: record.state, model.architecture, model.options(seeds)).called(model.name))
    }
}

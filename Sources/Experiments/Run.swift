// A training that has ended, however it ended: its numbers, and its final weights.

import Engine
import Network

/// The result of one whole epoch.
public struct EpochMetrics: Hashable, Sendable {
    /// From 1.
    public let epoch: Int
    /// Mean over the epoch's images, each measured before the step that used it.
    public let trainLoss: Double
    /// Percent.
    public let trainAccuracy: Double
    public let testLoss: Double
    /// Percent.
    public let testAccuracy: Double
    /// Training and evaluation.
    public let seconds: Double
    /// Training alone.
    public let trainingSeconds: Double
    /// `nil` where neither `select: best` nor `patience:` asks for it.
    public internal(set) var validation: Validation?

    /// The same epoch with what was measured of the test images.
    func measured(_ evaluation: Evaluation, seconds: Double? = nil) -> EpochMetrics {
        EpochMetrics(
            epoch: epoch, trainLoss: trainLoss, trainAccuracy: trainAccuracy, testLoss: evaluation.loss,
            testAccuracy: evaluation.accuracy, seconds: seconds ?? self.seconds, trainingSeconds: trainingSeconds,
            validation: validation)
    }
}

public struct Run: Sendable {
    public enum State: Hashable, Sendable, CustomStringConvertible {
        case done
        /// Stopped by the user; the weights are those of the last whole step, or of the best epoch so far.
        case interrupted
        /// Something that it needs could not be had, an image for example; the weights are those of the last whole
        /// step.
        case stopped(reason: String, fix: String)
        /// The loss became NaN or infinite, in this batch (from 0) of this epoch (from 1).
        case diverged(epoch: Int, batch: Int)
        /// Not trained here: its weights were read from a file of weights alone.
        case loaded

        public var isDiverged: Bool { if case .diverged = self { true } else { false } }

        /// Whether there is more to train, and weights to continue from.
        public var canGoOn: Bool {
            switch self {
            case .interrupted, .stopped: true
            case .done, .diverged, .loaded: false
            }
        }

        public var description: String {
            switch self {
            case .done: "done"
            case .interrupted: "interrupted"
            case .stopped: "stopped"
            case .diverged: "diverged"
            case .loaded: "loaded"
            }
        }
    }

    /// What a `let` calls it; `nil` for an unnamed run.
    public var name: String?
    /// What distinguishes it from a newer stored run of its model and seed; `nil` of that one.
    public var tag: String?
    /// What the model is called: `gap`, `VGG(pooled: true)`.
    public let model: String
    public let architecture: Architecture
    public let dataset: String
    public let options: TrainingOptions
    public let state: State
    /// Whole epochs only.
    public let metrics: [EpochMetrics]
    /// Whole training steps, those of an unfinished epoch included.
    public let steps: Int
    /// Images trained, those of an unfinished epoch included.
    public let images: Int
    /// From start to end.
    public let seconds: Double
    /// Seconds in training steps alone.
    public let trainingSeconds: Double
    /// Of each test image after the epoch of the result; empty where that is not known.
    public let outcomes: TestOutcomes
    /// `nil` where only the result of the training is kept.
    public let parameters: TrainedParameters?
    /// Of weights that are not here.
    private let knownDigest: String?
    /// Where `resume` continues; `nil` where nothing is left to do, or where it was not trained in this session.
    public let continuation: Checkpoint?

    /// A network with weights from elsewhere, untrained here.
    public init(model: String, architecture: Architecture, parameters: TrainedParameters) {
        self.init(
            model: model, architecture: architecture, dataset: "", options: TrainingOptions(epochs: 0),
            state: .loaded, position: .start, parameters: parameters)
    }

    init(
        name: String? = nil, model: String, architecture: Architecture, dataset: String, options: TrainingOptions,
        state: State, position: TrainingPosition, parameters: TrainedParameters?, digest: String? = nil,
        continuation: Checkpoint? = nil
    ) {
        self.name = name
        self.model = model
        self.architecture = architecture
        self.dataset = dataset
        self.options = options
        self.state = state
        metrics = position.metrics
        steps = position.steps
        images = position.images
        seconds = position.seconds
        trainingSeconds = position.trainingSeconds
        outcomes = position.outcomes
        self.parameters = parameters
        knownDigest = digest
        self.continuation = continuation
    }

    /// All that is known of a run but its weights.
    public init(
        _ record: RunRecord, state: State, _ architecture: Architecture, _ options: TrainingOptions
    ) {
        self.init(
            name: record.name, model: record.model, architecture: architecture, dataset: record.dataset,
            options: options, state: state, position: record.position, parameters: nil, digest: record.digest)
    }

    /// The same run of a model that is called so here, without a name of its own.
    public func called(_ model: String) -> Run {
        copy(model: model, parameters: parameters, digest: knownDigest, continuation: continuation)
    }

    /// The same run, which holds no memory for its weights.
    ///
    /// Cost: that of `digest`.
    public var withoutWeights: Run { copy(model: model, parameters: nil, digest: digest, continuation: nil) }

    private func copy(
        model: String, parameters: TrainedParameters?, digest: String?, continuation: Checkpoint?
    ) -> Run {
        var position = TrainingPosition.start
        position.metrics = metrics
        (position.steps, position.images) = (steps, images)
        (position.seconds, position.trainingSeconds) = (seconds, trainingSeconds)
        position.outcomes = outcomes
        return Run(
            model: model, architecture: architecture, dataset: dataset, options: options, state: state,
            position: position, parameters: parameters, digest: digest, continuation: continuation)
    }

    /// The weights.
    ///
    /// - Throws: where they are not kept.
    public func trained() throws(TrainingError) -> TrainedParameters {
        guard let parameters else { throw .noWeights(run: label) }
        return parameters
    }

    /// SHA-256 of the weights in PyTorch's order, as hexadecimal text.
    ///
    /// Cost: reads every weight, 0.1 s for 33 million. That is why it is not part of a training's end, which an
    /// interrupt wants at once.
    public var digest: String { parameters?.digest() ?? knownDigest ?? "" }

    /// `gap`, or `gap seed 2` without a name.
    public var label: String { name ?? (state == .loaded ? model : title) }
    /// `gap seed 2`, and `gap seed 2 #3f2a91c0` for an older one without a name.
    public var title: String {
        "\(model) seed \(options.seeds.text)" + (name == nil ? tag.map { " #\($0)" } ?? "" : "")
    }
    /// The result of the last whole epoch, or of the best one on the validation part where that is chosen; `nil` before
    /// the first, and for a training that diverged: what it had reached before is no result of it.
    public var result: EpochMetrics? { state.isDiverged ? nil : options.selection.result(of: metrics) }
    /// The best epoch on the validation part, whether or not it is chosen; `nil` where none was measured there.
    public var best: EpochMetrics? { state.isDiverged ? nil : Selection.best(of: metrics) }
    /// The views that its result is the mean of; `nil`: of the images as they are, also before its training has ended.
    public var views: Views? { options.isEnd(metrics) ? options.views : nil }
    /// Training steps done when the weights were what they are.
    public var stepsOfWeights: Int { options.selection.isOfBest ? result?.validation?.steps ?? steps : steps }
    /// Whether it is done, and `patience:` ended it before all of its epochs.
    public var endedEarly: Bool { state == .done && epochs < options.epochs }
    /// Percent on the test set; `nil` where there is no `result`.
    public var accuracy: Double? { result?.testAccuracy }
    /// On the test set; `nil` where there is no `result`.
    public var loss: Double? { result?.testLoss }
    public var epochs: Int { metrics.count }
    /// The epochs, as a fraction where the last one ended early.
    public var passes: Double { epochs == options.epochs ? options.passes : Double(epochs) }
    /// The likeliest class of each test image.
    public var predictions: [Int] { outcomes.predictions }
    /// Images a second in training.
    public var speed: Double { trainingSeconds > 0 ? Double(images) / trainingSeconds : 0 }
}

extension Seeds {
    /// `2`, or `1, orderseed 3` where the kinds of randomness have seeds of their own.
    public var text: String {
        let others = [("orderseed", order), ("augmentseed", augmentation), ("dropoutseed", dropout)]
        return ([String(initialization)] + others.filter { $0.1 != initialization }.map { "\($0.0) \($0.1)" })
            .joined(separator: ", ")
    }
}

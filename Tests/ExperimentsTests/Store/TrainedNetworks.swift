// A small training that has everything a checkpoint must hold: batch norms, dropout, augmentation, a shorter last
// batch.

import Engine
import Foundation
import Network
import Runtime
import Testing

@testable import Datasets
@testable import Experiments

enum Trained {
    static let data: Dataset = {
        var data = Synthetic.make(training: 56, test: 40)
        data.augmentation = Augmentation(Flip.random, Crop(2), Cutout(4))
        return data
    }()

    /// With as many images for training, and a validation part.
    private static let heldData: Dataset = {
        var data = Synthetic.make(training: 80, test: 40).split(share: 0.7, seed: 1)
        data.augmentation = Trained.data.augmentation
        return data
    }()

    static func data(_ options: TrainingOptions) -> Dataset {
        options.selection.measuresValidation ? heldData : data
    }

    static func architecture() throws -> Architecture {
        try Architecture(
            input: Shape(channels: 3, height: 32, width: 32),
            layers: [
                .convolution(.init(width: 8, stride: Extent(4), padding: .exactly(Extent(1)), hasBias: false)),
                .batchNorm(.init()), .activation(.relu), .convolution(.init(width: 12, kernel: Extent(1))),
                .batchNorm(.init()), .activation(.relu), .flatten, .dropout(rate: 0.2), .linear(.init(width: 20)),
                .activation(.relu), .linear(.init(width: 10)),
            ])
    }

    static func options(
        epochs: Int = 3, _ optimizer: OptimizerOptions = .adam(learningRate: 3e-3), precision: Precision = .float32,
        schedule: Schedule = .constant, averaging: Averaging? = nil, selection: Selection = Selection(),
        views: Views? = nil, seed: UInt64 = 1, threads: Int = 1
    ) -> TrainingOptions {
        var options = TrainingOptions(
            epochs: epochs, batchSize: 16, optimizer: optimizer, schedule: schedule,
            gradient: .init(labelSmoothing: 0.1, largestNorm: 1), precision: precision, seeds: Seeds(seed),
            threads: threads)
        options.averaging = averaging
        options.selection = selection
        options.views = views
        return options
    }

    static func network(
        _ options: TrainingOptions, _ cancellation: Cancellation, of other: Architecture? = nil
    ) throws -> EngineNetwork {
        let network = try EngineNetwork(
            try other ?? architecture(), dataset: data(options), options: options, cancellation: cancellation)
        try network.initialize()
        return network
    }

    /// What came of a training, or of the part of one up to a cut.
    struct Outcome {
        let position: TrainingPosition
        let state: TrainingState
        let ending: Run.State
    }

    /// - Parameter cut: after so many steps in all it is interrupted.
    static func train(
        _ options: TrainingOptions, from checkpoint: Checkpoint? = nil, cut: Int? = nil, of other: Architecture? = nil
    ) throws -> Outcome {
        let cancellation = Cancellation()
        let network = try network(options, cancellation, of: other)
        if let checkpoint { network.restore(checkpoint.state) }
        let data = data(options)
        var loop = EpochLoop(
            options: options, trainingCount: data.training.count, testCount: data.test.count,
            validationCount: data.validation.count, from: checkpoint?.position ?? .start)
        let knife = Knife(left: cut.map { $0 - loop.position.steps }, cancellation)
        if cut == loop.position.steps { cancellation.cancel() }
        let ending = loop.run(network, keeper: knife) { _ in }
        return Outcome(position: loop.position, state: network.releaseState(), ending: ending)
    }

    /// Cuts a training after a step.
    private final class Knife: TrainingKeeper {
        private var left: Int?
        private let cancellation: Cancellation

        init(left: Int?, _ cancellation: Cancellation) {
            self.left = left
            self.cancellation = cancellation
        }

        var isDue: Bool {
            left = left.map { $0 - 1 }
            if left == 0 { cancellation.cancel() }
            return false
        }
        func keep(_ position: TrainingPosition) {}
        func epochEnded(_ position: TrainingPosition) {}
    }

    static let context = WeightsFile.Context(
        program: "model Net { … }", modelExpression: "Net", dataExpression: "synthetic()", dataDigest: "ab",
        version: "9.8.7")

    static func record(_ options: TrainingOptions) throws -> RunRecord {
        let data = data(options)
        let description = RunDescription(
            try architecture(), dataDigest: try data.digest(), data: data.description, options)
        return try RunRecord(beginning: description, context, model: "Net", dataset: "synthetic")
    }

    /// A fresh folder, removed by the caller.
    static func folder() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.path
    }
}

extension TrainingPosition {
    /// Without what a clock measured.
    var withoutTimes: TrainingPosition {
        var position = self
        (position.seconds, position.trainingSeconds, position.epochSeconds, position.epochTrainingSeconds) = (
            0, 0, 0, 0
        )
        position.metrics = metrics.map {
            EpochMetrics(
                epoch: $0.epoch, trainLoss: $0.trainLoss, trainAccuracy: $0.trainAccuracy, testLoss: $0.testLoss,
                testAccuracy: $0.testAccuracy, seconds: 0, trainingSeconds: 0, validation: $0.validation)
        }
        return position
    }
}

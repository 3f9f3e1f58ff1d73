// Trainings that start from a run's weights, and leave some of them as they are.

import Engine
import Libraries
import Network
import Runtime
import Testing

@testable import Datasets
@testable import Experiments

struct FineTuningTests {
    private static let shape = Shape(channels: 3, height: 32, width: 32)

    private static func conv(
        _ width: Int, stride: Int = 1, kernel: Int = 1, freezing: Layer.Freezing = .init()
    ) -> Layer {
        .convolution(
            .init(
                width: width, kernel: Extent(kernel), stride: Extent(stride), initialization: .kaiming,
                freezing: freezing))
    }

    /// Two convolutions of one shape, so that order alone could swap them.
    private static func layers(classes: Int = 10, freezing: Layer.Freezing = .init()) -> [Layer] {
        [
            conv(6, stride: 4, kernel: 4, freezing: freezing), .batchNorm(.init(freezing: freezing)),
            .activation(.relu), conv(6), conv(6, freezing: .init(biasEpochs: 1)), .dropout(rate: 0.2),
            .adaptiveAveragePool(output: Extent(2)), .flatten, .linear(.init(width: classes)),
        ]
    }

    private static func architecture(_ layers: [Layer]) throws -> Architecture {
        try Architecture(input: shape, layers: layers)
    }

    private static func run(
        _ layers: [Layer] = layers(), epochs: Int = 1, seed: UInt64 = 7, start: StartingWeights? = nil
    ) throws -> Run {
        var run = try Trainer(
            model: "net", architecture: architecture(layers), dataset: Trained.data,
            options: TrainingOptions(epochs: epochs, batchSize: 16, seeds: Seeds(seed), start: start, threads: 1)
        ).train(cancellation: Cancellation()) { _ in }
        run.name = "pre"
        return run
    }

    @Test func whatAgreesInNameAndShapeIsTaken() throws {
        let source = try Self.run()
        let target = try Self.architecture(Self.layers(classes: 12))
        let match = try StartingWeights.match(source, to: target)
        #expect(match.fresh.map(\.tensor.name) == ["8.weight", "8.bias"])
        #expect(match.fresh.map(\.other) == [[10, 24], [10]] && match.leftOut.isEmpty)
        #expect(match.taken.count == target.parameters.count - 2 && match.taken.contains("1.running_mean"))
        let begun = try Self.run(Self.layers(classes: 12), epochs: 0, start: match.weights)
        let fresh = try Self.run(Self.layers(classes: 12), epochs: 0)
        let weights = try (begun.trained(), fresh.trained(), source.trained())
        for (index, tensor) in target.parameters.enumerated() {
            let expected = match.taken.contains(tensor.name) ? weights.2 : weights.1
            #expect(weights.0.values(index) == expected.values(index), "\(tensor.name)")
        }
    }

    /// Two layers more at the beginning give every layer another name: nothing is taken, though all shapes are there.
    @Test func equalShapesAreNotSwappedByTheirOrder() throws {
        let source = try Self.run(epochs: 0)
        let shifted = try Self.architecture([.activation(.tanh), .activation(.tanh)] + Self.layers())
        let match = try StartingWeights.match(source, to: shifted)
        #expect(match.taken.isEmpty && match.fresh.count == shifted.parameters.count)
        #expect(
            match.leftOut == [
                "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "4.weight", "4.bias",
                "8.weight", "8.bias",
            ])
        // The same name and shape, but slopes where a norm has its factors.
        let rectified = try Self.architecture(
            Self.layers().enumerated().map { $0 == 1 ? .prelu(.init(isPerChannel: true)) : $1 })
        #expect(
            try StartingWeights.match(source, to: rectified).fresh.map(\.tensor.name) == ["1.weight"])
    }

    @Test func theWeightsDecideTheIdentity() throws {
        let (one, other) = (try Self.run(epochs: 0, seed: 1), try Self.run(epochs: 0, seed: 2))
        let architecture = try Self.architecture(Self.layers())
        func description(_ run: Run?, of other: Architecture? = nil) throws -> RunDescription {
            RunDescription(
                other ?? architecture, dataDigest: "ab", data: nil,
                TrainingOptions(start: try run.map { try StartingWeights.match($0, to: other ?? architecture).weights })
            )
        }
        let all = try [
            description(nil), description(one), description(other),
            description(one, of: architecture.freezing([1])),
            description(one, of: try Self.architecture(Self.layers(classes: 12))),
        ].map { try $0.identity() }
        #expect(Set(all.map(\.digest)).count == 5 && Set(all.map(\.stem)).count == 5)
        var renamed = one
        renamed.name = "other"
        #expect(try description(renamed).identity() == all[1], "a name decides no bit")
        let json = try description(one).json
        #expect(json["options"]?["from"]?["run"]?.string == one.digest)
        #expect(json["options"]?["from"]?["name"]?.string == "pre")
        let again = try RunDescription(JSON.object(json))
        #expect(try again.options == description(one).options && again.identity() == all[1])
        #expect(try description(nil).json["options"]?["from"] == nil)
    }

    @Test func withoutTheWeightsNothingBegins() throws {
        let run = try Self.run(epochs: 0)
        let architecture = try Self.architecture(Self.layers())
        var options = TrainingOptions(epochs: 1, batchSize: 16)
        options.start = try StartingWeights.match(run, to: architecture).weights
        let description = RunDescription(architecture, dataDigest: "ab", data: nil, options)
        options = try RunDescription(JSON.object(description.json)).options
        let error = #expect(throws: TrainingError.self) {
            try Trainer(model: "net", architecture: architecture, dataset: Trained.data, options: options)
                .train(cancellation: Cancellation()) { _ in }
        }
        #expect(error?.message == "the weights of pre that this training starts from are not here")
    }

    @Test func whatIsFrozenAsAWholeIsRefused() throws {
        let architecture = try Self.architecture(Self.layers()).freezing(Set(1...8))
        let error = #expect(throws: TrainingError.self) {
            try Trainer(
                model: "net", architecture: architecture, dataset: Trained.data, options: TrainingOptions(epochs: 1)
            ).train(cancellation: Cancellation()) { _ in }
        }
        #expect(error?.message == "nothing of the network learns: all of its parameters are frozen")
    }

    /// Frozen layers, biases that learn in the first epoch, and weights from elsewhere.
    @Test func cutAtAnyBatchItEndsWithTheSameBits() throws {
        let source = try Self.run()
        let architecture = try Self.architecture(Self.layers(classes: 12, freezing: .init(.all)))
        var options = Trained.options(.sgd(learningRate: 0.05, momentum: 0.9, weightDecay: 1e-2))
        options.start = try StartingWeights.match(source, to: architecture).weights
        let folder = try Trained.folder()
        defer { try? FileSystem.removeTree(folder) }
        let whole = try Trained.train(options, of: architecture)
        #expect(whole.ending == .done && whole.position.steps == 12)
        let digest = whole.state.parameters.digest()
        for (cut, threads) in zip([0, 1, 3, 4, 5, 8, 11], [1, 2, 3, 7, 1, 2, 3]) {
            options.threads = threads
            let part = try Trained.train(options, cut: cut, of: architecture)
            let path = "\(folder)/\(cut).checkpoint"
            try CheckpointFile.write(
                Checkpoint(position: part.position, state: part.state), try Trained.record(options), to: path)
            options.threads = 8 - threads
            let rest = try Trained.train(
                options, from: try CheckpointFile.read(path, architecture, options.optimizer), of: architecture)
            #expect(rest.state.parameters.digest() == digest, "cut at \(cut)")
        }
        let (parameters, taken) = (whole.state.parameters, try source.trained())
        for (index, tensor) in parameters.tensors.enumerated() where tensor.learning == .never {
            #expect(parameters.values(index) == taken.values(index), "\(tensor.name) stays as it was taken")
        }
        #expect(parameters.tensors.count { $0.learning == .never } == 4)
    }
}

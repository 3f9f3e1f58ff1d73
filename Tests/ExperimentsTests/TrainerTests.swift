import Engine
import Foundation
import Libraries
import Network
import Runtime
import Testing

@testable import Datasets
@testable import Experiments

/// A few images of the built-in set.
private let small = Synthetic.make(training: 256, test: 100)

private func network(pooled: Bool = false, dropout: Double = 0) throws -> Architecture {
    var layers: [Layer] = [
        .convolution(.init(width: 8, padding: .exactly(Extent(1)))), .activation(.relu),
        .maxPool(.init(size: Extent(4))),
    ]
    if pooled { layers.append(.adaptiveAveragePool(output: Extent(8))) }
    layers += [.flatten, .dropout(rate: dropout), .linear(.init(width: 10))]
    return try Architecture(input: Shape(channels: 3, height: 32, width: 32), layers: layers)
}

private func train(
    _ architecture: Architecture, seeds: Seeds = Seeds(1), epochs: Int = 1, threads: Int = 1,
    optimizer: OptimizerOptions = .adam(learningRate: 3e-3), cancellation: Cancellation = Cancellation(),
    observer: (TrainingEvent) -> Void = { _ in }
) throws -> Run {
    let options = TrainingOptions(
        epochs: epochs, batchSize: 24, optimizer: optimizer, seeds: seeds, threads: threads)
    return try Trainer(model: "net", architecture: architecture, dataset: small, options: options)
        .train(cancellation: cancellation, observer: observer)
}

@Suite struct TrainerTests {
    @Test func trainingLearns() throws {
        let run = try train(try network(), epochs: 6)
        #expect(run.state == .done)
        #expect(run.metrics.map(\.epoch) == [1, 2, 3, 4, 5, 6])
        #expect(run.metrics[5].trainLoss < run.metrics[0].trainLoss - 0.5)
        #expect(run.metrics[5].trainAccuracy > 40)
        #expect(run.steps == 6 * 11)
        #expect(run.images == 6 * 256)
        #expect(run.digest.count == 64)
        #expect(run.speed > 0)
        #expect(run.label == "net seed 1")
    }

    /// 256 images in batches of 24: ten full ones and one of 16.
    @Test func theLastEpochMayEndEarlyAndTheLastBatchBeLeftOut() throws {
        func trained(_ passes: Double, drops: Bool) throws -> Run {
            var options = TrainingOptions(batchSize: 24, threads: 1)
            options.passes = passes
            options.dropsLastBatch = drops
            let read = try TrainingOptions(.object(options.json))
            #expect(read.passes == passes && read.dropsLastBatch == drops && read.json == options.json)
            return try Trainer(model: "net", architecture: network(), dataset: small, options: options)
                .train(cancellation: Cancellation()) { _ in }
        }
        for (passes, drops, steps, images) in [
            (1.5, false, 17, 256 + 6 * 24), (1.5, true, 15, 360), (2, true, 20, 480), (0.01, false, 1, 24),
            (0.3, true, 3, 72),
        ] {
            let run = try trained(passes, drops: drops)
            #expect(run.steps == steps && run.images == images && run.passes == passes, "\(passes), \(drops)")
            #expect(run.metrics.count == Int(passes.rounded(.up)) && run.state == .done)
        }
        var rates: [Double] = []
        for step in 0..<17 {
            rates.append(
                Schedule.cosine(warmup: 0).factor(step: step, of: 17, stepsPerEpoch: 11, learningRate: 1))
        }
        #expect(rates.last.map { $0 < 0.01 } == true)
    }

    /// A step has no more images than there are.
    @Test func aBatchOfMoreImagesThanThereAreTakesTheMemoryOfThose() throws {
        let architecture = try network()
        func trained(batch: Int) throws -> EngineNetwork {
            try EngineNetwork(
                architecture, dataset: small, options: TrainingOptions(epochs: 1, batchSize: batch),
                cancellation: Cancellation(), availableMemory: 100_000_000)
        }
        #expect(try trained(batch: 1_000_000).byteCount == trained(batch: 1_000).byteCount)
        let model = StudyModel(
            name: "net", architecture: architecture, dataset: small,
            options: TrainingOptions(epochs: 1, batchSize: 1_000_000))
        #expect(try #require(model.byteCount) < 100_000_000)
    }

    /// A copy of weights and moments for the checkpoint, and the largest tensor as it is written.
    @Test func whatKeepingTakesIsAnnounced() throws {
        let architecture = try network()
        func byteCount(isKept: Bool) throws -> Int {
            try EngineNetwork(
                architecture, dataset: small, options: TrainingOptions(epochs: 1), isKept: isKept,
                cancellation: Cancellation()
            ).byteCount
        }
        let counts = TrainingState.counts(architecture, TrainingOptions(epochs: 1).optimizer)
        let largest = architecture.parameters.map(\.count).max() ?? 0
        #expect(
            try byteCount(isKept: true) - byteCount(isKept: false)
                == 4 * (counts.weights + counts.moments) + 8 * largest)
    }

    /// An augmentation is for learning; what is measured is the images themselves.
    @Test func anAugmentationChangesNoMeasurement() throws {
        let run = try train(try network(), epochs: 1)
        let plain = small.split(share: 0.5, seed: 1)
        var augmented = plain
        augmented.augmentation = Augmentation(Flip.random, Crop(8), Cutout(16))
        for part in Dataset.Part.allCases {
            let (one, other) = (
                try evaluate(run, on: plain, part: part), try evaluate(run, on: augmented, part: part)
            )
            #expect(one.loss == other.loss && one.predictions == other.predictions)
            let (first, second) = (
                try predict(run, on: plain, part: part, images: Array(0..<20)),
                try predict(run, on: augmented, part: part, images: Array(0..<20))
            )
            #expect(first.map(\.probabilities) == second.map(\.probabilities))
        }
    }

    private static let plain: [Layer] = [
        .convolution(.init(width: 12, padding: .exactly(Extent(1)))), .activation(.relu),
        .maxPool(.init(size: Extent(2))), .convolution(.init(width: 20, padding: .exactly(Extent(1)))),
        .activation(.gelu), .convolution(.init(width: 16, kernel: Extent(5), stride: Extent(2))),
        .activation(.tanh), .averagePool(.init(size: Extent(2))), .flatten, .dropout(rate: 0.2),
        .linear(.init(width: 30)), .activation(.sigmoid), .linear(.init(width: 10)),
    ]
    private static let branched: [Layer] = [
        .convolution(.init(width: 12, stride: Extent(2), padding: .exactly(Extent(1)), hasBias: false)),
        .batchNorm(.init()), .activation(.relu),
        .residual(
            body: [
                .convolution(.init(width: 20, stride: Extent(2), padding: .exactly(Extent(1)))), .batchNorm(.init()),
                .activation(.relu), .convolution(.init(width: 20, padding: .same)), .batchNorm(.init()),
            ], shortcut: nil), .activation(.relu), .convolution(.init(width: 20, padding: .same, groups: 20)),
        .concatenation(branches: [
            [], [.convolution(.init(width: 8, padding: .same, groups: 4)), .activation(.softmax)],
        ]),
        .adaptiveAveragePool(output: Extent(1)), .flatten, .linear(.init(width: 10)),
    ]

    /// Digests that must not change unless a change of bits is meant; then the new one is here and in the commit's
    /// message.
    @Test(arguments: [
        ("adam", plain, TrainingOptions(optimizer: .adam(learningRate: 3e-3))),
        (
            "adamw", plain,
            TrainingOptions(
                optimizer: .adam(learningRate: 3e-3, weightDecay: 0.1, isDecoupled: true), schedule: .cosine(warmup: 0))
        ),
        (
            "sgd", plain,
            TrainingOptions(
                optimizer: .sgd(learningRate: 0.05, momentum: 0.9, isNesterov: true), schedule: .oneCycle(peak: nil),
                gradient: .init(labelSmoothing: 0.1, largestNorm: 1))
        ),
        ("branched", branched, TrainingOptions(optimizer: .adam(learningRate: 3e-3))),
        ("precise", plain, TrainingOptions(optimizer: .adam(learningRate: 3e-3), precision: .precise)),
    ])
    func bitsAreThoseOfTheGoldenFile(_ name: String, _ layers: [Layer], _ settings: TrainingOptions) throws {
        let architecture = try Architecture(input: Shape(channels: 3, height: 32, width: 32), layers: layers)
        var options = settings
        (options.epochs, options.batchSize, options.threads) = (2, 24, 2)
        let run = try Trainer(model: "net", architecture: architecture, dataset: small, options: options)
            .train(cancellation: Cancellation()) { _ in }
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Golden/digests.txt")
        let golden = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            $0.split(separator: " ")
        }
        #expect(golden.first { $0[0] == name }?[1] ?? "" == run.digest, "\(name)")
    }

    @Test func threadsChangeNoBit() throws {
        let digests = try [1, 2, 3].map { try train(try network(dropout: 0.2), threads: $0).digest }
        #expect(Set(digests).count == 1)
    }

    @Test func eachSeedThatIsUsedChangesTheWeights() throws {
        let net = try network(dropout: 0.2)
        var seeds = [Seeds(1), Seeds(2)]
        for role in [\Seeds.initialization, \.order, \.dropout] {
            var other = Seeds(1)
            other[keyPath: role] = 9
            seeds.append(other)
        }
        #expect(Set(try seeds.map { try train(net, seeds: $0).digest }).count == 5)
    }

    @Test func aPoolThatCopiesChangesNoBit() throws {
        let pooled = try train(try network(pooled: true, dropout: 0.2), epochs: 2)
        let flat = try train(try network(dropout: 0.2), epochs: 2)
        #expect(pooled.digest == flat.digest)
        #expect(try pooled.trained().tensors.map(\.name) != flat.trained().tensors.map(\.name))
        #expect(pooled.accuracy == flat.accuracy)
    }

    /// Weights are not all drawn then: there is no run that could continue with the wrong ones.
    @Test func cancelledBeforeTheFirstStepThereIsNoRun() throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        let error = #expect(throws: TrainingError.self) {
            _ = try train(try network(), cancellation: cancellation)
        }
        #expect(error?.message == TrainingError.cancelled.message)
    }

    @Test func anInterruptKeepsWhatWasTrained() throws {
        let cancellation = Cancellation()
        let run = try train(try network(), epochs: 100, cancellation: cancellation) { event in
            if case .epoch(let metrics) = event, metrics.epoch == 2 { cancellation.cancel() }
        }
        #expect(run.state == .interrupted)
        #expect(run.epochs == 2)
        #expect(run.digest == (try train(try network(), epochs: 2)).digest)
    }

    @Test func anInterruptBeforeTheFirstEpochLeavesARunWithoutAccuracy() throws {
        let cancellation = Cancellation()
        let run = try train(try network(), cancellation: cancellation) { event in
            if case .log = event { cancellation.cancel() }
        }
        #expect(run.state == .interrupted)
        #expect(run.accuracy == nil)
        #expect(run.steps == 1)
    }

    @Test func aLossThatIsNoNumberEndsTheTraining() throws {
        let run = try train(try network(), epochs: 3, optimizer: .sgd(learningRate: 1e30))
        guard case .diverged(let epoch, _) = run.state else {
            Issue.record("state is \(run.state)")
            return
        }
        #expect(epoch == 1)
    }

    @Test func eventsComeInOrder() throws {
        var kinds: [String] = []
        var logs: [BatchLog] = []
        var last: TrainingProgress?
        _ = try train(try network(), epochs: 2) { event in
            switch event {
            case .started(let cost):
                kinds.append("started")
                #expect(cost.parameters == 3 * 8 * 9 + 8 + 512 * 10 + 10)
                #expect(cost.byteCount > 4 * cost.parameters)
                #expect(cost.steps == 22)
            case .log(let log):
                kinds.append("log")
                logs.append(log)
            case .progress(let progress): last = progress
            case .epoch: kinds.append("epoch")
            }
        }
        #expect(kinds == ["started", "log", "epoch", "log", "epoch"])
        #expect(logs.map(\.images) == [0, 0])
        #expect(logs.map(\.epoch) == [1, 2])
        #expect(last?.images == 256)
        #expect(last?.fraction == 1)
    }

    @Test func evaluationRepeatsTheLastEpochsMeasurement() throws {
        let run = try train(try network(), epochs: 2)
        let evaluation = try evaluate(run, on: small)
        #expect(evaluation.accuracy == run.accuracy)
        #expect(evaluation.loss == run.loss)
        #expect(evaluation.predictions.count == 100)
        let hits = zip(evaluation.predictions, small.test.labels).filter { $0 == Int($1) }.count
        #expect(Double(hits) == evaluation.accuracy)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let narrow = try Architecture(
            input: Shape(channels: 3, height: 32, width: 32), layers: [.flatten, .linear(.init(width: 9))])
        #expect {
            try train(narrow)
        } throws: {
            "\($0)" == "the network has 9 outputs, but the data has 10 classes; end the model with `linear 10`"
        }
        let other = try Architecture(
            input: Shape(channels: 1, height: 28, width: 28), layers: [.flatten, .linear(.init(width: 10))])
        #expect {
            try train(other)
        } throws: { "\($0)".hasPrefix("the network takes 1x28x28, but the images are 3x32x32") }
    }

    /// What is refused names the largest batch that fits; that one is taken, and the next larger one is not.
    @Test func aPlanThatDoesNotFitSaysWhatWould() throws {
        let architecture = try network()
        func refusal(batch: Int, memory: Int) throws -> TrainingError? {
            var options = TrainingOptions()
            options.batchSize = batch
            do throws(TrainingError) {
                _ = try EngineNetwork(
                    architecture, dataset: small, options: options, cancellation: Cancellation(),
                    availableMemory: memory)
                return nil
            } catch { return error }
        }
        let memory = 3_000_000
        guard case .outOfMemory(let needed, memory, let batch?) = try refusal(batch: 512, memory: memory) else {
            return #expect(Bool(false), "refused, with a batch that fits")
        }
        #expect(needed > memory && batch > 0 && batch < 512)
        #expect(try refusal(batch: batch, memory: memory) == nil)
        let next = try #require(try refusal(batch: batch + 1, memory: memory))
        #expect(next.fix == "a smaller batch fits: `batch: \(batch)`")
        let hopeless = try #require(try refusal(batch: 64, memory: 100_000))
        #expect("\(hopeless)".contains("only 1 MB of memory are free; use a narrower network"))
    }
}

@Suite struct MemoryTests {
    @Test func freeMemoryIsReadFromTheSystemsTable() {
        let key = "MemAvailable"
        #expect(SystemFile.bytes(key, text: "MemTotal: 9 kB\nMemAvailable:   2048 kB\n") == 2 << 20)
        #expect(SystemFile.bytes(key, text: "MemAvailable: \(Int.max) kB") == nil)
        #expect(SystemFile.bytes(key, text: "") == nil)
        #expect((Memory.available() ?? 0) > 1 << 20)
    }
}

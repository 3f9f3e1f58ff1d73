// A training as values: what is written of it is read again, decides its identity, and keeps meaning the same.

import Engine
import Libraries
import Network
import Runtime
import Testing

@testable import Datasets
@testable import Experiments

struct RunDescriptionTests {
    private static func architecture(_ layers: [Layer]) throws -> Architecture {
        try Architecture(input: Shape(channels: 3, height: 32, width: 32), layers: layers)
    }

    /// Kinds of layers, with settings that are not its defaults.
    private static let layers: [Layer] = [
        .convolution(
            .init(
                width: 8, kernel: Extent(3, 5), stride: Extent(2, 1), padding: .exactly(Extent(1, 0)),
                dilation: Extent(1, 2), groups: 1, hasBias: false)),
        .convolution(.init(width: 8, padding: .same, groups: 2)), .batchNorm(.init(epsilon: 1e-3, momentum: 0.25)),
        .activation(.leakyReLU(slope: 0.2)), .activation(.relu), .activation(.gelu), .activation(.sigmoid),
        .activation(.tanh), .maxPool(.init(size: Extent(2), stride: Extent(1), padding: Extent(1))),
        .averagePool(.init(size: Extent(2, 1))),
        .residual(body: [.convolution(.init(width: 12, padding: .same))], shortcut: nil),
        .residual(body: [.activation(.relu)], shortcut: []),
        .residual(body: [.activation(.relu)], shortcut: [.activation(.tanh)]),
        .concatenation(branches: [[.activation(.relu)], [.convolution(.init(width: 4, padding: .same))], []]),
        .adaptiveAveragePool(output: Extent(2, 3)), .flatten, .dropout(rate: 0.3),
        .linear(.init(width: 12, hasBias: false)),
        .activation(.softmax), .linear(.init(width: 10)),
    ]

    /// Kinds that came after the identity below was written down.
    private static let laterLayers: [Layer] = [
        .groupNorm(.init(groups: 5, epsilon: 1e-3)), .layerNorm(.init(epsilon: 1e-3)), .activation(.elu(alpha: 0.5)),
        .prelu(.init(isPerChannel: true)), .prelu(.init()), .batchNorm(.init(hasScale: false)),
        .batchNorm(.init(hasBias: false)),
        .scale(.init(factor: 1.0 / 9)),
        .scale(.init(factor: -1e-6, isLearned: true)),
        .multiplication(body: [.linear(.init(width: 10)), .activation(.sigmoid)]),
        .chunk(branches: [[], [.activation(.relu)]]), .chunk(branches: [[]]),
        .linear(.init(width: 10, initialization: .orthogonal, freezing: .init(.weights, biasEpochs: 3))),
        .batchNorm(.init(freezing: .init(.all))), .layerNorm(.init(freezing: .init(biasEpochs: 1))),
        .groupNorm(.init(groups: 2, freezing: .init(.weights))), .prelu(.init(freezing: .init(.all))),
        .scale(.init(factor: 2, isLearned: true, freezing: .init(.all))),
    ]

    /// The same, in front of all.
    private static let laterMaps: [Layer] = [
        .convolution(.init(width: 4, kernel: Extent(1), initialization: .whiten)),
        .convolution(.init(width: 3, kernel: Extent(1), initialization: .dirac, freezing: .init(.all))),
        .instanceNorm(.init(hasScale: true, freezing: .init(.all))),
        .instanceNorm(.init(epsilon: 1e-3, hasScale: true)), .instanceNorm(.init(hasBias: true)),
        .maxPool(.init(size: Extent(1), stride: Extent(2), roundsUp: true)),
        .adaptiveMaxPool(output: Extent(32)),
        .channelShuffle(groups: 3), .attention(.init(heads: 3)), .attention(.init(heads: 1, freezing: .init(.weights))),
        .positionEmbedding(.init()), .positionEmbedding(.init(freezing: .init(.all))),
        .placeMixing(.init(output: Extent(7, 1))),
        .placeMixing(.init(output: Extent(32), freezing: .init(biasEpochs: 2))),
        .residual(body: [.dropPath(rate: 0.1), .convolution(.init(width: 3, padding: .same))], shortcut: nil),
    ]

    private static let options: [TrainingOptions] = [
        TrainingOptions(),
        TrainingOptions(
            epochs: 3, batchSize: 16,
            optimizer: .sgd(learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4, isNesterov: true),
            schedule: .step(every: 2, factor: 0.1), gradient: .init(labelSmoothing: 0.1, largestNorm: 1),
            precision: .precise, seeds: Seeds(.max)),
        TrainingOptions(
            optimizer: .adam(
                learningRate: 1e-3, beta1: 0.8, beta2: 0.99, epsilon: 1e-7, weightDecay: 0.01, isDecoupled: true),
            schedule: .cosine(warmup: 2), precision: .mixed),
        TrainingOptions(
            optimizer: .rmsprop(
                learningRate: 0.1, alpha: 0.9, epsilon: 1e-6, weightDecay: 1e-4, momentum: 0.9, isCentered: true)),
        TrainingOptions(optimizer: .lion(learningRate: 1e-4, beta1: 0.95, beta2: 0.98, weightDecay: 0.5)),
        TrainingOptions(
            optimizer: .sgd(learningRate: 0.1, weightDecay: 5e-4).with(
                RoleFactors(decaysWeightsOnly: true, biasRate: 2, normBiasRate: 64))),
        TrainingOptions(optimizer: .adam().with(RoleFactors(biasRate: 0.5, normBiasRate: 1))),
        TrainingOptions(optimizer: .muon()),
        TrainingOptions(
            optimizer: .muon(
                learningRate: 0.1, momentum: 0.6, isNesterov: false, steps: 3, weightDecay: 0.01,
                others: .sgd(learningRate: 0.3, momentum: 0.9).with(RoleFactors(normBiasRate: 64)))),
        TrainingOptions(schedule: .oneCycle(peak: 0.1, momentum: (0.95, 0.85))),
        TrainingOptions(schedule: .oneCycle(peak: nil)), TrainingOptions(schedule: .oneCycle(peak: 0.3)),
        TrainingOptions(schedule: .oneCycle(peak: 0.3, warmup: 2, minimum: 1e-6)),
        TrainingOptions(schedule: .cosine(warmup: 0, restarts: 2, minimum: 1e-5)),
        TrainingOptions(schedule: .constant(warmup: 3)),
        TrainingOptions(schedule: .multiStep(epochs: [3, 5], factor: 0.2, warmup: 1, minimum: 1e-5)),
        TrainingOptions(
            schedule: .polyline([SchedulePoint(share: 0, factor: 0.2), SchedulePoint(share: 1, factor: 1)])),
    ]

    private static func readAgain(_ description: RunDescription) throws -> RunDescription {
        let text = String(decoding: JSON.object(description.json).bytes, as: UTF8.self)
        return try RunDescription(try JSON(parsing: text))
    }

    @Test(arguments: options) func whatIsWrittenIsReadAgain(_ options: TrainingOptions) throws {
        let data = DataDescription(
            source: .imageFolder(path: "a \"b\"/é", height: 64, width: 32, testShare: 0.25, seed: 7),
            steps: [
                .take(training: 64, test: 16, seed: 2), .split(share: 0.9, seed: 3), .resize(height: 8, width: 9),
                .fold(1, of: 3, seed: 4),
            ],
            mean: [0.1, 0.2, 0.3], deviation: [1.0 / 3, 0.5, 1],
            augmentation: Augmentation(Flip.random, Crop(4, border: .reflect), Cutout(8)))
        let description = RunDescription(
            try Self.architecture(Self.laterMaps + Self.layers + Self.laterLayers), dataDigest: "ab", data: data,
            options)
        let again = try Self.readAgain(description)
        #expect(again.architecture == description.architecture)
        #expect(again.options == options)
        #expect(again.data == data && again.dataDigest == "ab")
        #expect(try again.identity() == description.identity())
    }

    @Test func allThatDecidesBitsDecidesTheIdentity() throws {
        let architecture = try Trained.architecture()
        func identity(
            _ change: (inout TrainingOptions) -> Void = { _ in }, digest: String = "ab", of other: Architecture? = nil
        ) throws -> RunIdentity {
            var options = TrainingOptions(epochs: 3)
            change(&options)
            return try RunDescription(other ?? architecture, dataDigest: digest, data: nil, options).identity()
        }
        let first = try identity()
        let changes: [(inout TrainingOptions) -> Void] = [
            { $0.batchSize = 65 }, { $0.optimizer = .adam(learningRate: 2e-3) }, { $0.optimizer = .sgd() },
            { $0.optimizer = .adam(isDecoupled: true) }, { $0.optimizer = .lion() },
            { $0.optimizer = .adam().with(RoleFactors(biasRate: 2)) }, { $0.optimizer = .muon() },
            { $0.optimizer = .muon(steps: 3) }, { $0.optimizer = .muon(others: .sgd()) },
            { $0.schedule = .oneCycle(peak: nil) },
            { $0.schedule = .oneCycle(peak: nil, momentum: (0.95, 0.85)) },
            { $0.optimizer = .adam().with(RoleFactors(normBiasRate: 2)) },
            { $0.optimizer = .adam().with(RoleFactors(decaysWeightsOnly: true)) }, { $0.schedule = .cosine(warmup: 0) },
            { $0.gradient.labelSmoothing = 0.1 }, { $0.classWeights = .balanced }, { $0.parts = 4 },
            { $0.classWeights = .given([1, 2]) }, { $0.gradient.largestNorm = 1 }, { $0.precision = .mixed },
            { $0.precision = .precise }, { $0.seeds.order = 9 }, { $0.seeds.dropout = 9 },
            { $0.seeds.augmentation = 9 }, { $0.seeds.initialization = 9 },
        ]
        var seen = [first]
        for change in changes { seen.append(try identity(change)) }
        seen.append(try identity(digest: "ac"))
        seen.append(try identity(of: try Self.architecture([.flatten, .linear(.init(width: 10))])))
        #expect(Set(seen.map(\.digest)).count == seen.count && Set(seen.map(\.stem)).count == seen.count)

        #expect(try identity { $0.threads = 7 } == first, "threads change no bit")
        let longer = try identity { $0.epochs = 4 }
        #expect(longer.digest != first.digest && longer.stem == first.stem)
        let cosine = try identity { $0.schedule = .cosine(warmup: 0) }
        #expect(cosine.stem == cosine.digest, "a schedule over all epochs begins differently")
    }

    /// Runs are found again for ever: what changes these is trained again. With a new arithmetic version they change,
    /// with nothing else.
    @Test func theIdentityOfATrainingStaysWhatItIs() throws {
        let description = RunDescription(
            try Self.architecture(Self.layers), dataDigest: "ab", data: nil, Self.options[1])
        #expect(arithmeticVersion == 4)
        #expect(
            description.identity(on: "")
                == RunIdentity(
                    digest: "396efadb2ed605e0d1933178cb9c7cbfd7518bb45b2bd46ca9fc063f158046f0",
                    stem: "8737a26ad5fac0bc1b21cf59a6c8a726b1138a2da57ce22e130afd6d5e640d4c"),
            "\(String(decoding: JSON.object(description.json).bytes, as: UTF8.self))")
    }

    /// Where this does not compile, a layer is missing in `laterLayers` or `laterMaps`.
    @Test func everyKindOfLayerIsWrittenAndRead() {
        func kind(_ layer: Layer) -> Int {
            switch layer {
            case .convolution: 0
            case .linear: 1
            case .batchNorm: 2
            case .activation: 3
            case .maxPool: 4
            case .averagePool: 5
            case .adaptiveAveragePool: 6
            case .flatten: 7
            case .dropout: 8
            case .residual: 9
            case .concatenation: 10
            case .groupNorm: 11
            case .layerNorm: 12
            case .instanceNorm: 13
            case .prelu: 14
            case .adaptiveMaxPool: 15
            case .scale: 16
            case .multiplication: 17
            case .chunk: 18
            case .channelShuffle: 19
            case .dropPath: 20
            case .attention: 21
            case .positionEmbedding: 22
            case .placeMixing: 23
            }
        }
        let layers = Self.layers + Self.laterMaps + Self.laterLayers
        #expect(Set((layers + layers.flatMap { $0.blocks.flatMap(\.layers) }).map(kind)) == Set(0...23))
    }

    @Test(arguments: [
        #"{"format": 2}"#, "{}", "[]", #"{"format": 1, "network": {}, "options": {}, "data": {"sha256": "ab"}}"#,
        #"{"format": 1, "network": {"input": [3, 0], "layers": []}, "options": {}, "data": {"sha256": "ab"}}"#,
        #"{"format": 1, "network": {"input": [3], "layers": [{"layer": "conv"}]}, "options": {}, "data": {"sha256": "ab"}}"#,
        #"{"format": 1, "network": {"input": [3], "layers": [{"layer": "linear", "width": -1, "bias": true}]}, "options": {}, "data": {"sha256": ""}}"#,
        #"{"format": 1, "network": {"input": [3], "layers": [{"layer": "relu", "later": 1}]}, "options": {}, "data": {"sha256": ""}}"#,
        #"{"format": 1, "network": {"input": [3, 8, 8], "layers": [{"layer": "maxpool", "size": [2, 2], "stride": [2, 2], "padding": [4611686018427387905, 0]}]}, "options": {}, "data": {"sha256": ""}}"#,
    ])
    func whatIsNoDescriptionIsRefused(_ text: String) throws {
        let json = try JSON(parsing: text)
        #expect(throws: DescriptionError.self) { try RunDescription(json) }
    }

    // MARK: Data

    @Test func dataAreMadeAgainFromTheirDescription() throws {
        var data = try Synthetic.make(cancellation: Cancellation())
            .taking(100, test: 40).split(share: 0.8, seed: 5).resized(height: 12, width: 10)
        data.augmentation = Augmentation(Flip.random)
        data.normalization = try #require(Normalization(mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.25, 0.3]))
        let description = try #require(data.description)
        let read = try #require(DataDescription(.object(description.json)))
        #expect(read == description)
        let made = try read.made(in: "/", opensFiles: false, cancellation: Cancellation())
        #expect(try made.digest() == data.digest() && made.description == description)
    }

    /// Runs are found by it: a transform that comes later leaves what was written before as it is.
    @Test func theDescriptionOfAnAugmentationStaysWhatItIs() throws {
        func text(_ augmentation: Augmentation) throws -> String {
            var data = try Synthetic.make(cancellation: Cancellation())
            data.augmentation = augmentation
            let description = try #require(data.description)
            let json = try #require(description.json["augment"])
            return String(decoding: json.bytes, as: UTF8.self)
        }
        #expect(try text(Augmentation(Crop(4))) == #"{"flip":false,"crop":4,"cutout":0}"#)
        #expect(
            try text(Augmentation(Crop(4, border: .reflect)))
                == #"{"flip":false,"crop":4,"border":"reflect","cutout":0}"#)
        #expect(try text(Augmentation(Cutout(8), Flip.random)) == #"{"flip":true,"crop":0,"cutout":8}"#)
        #expect(Augmentation(Cutout(8), Flip.random).digestText == "true 0 8")
        let later = Augmentation(CutMix(1), Flip.alternating, Mixup(0.2), Erase(0.25))
        #expect(
            try text(later) == #"{"flip":"alternating","crop":0,"cutout":0,"erase":0.25,"mixup":0.2,"cutmix":1.0}"#)
        #expect(later.digestText == "alternating 0 0 erase 0.25 mixup 0.2 cutmix 1.0")
        #expect(Augmentation(settings: try JSON(parsing: text(later))) == later)
        let redrawn = Augmentation(
            RandAugment(operations: 2, magnitude: 9), Flip.random, Color(0.4), Rotate(15), Zoom(0.5...1))
        #expect(
            try text(redrawn)
                == #"{"zoom":[0.5,1.0],"rotate":15.0,"color":0.4,"randaugment":[2,9],"flip":true,"crop":0,"cutout":0}"#)
        #expect(redrawn.digestText == "zoom 0.5 1.0 rotate 15.0 color 0.4 randaugment 2 9 true 0 0")
        #expect(Augmentation(settings: try JSON(parsing: text(redrawn))) == redrawn)
    }

    @Test(arguments: [
        #"{"flip":true,"crop":4}"#, #"{"flip":true,"crop":4,"cutout":0,"warp":3}"#, #"{"flip":1,"crop":4,"cutout":0}"#,
        #"{"flip":true,"crop":1025,"cutout":0}"#, #"{"flip":true,"crop":4,"border":"wrap","cutout":0}"#, "[]",
        #"{"flip":"always","crop":4,"cutout":0}"#, #"{"flip":true,"crop":4,"cutout":0,"mixup":-1}"#,
        #"{"flip":true,"crop":4,"cutout":0,"erase":2}"#, #"{"flip":true,"crop":4,"cutout":0,"cutmix":true}"#,
        #"{"flip":true,"crop":4,"cutout":0,"zoom":[0.5]}"#, #"{"flip":true,"crop":4,"cutout":0,"zoom":[0,1]}"#,
        #"{"flip":true,"crop":4,"cutout":0,"zoom":[0.5,1,2]}"#, #"{"flip":true,"crop":4,"cutout":0,"zoom":[0.9,0.5]}"#,
        #"{"flip":true,"crop":4,"cutout":0,"rotate":-5}"#, #"{"flip":true,"crop":4,"cutout":0,"color":"strong"}"#,
        #"{"flip":true,"crop":4,"cutout":0,"randaugment":[0,9]}"#,
        #"{"flip":true,"crop":4,"cutout":0,"randaugment":[2,31]}"#,
        #"{"flip":true,"crop":4,"cutout":0,"randaugment":[2,9.5]}"#,
    ])
    func anAugmentationOfAnotherFormIsRefused(_ text: String) throws {
        let description = try #require(try Synthetic.make(cancellation: Cancellation()).description)
        var object = description.json
        #expect(DataDescription(.object(object)) != nil)
        object["augment"] = try JSON(parsing: text)
        #expect(DataDescription(.object(object)) == nil)
    }

    @Test func aDescriptionOfSomebodyElseOpensNoFolder() throws {
        let description = DataDescription(
            source: .imageFolder(path: "/etc", height: 8, width: 8, testShare: 0.2, seed: 1), steps: [],
            mean: [0, 0, 0], deviation: [1, 1, 1], augmentation: Augmentation())
        #expect(throws: DatasetError.self) {
            try description.made(in: "/", opensFiles: false, cancellation: Cancellation())
        }
    }

    // MARK: Outcomes

    @Test func whatIsKeptOfEachImageIsWhatTheNetworkSaid() throws {
        let outcome = try Trained.train(Trained.options(epochs: 1))
        let outcomes = outcome.position.outcomes
        let network = try Trained.network(Trained.options(), Cancellation())
        network.load(outcome.state.parameters)
        let labels = Trained.data.test.labels
        #expect(outcomes.count == labels.count && outcomes.isWhole)
        for image in labels.indices {
            _ = try network.evaluate(image..<image + 1)
            let logits = network.outputs(image: 0).map(Double.init)
            let sum = logits.map { exponential($0 - logits.max()!) }.reduce(0, +)
            let probabilities = logits.map { exponential($0 - logits.max()!) / sum }
            let order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
            #expect(Int(outcomes.classes[image]) == order[0])
            #expect(outcomes.areAmongFive[image] == order.prefix(5).contains(labels[image]))
            #expect(abs(Double(outcomes.confidences[image]) - probabilities[order[0]]) < 5e-4)
            #expect(abs(Double(outcomes.losses[image]) + logarithm(probabilities[labels[image]])) < 2e-3)
        }
        #expect(TestOutcomes(outcomes.bytes, count: outcomes.count) == outcomes)
        let classes = TestOutcomes(classes: [3, 65_535, 0])
        #expect(TestOutcomes(classes.bytes, count: 3) == classes)
        #expect(TestOutcomes(outcomes.bytes, count: outcomes.count - 1) == nil)
    }

    @Test func aRecordIsReadAsItWasWritten() throws {
        let folder = try Trained.folder()
        defer { try? FileSystem.removeTree(folder) }
        let outcome = try Trained.train(Trained.options(epochs: 2))
        var record = try Trained.record(Trained.options(epochs: 2))
        record.position = outcome.position
        record.state = .done
        record.digest = "cd"
        let path = "\(folder)/a.run"
        try RunRecordFile.write(record, key: "0123456789abcdef", to: path)
        let read = try RunRecordFile.read(path)
        #expect(read.key == "0123456789abcdef" && read.record.position.outcomes == outcome.position.outcomes)
        #expect(read.record.position.metrics == outcome.position.metrics && read.record.digest == "cd")
        #expect(read.record.description?.options == record.description?.options.on(threads: nil))
        #expect(read.record.kept == record.kept)

        let bytes = try FileSystem.read(path)
        for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 97)) {
            var changed = bytes
            changed[place] ^= 1
            try FileSystem.write(changed, to: path)
            #expect(throws: RunRecordFile.Fault.self, "a bit of byte \(place)") { try RunRecordFile.read(path) }
            try FileSystem.write(Array(bytes[..<place]), to: path)
            #expect(throws: RunRecordFile.Fault.self, "cut at \(place)") { try RunRecordFile.read(path) }
        }
    }
}

extension TrainingOptions {
    fileprivate func on(threads: Int?) -> TrainingOptions {
        var options = self
        options.threads = threads
        return options
    }
}

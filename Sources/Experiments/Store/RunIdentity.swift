// What a run is found by: a digest of all that decides its bits. The network as its expanded layers, the data by their digest, every
// option that changes a number, and the rounding of the engine; no names, no text, no threads. Two runs with one identity are one run.

import Engine
import Libraries
import Network

public struct RunIdentity: Hashable, Sendable {
    /// SHA-256, as hexadecimal text.
    public let digest: String
    /// The same without the number of epochs, where the first epochs of a longer training are those of a shorter one: a run goes on from
    /// where any other of its stem ended. Else equal to `digest`.
    public let stem: String

    init(digest: String, stem: String) {
        self.digest = digest
        self.stem = stem
    }

    /// - Parameter dataDigest: SHA-256 of the data.
    /// - Throws: where the machine has not the instruction set that is asked for.
    public init(
        _ architecture: Architecture, dataDigest: String, _ options: TrainingOptions
    ) throws(TrainingError) {
        var lines = [
            "arithmetic \(arithmeticVersion)", "network \(architecture.program)", "data \(dataDigest)",
            "batch \(options.batchSize)", "optimizer \(Self.text(options.optimizer))",
            "schedule \(Self.text(options.schedule))", "precision \(options.precision.rawValue)",
            "smoothing \(options.gradient.labelSmoothing)",
            "clip \(options.gradient.largestNorm.map { "\($0)" } ?? "none")",
            "seeds \(options.seeds.initialization) \(options.seeds.order) \(options.seeds.augmentation) "
                + "\(options.seeds.dropout)",
        ]
        if options.precision == .mixed {
            do throws(EngineError) { lines.append("instructions \(try InstructionSet.chosen().rawValue)") } catch {
                throw .engine(error)
            }
        }
        func digest(_ lines: [String]) -> String {
            Digest.sha256(Array(lines.joined(separator: "\n").utf8)).hexadecimal
        }
        self.digest = digest(lines + ["epochs \(options.epochs)"])
        stem = options.schedule.dependsOnEpochs ? self.digest : digest(lines)
    }

    private static func text(_ optimizer: OptimizerOptions) -> String {
        switch optimizer {
        case .sgd(let learningRate, let momentum, let weightDecay, let isNesterov):
            "sgd \(learningRate) \(momentum) \(weightDecay) \(isNesterov)"
        case .adam(let learningRate, let beta1, let beta2, let epsilon, let weightDecay, let isDecoupled):
            "adam \(learningRate) \(beta1) \(beta2) \(epsilon) \(weightDecay) \(isDecoupled)"
        }
    }

    private static func text(_ schedule: Schedule) -> String {
        switch schedule {
        case .constant: "constant"
        case .step(let every, let factor): "step \(every) \(factor)"
        case .cosine(let warmup): "cosine \(warmup)"
        case .oneCycle(let peak): "onecycle \(peak.map { "\($0)" } ?? "")"
        }
    }
}

extension Schedule {
    /// Whether the learning rate of a step depends on how many epochs there are in all.
    public var dependsOnEpochs: Bool {
        switch self {
        case .constant, .step: false
        case .cosine, .oneCycle: true
        }
    }
}

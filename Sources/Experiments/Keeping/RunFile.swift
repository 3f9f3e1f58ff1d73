// A run as a file: its weights as PyTorch names them, and in the metadata all that makes it a run again. A checksum over everything tells
// a damaged file; a number, one that a newer Tandem wrote.

import Engine
import Libraries
import Network

/// What is wrong with a file that should hold a run.
public enum RunFileError: Error, Sendable {
    /// No safetensors file, or one that is cut short: the reason.
    case unreadable(String)
    /// Weights alone, written by something else.
    case noRun
    /// Written by this later version.
    case newer(version: String)
    /// Its bytes are not those that were written.
    case damaged
    case outOfMemory
}

public struct RunFile: Sendable {
    /// What only the session knows of a run.
    public struct Context: Sendable, Equatable {
        /// The line of the language that defines the model and trains it.
        public var program: String
        /// `VGG(pooled: true)`
        public var modelExpression: String
        public var dataExpression: String?
        /// SHA-256 of the data.
        public var dataDigest: String?
        /// Tandem's.
        public var version: String

        public init(
            program: String, modelExpression: String, dataExpression: String?, dataDigest: String?, version: String
        ) {
            self.program = program
            self.modelExpression = modelExpression
            self.dataExpression = dataExpression
            self.dataDigest = dataDigest
            self.version = version
        }
    }

    public let context: Context
    private let tensors: Safetensors
    private let record: JSONObject

    /// Of the metadata; a file with a greater one is refused.
    private static let format = 1
    private static let recordKey = "tandem"
    private static let checksumKey = "tandem.sha256"

    // MARK: Writing

    /// The bytes of a file that holds this run.
    public static func bytes(_ run: Run, _ context: Context) -> [UInt8] {
        var record: JSONObject = [
            "format": .integer(format), "version": .string(context.version), "arithmetic": .integer(arithmeticVersion),
            "program": .string(context.program), "model": .string(run.model),
            "expression": .string(context.modelExpression), "state": .string(run.state.description),
            "data": ["name": .string(run.dataset)], "digest": .string(run.digest), "steps": .integer(run.steps),
            "images": .integer(run.images), "seconds": .number(run.seconds),
            "trainingseconds": .number(run.trainingSeconds), "curve": .array(run.metrics.map(Self.json)),
        ]
        var data = record["data"]?.object ?? JSONObject()
        data["expression"] = context.dataExpression.map { .string($0) }
        data["sha256"] = context.dataDigest.map { .string($0) }
        record["data"] = .object(data)
        record["name"] = run.name.map { .string($0) }
        if case .diverged(let epoch, let batch) = run.state {
            record["diverged"] = ["epoch": .integer(epoch), "batch": .integer(batch)]
        }
        var file = Safetensors(run.parameters, steps: run.steps)
        file.metadata[recordKey] = String(decoding: JSON.object(record).bytes, as: UTF8.self)
        file.metadata[checksumKey] = file.checksum
        return file.bytes
    }

    private static func json(_ metrics: EpochMetrics) -> JSON {
        [
            "epoch": .integer(metrics.epoch), "trainloss": .number(metrics.trainLoss),
            "trainaccuracy": .number(metrics.trainAccuracy), "loss": .number(metrics.testLoss),
            "accuracy": .number(metrics.testAccuracy), "seconds": .number(metrics.seconds),
            "trainingseconds": .number(metrics.trainingSeconds),
        ]
    }

    // MARK: Reading

    public init(parsing bytes: [UInt8]) throws(RunFileError) {
        do { tensors = try Safetensors(parsing: bytes) } catch { throw .unreadable(error.description) }
        guard let text = tensors.metadata[Self.recordKey] else { throw .noRun }
        let record = try? JSON(parsing: text).object
        let version = record?["version"]?.string ?? ""
        // Before the checksum: a later version may sum up in another way.
        if let format = record?["format"]?.integer, format > Self.format { throw .newer(version: version) }
        guard let record, tensors.metadata[Self.checksumKey] == tensors.checksum,
            let program = record["program"]?.string, let expression = record["expression"]?.string
        else { throw .damaged }
        self.record = record
        context = Context(
            program: program, modelExpression: expression, dataExpression: record["data"]?["expression"]?.string,
            dataDigest: record["data"]?["sha256"]?.string, version: version)
    }

    /// The run, once the session has made network and options of its program.
    public func run(_ architecture: Architecture, _ options: TrainingOptions) throws(RunFileError) -> Run {
        let parameters: TrainedParameters
        do throws(WeightsError) { parameters = try tensors.parameters(for: architecture).parameters } catch {
            if case .outOfMemory = error { throw .outOfMemory }
            throw .damaged
        }
        return Run(
            name: record["name"]?.string, model: record["model"]?.string ?? context.modelExpression,
            architecture: architecture, dataset: record["data"]?["name"]?.string ?? "", options: options, state: state,
            metrics: (record["curve"]?.array ?? []).map(Self.metrics), steps: record["steps"]?.integer ?? 0,
            images: record["images"]?.integer ?? 0, seconds: Self.number(record["seconds"]),
            trainingSeconds: Self.number(record["trainingseconds"]), parameters: parameters)
    }

    private var state: Run.State {
        switch record["state"]?.string {
        case "interrupted": return .interrupted
        case "loaded": return .loaded
        case "stopped": return .stopped(reason: "it was stopped before it was saved", fix: "train anew")
        case "diverged":
            let place = record["diverged"]
            return .diverged(epoch: place?["epoch"]?.integer ?? 1, batch: place?["batch"]?.integer ?? 0)
        default: return .done
        }
    }

    private static func metrics(_ json: JSON) -> EpochMetrics {
        EpochMetrics(
            epoch: json["epoch"]?.integer ?? 0, trainLoss: number(json["trainloss"]),
            trainAccuracy: number(json["trainaccuracy"]), testLoss: number(json["loss"]),
            testAccuracy: number(json["accuracy"]), seconds: number(json["seconds"]),
            trainingSeconds: number(json["trainingseconds"]))
    }

    /// JSON has no word for a number that is none: what diverged is `null`.
    private static func number(_ json: JSON?) -> Double {
        switch json {
        case .number(let number)?: number
        case .integer(let number)?: Double(number)
        default: .nan
        }
    }
}

extension Safetensors {
    /// SHA-256 over names, shapes and values, and over all other metadata; the order of names is left out, which tools that copy a
    /// file may change.
    fileprivate var checksum: String {
        var digest = Digest(.sha256)
        for key in metadata.keys.sorted() where key != "tandem.sha256" {
            digest.update("\(key)\0\(metadata[key] ?? "")\0")
        }
        for name in names.sorted() {
            guard let tensor = self[name] else { continue }
            digest.update("\(name)\0\(tensor.shape) \(tensor.isInteger)\0")
            tensor.values.withUnsafeBytes { digest.update($0) }
        }
        return digest.finish().hexadecimal
    }
}

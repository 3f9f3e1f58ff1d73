// A run with its weights as a file: the tensors under PyTorch's names, and the record of the run in the metadata, from
// which it becomes a run again. A checksum over everything detects damage; a version number detects a newer Tandem.

import Datasets
import Engine
import Libraries
import Network

/// What is wrong with a file that should hold a run.
public enum WeightsFileError: Error, Sendable {
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

public struct WeightsFile: Sendable {
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

    public let record: RunRecord
    public var context: Context { record.context }
    private let tensors: Safetensors

    static let recordKey = "tandem"
    fileprivate static let checksumKey = "tandem.sha256"

    // MARK: Writing

    /// Writes a file that holds this run, whole or not at all, with no more than one tensor in memory besides the run.
    ///
    /// - Parameter data: how to make its data, where that is known.
    /// - Returns: its bytes.
    public static func write(
        _ run: Run, _ context: Context, data: DataDescription? = nil, to path: String
    ) throws(FileError) -> Int {
        try write(run, RunRecord(run, context, data: data), to: path)
    }

    static func write(
        _ run: Run, _ record: RunRecord, to path: String, isPrivate: Bool = false
    ) throws(FileError) -> Int {
        guard let parameters = run.parameters else {
            throw FileError("write", path, reason: "the weights of \(run.label) are not kept")
        }
        let parts = Safetensors.parts(parameters, steps: run.stepsOfWeights)
        var metadata = Safetensors.metadataOfPyTorch
        metadata[recordKey] = record.text
        if let largest = parts.map(\.count).max(), !Memory.hasRoom(for: 8 * largest) {
            throw FileError("write", path, reason: "there is no memory for a copy of its largest tensor")
        }
        metadata[checksumKey] = checksum(parts, metadata)
        return try Safetensors.write(parts, metadata: metadata, to: path, isPrivate: isPrivate)
    }

    /// SHA-256 over names, shapes and values, and over all other metadata; the order of names is left out, which tools
    /// that copy a file may change.
    static func checksum(_ parts: [Safetensors.Part], _ metadata: [String: String]) -> String {
        var digest = Digest(.sha256)
        for key in metadata.keys.sorted() where key != checksumKey {
            digest.update("\(key)\0\(metadata[key] ?? "")\0")
        }
        for part in parts.sorted(by: { $0.name < $1.name }) {
            digest.update("\(part.name)\0\(part.shape) \(part.type == .int64)\0")
            part.values().withUnsafeBytes { digest.update($0) }
        }
        return digest.finish().hexadecimal
    }

    // MARK: Reading

    public init(parsing bytes: [UInt8]) throws(WeightsFileError) {
        let tensors: Safetensors
        do { tensors = try Safetensors(parsing: bytes) } catch { throw .unreadable(error.description) }
        try self.init(tensors)
    }

    public init(_ tensors: Safetensors) throws(WeightsFileError) {
        self.tensors = tensors
        guard let text = tensors.metadata[Self.recordKey] else { throw .noRun }
        let json = try? JSON(parsing: text)
        // Before the checksum: a later version may sum up in another way.
        if let format = json?["format"]?.integer, format > RunRecord.format {
            throw .newer(version: json?["version"]?.string ?? "")
        }
        // What is not read is in no checksum, and no version has written it.
        guard let json, tensors.unread.isEmpty,
            tensors.metadata[Self.checksumKey] == Self.checksum(tensors.parts, tensors.metadata),
            let record = RunRecord(json)
        else {
            throw .damaged
        }
        self.record = record
    }

    /// What a file says of its run; its tensors are not looked at.
    static func record(at path: String) -> RunRecord? {
        guard let reader = try? FileReader(path), let head = try? Safetensors.header(of: reader),
            let text = head.header["__metadata__"]?[recordKey]?.string, let record = try? JSON(parsing: text)
        else { return nil }
        return RunRecord(record)
    }

    /// The run, once the session has made network and options of its program.
    public func run(_ architecture: Architecture, _ options: TrainingOptions) throws(WeightsFileError) -> Run {
        let parameters: TrainedParameters
        do throws(StateDictionaryError) { parameters = try tensors.parameters(for: architecture).parameters } catch {
            if case .outOfMemory = error { throw .outOfMemory }
            throw .damaged
        }
        return Run(
            name: record.name, model: record.model, architecture: architecture, dataset: record.dataset,
            options: options, state: record.state, position: record.position, parameters: parameters)
    }
}

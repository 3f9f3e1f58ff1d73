// What a study and the processes that train for it tell each other: a line of JSON each.

import Engine
import Experiments
import Libraries

/// A training that a worker is given.
public struct WorkerTask: Sendable {
    /// Of the training that begins: what it is, and what it is called.
    public let record: RunRecord
    /// What paths in the description of its data are relative to.
    public let folder: String
    /// Where it is trained though there may be a run, from the start.
    public let attempt: Attempt?
    public let keepsWeights: Bool
    /// Set by who gives it; 0: the cores that the worker has.
    var threads = 1
    /// Whether who gives it may see nothing of the worker's store.
    var isElsewhere = false
    /// The process that gives it and has its claim.
    var giver = 0
    var host = ""

    public init(_ record: RunRecord, folder: String, attempt: Attempt? = nil, keepsWeights: Bool) {
        (self.record, self.folder) = (record, folder)
        (self.attempt, self.keepsWeights) = (attempt, keepsWeights)
    }

    /// What it is called in the names of files.
    var name: String? { (record.kept?.identity).map { $0.name(attempt) } }

    var line: [UInt8] {
        let json: JSONObject = [
            "train": .object(record.json), "folder": .string(folder),
            "attempt": attempt.map { .string($0.name) } ?? .null,
            "weights": .bool(keepsWeights), "threads": .integer(threads),
            "elsewhere": .bool(isElsewhere), "giver": .integer(giver), "host": .string(TrainingClaim.ownHost),
        ]
        return JSON.object(json).bytes
    }

    /// - Returns: `nil` where it is no such line.
    init?(_ line: [UInt8]) {
        guard let json = try? JSON(parsing: line), let record = json["train"].flatMap(RunRecord.init),
            let folder = json["folder"]?.string, let keepsWeights = json["weights"]?.bool,
            let threads = json["threads"]?.integer, 0...1024 ~= threads
        else { return nil }
        self.init(
            record, folder: folder, attempt: json["attempt"]?.string.map(Attempt.init), keepsWeights: keepsWeights)
        self.threads = threads
        isElsewhere = json["elsewhere"]?.bool ?? false
        giver = json["giver"]?.integer ?? 0
        host = json["host"]?.string ?? ""
    }
}

/// What a worker tells of it.
enum WorkerMessage: Sendable {
    /// The worker has read its task.
    case began
    case progress(TrainingProgress)
    case epoch(EpochMetrics)
    /// How it ended: done, diverged, stopped or interrupted, with all that is known of it but the weights.
    case ended(RunRecord)
    /// Another process has trained it meanwhile.
    case kept
    /// Another process is at it.
    case held(by: String)
    /// It cannot begin.
    case failed(message: String, fix: String, isOutOfMemory: Bool)
    /// Its data cannot be made there.
    case noData(String)
    /// What the store could not keep, or found damaged.
    case fault(message: String, fix: String?)
}

extension WorkerMessage {
    var line: [UInt8] {
        let json: JSONObject
        switch self {
        case .began: json = ["began": true]
        case .progress(let progress): json = ["progress": progress.json]
        case .epoch(let metrics): json = ["epoch": metrics.json]
        case .ended(let record): json = ["ended": .object(record.json)]
        case .kept: json = ["kept": true]
        case .held(let holder): json = ["held": .string(holder)]
        case .failed(let message, let fix, let isOutOfMemory):
            json = ["failed": .string(message), "fix": .string(fix), "memory": .bool(isOutOfMemory)]
        case .noData(let reason): json = ["nodata": .string(reason)]
        case .fault(let message, let fix):
            var fault: JSONObject = ["fault": .string(message)]
            fault["fix"] = fix.map { .string($0) }
            json = fault
        }
        return JSON.object(json).bytes
    }

    /// - Returns: `nil` where it is no such line.
    init?(_ line: [UInt8]) {
        guard let json = try? JSON(parsing: line), let key = json.object?.keys.first, let value = json[key] else {
            return nil
        }
        let text = value.string
        switch (key, text) {
        case ("progress", _):
            guard let progress = TrainingProgress(value) else { return nil }
            self = .progress(progress)
        case ("began", _): self = .began
        case ("epoch", _): self = .epoch(EpochMetrics(value))
        case ("ended", _):
            guard let record = RunRecord(value) else { return nil }
            self = .ended(record)
        case ("kept", _): self = .kept
        case ("held", let holder?): self = .held(by: holder)
        case ("failed", let message?):
            self = .failed(
                message: message, fix: json["fix"]?.string ?? "", isOutOfMemory: json["memory"]?.bool ?? false)
        case ("nodata", let reason?): self = .noData(reason)
        case ("fault", let message?): self = .fault(message: message, fix: json["fix"]?.string)
        default: return nil
        }
    }
}

// Everything about a run but its weights, as JSON: part of the record, the file of weights and the checkpoint.

import Datasets
import Engine
import Libraries
import Runtime
import Text

public struct RunRecord: Sendable {
    public var context: WeightsFile.Context
    public var name: String?
    public var model: String
    public var dataset: String
    public var state: Run.State
    /// SHA-256 of the weights; `nil` during training.
    public var digest: String?
    /// Whole epochs and their results; the position within an epoch is in the checkpoint.
    public var position: TrainingPosition
    /// The number of epochs by its options.
    public var epochs: Int?
    public var seed: UInt64?
    /// All of its seeds, `1, orderseed 3`; `nil` in the record of an older version.
    public var seeds: String?
    /// The training as values; `nil` in the record of an older version.
    public var description: RunDescription?
    /// Why its description cannot be read, where there is one.
    public private(set) var descriptionFault: DescriptionError?
    /// The arithmetic version of the engine that trained it; 0 where nothing says it.
    public var arithmetic = arithmeticVersion
    /// What the store knows of it; `nil` in a file that `save` wrote.
    public var kept: Kept?

    /// What a run is found by, and circumstances that do not influence its bits.
    public struct Kept: Sendable, Equatable {
        public var identity: RunIdentity
        /// Seconds since 1970.
        public var started: Int
        /// The processor's name, the instruction set, and how many threads.
        public var machine: String
        public var instructionSet: String
        public var threads: Int
        /// Seconds that checkpoints and weights took from the training: copies, and the processor's time of writing
        /// them.
        public var keepingSeconds = 0.0
    }

    /// Of the JSON; a record with a greater one is refused.
    static let format = 1

    // MARK: Writing

    public var json: JSONObject {
        var record: JSONObject = [
            "format": .integer(Self.format), "version": .string(context.version),
            "arithmetic": .integer(arithmetic),
            "program": .string(context.program), "model": .string(model),
            "expression": .string(context.modelExpression), "state": .string(state.description),
        ]
        var data: JSONObject = ["name": .string(dataset)]
        data["expression"] = context.dataExpression.map { .string($0) }
        data["sha256"] = context.dataDigest.map { .string($0) }
        record["data"] = .object(data)
        record["description"] = description.map { .object($0.json) }
        record["digest"] = digest.map { .string($0) }
        record["steps"] = .integer(position.steps)
        record["images"] = .integer(position.images)
        record["seconds"] = .number(position.seconds)
        record["trainingseconds"] = .number(position.trainingSeconds)
        record["curve"] = .array(position.metrics.map(\.json))
        record["name"] = name.map { .string($0) }
        record["epochs"] = epochs.map { .integer($0) }
        record["seed"] = seed.map { .unsigned($0) }
        record["seeds"] = seeds.map { .string($0) }
        if case .diverged(let epoch, let batch) = state {
            record["diverged"] = ["epoch": .integer(epoch), "batch": .integer(batch)]
        }
        if case .stopped(let reason, let fix) = state {
            record["stopped"] = ["reason": .string(reason), "fix": .string(fix)]
        }
        if !position.outcomes.isEmpty {
            record["outcomes"] = [
                "images": .integer(position.outcomes.count), "bytes": .string(position.outcomes.bytes.hexadecimal),
            ]
        }
        if let kept {
            record["kept"] = [
                "identity": .string(kept.identity.digest), "stem": .string(kept.identity.stem),
                "started": .integer(kept.started), "machine": .string(kept.machine),
                "instructionset": .string(kept.instructionSet), "threads": .integer(kept.threads),
                "keepingseconds": .number(kept.keepingSeconds),
            ]
        }
        return record
    }

    var text: String { String(decoding: JSON.object(json).bytes, as: UTF8.self) }

    // MARK: Reading

    init(
        context: WeightsFile.Context, model: String, dataset: String, state: Run.State, position: TrainingPosition,
        options: TrainingOptions, description: RunDescription?, kept: Kept?
    ) {
        self.context = context
        self.description = description
        self.model = model
        self.dataset = dataset
        self.state = state
        self.position = position
        epochs = options.epochs
        seed = options.seeds.initialization
        seeds = options.seeds.text
        self.kept = kept
    }

    /// - Parameter data: how to make its data.
    public init(_ run: Run, _ context: WeightsFile.Context, data: DataDescription? = nil) {
        var position = TrainingPosition.start
        position.metrics = run.metrics
        (position.steps, position.images) = (run.steps, run.images)
        (position.seconds, position.trainingSeconds) = (run.seconds, run.trainingSeconds)
        position.outcomes = run.outcomes
        self.init(
            context: context, model: run.model, dataset: run.dataset, state: run.state, position: position,
            options: run.options,
            description: context.dataDigest.map {
                RunDescription(run.architecture, dataDigest: $0, data: data, run.options)
            }, kept: nil)
        name = run.name
        digest = run.digest
    }

    /// - Returns: `nil` if a required value is missing or has another type.
    public init?(_ json: JSON) {
        guard let program = json["program"]?.string, let expression = json["expression"]?.string else { return nil }
        context = WeightsFile.Context(
            program: program, modelExpression: expression, dataExpression: json["data"]?["expression"]?.string,
            dataDigest: json["data"]?["sha256"]?.string, version: json["version"]?.string ?? "")
        // Only an identifier is a name.
        name = json["name"]?.string.flatMap { $0.unicodeScalars.allSatisfy(\.isOfName) ? $0 : nil }
        model = (json["model"]?.string ?? expression).printableName
        dataset = (json["data"]?["name"]?.string ?? "").printableName
        guard let state = Self.state(json), let steps = Self.count(json["steps"]),
            let images = Self.count(json["images"]), let curve = Self.list(json["curve"]),
            curve.allSatisfy({ $0.object != nil }), let outcomes = Self.outcomes(json)
        else { return nil }
        self.state = state
        digest = json["digest"]?.string
        position = .start
        position.metrics = curve.map(EpochMetrics.init)
        let measuredSteps = position.metrics.compactMap(\.validation?.steps)
        guard position.metrics.allSatisfy(\.isPossible), measuredSteps == measuredSteps.sorted(),
            measuredSteps.last ?? 0 <= steps
        else { return nil }
        (position.steps, position.images) = (steps, images)
        position.seconds = Self.number(json["seconds"])
        position.trainingSeconds = Self.number(json["trainingseconds"])
        guard isDuration(position.seconds), isDuration(position.trainingSeconds) else { return nil }
        position.outcomes = outcomes
        position.epoch = position.metrics.count + 1
        if let json = json["description"] {
            do throws(DescriptionError) { description = try RunDescription(json) } catch {
                descriptionFault = error
            }
        }
        arithmetic = json["arithmetic"]?.integer ?? 0
        epochs = json["epochs"]?.integer
        seed = json["seed"]?.unsigned
        seeds = json["seeds"]?.string
        guard let stored = json["kept"], let digest = stored["identity"]?.string, let stem = stored["stem"]?.string
        else { return }
        // To the year 9999; a file may say anything.
        let started = min(max(0, stored["started"]?.integer ?? 0), 253_402_300_799)
        kept = Kept(
            identity: RunIdentity(digest: digest, stem: stem), started: started,
            machine: stored["machine"]?.string ?? "", instructionSet: stored["instructionset"]?.string ?? "",
            threads: stored["threads"]?.integer ?? 0)
        kept?.keepingSeconds = stored["keepingseconds"].map(Self.number) ?? 0
    }

    /// 0 if it is left out; `nil` if it is invalid.
    private static func count(_ json: JSON?) -> Int? {
        (json ?? 0).integer.flatMap { $0 >= 0 ? $0 : nil }
    }

    private static func list(_ json: JSON?) -> [JSON]? { (json ?? []).array }

    /// `nil` for a state that no version writes.
    private static func state(_ json: JSON) -> Run.State? {
        switch json["state"]?.string {
        case "interrupted": return .interrupted
        case "loaded": return .loaded
        case "stopped":
            let stopped = json["stopped"]
            return .stopped(
                reason: stopped?["reason"]?.string ?? "it was stopped before it was saved",
                fix: stopped?["fix"]?.string ?? "train it again")
        case "diverged":
            let place = json["diverged"]
            return .diverged(epoch: place?["epoch"]?.integer ?? 1, batch: place?["batch"]?.integer ?? 0)
        case "done": return .done
        case nil where json["state"] == nil: return .done
        default: return nil
        }
    }

    /// Earlier versions kept the classes alone.
    private static func outcomes(_ json: JSON) -> TestOutcomes? {
        if let kept = json["outcomes"] {
            guard let count = kept["images"]?.integer,
                let bytes = kept["bytes"]?.string.flatMap([UInt8].init(hexadecimal:))
            else { return nil }
            return TestOutcomes(bytes, count: count)
        }
        return (json["predictions"] ?? []).integers.map { TestOutcomes(classes: $0.map { UInt16(clamping: $0) }) }
    }

    /// JSON has no NaN: what diverged is `null`. What is no number is -1, which no result is.
    fileprivate static func number(_ json: JSON?) -> Double {
        guard let json, json != .null else { return .nan }
        return json.number ?? -1
    }
}

extension RunRecord {
    /// The epoch that the training has come to.
    var result: EpochMetrics? {
        (description?.options.selection ?? Selection()).result(of: position.metrics)
    }

    /// `2`, or `1, orderseed 3`.
    public var seedText: String { seeds ?? String(seed ?? 0) }

    /// The record of a new training.
    public init(
        beginning description: RunDescription, _ context: WeightsFile.Context, model: String, dataset: String
    ) throws(TrainingError) {
        let options = description.options
        let set = try? InstructionSet.chosen()
        let kept = Kept(
            identity: try description.identity(), started: Clock.secondsSince1970, machine: Machine.name,
            instructionSet: set.map {
                options.precision.dependsOnInstructionSet ? options.precision.rounding(on: $0) : $0.rawValue
            } ?? "",
            threads: options.threads ?? ThreadPool.availableThreads)
        self.init(
            context: context, model: model, dataset: dataset, state: .interrupted, position: .start, options: options,
            description: description, kept: kept)
    }
}

extension Unicode.Scalar {
    fileprivate var isOfName: Bool { self == "_" || properties.isIDContinue }
}

extension EpochMetrics {
    public var json: JSON {
        var object: JSONObject = [
            "epoch": .integer(epoch), "trainloss": .number(trainLoss), "trainaccuracy": .number(trainAccuracy),
            "loss": .number(testLoss), "accuracy": .number(testAccuracy), "seconds": .number(seconds),
            "trainingseconds": .number(trainingSeconds),
        ]
        object["validation"] = validation.map {
            ["loss": .number($0.loss), "accuracy": .number($0.accuracy), "steps": .integer($0.steps)]
        }
        return .object(object)
    }

    /// What is missing is 0 or no number.
    public init(_ json: JSON) {
        func number(_ key: String) -> Double { RunRecord.number(json[key]) }
        self.init(
            epoch: json["epoch"]?.integer ?? 0, trainLoss: number("trainloss"),
            trainAccuracy: number("trainaccuracy"), testLoss: number("loss"), testAccuracy: number("accuracy"),
            seconds: number("seconds"), trainingSeconds: number("trainingseconds"),
            validation: json["validation"].map {
                Validation(
                    loss: RunRecord.number($0["loss"]), accuracy: RunRecord.number($0["accuracy"]),
                    steps: $0["steps"]?.integer ?? -1)
            })
    }

    /// Whether a training can have this result: a file may say anything.
    fileprivate var isPossible: Bool {
        [trainAccuracy, testAccuracy].allSatisfy { $0.isNaN || 0...100 ~= $0 }
            // Rounding may leave a loss a little below 0.
            && [trainLoss, testLoss, validation?.loss ?? 0].allSatisfy { $0.isNaN || $0 > -1 }
            && 0...100 ~= validation?.accuracy ?? 0 && validation?.steps ?? 0 >= 0
            && [seconds, trainingSeconds].allSatisfy(isDuration)
    }
}

/// Seconds, up to three centuries; `nil` if it is out of range.
private func isDuration(_ seconds: Double) -> Bool { seconds.isNaN || 0...1e10 ~= seconds }

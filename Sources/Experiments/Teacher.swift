// The run whose outputs a training follows beside the labels: knowledge distillation (Hinton, Vinyals and Dean 2015).
// The loss is (1 - weight) · cross-entropy + weight · T² · KL(softmax(teacher / T) ‖ softmax(student / T)).

import Engine
import Libraries
import Network
import Runtime

public struct Teacher: Sendable {
    /// What the run is called.
    public let run: String
    public let architecture: Architecture
    /// SHA-256 of its weights.
    public let digest: String
    /// With others the softmax of a teacher in 32 bits says nothing any more, or the loss is none of 32 bits.
    public static let temperatures = 1e-3...1e4

    /// What outputs are divided by before the softmax; one of `temperatures`.
    public let temperature: Double
    /// Share of the loss.
    public let weight: Double
    /// `nil` where only the description is known.
    let parameters: TrainedParameters?

    /// - Throws: where the run's weights are not kept.
    public init(_ run: Run, temperature: Double, weight: Double) throws(TrainingError) {
        parameters = try run.trained()
        (self.run, architecture, digest) = (run.label, run.architecture, run.digest)
        (self.temperature, self.weight) = (temperature, weight)
    }

    /// Whether its weights are here.
    public var isAtHand: Bool { parameters != nil }

    /// Whether a training of such a network can follow it.
    public func checkFit(_ student: Architecture) throws(TrainingError) {
        guard architecture.input == student.input, architecture.output == student.output else {
            throw .otherTeacher(
                teacher: (architecture.input, architecture.output), student: (student.input, student.output))
        }
    }
}

/// Two are equal where a training follows the same outputs.
extension Teacher: Hashable {
    public static func == (first: Teacher, second: Teacher) -> Bool {
        first.digest == second.digest && first.architecture == second.architecture
            && first.temperature == second.temperature && first.weight == second.weight
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(digest)
        hasher.combine(temperature)
        hasher.combine(weight)
    }
}

// MARK: In the engine

extension Teacher {
    /// Bytes of its own plan: it needs room for the images of a part of a step.
    func requiredBytes(
        batchSize: Int, capacity: Int, precision: Precision, threads: Int
    ) throws(EngineError) -> Int {
        try Executor.requiredBytes(
            architecture, batchSize: batchSize, capacity: capacity, optimizer: .sgd(), precision: precision,
            threads: threads)
    }

    /// - Throws: where its weights are not here.
    func teaching(
        batchSize: Int, capacity: Int, precision: Precision, pool: ThreadPool
    ) throws(TrainingError) -> Teaching {
        guard let parameters else { throw .noTeacher(run: run, digest: digest) }
        do throws(EngineError) {
            let executor = try Executor(
                architecture, batchSize: batchSize, capacity: capacity, optimizer: .sgd(), seeds: Seeds(1),
                precision: precision, pool: pool)
            executor.load(parameters)
            return Teaching(executor, temperature: temperature, weight: weight)
        } catch { throw .engine(error) }
    }
}

// MARK: In a description

extension Teacher {
    /// - Parameter isNamed: whether the run's name is in it, which decides no bit.
    func json(isNamed: Bool) -> JSONObject {
        var object: JSONObject = [
            "weights": .string(digest), "network": .object(architecture.json), "temperature": .number(temperature),
            "weight": .number(weight),
        ]
        if isNamed { object["name"] = .string(run) }
        return object
    }

    init(_ json: JSON) throws(DescriptionError) {
        guard let digest = json["weights"]?.string, let network = json["network"],
            let temperature = json["temperature"]?.number, Self.temperatures ~= temperature,
            let weight = json["weight"]?.number, weight > 0, weight <= 1
        else { throw DescriptionError("the teacher that it follows is not described") }
        architecture = try Architecture(network)
        (run, self.digest) = (json["name"]?.string ?? "a run", digest)
        (self.temperature, self.weight, parameters) = (temperature, weight, nil)
    }
}

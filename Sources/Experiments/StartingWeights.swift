// The weights that a training starts from in place of fresh ones: those of a run, where name and shape agree. Never by
// order: tensors of equal shape could be swapped unnoticed.

import Engine
import Libraries
import Network

public struct StartingWeights: Sendable {
    /// What the run is called.
    public let run: String
    /// SHA-256 of all of its weights.
    public let digest: String
    /// SHA-256 of what is taken, and of where it goes.
    let takenDigest: String
    /// `nil` where only the description is known.
    private let taken: Taken?

    private struct Taken: Sendable {
        let parameters: TrainedParameters
        /// Each tensor of the network with that of the run, by their places.
        let places: [(to: Int, from: Int)]
    }

    /// What of a network starts from a run, and what is fresh.
    public struct Match: Sendable {
        public let weights: StartingWeights
        /// Names of tensors that are taken.
        public let taken: [String]
        /// Those that are drawn, and the shape of what the run has under that name, if it has something else there.
        public let fresh: [(tensor: ParameterTensor, other: [Int]?)]
        /// Tensors of the run that the network does not have.
        public let leftOut: [String]
    }

    /// - Throws: where the run's weights are not kept.
    public static func match(_ run: Run, to architecture: Architecture) throws(TrainingError) -> Match {
        let parameters = try run.trained()
        let source = parameters.tensors
        let numbers = Dictionary(source.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        var places: [(to: Int, from: Int)] = []
        var fresh: [(tensor: ParameterTensor, other: [Int]?)] = []
        for (index, tensor) in architecture.parameters.enumerated() {
            if let number = numbers[tensor.name], source[number].shape == tensor.shape,
                source[number].role == tensor.role
            {
                places.append((index, number))
            } else {
                fresh.append((tensor, numbers[tensor.name].map { source[$0].shape }))
            }
        }
        let names = places.map { source[$0.from].name }
        let known = Set(architecture.parameters.map(\.name))
        return Match(
            weights: StartingWeights(
                run: run.label, digest: run.digest, takenDigest: digest(parameters, places),
                taken: Taken(parameters: parameters, places: places)), taken: names, fresh: fresh,
            leftOut: source.map(\.name).filter { !known.contains($0) })
    }

    /// Whether the tensor at this place of the network is taken.
    func takes(_ place: Int) -> Bool { taken?.places.contains { $0.to == place } == true }

    private static func digest(_ parameters: TrainedParameters, _ places: [(to: Int, from: Int)]) -> String {
        var digest = Digest(.sha256)
        for (to, from) in places {
            digest.update("\(to)\0")
            parameters.values(from).withUnsafeBytes { digest.update($0) }
        }
        return digest.finish().hexadecimal
    }

    /// Calls `body` with the place of each tensor of the network that is taken, and its values in PyTorch's order.
    ///
    /// - Throws: where only the description is known.
    func forEachTensor(_ body: (_ place: Int, _ values: [Float]) -> Void) throws(TrainingError) {
        guard let taken else { throw .noStartingWeights(run: run) }
        for (to, from) in taken.places { body(to, taken.parameters.values(from)) }
    }
}

/// Two are equal where a training starts from the same bits.
extension StartingWeights: Hashable {
    public static func == (first: StartingWeights, second: StartingWeights) -> Bool {
        first.digest == second.digest && first.takenDigest == second.takenDigest
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(takenDigest) }
}

// MARK: In a description

extension StartingWeights {
    /// - Parameter isNamed: whether the run's name is in it, which decides no bit.
    func json(isNamed: Bool) -> JSONObject {
        var object: JSONObject = ["run": .string(digest), "taken": .string(takenDigest)]
        if isNamed { object["name"] = .string(run) }
        return object
    }

    init(_ json: JSON) throws(DescriptionError) {
        guard let digest = json["run"]?.string, let taken = json["taken"]?.string else {
            throw DescriptionError("the weights that it starts from are not described")
        }
        (self.run, self.digest, takenDigest) = (json["name"]?.string ?? "a run", digest, taken)
        self.taken = nil
    }
}

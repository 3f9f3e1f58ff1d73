// All that the next training step depends on: weights with the running statistics of batch norms, the optimizer's
// moments, and how many steps were done. A training that continues from it ends with the same bits as one that was
// never interrupted.

import Network
import Runtime

/// The optimizer's memory between steps, in the engine's layout.
final class OptimizerMoments: @unchecked Sendable {
    // Unchecked: an executor writes to the memory, and hands it out only after its last step.
    let memory: AlignedBuffer<Float>
    var count: Int { memory.count }

    /// - Returns: `nil` where the system does not have enough memory.
    init?(count: Int) {
        guard let memory = AlignedBuffer<Float>(count: count) else { return nil }
        self.memory = memory
    }
}

public final class TrainingState: Sendable {
    public let parameters: TrainedParameters
    let moments: OptimizerMoments
    /// The optimizer's running products; 1 where it has none.
    public let powers: (Double, Double)
    /// Training steps done.
    public let steps: Int
    /// Whether an average of the weights, then the best weights so far, are the last of the moments.
    private let (keepsAverage, keepsBest): (Bool, Bool)

    init(
        parameters: TrainedParameters, moments: OptimizerMoments, powers: (Double, Double), steps: Int,
        keepsAverage: Bool, keepsBest: Bool
    ) {
        (self.keepsAverage, self.keepsBest) = (keepsAverage, keepsBest)
        self.parameters = parameters
        self.moments = moments
        self.powers = powers
        self.steps = steps
    }

    convenience init?(copying other: TrainingState) {
        let weights = other.parameters.memory.count
        guard let memory = AlignedBuffer<Float>(count: weights),
            let moments = OptimizerMoments(count: other.moments.count)
        else { return nil }
        memory.pointer.update(from: other.parameters.memory.pointer, count: weights)
        moments.memory.pointer.update(from: other.moments.memory.pointer, count: moments.count)
        self.init(
            parameters: TrainedParameters(other.parameters.stored, in: memory), moments: moments, powers: other.powers,
            steps: other.steps, keepsAverage: other.keepsAverage, keepsBest: other.keepsBest)
    }

    /// A copy of the average of the weights.
    ///
    /// - Returns: `nil` where none is kept, or the system does not have enough memory.
    public func copyAverage() -> TrainedParameters? { keepsAverage ? copy(fromLast: keepsBest ? 2 : 1) : nil }

    /// A copy of the best weights so far, which are zero before there are any.
    ///
    /// - Returns: `nil` where none are kept, or the system does not have enough memory.
    public func copyBest() -> TrainedParameters? { keepsBest ? copy(fromLast: 1) : nil }

    /// Of the weights that are this far from the end of the moments.
    private func copy(fromLast place: Int) -> TrainedParameters? {
        let count = parameters.memory.count
        guard let memory = AlignedBuffer<Float>(count: count) else { return nil }
        memory.pointer.update(from: moments.memory.pointer + (moments.count - place * count), count: count)
        return TrainedParameters(parameters.stored, in: memory)
    }

    public var byteCount: Int { 4 * (parameters.memory.count + moments.count) }

    // MARK: On disk

    /// Changes with the order in which memory holds the weights: a state is read by engines of the same layout only.
    public static let layoutVersion = 1

    /// Floats of the weights and of the moments of such a training.
    public static func counts(_ architecture: Architecture, _ optimizer: OptimizerOptions) -> (
        weights: Int, moments: Int
    ) {
        var (weights, unused) = (Arena(base: nil), Arena(base: nil))
        let store = ParameterStore(architecture, in: &unused, weights: &weights)
        var moments = Arena(base: nil)
        _ = moments.reserve(store.trainedCount * optimizer.momentCount)
        for keeps in [optimizer.keepsAverage, optimizer.keepsBest] where keeps { _ = moments.reserve(store.count) }
        return (weights.count, moments.count)
    }

    /// A state that comes from a file.
    ///
    /// - Parameter fill: writes the weights, then the moments, in the engine's layout, each as long as `counts` says.
    /// - Returns: `nil` where the system does not have enough memory.
    public convenience init?<Failure: Error>(
        _ architecture: Architecture, _ optimizer: OptimizerOptions, powers: (Double, Double), steps: Int,
        fill: (_ weights: UnsafeMutableRawBufferPointer, _ moments: UnsafeMutableRawBufferPointer) throws(Failure) ->
            Void
    ) throws(Failure) {
        let counts = Self.counts(architecture, optimizer)
        guard let memory = AlignedBuffer<Float>(count: counts.weights),
            let moments = OptimizerMoments(count: counts.moments)
        else { return nil }
        try fill(
            UnsafeMutableRawBufferPointer(start: memory.pointer, count: 4 * counts.weights),
            UnsafeMutableRawBufferPointer(start: moments.memory.pointer, count: 4 * counts.moments))
        var (weights, unused) = (Arena(base: memory.pointer), Arena(base: nil))
        let stored = ParameterStore(architecture, in: &unused, weights: &weights).tensors
        self.init(
            parameters: TrainedParameters(stored, in: memory), moments: moments, powers: powers, steps: steps,
            keepsAverage: optimizer.keepsAverage, keepsBest: optimizer.keepsBest)
    }

    /// The bytes of the weights, then of the moments, in the engine's layout.
    public func withBytes<Result>(
        _ body: (_ weights: UnsafeRawBufferPointer, _ moments: UnsafeRawBufferPointer) -> Result
    ) -> Result {
        body(
            UnsafeRawBufferPointer(start: parameters.memory.pointer, count: 4 * parameters.memory.count),
            UnsafeRawBufferPointer(start: moments.memory.pointer, count: 4 * moments.count))
    }
}

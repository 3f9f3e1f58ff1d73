// A proof held against the engine: both networks with the same weights on the same images.

import Engine
import Network
import Runtime

public struct EquivalenceCheck: Sendable {
    /// How many images were computed.
    public let images: Int
    /// Whether all outputs have the same bits, the sign of a zero aside.
    public let hasSameBits: Bool
    /// The largest difference of two outputs, relative to the largest output.
    public let difference: Double
    /// Whether one training step from the same seed ends in the same weights, bit for bit; `nil` where that was not asked.
    public let trainsTheSame: Bool?

    /// Computes random images, of the shape that both take, and one training step where the training is said to be the same.
    ///
    /// - Returns: `nil` where their weights do not fit each other, tensor by tensor.
    public init?(
        _ first: Architecture, _ second: Architecture, training: Bool, images: Int = 4, cancellation: Cancellation
    ) throws(TrainingError) {
        guard first.input == second.input, first.output == second.output,
            first.parameters.map(\.count) == second.parameters.map(\.count)
        else { return nil }
        let source = MemoryImages.noise(shape: first.input, classes: first.output.count, count: images)
        let one = try Outcome(first, like: nil, source, images, trains: training, cancellation)
        // Weights of another shape begin differently, and are copied; where the training is the same they must not.
        let other = try Outcome(second, like: training ? nil : one, source, images, trains: training, cancellation)
        self.images = images
        let largest = one.outputs.reduce(0) { max($0, abs($1)) }
        let distance = zip(one.outputs, other.outputs).reduce(0) { max($0, abs($1.0 - $1.1)) }
        difference = largest > 0 ? Double(distance / largest) : Double(distance)
        hasSameBits = one.outputs == other.outputs
        trainsTheSame = training ? one.digest == other.digest : nil
    }
}

/// What one network makes of the images.
private struct Outcome {
    let outputs: [Float]
    let weights: [[Float]]
    let digest: String?

    init(
        _ architecture: Architecture, like other: Outcome?, _ source: MemoryImages, _ images: Int,
        trains: Bool, _ cancellation: Cancellation
    ) throws(TrainingError) {
        do throws(EngineError) {
            let executor = try Executor(
                architecture, batchSize: images, optimizer: .sgd(learningRate: 0.01, momentum: 0), seeds: Seeds(1),
                pool: ThreadPool())
            executor.initialize(seed: 1)
            if let other {
                for (index, values) in other.weights.enumerated() { executor.setParameter(index, to: values) }
            }
            weights = trains ? [] : executor.parameters.indices.map { executor.parameter($0) }
            let batch = 0..<images
            _ = try executor.evaluate(batch, of: source, cancellation: cancellation)
            outputs = batch.flatMap { executor.outputs(image: $0) }
            if trains { _ = try executor.train(batch, of: source, epoch: 1, cancellation: cancellation) }
            digest = trains ? executor.release().digest() : nil
        } catch .cancelled {
            throw .cancelled
        } catch { throw .engine(error) }
    }
}

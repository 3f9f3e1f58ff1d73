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
    /// Whether one training step from the same seed ends in the same weights, bit for bit, in every precision; `nil` where that
    /// was not asked.
    public let trainsTheSame: Bool?

    /// Computes random images, of the shape that both take, and one training step in each precision where the training is said
    /// to be the same. Batch norms have random parameters and statistics: fresh ones leave values nearly as they are, and would
    /// hide what differs.
    ///
    /// - Returns: `nil` where their weights do not fit each other, tensor by tensor.
    public init?(
        _ first: Architecture, _ second: Architecture, training: Bool, images: Int = 4, cancellation: Cancellation
    ) throws(TrainingError) {
        guard first.input == second.input, first.output == second.output,
            first.parameters.map(\.count) == second.parameters.map(\.count)
        else { return nil }
        let source = MemoryImages.noise(shape: first.input, classes: first.output.count, count: images)
        var (largest, distance, sameBits, sameWeights): (Float, Float, Bool, Bool) = (0, 0, true, true)
        for precision in training ? Precision.allCases : [.float32] {
            let settings = Outcome.Settings(source: source, images: images, precision: precision, trains: training)
            let one = try Outcome(first, like: nil, settings, cancellation)
            // Weights of another shape begin differently, and are copied; where the training is the same they must not.
            let other = try Outcome(second, like: training ? nil : one, settings, cancellation)
            largest = one.outputs.reduce(largest) { max($0, abs($1)) }
            distance = zip(one.outputs, other.outputs).reduce(distance) { max($0, abs($1.0 - $1.1)) }
            sameBits = sameBits && one.outputs == other.outputs
            sameWeights = sameWeights && one.digest == other.digest
        }
        self.images = images
        difference = largest > 0 ? Double(distance / largest) : Double(distance)
        hasSameBits = sameBits
        trainsTheSame = training ? sameWeights : nil
    }
}

/// What one network makes of the images.
private struct Outcome {
    struct Settings {
        let source: MemoryImages
        let images: Int
        let precision: Precision
        let trains: Bool
    }

    let outputs: [Float]
    let weights: [[Float]]
    let digest: String?

    init(
        _ architecture: Architecture, like other: Outcome?, _ settings: Settings, _ cancellation: Cancellation
    ) throws(TrainingError) {
        do throws(EngineError) {
            let executor = try Executor(
                architecture, batchSize: settings.images, optimizer: .sgd(learningRate: 0.01, momentum: 0),
                seeds: Seeds(1), precision: settings.precision, pool: ThreadPool())
            executor.initialize(seed: 1)
            executor.randomizeNorms(seed: 1)
            if let other {
                for (index, values) in other.weights.enumerated() { executor.setParameter(index, to: values) }
            }
            weights = settings.trains ? [] : executor.parameters.indices.map { executor.parameter($0) }
            let batch = 0..<settings.images
            _ = try executor.evaluate(batch, of: settings.source, cancellation: cancellation)
            outputs = batch.flatMap { executor.outputs(image: $0) }
            if settings.trains {
                _ = try executor.train(batch, of: settings.source, epoch: 1, cancellation: cancellation)
            }
            digest = settings.trains ? executor.release().digest() : nil
        } catch .cancelled {
            throw .cancelled
        } catch { throw .engine(error) }
    }
}

extension Executor {
    /// Random scales of both signs, shifts, means and variances for all batch norms, as a training might leave them.
    fileprivate func randomizeNorms(seed: UInt64) {
        for (index, parameter) in parameters.enumerated() {
            let (low, high): (Float, Float)
            switch parameter.role {
            case .weight, .bias: continue
            case .scale: (low, high) = (-1.5, 1.5)
            case .shift, .runningMean: (low, high) = (-1, 1)
            case .runningVariance: (low, high) = (0.25, 4)
            }
            let values = [Float](unsafeUninitializedCapacity: parameter.count) { buffer, initialized in
                RandomStream(seed: seed, role: .synthesis, stream: UInt32(truncatingIfNeeded: index + 1))
                    .fillUniform(buffer, low: low, high: high)
                initialized = parameter.count
            }
            setParameter(index, to: values)
        }
    }
}

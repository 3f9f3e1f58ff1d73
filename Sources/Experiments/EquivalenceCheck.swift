// A proof checked on the engine: both networks with the same weights on the same images.

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
    /// Whether two training steps from the same seed end in the same weights, bit for bit, in every precision; `nil`
    /// where that was not asked.
    public let trainsTheSame: Bool?

    /// Computes random images, of the shape that both take, and two training steps in each precision where the training
    /// is said to be the same. Batch norms have random parameters and statistics: fresh ones leave values nearly as
    /// they are, and would hide what differs.
    ///
    /// - Returns: `nil` where their weights do not fit each other, tensor by tensor.
    public init?(
        _ first: Architecture, _ second: Architecture, _ proof: Equivalence, images: Int = 4, cancellation: Cancellation
    ) throws(TrainingError) {
        guard proof.hasSharedWeights else { return nil }
        let training = proof.answer == .same(.training)
        let source = MemoryImages.noise(shape: first.input, classes: first.output.count, count: images)
        var (largest, distance, sameBits, sameWeights): (Float, Float, Bool, Bool) = (0, 0, true, true)
        for precision in training ? Precision.allCases : [.float32] {
            let settings = Outcome.Settings(source: source, images: images, precision: precision, trains: training)
            let one = try Outcome(first, like: nil, settings, cancellation)
            // Weights of another shape begin differently, and are copied; where the training is the same they must not.
            let weights = training ? nil : proof.weights(of: second, like: one.weights)
            let other = try Outcome(second, like: weights, settings, cancellation)
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

extension EquivalenceCheck {
    /// Whether two networks that are provably identical in training are so on the engine, bit for bit, in the precision
    /// that is trained.
    ///
    /// Cost: two training steps of four images with each.
    public static func agrees(
        _ first: Architecture, _ second: Architecture, precision: Precision, cancellation: Cancellation
    ) throws(TrainingError) -> Bool {
        let source = MemoryImages.noise(shape: first.input, classes: first.output.count, count: 4)
        let settings = Outcome.Settings(source: source, images: 4, precision: precision, trains: true)
        let one = try Outcome(first, like: nil, settings, cancellation)
        let other = try Outcome(second, like: nil, settings, cancellation)
        return one.outputs == other.outputs && one.digest == other.digest
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
        _ architecture: Architecture, like other: [[Float]]?, _ settings: Settings, _ cancellation: Cancellation
    ) throws(TrainingError) {
        do throws(EngineError) {
            let executor = try Executor(
                architecture, batchSize: settings.images, optimizer: .sgd(learningRate: 0.01, momentum: 0),
                seeds: Seeds(1), precision: settings.precision, pool: ThreadPool())
            executor.initialize(seed: 1)
            executor.randomizeNorms(seed: 1)
            if let other {
                for (index, values) in other.enumerated() { executor.setParameter(index, to: values) }
            }
            weights = settings.trains ? [] : executor.parameters.indices.map { executor.parameter($0) }
            let batch = 0..<settings.images
            _ = try executor.evaluate(batch, of: settings.source, cancellation: cancellation)
            outputs = batch.flatMap { executor.outputs(image: $0) }
            if settings.trains {
                // Of the first epoch, and of one after which no layer changes what it learns.
                for epoch in [1, Int.max] {
                    _ = try executor.train(batch, of: settings.source, epoch: epoch, cancellation: cancellation)
                }
            }
            digest = settings.trains ? executor.release().digest() : nil
        } catch .cancelled {
            throw .cancelled
        } catch { throw .engine(error) }
    }
}

/// A function of one network that the other cannot compute, whatever its weights: what the engine computes lacks what
/// all functions of the other have. Then they are not the same functions for certain.
public enum FunctionWitness: Sendable {
    /// The other's functions are all affine.
    case bends
    /// The other's functions have no kinks, this one is made of affine pieces and bends.
    case hasKinks
    /// The other's functions give twice the output for twice the input.
    case isShifted
    /// This value is outside the range of the other's outputs.
    case leaves(ClosedRange<Double>, with: Double)

    /// - Returns: a function of `network` that `other` cannot compute; `nil` where none is found, which says nothing.
    public init?(
        _ network: Architecture, against other: Architecture, cancellation: Cancellation
    ) throws(TrainingError) {
        let (all, mine) = (FunctionClass(other), FunctionClass(network))
        guard network.input.count == other.input.count, network.output.count == other.output.count,
            all.isAffine && !mine.isAffine || all.isSmooth && mine.isPiecewiseAffine && !mine.isAffine
                || all.isHomogeneous && !mine.isHomogeneous || all.range != mine.range
        else { return nil }
        // Random images, their negatives, their doubles, and zero.
        let noise = MemoryImages.noise(shape: network.input, classes: 1, count: 4)
        let count = network.input.count
        let values =
            noise.values + noise.values.map { -$0 } + noise.values.map { 2 * $0 } + [Float](repeating: 0, count: count)
        let source = MemoryImages(shape: network.input, values: values, labels: [Int](repeating: 0, count: 13))
        let settings = Outcome.Settings(source: source, images: 13, precision: .float32, trains: false)
        let outputs = try Outcome(network, like: nil, settings, cancellation).outputs.map(Double.init)
        guard outputs.allSatisfy(\.isFinite) else { return nil }
        let width = outputs.count / 13
        let scale = outputs.reduce(0) { max($0, abs($1)) }
        /// Whether any value is far beyond what rounding makes.
        func isLarge(_ value: (_ image: Int, _ place: Int) -> Double) -> Bool {
            (0..<4).contains { image in (0..<width).contains { abs(value(image, $0)) > 1e-2 * scale } }
        }
        let bends = isLarge { image, place in
            outputs[image * width + place] + outputs[(image + 4) * width + place] - 2 * outputs[12 * width + place]
        }
        let isShifted = isLarge { image, place in
            outputs[(image + 8) * width + place] - 2 * outputs[image * width + place]
        }
        let outside = outputs.first { $0 < all.range.lowerBound - 1e-2 || $0 > all.range.upperBound + 1e-2 }
        if all.isAffine, bends {
            self = .bends
        } else if let outside {
            self = .leaves(all.range, with: outside)
        } else if all.isHomogeneous, isShifted {
            self = .isShifted
        } else if all.isSmooth, mine.isPiecewiseAffine, bends {
            self = .hasKinks
        } else {
            return nil
        }
    }
}

extension Executor {
    /// Random scales of both signs, shifts, means and variances for all batch norms, as a training might leave them.
    fileprivate func randomizeNorms(seed: UInt64) {
        for (index, parameter) in parameters.enumerated() {
            let (low, high): (Float, Float)
            switch parameter.role {
            case .weight, .bias: continue
            case .scale, .slope: (low, high) = (-1.5, 1.5)
            case .shift, .position, .runningMean: (low, high) = (-1, 1)
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

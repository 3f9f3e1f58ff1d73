// A network that trains on images of noise, to be measured.

import Engine
import Libraries
import Network
import Runtime

public struct TrainingBench {
    private let executor: Executor
    private let source: MemoryImages
    private let batch: Int
    private let pool: ThreadPool

    public init(_ architecture: Architecture, batch: Int, precision: Precision = .float32, threads: Int)
        throws(EngineError)
    {
        self.batch = batch
        pool = ThreadPool(threadCount: threads)
        executor = try Executor(
            architecture, batchSize: batch, optimizer: .adam(learningRate: 1e-4), seeds: Seeds(1),
            gradient: GradientOptions(isKept: false), precision: precision, pool: pool)
        executor.initialize(seed: 1)
        source = MemoryImages.noise(shape: architecture.input, classes: architecture.output.channels, count: batch)
    }

    func train(_ cancellation: Cancellation) throws(EngineError) {
        _ = try executor.train(0..<batch, of: source, epoch: 1, cancellation: cancellation)
    }

    func evaluate(_ cancellation: Cancellation) throws(EngineError) {
        _ = try executor.evaluate(0..<batch, of: source, cancellation: cancellation)
    }

    /// Trains `steps` steps, after two to warm up, and takes the time of each layer.
    ///
    /// - Throws: `EngineError`, also `.cancelled`.
    public func profile(steps: Int, _ cancellation: Cancellation) throws(EngineError) -> Profile {
        var times: [StepPart: [Double]] = [:]
        defer { executor.observer = nil }
        for number in 0..<steps + 2 {
            // A linear layer's backward pass has a second part, within the update.
            var (step, last) = ([StepPart: Double](), Clock.seconds)
            executor.observer = { part in
                let now = Clock.seconds
                step[part, default: 0] += now - last
                last = now
            }
            try train(cancellation)
            guard number >= 2 else { continue }
            for (part, seconds) in step { times[part, default: []].append(seconds) }
        }
        func median(_ part: StepPart) -> Double {
            let sorted = (times[part] ?? [0]).sorted()
            return sorted[sorted.count / 2]
        }
        var rows = [Profile.Row(name: "batch", output: executor.architecture.input, forward: median(.batch))]
        for (index, layer) in executor.layers.enumerated() {
            let operations = 2 * batch * layer.operations
            rows.append(
                Profile.Row(
                    name: layer.name, output: layer.output, forwardOperations: operations,
                    // The gradients of the weights and of the input; the first layer has no use for the second.
                    backwardOperations: layer.needsInputGradient ? 2 * operations : operations,
                    forwardBytes: 4 * batch * layer.forwardValues, backwardBytes: 4 * batch * layer.backwardValues,
                    forward: median(.forward(index)), backward: median(.backward(index))))
        }
        rows.append(Profile.Row(name: "loss", forward: median(.loss)))
        rows.append(Profile.Row(name: "update", backward: median(.update)))
        return Profile(
            rows: rows, batch: batch, threads: pool.threadCount, peakGigaflops: try Self.peakGigaflops(pool),
            gigabytesPerSecond: try Self.gigabytesPerSecond(pool))
    }

    /// Of memory, the best of some copies.
    private static func gigabytesPerSecond(_ pool: ThreadPool) throws(EngineError) -> Double {
        var shortest = Double.infinity
        let bytes = try Peak.copying(on: pool) { copy in
            for _ in 0..<8 {
                let before = Clock.seconds
                copy()
                shortest = min(shortest, Clock.seconds - before)
            }
        }
        return Double(bytes) / shortest / 1e9
    }

    /// The best of some runs, for other programs take the machine for moments.
    private static func peakGigaflops(_ pool: ThreadPool) throws(EngineError) -> Double {
        var peak = 0.0
        for _ in 0..<5 {
            let before = Clock.seconds
            let operations = try Peak.run(on: pool)
            peak = max(peak, Double(operations) / (Clock.seconds - before) / 1e9)
        }
        return peak
    }
}

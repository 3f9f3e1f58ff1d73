// The learning-rate range test (Smith: "Cyclical learning rates for training neural networks", 2017): a short training
// in which the rate grows from step to step; where the loss falls fastest, the rate is good.

import Datasets
import Engine
import Network
import Runtime

public struct LearningRateSearch: Sendable {
    public struct Point: Sendable {
        public let rate: Double
        /// Mean over the batch, before the step.
        public let loss: Double
        /// Running mean of the losses, corrected for its beginning as Adam's moments are.
        public let smoothed: Double
    }

    /// As far as it went: it ends where the smoothed loss is four times its smallest, NaN or infinite.
    public let points: [Point]
    public let wasInterrupted: Bool

    /// Trains a fresh network on the batches of the first epochs.
    ///
    /// - Parameters:
    ///   - options: its optimizer with the rate replaced; epochs and schedule are not used.
    ///   - rates: the first and the last.
    ///   - observer: gets after each step the share of those that are done, and what was measured.
    public init(
        _ architecture: Architecture, on dataset: Dataset, options: TrainingOptions, rates: ClosedRange<Double>,
        steps: Int, cancellation: Cancellation, observer: (Double, Point) -> Void = { _, _ in }
    ) throws(TrainingError) {
        try checkFit(architecture, dataset, parts: [.training])
        try options.checkFit(dataset)
        guard !architecture.isFrozen else { throw .allFrozen }
        try options.teacher?.checkFit(architecture)
        let network = try EngineNetwork(architecture, dataset: dataset, options: options, cancellation: cancellation)
        try network.initialize()
        let (low, high) = (logarithm(rates.lowerBound), logarithm(rates.upperBound))
        let batches = options.batches(of: dataset.training.count)
        var (points, order, average, lowest, kept): ([Point], [Int], Double, Double, Double) = ([], [], 0, .infinity, 1)
        var stopped = false
        for step in 0..<steps {
            let (epoch, batch) = (step / batches + 1, step % batches)
            if batch == 0 {
                order = shuffledOrder(count: dataset.training.count, seed: options.seeds.order, epoch: epoch)
            }
            let rate = exponential(low + (high - low) * Double(step) / Double(max(1, steps - 1)))
            let images = order[batch * options.batchSize..<min(order.count, (batch + 1) * options.batchSize)]
            let result: BatchResult
            do throws(Stopped) {
                result = try network.trainStep(
                    images, epoch: epoch, learningRateFactor: rate / options.optimizer.learningRate,
                    momentum: nil)
            } catch {
                if case .images = error { throw TrainingError(error) }
                stopped = true
                break
            }
            let loss = result.loss / Double(images.count)
            guard loss.isFinite else { break }
            average = 0.9 * average + 0.1 * loss
            kept *= 0.9
            let smoothed = average / (1 - kept)
            let point = Point(rate: rate, loss: loss, smoothed: smoothed)
            points.append(point)
            lowest = min(lowest, smoothed)
            observer(Double(step + 1) / Double(steps), point)
            if smoothed > 4 * lowest { break }
        }
        self.points = points
        wasInterrupted = stopped
    }

    /// Where the smoothed loss is smallest.
    public var lowest: Double? { points.min { $0.smoothed < $1.smoothed }?.rate }

    /// Where the smoothed loss falls fastest over the logarithm of the rate, measured over a tenth of the steps; before
    /// the smallest loss. `nil` where it never falls.
    public var steepest: Double? {
        guard let end = points.indices.min(by: { points[$0].smoothed < points[$1].smoothed }) else { return nil }
        let reach = max(1, points.count / 20)
        var best: (fall: Double, rate: Double)?
        for index in points.indices where index >= reach && index + reach < points.count && index <= end {
            let fall = points[index - reach].smoothed - points[index + reach].smoothed
            if fall > best?.fall ?? 0 { best = (fall, points[index].rate) }
        }
        return best?.rate
    }

    /// A tenth of the rate of the smallest loss, or the steepest place where that is smaller: the loss still falls
    /// there, and a longer training has room. `nil` where the loss falls by less than a twentieth: that is noise.
    public var suggestion: Double? {
        guard let steepest, let lowest, let first = points.first?.smoothed,
            let least = points.map(\.smoothed).min(), least < 0.95 * first
        else { return nil }
        return min(steepest, lowest / 10)
    }
}

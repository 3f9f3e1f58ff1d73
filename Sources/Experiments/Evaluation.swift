// A trained network measured on the test images of a data set.

import Datasets
import Engine
import Runtime

public struct Evaluation: Sendable {
    /// Percent of the images.
    public let accuracy: Double
    /// Mean cross-entropy over the images.
    public let loss: Double
    /// Of each image.
    public let outcomes: TestOutcomes

    public init(accuracy: Double, loss: Double, outcomes: TestOutcomes) {
        (self.accuracy, self.loss, self.outcomes) = (accuracy, loss, outcomes)
    }

    /// The likeliest class of each image.
    public var predictions: [Int] { outcomes.predictions }
}

/// Measures a run's weights on a part of a data set.
///
/// - Parameters:
///   - views: of each image, averaged; `nil`: the images as they are.
///   - observer: gets the share of images that are done, 0...1, after each batch.
public func evaluate(
    _ run: Run, on dataset: Dataset, part: Dataset.Part = .test, views: Views? = nil,
    cancellation: Cancellation = Cancellation(), observer: (Double) -> Void = { _ in }
) throws(TrainingError) -> Evaluation {
    let parameters = try run.trained()
    try checkFit(run.architecture, dataset, parts: [part], views: views)
    let network = try EngineNetwork(
        run.architecture, dataset: dataset, measuring: part, options: run.options.measuring, cancellation: cancellation)
    network.load(parameters)
    do throws(Stopped) {
        return try network.evaluateAll(dataset[part].count, views: views, observer: observer)
    } catch { throw TrainingError(error) }
}

extension TrainableNetwork {
    /// Measures the first `count` images of a part, batch by batch.
    ///
    /// - Parameter part: `nil`: the one that it was made to measure.
    func evaluateAll(
        _ count: Int, of part: Dataset.Part? = nil, views: Views? = nil, observer: (Double) -> Void = { _ in }
    ) throws(Stopped) -> Evaluation {
        var (loss, correct) = (0.0, 0)
        var outcomes = TestOutcomes()
        for start in stride(from: 0, to: count, by: batchSize) {
            let result = try evaluate(start..<min(count, start + batchSize), of: part, views: views)
            loss += result.loss
            correct += result.correct
            outcomes.append(result.outcomes)
            observer(Double(outcomes.count) / Double(count))
        }
        return Evaluation(
            accuracy: 100 * Double(correct) / Double(count), loss: loss / Double(count), outcomes: outcomes)
    }
}

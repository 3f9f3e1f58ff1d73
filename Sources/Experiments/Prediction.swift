// What a trained network predicts for single images: the likeliest class, and its probability.

import Datasets
import Engine
import Runtime

public struct Prediction: Sendable {
    /// The image's number in its part of the data set, from 0.
    public let image: Int
    public let label: Int
    /// The likeliest class.
    public let predicted: Int
    /// Softmax of the outputs, one for each; empty where only the class is kept.
    public let probabilities: [Double]

    public init(image: Int, label: Int, predicted: Int, probabilities: [Double] = []) {
        (self.image, self.label, self.predicted, self.probabilities) = (image, label, predicted, probabilities)
    }

    /// How likely the network says its answer is; `nil` where only the class is kept.
    public var certainty: Double? { probabilities.indices.contains(predicted) ? probabilities[predicted] : nil }
}

/// Images of a part, as the run's weights see them, in the views that it was measured with.
public func predict(
    _ run: Run, on dataset: Dataset, part: Dataset.Part = .test, images: [Int],
    cancellation: Cancellation = Cancellation()
) throws(TrainingError) -> [Prediction] {
    let parameters = try run.trained()
    try checkFit(run.architecture, dataset, parts: [part], views: run.views)
    let network = try EngineNetwork(
        run.architecture, dataset: dataset, measuring: part, options: run.options.measuring, cancellation: cancellation)
    network.load(parameters)
    var predictions: [Prediction] = []
    for start in stride(from: 0, to: images.count, by: network.batchSize) {
        let batch = images[start..<min(images.count, start + network.batchSize)]
        do throws(Stopped) { _ = try network.evaluate(batch, views: run.views) } catch { throw TrainingError(error) }
        for (place, image) in batch.enumerated() {
            let outputs = network.outputs(image: place).map(Double.init)
            // The first of the largest, as the engine counts hits.
            let predicted = outputs.indices.reduce(0) { outputs[$1] > outputs[$0] ? $1 : $0 }
            predictions.append(
                Prediction(
                    image: image, label: dataset[part].label(image), predicted: predicted,
                    probabilities: softmax(outputs)))
        }
    }
    return predictions
}

private func softmax(_ outputs: [Double]) -> [Double] {
    let largest = outputs.max() ?? 0
    let powers = outputs.map { exponential($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
}

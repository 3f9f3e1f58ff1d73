// The curves of a training while it runs: what the epoch loop tells between two steps, as points of a chart.

import Experiments
import Graphics

struct LiveCurves {
    /// What was measured over some images since the point before.
    private struct Measurement {
        /// By the epoch: 1.5 is the middle of the second.
        var place: Double
        var images: Int
        var loss: Double
        var accuracy: Double

        /// The mean over the images of both.
        func joined(with other: Measurement) -> Measurement {
            let count = Double(max(1, images + other.images))
            func mean(_ value: (Measurement) -> Double) -> Double {
                (value(self) * Double(images) + value(other) * Double(other.images)) / count
            }
            return Measurement(
                place: mean(\.place), images: images + other.images, loss: mean(\.loss), accuracy: mean(\.accuracy))
        }
    }

    private var training: [Measurement] = []
    private var testLoss: [Plot.Point] = []
    private var testAccuracy: [Plot.Point] = []
    private var last: TrainingProgress?
    /// Images of one point; grows so that there are never more than twice `wanted`.
    private var grain = 0

    /// As many points as the picture has pixels.
    private static let wanted = 200

    /// - Parameter metrics: of the epochs that were trained before; of them there is one point each.
    init(behind metrics: [EpochMetrics] = []) {
        for epoch in metrics {
            training.append(
                Measurement(
                    place: Double(epoch.epoch) - 0.5, images: 1, loss: epoch.trainLoss, accuracy: epoch.trainAccuracy))
            note(epoch)
        }
    }

    mutating func note(_ progress: TrainingProgress) {
        let before = last?.epoch == progress.epoch ? last : nil
        let images = progress.images - (before?.images ?? 0)
        guard images > 0 else { return }
        last = progress
        // Both are means over the epoch so far.
        func since(_ mean: (TrainingProgress) -> Double) -> Double {
            let sum = mean(progress) * Double(progress.images) - (before.map { mean($0) * Double($0.images) } ?? 0)
            return sum / Double(images)
        }
        let done = Double(progress.images) - Double(images) / 2
        let measured = Measurement(
            place: Double(progress.epoch - 1) + done / Double(max(1, progress.imagesPerEpoch)), images: images,
            loss: since(\.loss), accuracy: since(\.accuracy))
        // What is left at the end of an epoch may be a few images, whose mean is mostly noise.
        if let previous = training.last, before != nil, min(previous.images, images) < max(grain, previous.images / 2) {
            training[training.count - 1] = previous.joined(with: measured)
        } else {
            training.append(measured)
        }
        if training.count >= 2 * Self.wanted { halve() }
    }

    /// Joins points in pairs; from now on one stands for twice as many images.
    private mutating func halve() {
        let most = training.reduce(0) { max($0, $1.images) }
        training = stride(from: 0, to: training.count - 1, by: 2).map { training[$0].joined(with: training[$0 + 1]) }
        grain = max(2 * grain, most)
    }

    mutating func note(_ metrics: EpochMetrics) {
        testLoss.append(Plot.Point(Double(metrics.epoch), metrics.testLoss))
        testAccuracy.append(Plot.Point(Double(metrics.epoch), metrics.testAccuracy))
    }

    func chart(title: String, fraction: Double, facts: [String], epochs: Int) -> ProgressChart {
        ProgressChart(
            title: title, fraction: fraction, facts: facts, epochs: epochs,
            panels: [
                .init(Axis("loss"), training: training.map { Plot.Point($0.place, $0.loss) }, test: testLoss),
                .init(
                    Axis("accuracy", .percent), training: training.map { Plot.Point($0.place, $0.accuracy) },
                    test: testAccuracy),
            ])
    }
}

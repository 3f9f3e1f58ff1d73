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
    /// What was measured since the last point, as long as it is of too few images to be a point.
    private var rest: Measurement?
    private var testLoss: [Plot.Point] = []
    private var testAccuracy: [Plot.Point] = []
    private var last: TrainingProgress?

    /// Points of a whole training: the picture has not many more pixels.
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
        var measured = Measurement(
            place: Double(progress.epoch - 1) + done / Double(max(1, progress.imagesPerEpoch)), images: images,
            loss: since(\.loss), accuracy: since(\.accuracy))
        if let rest { measured = rest.joined(with: measured) }
        // The mean over a few images, as at the end of an epoch, is mostly noise.
        let all = progress.imagesPerEpoch * progress.epochs
        rest = nil
        if measured.images >= max(all / Self.wanted, (training.last?.images ?? 0) / 2) {
            training.append(measured)
        } else if progress.images == progress.imagesPerEpoch, let point = training.last,
            point.place > Double(progress.epoch - 1)
        {
            training[training.count - 1] = point.joined(with: measured)
        } else {
            rest = measured
        }
    }

    mutating func note(_ metrics: EpochMetrics) {
        testLoss.append(Plot.Point(Double(metrics.epoch), metrics.testLoss))
        testAccuracy.append(Plot.Point(Double(metrics.epoch), metrics.testAccuracy))
    }

    /// The loss, and next to it the accuracy.
    var panels: [ProgressChart.Panel] {
        let training = training.isEmpty ? [rest].compactMap(\.self) : training
        return [
            .init(Axis("loss"), training: training.map { Plot.Point($0.place, $0.loss) }, test: testLoss),
            .init(
                Axis("accuracy", .percent), training: training.map { Plot.Point($0.place, $0.accuracy) },
                test: testAccuracy),
        ]
    }
}

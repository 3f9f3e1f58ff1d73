// The curves of a training while it runs: what the epoch loop reports between two steps, as points of a chart.

import Experiments
import Graphics

struct ProgressCurves {
    /// What was measured over some images since the point before.
    private struct Measurement {
        /// Between which places of the training, by the epoch: 1.5 is the middle of the second.
        var range: ClosedRange<Double>
        /// Where its mean belongs: in the middle of its images.
        var place: Double { (range.lowerBound + range.upperBound) / 2 }
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
                range: min(range.lowerBound, other.range.lowerBound)...max(range.upperBound, other.range.upperBound),
                images: images + other.images, loss: mean(\.loss), accuracy: mean(\.accuracy))
        }
    }

    private var training: [Measurement] = []
    /// What was measured since the last point, as long as it is of too few images to be a point.
    private var rest: Measurement?
    private var testLoss: [Plot.Point] = []
    private var testAccuracy: [Plot.Point] = []
    private var validationLoss: [Plot.Point] = []
    private var validationAccuracy: [Plot.Point] = []
    private var last: TrainingProgress?

    /// Points of a whole training: the picture has not many more pixels.
    private static let wanted = 200

    /// - Parameter metrics: of the epochs that were trained before; of them there is one point each.
    init(behind metrics: [EpochMetrics] = []) {
        for epoch in metrics {
            training.append(
                Measurement(
                    range: Double(epoch.epoch - 1)...Double(epoch.epoch), images: 1, loss: epoch.trainLoss,
                    accuracy: epoch.trainAccuracy))
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
        func place(_ images: Int) -> Double {
            Double(progress.epoch - 1) + Double(images) / Double(max(1, progress.imagesPerEpoch))
        }
        var measured = Measurement(
            range: place(progress.images - images)...place(progress.images), images: images,
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
        guard let validation = metrics.validation else { return }
        validationLoss.append(Plot.Point(Double(metrics.epoch), validation.loss))
        validationAccuracy.append(Plot.Point(Double(metrics.epoch), validation.accuracy))
    }

    /// The loss, and next to it the accuracy.
    var panels: [ProgressChart.Panel] {
        [
            .init(Axis("loss"), training: line(\.loss), test: testLoss, validation: validationLoss),
            .init(
                Axis("accuracy", .percent), training: line(\.accuracy), test: testAccuracy,
                validation: validationAccuracy),
        ]
    }

    /// Through the means, from the first image to the last: a mean is of all its images, so that it holds at the ends
    /// too.
    private func line(_ value: (Measurement) -> Double) -> [Plot.Point] {
        var shown = training
        if let rest {
            let epoch = rest.range.lowerBound.rounded(.down)
            if let last = shown.last, last.place > epoch {
                shown[shown.count - 1] = last.joined(with: rest)
            } else {
                shown.append(rest)
            }
        }
        guard let first = shown.first, let last = shown.last else { return [] }
        return [Plot.Point(first.range.lowerBound, value(first))] + shown.map { Plot.Point($0.place, value($0)) }
            + [Plot.Point(last.range.upperBound, value(last))]
    }
}

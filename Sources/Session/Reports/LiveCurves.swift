// The curves of a training while it runs: what the epoch loop tells between two steps, as points of a chart.

import Experiments
import Graphics

struct LiveCurves {
    /// Loss and accuracy since the progress before, by the epoch.
    private var loss: [Plot.Point] = []
    private var accuracy: [Plot.Point] = []
    private var testLoss: [Plot.Point] = []
    private var testAccuracy: [Plot.Point] = []
    /// Images of one point; grows so that there are never more than twice `wanted`.
    private var grain = 0
    private var last: TrainingProgress?

    /// As many points as the picture has pixels.
    private static let wanted = 200

    /// - Parameter metrics: of the epochs that were trained before; of them there is one point each.
    init(behind metrics: [EpochMetrics] = []) {
        for epoch in metrics {
            loss.append(Plot.Point(Double(epoch.epoch) - 0.5, epoch.trainLoss))
            accuracy.append(Plot.Point(Double(epoch.epoch) - 0.5, epoch.trainAccuracy))
            note(epoch)
        }
    }

    mutating func note(_ progress: TrainingProgress) {
        if let last, last.epoch == progress.epoch, progress.images - last.images < grain { return }
        let before = last?.epoch == progress.epoch ? last : nil
        last = progress
        let images = progress.images - (before?.images ?? 0)
        guard images > 0 else { return }
        // Both are means over the epoch so far.
        func since(_ mean: (TrainingProgress) -> Double) -> Double {
            let sum = mean(progress) * Double(progress.images) - (before.map { mean($0) * Double($0.images) } ?? 0)
            return sum / Double(images)
        }
        let done = Double(progress.images) - Double(images) / 2
        let place = Double(progress.epoch - 1) + done / Double(max(1, progress.imagesPerEpoch))
        loss.append(Plot.Point(place, since(\.loss)))
        accuracy.append(Plot.Point(place, since(\.accuracy)))
        if loss.count >= 2 * Self.wanted { halve(images) }
    }

    mutating func note(_ metrics: EpochMetrics) {
        testLoss.append(Plot.Point(Double(metrics.epoch), metrics.testLoss))
        testAccuracy.append(Plot.Point(Double(metrics.epoch), metrics.testAccuracy))
    }

    /// Joins points in pairs; from now on one stands for twice as many images.
    private mutating func halve(_ images: Int) {
        func pairs(_ points: [Plot.Point]) -> [Plot.Point] {
            stride(from: 0, to: points.count - 1, by: 2).map { index in
                let (a, b) = (points[index], points[index + 1])
                return Plot.Point((a.x + b.x) / 2, (a.y + b.y) / 2)
            }
        }
        (loss, accuracy) = (pairs(loss), pairs(accuracy))
        grain = max(2 * grain, 2 * images)
    }

    func chart(title: String, fraction: Double, facts: [String], epochs: Int) -> ProgressChart {
        ProgressChart(
            title: title, fraction: fraction, facts: facts, epochs: epochs,
            panels: [
                .init(Axis("loss"), training: loss, test: testLoss),
                .init(Axis("accuracy", .percent), training: accuracy, test: testAccuracy),
            ])
    }
}

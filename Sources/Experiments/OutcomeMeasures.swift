// What is measured of a classifier beside its accuracy, from its outcomes and the labels of the images.

/// What a table shows of outcomes.
public enum OutcomeMeasure: String, CaseIterable, Sendable {
    case accuracy, loss, top5, f1, calibration

    /// Whether it is known only with the labels of the images.
    public var needsLabels: Bool { self == .f1 || self == .calibration }

    /// Whether it is a mean over images, so that two models can be compared image by image.
    public var isMeanOfImages: Bool { self == .accuracy || self == .loss || self == .top5 }

    public var isLowerBetter: Bool { self == .loss || self == .calibration }

    /// Of a value of one image to the unit of the measure.
    var scale: Double { self == .loss ? 1 : 100 }
}

extension Run {
    /// A measure on the test images after the epoch of the result, in percent where it is no loss.
    ///
    /// - Parameter labels: of the test images of its data.
    /// - Returns: `nil` where it is not known, as of runs that earlier versions have kept.
    public func value(of measure: OutcomeMeasure, labels: [Int]) -> Double? {
        result.flatMap { measure.value(of: $0, outcomes, labels: labels) }
    }
}

extension OutcomeMeasure {
    /// - Parameters:
    ///   - result: of the epoch of these outcomes.
    ///   - labels: of the test images.
    func value(of result: EpochMetrics, _ outcomes: TestOutcomes, labels: [Int]) -> Double? {
        switch self {
        case .accuracy: result.testAccuracy
        case .loss: result.testLoss
        case .top5: outcomes.accuracyAmongFive
        case .f1: outcomes.macroF1(labels: labels)
        case .calibration: outcomes.calibrationError(labels: labels)
        }
    }
}

extension TestOutcomes {
    /// A measure of each image, whose mean is the measure divided by its scale: 1 or 0, or the loss in nats.
    ///
    /// - Parameter labels: of the images, in their order.
    /// - Returns: `nil` where it is no mean of images, or is not known of each.
    public func values(of measure: OutcomeMeasure, labels: [Int]) -> [Float]? {
        guard !isEmpty, labels.count == count else { return nil }
        switch measure {
        case .accuracy: return zip(classes, labels).map { Int($0) == $1 ? 1 : 0 }
        case .top5: return isWhole ? areAmongFive.map { $0 ? 1 : 0 } : nil
        case .loss:
            guard isWhole, losses.allSatisfy(\.isFinite) else { return nil }
            return losses.map { Float($0) }
        case .f1, .calibration: return nil
        }
    }

    /// Mean over the classes of F1, `2 TP / (2 TP + FP + FN)`, in percent: scikit-learn's `f1_score(average="macro")`,
    /// in which a class counts that is the label or the prediction of an image.
    ///
    /// - Parameter labels: of the images, in their order.
    /// - Returns: `nil` where these are labels of other images.
    public func macroF1(labels: [Int]) -> Double? {
        guard !isEmpty, labels.count == count else { return nil }
        let classCount = max(labels.max() ?? 0, predictions.max() ?? 0) + 1
        var correct = [Int](repeating: 0, count: classCount)
        // TP + FN and TP + FP: 2 TP + FP + FN together.
        var named = correct
        for (label, prediction) in zip(labels, predictions) {
            guard label >= 0 else { return nil }
            if label == prediction { correct[label] += 1 }
            named[label] += 1
            named[prediction] += 1
        }
        let scores = zip(correct, named).filter { $1 > 0 }.map { 2 * Double($0) / Double($1) }
        return 100 * scores.reduce(0, +) / Double(scores.count)
    }

    /// Expected calibration error in percent: the mean distance of confidence and accuracy over 15 bins of confidence
    /// of equal width, `((m - 1) / 15, m / 15]`, each weighted by its images (Guo et al., "On calibration of modern
    /// neural networks", 2017, equation 3).
    ///
    /// - Parameter labels: of the images, in their order.
    /// - Returns: `nil` where these are labels of other images, or where confidences were not kept.
    public func calibrationError(labels: [Int]) -> Double? {
        guard isWhole, !isEmpty, labels.count == count else { return nil }
        let binCount = 15
        // Of each bin the sum of what is correct minus confidence: its images times the distance.
        var distances = [Double](repeating: 0, count: binCount)
        for ((label, prediction), confidence) in zip(zip(labels, predictions), confidences) {
            // A file may say anything, also NaN.
            guard confidence >= 0, confidence <= 1 else { return nil }
            let bin = Int((Double(confidence) * Double(binCount)).rounded(.up)) - 1
            distances[max(0, bin)] += (label == prediction ? 1 : 0) - Double(confidence)
        }
        return 100 * distances.reduce(0) { $0 + abs($1) } / Double(count)
    }
}

// When a training has failed: it diverged, or it is no better than always guessing the largest class.

public struct FailureRule: Hashable, Sendable {
    /// So many right test images chance alone exceeds once in a thousand; `nil` where it may well get all of them
    /// right.
    public let mostRight: Int?
    /// Of the test images: what always guessing that class gets right, 0...1.
    public let largestShare: Double

    /// How many test images there are.
    public let images: Int

    /// - Parameter labels: of the test images.
    public init(labels: [Int]) {
        images = labels.count
        var counts: [Int: Int] = [:]
        for label in labels { counts[label, default: 0] += 1 }
        largestShare = Double(counts.values.max() ?? 0) / Double(max(1, labels.count))
        let most = Binomial.quantile(0.999, of: labels.count, largestShare)
        mostRight = counts.count > 1 && most < labels.count ? most : nil
    }

    public func isFailure(right: Int) -> Bool { mostRight.map { right <= $0 } ?? false }
}

/// How often the trainings of two models have failed.
public struct FailureCounts: Hashable, Sendable {
    public let first: Int
    public let firstCount: Int
    public let second: Int
    public let secondCount: Int
    /// Fisher's exact test; `nil` where both have failed alike.
    public let probability: Double?

    public init(first: Int, of firstCount: Int, second: Int, of secondCount: Int) {
        (self.first, self.firstCount, self.second, self.secondCount) = (first, firstCount, second, secondCount)
        let areAlike = first * secondCount == second * firstCount
        probability = areAlike ? nil : FisherExact.test(first, of: firstCount, second, of: secondCount)
    }

    /// Whether the first fails more often.
    public var isFirstWorse: Bool { first * secondCount > second * firstCount }
}

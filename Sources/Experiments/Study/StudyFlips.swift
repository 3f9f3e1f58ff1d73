// What single pairs of trained networks would have said: images on which two of them disagree, and McNemar's test.

import Datasets

extension Study {
    private var labels: [UInt16] { plan.test.labels.map { UInt16(truncatingIfNeeded: $0) } }

    /// Two runs with one seed, as if they had been the only ones.
    public struct SinglePair: Sendable {
        public let seed: UInt64
        public let test: McNemar
        /// The share of test images that the two put into different classes, 0...1.
        public let flips: Double
    }

    /// The predictions of a run that did not fail, where all of them are known.
    private func predictions(_ model: Int, _ seed: UInt64) -> [UInt16]? {
        guard let run = run(model, seed), !hasFailed(run), run.outcomes.count == plan.test.count, !run.outcomes.isEmpty,
            plan.pairing != .folds
        else { return nil }
        return run.predictions
    }

    /// The first seed with which neither model failed.
    public func singlePair(_ first: Int, _ second: Int) -> SinglePair? {
        for seed in seeds {
            guard let a = predictions(first, seed), let b = predictions(second, seed) else { continue }
            return SinglePair(
                seed: seed, test: McNemar(first: a, second: b, labels: labels), flips: shareOfFlips(a, b))
        }
        return nil
    }

    /// Between two models with the same seed, over all seeds.
    public func flips(_ first: Int, _ second: Int) -> Double? {
        Sample(
            seeds.compactMap { seed in
                guard let a = predictions(first, seed), let b = predictions(second, seed) else { return nil }
                return shareOfFlips(a, b)
            })?.mean
    }

    /// Between two seeds of the same model, over all pairs of seeds: what chance alone does.
    public func flipsBetweenSeeds(_ model: Int) -> Double? {
        let all = seeds.compactMap { predictions(model, $0) }
        var shares: [Double] = []
        for (index, one) in all.enumerated() {
            for other in all[(index + 1)...] { shares.append(shareOfFlips(one, other)) }
        }
        return Sample(shares)?.mean
    }

    /// Of a class: second minus first in points, over seeds and images of the class.
    public struct ClassDifference: Sendable {
        public let name: String
        public let first: Double
        public let second: Double
        public let mean: Double
        /// At the chance of the pair's look, divided by the number of classes; `nil` for fewer than two seeds or
        /// images.
        public let interval: ClosedRange<Double>?
    }

    /// Each class that has test images, over the seeds of a pair's look; empty where predictions are not known.
    public func classDifferences(_ pair: StudyPair) -> [ClassDifference] {
        let labels = labels
        var (first, second) = ([[UInt16]](), [[UInt16]]())
        for seed in pair.seeds {
            guard let a = predictions(pair.first, seed), let b = predictions(pair.second, seed) else { return [] }
            first.append(a)
            second.append(b)
        }
        guard !first.isEmpty else { return [] }
        var images: [UInt16: [Int]] = [:]
        for (image, label) in labels.enumerated() { images[label, default: []].append(image) }
        return images.keys.sorted().map { label in
            let own = images[label] ?? []
            func right(_ rows: [[UInt16]]) -> [[Float]] { rows.map { row in own.map { row[$0] == label ? 1 : 0 } } }
            func mean(_ rows: [[Float]]) -> Double {
                Double(rows.reduce(0) { $0 + $1.reduce(0, +) }) / Double(rows.count * own.count)
            }
            let (a, b) = (right(first), right(second))
            let estimate = DifferenceEstimate(paired: a, b, scale: 100)
            return ClassDifference(
                name: plan.models[0].dataset.className(Int(label)), first: 100 * mean(a), second: 100 * mean(b),
                mean: estimate?.mean ?? 100 * (mean(b) - mean(a)),
                interval: estimate?.interval(pair.chance / Double(images.count)))
        }
    }
}

private func shareOfFlips(_ first: [UInt16], _ second: [UInt16]) -> Double {
    let count = zip(first, second).count { $0 != $1 }
    return Double(count) / Double(max(1, first.count))
}

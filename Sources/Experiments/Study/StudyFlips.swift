// What single pairs of trained networks would have said: images on which two of them disagree, and McNemar's test.

import Datasets

extension Study {
    private var labels: [UInt16] { plan.dataset.test.labels.map { UInt16(truncatingIfNeeded: $0) } }

    /// Two runs with one seed, as if they had been the only ones.
    public struct SinglePair: Sendable {
        public let seed: UInt64
        public let test: McNemar
        /// The share of test images that the two put into different classes, 0...1.
        public let flips: Double
    }

    /// The first seed with which both models finished.
    public func singlePair(_ first: Int, _ second: Int) -> SinglePair? {
        for seed in seeds {
            guard let a = run(first, seed)?.predictions, let b = run(second, seed)?.predictions, !a.isEmpty,
                a.count == b.count, a.count == plan.dataset.test.count
            else { continue }
            return SinglePair(
                seed: seed, test: McNemar(first: a, second: b, labels: labels), flips: shareOfFlips(a, b))
        }
        return nil
    }

    /// Between two models with the same seed, over all seeds.
    public func flips(_ first: Int, _ second: Int) -> Double? {
        Sample(
            seeds.compactMap { seed in
                guard let a = run(first, seed)?.predictions, let b = run(second, seed)?.predictions, !a.isEmpty,
                    a.count == b.count
                else { return nil }
                return shareOfFlips(a, b)
            })?.mean
    }

    /// Between two seeds of the same model, over all pairs of seeds: what chance alone does.
    public func flipsBetweenSeeds(_ model: Int) -> Double? {
        let all = seeds.compactMap { run(model, $0)?.predictions }.filter { !$0.isEmpty }
        var shares: [Double] = []
        for (index, one) in all.enumerated() {
            for other in all[(index + 1)...] where other.count == one.count { shares.append(shareOfFlips(one, other)) }
        }
        return Sample(shares)?.mean
    }

    /// Of a class: second minus first in points, one a seed.
    public struct ClassDifference: Sendable {
        public let name: String
        public let first: Double
        public let second: Double
        public let differences: Sample
        /// Of the t test, corrected for the number of classes; `nil` without a spread.
        public let adjustedProbability: Double?
    }

    /// How the models differ in each class that has test images.
    public func classDifferences(_ first: Int, _ second: Int) -> [ClassDifference] {
        let labels = labels
        let pairs = seeds.compactMap { seed -> ([UInt16], [UInt16])? in
            guard let a = run(first, seed)?.predictions, let b = run(second, seed)?.predictions,
                a.count == labels.count, b.count == labels.count
            else { return nil }
            return (a, b)
        }
        guard !pairs.isEmpty else { return [] }
        let counted = pairs.map { (rightByClass($0.0, labels), rightByClass($0.1, labels)) }
        let sizes = rightByClass(labels, labels)
        let classes = sizes.indices.filter { sizes[$0] > 0 }
        let samples = classes.map { label in
            (
                first: Sample(counted.map { 100 * Double($0.0[label]) / Double(sizes[label]) }),
                second: Sample(counted.map { 100 * Double($0.1[label]) / Double(sizes[label]) }),
                differences: Sample(counted.map { 100 * Double($0.1[label] - $0.0[label]) / Double(sizes[label]) })
            )
        }
        let probabilities = samples.map { $0.differences?.tTest }
        let adjusted = Holm.adjusted(probabilities.map { $0 ?? 1 })
        return classes.indices.compactMap { index in
            guard let a = samples[index].first, let b = samples[index].second,
                let differences = samples[index].differences
            else { return nil }
            let label = classes[index]
            let names = plan.dataset.classNames
            return ClassDifference(
                name: names.indices.contains(label) ? names[label] : String(label), first: a.mean, second: b.mean,
                differences: differences, adjustedProbability: probabilities[index] == nil ? nil : adjusted[index])
        }
    }

    /// How many images of each class are predicted right.
    private func rightByClass(_ predictions: [UInt16], _ labels: [UInt16]) -> [Int] {
        var counts = [Int](
            repeating: 0, count: max(plan.dataset.classNames.count, Int(labels.max() ?? 0) + 1))
        for (predicted, label) in zip(predictions, labels) where predicted == label { counts[Int(label)] += 1 }
        return counts
    }
}

private func shareOfFlips(_ first: [UInt16], _ second: [UInt16]) -> Double {
    let count = zip(first, second).count { $0 != $1 }
    return Double(count) / Double(max(1, first.count))
}

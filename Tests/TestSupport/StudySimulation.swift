// Studies that are drawn, so that the truth is known: how often an interval holds it, and how often a verdict is wrong
// for new seeds and new images. The tests draw a few hundred, `Scripts/soak` twenty thousand.

import Experiments
import Glibc
import Runtime

public struct StudySimulation: Sendable {
    public let studies: Int
    public let seed: UInt64

    public init(studies: Int, seed: UInt64) {
        (self.studies, self.seed) = (studies, seed)
    }

    /// What seeds do to the accuracy of a model.
    public enum Spread: String, Sendable, CaseIterable {
        case normal, skewed, t3
    }

    /// Models on test images that are drawn anew in each study. In points of accuracy.
    public struct World: Sendable {
        public var spread = Spread.normal
        /// Standard deviation of a model's seeds.
        public var ofSeeds = 0.4
        /// Of one image: by how much it suits a model, whatever the seed.
        public var ofImages = 12.0
        /// What is left of one image in one training.
        public var rest = 22.0
        public var images = 10_000

        public init(_ spread: Spread = .normal, ofSeeds: Double = 0.4, images: Int = 10_000) {
            (self.spread, self.ofSeeds, self.images) = (spread, ofSeeds, images)
        }

        /// Of the mean difference of so many seeds.
        public func variance(seeds: Int) -> Double {
            (2 * ofSeeds * ofSeeds + 2 * rest * rest / Double(images)) / Double(seeds)
                + 2 * ofImages * ofImages / Double(images)
        }
    }

    /// Numbers of one study.
    private struct Draws {
        let stream: RandomStream
        private var next: UInt32 = 0

        init(seed: UInt64, study: Int) {
            stream = RandomStream(seed: seed, role: .statistics, stream: 9, step: UInt32(study))
        }

        mutating func uniform() -> Double {
            defer { next += 1 }
            return (Double(stream.words(at: next).x) + 0.5) * 0x1p-32
        }

        /// Box and Muller.
        mutating func normal() -> Double {
            defer { next += 1 }
            let words = stream.words(at: next)
            let radius = (-2 * log((Double(words.x) + 0.5) * 0x1p-32)).squareRoot()
            return radius * cos(2 * Double.pi * Double(words.y) * 0x1p-32)
        }

        /// Of mean 0 and variance 1.
        mutating func number(_ spread: Spread) -> Double {
            switch spread {
            case .normal: return normal()
            case .skewed: return -log(uniform()) - 1
            case .t3:
                let square = (0..<3).reduce(0.0) { sum, _ in
                    let number = normal()
                    return sum + number * number
                }
                return normal() / (square / 3).squareRoot() / 3.0.squareRoot()
            }
        }

        /// Of mean 1: chi-squared by its degrees of freedom, of which there are many.
        mutating func meanSquare(_ freedom: Double) -> Double { max(0, 1 + normal() * (2 / freedom).squareRoot()) }
    }

    /// Models with the same images and seeds: their means by seed, and what one image adds.
    private struct Study {
        var means: [[Double]]
        let world: World
        /// Draws of the mean squares, the same at each look.
        let (ofImages, rest): (Double, Double)

        init(_ world: World, truths: [Double], seeds: Int, _ draws: inout Draws) {
            self.world = world
            let m = Double(world.images)
            means = truths.map { truth in
                let images = world.ofImages * draws.normal() / m.squareRoot()
                return (0..<seeds).map { _ in
                    truth + images + world.ofSeeds * draws.number(world.spread)
                        + world.rest * draws.normal() / m.squareRoot()
                }
            }
            ofImages = draws.meanSquare(m - 1)
            rest = draws.meanSquare(Double(seeds - 1) * (m - 1))
        }

        func estimate(_ first: Int, _ second: Int, seeds: Range<Int>) -> DifferenceEstimate {
            let differences = seeds.map { means[second][$0] - means[first][$0] }
            return estimate(of: differences)
        }

        func estimate(of differences: [Double]) -> DifferenceEstimate {
            let (n, m) = (differences.count, Double(world.images))
            let mean = differences.reduce(0, +) / Double(n)
            let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let left = 2 * world.rest * world.rest
            return DifferenceEstimate(
                mean: mean,
                .init(
                    seeds: m * squares / Double(n - 1),
                    images: (left + Double(n) * 2 * world.ofImages * world.ofImages) * ofImages, residual: left * rest),
                seeds: n, images: world.images)
        }
    }

    private func share(_ isCounted: (inout Draws) -> Bool) -> Double {
        let count = (0..<studies).count { study in
            var draws = Draws(seed: seed, study: study)
            return isCounted(&draws)
        }
        return Double(count) / Double(studies)
    }

    // MARK: Rates

    /// The share of studies whose 95 % interval holds the true difference.
    public func coverage(_ world: World, seeds: Int) -> Double {
        share { draws in
            Study(world, truths: [0, 0.3], seeds: seeds, &draws).estimate(0, 1, seeds: 0..<seeds).interval(0.05)
                .contains(0.3)
        }
    }

    /// How a study of several models looks.
    public enum Looking: Sendable {
        /// Once, at so many seeds.
        case fixed(Int)
        /// At 6, 12 and 24.
        case sequential
        /// At every number of seeds from five to this one, as if that had not been planned.
        case always(Int)
    }

    /// The share of studies that say of any pair what is not true: a direction that is not there, or that no difference
    /// is where there is one of the margin.
    ///
    /// - Parameter baseline: whether only pairs with the first are compared.
    public func wrong(
        _ world: World, truths: [Double], margin: Double = 0.5, baseline: Bool = false, _ looking: Looking
    ) -> Double {
        let models = truths.indices
        let pairs = models.flatMap { first in models.dropFirst(first + 1).map { (first, $0) } }
            .filter { !baseline || $0.0 == 0 }
        return share { draws in
            let most =
                switch looking {
                case .fixed(let seeds), .always(let seeds): seeds
                case .sequential: StudyDesign.looks[2]
                }
            let study = Study(world, truths: truths, seeds: most, &draws)
            return pairs.contains { first, second in
                let decision = decision(study, first, second, margin, looking, pairs: pairs.count)
                let truth = truths[second] - truths[first]
                return switch decision.verdict {
                case .better(.second, _): truth <= 0
                case .better(.first, _): truth >= 0
                case .equivalent: abs(truth) >= margin
                case .undecided, .identical: false
                }
            }
        }
    }

    /// The share of studies of two models that end with a verdict of this kind.
    public func share(
        of isWanted: (Verdict) -> Bool, _ world: World, truth: Double, margin: Double = 0.5, _ looking: Looking
    ) -> Double {
        share { draws in
            let most = if case .fixed(let seeds) = looking { seeds } else { StudyDesign.looks[2] }
            let study = Study(world, truths: [0, truth], seeds: most, &draws)
            return isWanted(decision(study, 0, 1, margin, looking, pairs: 1).verdict)
        }
    }

    private func decision(
        _ study: Study, _ first: Int, _ second: Int, _ margin: Double, _ looking: Looking, pairs: Int
    ) -> Decision {
        let looks: [StudyDesign.Look]
        var isAnytime = false
        switch looking {
        case .fixed(let seeds): looks = StudyDesign.fixed.looks(pairs: pairs, planned: seeds)
        case .sequential: looks = StudyDesign.sequential.looks(pairs: pairs, planned: 0)
        case .always(let seeds):
            looks = (5...seeds).map { .init(seeds: $0, chance: StudyDesign.chance / Double(pairs)) }
            isAnytime = true
        }
        var last: Decision?
        for look in looks {
            let decision = Decision(
                study.estimate(first, second, seeds: 0..<look.seeds), margin: margin, chance: look.chance,
                isAnytime: isAnytime)
            if decision.verdict.isDecided { return decision }
            last = decision
        }
        return last ?? Decision(nil, margin: margin, chance: 1)
    }

    /// How often a study finds a true difference where some trainings fail and are left out.
    public func powerWithFailures(_ world: World, truth: Double, failing: Double, seeds: Int) -> Double {
        share { draws in
            let study = Study(world, truths: [0, truth], seeds: seeds, &draws)
            let both = (0..<seeds).filter { _ in draws.uniform() > failing && draws.uniform() > failing }
            guard both.count > 1 else { return false }
            let estimate = study.estimate(of: both.map { study.means[1][$0] - study.means[0][$0] })
            let chance = StudyDesign.fixed.looks(pairs: 1, planned: seeds)[0].chance
            let verdict = Decision(estimate, margin: 0.5, chance: chance).verdict
            return if case .better(.second, _) = verdict { true } else { false }
        }
    }

    /// How often models whose predictions no seed changes, and whose true difference is the margin, count as
    /// equivalent.
    public func equivalentWithoutSpread(images: Int, seeds: Int, margin: Double = 0.5) -> Double {
        share { draws in
            // The images that one alone gets right, so many that a study often sees few of them.
            let row = (0..<images).map { _ -> Float in draws.uniform() < margin / 100 ? 1 : 0 }
            let nothing = [Float](repeating: 0, count: images)
            let estimate = DifferenceEstimate(
                paired: [[Float]](repeating: nothing, count: seeds), [[Float]](repeating: row, count: seeds), scale: 100
            )
            return Decision(estimate, margin: margin, chance: 0.05).verdict == .equivalent
        }
    }

    /// How often the range of seeds needed holds the right number for this difference.
    public func holdsSeedsNeeded(_ world: World, difference: Double, seeds: Int) -> Double {
        var right = 2
        // Of a spread that is known: as the estimate of very many seeds would say.
        func isEnough(_ count: Int) -> Bool {
            let reach = StudentT(count - 1).upperQuantile(0.025) + 0.84
            return difference * difference >= reach * reach * world.variance(seeds: count)
        }
        while !isEnough(right), right < 5000 { right += 1 }
        return share { draws in
            let estimate = Study(world, truths: [0, difference], seeds: seeds, &draws).estimate(0, 1, seeds: 0..<seeds)
            let needed = SeedsNeeded(.difference(difference), estimate, chance: 0.05)
            guard let range = needed.range else { return false }
            return range.low <= right && right <= range.high ?? .max
        }
    }

    /// The share of studies, of images that are either right or wrong, whose 95 % interval holds the true difference.
    ///
    /// An image is right where its own ease, what it is to the model, the seed and the rest add up to more than 0.
    public func coverageOfCounts(images: Int, seeds: Int) -> Double {
        let (suits, ofSeed) = (0.35, 0.02)
        // The rest and the ease have variance 1 each.
        let whole = (2 + suits * suits + ofSeed * ofSeed).squareRoot()
        func accuracy(_ level: Double) -> Double { 50 * erfc(-level / whole / 2.0.squareRoot()) }
        let levels = [1.1, 1.13]
        let truth = accuracy(levels[1]) - accuracy(levels[0])
        return share { draws in
            let ease = (0..<images).map { _ in draws.normal() }
            let sides = levels.map { level -> [[Float]] in
                let own = (0..<images).map { _ in suits * draws.normal() }
                return (0..<seeds).map { _ in
                    let seed = level + ofSeed * draws.normal()
                    return (0..<images).map { seed + ease[$0] + own[$0] + draws.normal() > 0 ? 1 : 0 }
                }
            }
            return DifferenceEstimate(paired: sides[0], sides[1], scale: 100)?.interval(0.05).contains(truth) ?? false
        }
    }
}

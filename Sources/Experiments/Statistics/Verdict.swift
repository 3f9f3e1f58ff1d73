// What a study says about two models: from the paired differences and their t interval alone.

public enum Verdict: Hashable, Sendable {
    public enum Side: Hashable, Sendable {
        case first, second
    }

    /// One is better, by so many points; where all of that lies inside the margin, the difference is real and does not
    /// matter.
    case better(Side, by: ClosedRange<Double>, isWithinMargin: Bool)
    /// The difference, if there is one, is smaller than the margin.
    case equivalent
    case undecided(Reason)
    /// The same function, by proof or as far as the test images show: nothing to test.
    case identical

    public enum Reason: Hashable, Sendable {
        /// No seed with which both models trained to their end.
        case noPairs
        /// One pair shows no spread.
        case onePair
        /// The same difference in every seed: in too few of them, or of too few test images, to rule chance out; or
        /// none at all, which of different predictions is chance.
        case equalDifferences(Double)
        /// A sequential study that has not come to its first look.
        case beforeTheLook
        /// The interval holds 0, and what matters as well.
        case tooWide
    }

    /// What the accuracies of different networks say. Equal ones do not make two networks identical: see
    /// `StudyPair.isIdentical`.
    ///
    /// - Parameters:
    ///   - differences: second minus first in points, one a seed.
    ///   - margin: in points; a smaller difference makes none.
    ///   - leastError: the standard error, in points, that the test images leave where the differences show none.
    ///   - levels: of this look.
    public init(_ differences: [Double], margin: Double, leastError: Double = 0, levels: Levels = .fixed) {
        guard let sample = Sample(differences) else {
            self = .undecided(.noPairs)
            return
        }
        let mean = sample.mean
        func better(_ interval: ClosedRange<Double>) -> Verdict {
            let side: Side = mean > 0 ? .second : .first
            let by = mean > 0 ? interval : -interval.upperBound...(-interval.lowerBound)
            return .better(side, by: by, isWithinMargin: by.upperBound < margin)
        }
        if !sample.hasSpread {
            // Without a spread there is no interval; what remains is how often chance alone gives n equal signs.
            if differences.count == 1 {
                self = .undecided(.onePair)
            } else if differences.count < SignFlip.fewestSeeds(levels.better)
                || abs(mean) <= Self.reach(differences.count, leastError, levels)
            {
                self = .undecided(.equalDifferences(mean))
            } else {
                self = better(mean...mean)
            }
            return
        }
        guard let interval = sample.interval(1 - levels.better),
            let inner = sample.interval(1 - 2 * levels.equivalent)
        else {
            self = .undecided(.onePair)
            return
        }
        if interval.lowerBound > 0 || interval.upperBound < 0 {
            self = better(interval)
        } else if inner.lowerBound > -margin, inner.upperBound < margin {
            self = .equivalent
        } else {
            self = .undecided(.tooWide)
        }
    }

    /// How far from 0 a difference of this standard error has to be, with so many seeds.
    static func reach(_ seeds: Int, _ error: Double, _ levels: Levels) -> Double {
        StudentT(seeds - 1).upperQuantile(levels.better / 2) * error
    }

    public var isDecided: Bool {
        if case .undecided = self { false } else { true }
    }
}

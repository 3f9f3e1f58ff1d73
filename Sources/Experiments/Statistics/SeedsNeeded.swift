// How many seeds a question takes: a range, since the spread is known from a few seeds only.

public struct SeedsNeeded: Hashable, Sendable {
    /// The most seeds that a study takes; a question that takes more is not one for seeds.
    public static let most = 1_000

    /// What is to be shown.
    public enum Goal: Hashable, Sendable {
        /// A true difference of this size.
        case difference(Double)
        /// That a true difference, of this size, lies inside the margin.
        case equivalence(Double, margin: Double)
    }

    public let goal: Goal
    /// In all, for a spread at the lower and at the upper end of what the seeds allow; the upper end is `nil` beyond
    /// `most`. `nil`: no number of seeds is enough, or none up to `most`.
    public let range: Range?
    /// Whether the test images leave so much open that seeds cannot help.
    public let isBeyondSeeds: Bool

    /// Numbers of seeds.
    public struct Range: Hashable, Sendable {
        public let low: Int
        public let high: Int?
    }

    /// So many standard errors beyond the threshold a study is right four times out of five.
    private static let power = 0.84
    /// Of the ends of the range, on both sides together.
    private static let doubt = 0.2

    /// For one who tests at this chance of a wrong statement.
    public init(_ goal: Goal, _ estimate: DifferenceEstimate, chance: Double) {
        self.goal = goal
        let (distance, tail) =
            switch goal {
            case .difference(let difference): (abs(difference), chance / 2)
            case .equivalence(let difference, let margin): (margin - abs(difference), chance)
            }
        let images = estimate.imageVariance
        let factor = -NormalDistribution.quantile(tail) + Self.power
        guard distance > 0, distance * distance > factor * factor * images else {
            (range, isBeyondSeeds) = (nil, true)
            return
        }
        isBeyondSeeds = false
        let ofOneSeed = estimate.seedVariance * Double(estimate.seeds)
        func count(_ spread: Double) -> Int? {
            Self.first { seeds in
                let reach = StudentT(seeds - 1).upperQuantile(tail) + Self.power
                return distance * distance >= reach * reach * (spread * ofOneSeed / Double(seeds) + images)
            }
        }
        // What the squared spread of all seeds may be, in units of that of these.
        let freedom = Double(estimate.seeds - 1)
        let distribution = ChiSquared(degreesOfFreedom: freedom)
        range = count(freedom / distribution.quantile(1 - Self.doubt / 2)).map {
            Range(low: $0, high: count(freedom / distribution.quantile(Self.doubt / 2)))
        }
    }

    /// The first number of seeds from two that is enough, of a condition that more seeds keep.
    private static func first(_ isEnough: (Int) -> Bool) -> Int? {
        var (low, high) = (1, 2)
        while !isEnough(high) {
            (low, high) = (high, high * 2)
            if low > most { return nil }
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if isEnough(middle) { high = middle } else { low = middle }
        }
        return high <= most ? high : nil
    }
}

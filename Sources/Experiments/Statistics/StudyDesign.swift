// When a study looks at its seeds, and what chance of a wrong answer each look may take.

public enum StudyDesign: String, Hashable, Sendable {
    /// The seeds are named before the first run, and looked at once.
    case fixed
    /// Looks at 6, 12 and 24 seeds, and ends at the first that decides.
    case sequential

    /// The chance of a wrong statement that a whole study may take.
    public static let chance = 0.05

    /// The numbers of seeds at which a sequential study looks.
    public static let looks = [6, 12, 24]

    /// The chance of each of those looks. Those of one pair make 5.00 % in all, since looks at the same seeds err
    /// together; those of several, which share a model and differ in how alike they are, add up to .052 before they are
    /// divided. A plain .05 at each look would err in 11.8 % of studies.
    static func chances(pairs: Int) -> [Double] {
        switch pairs {
        case ...1: [0.03, 0.0141, 0.0141]
        case ...10: [0.03, 0.011, 0.011].map { $0 / Double(pairs) }
        default: [0.03, 0.01, 0.01].map { $0 / Double(pairs) }
        }
    }

    /// One look.
    public struct Look: Hashable, Sendable {
        public let seeds: Int
        /// Of a wrong statement on one pair.
        public let chance: Double

        public init(seeds: Int, chance: Double) { (self.seeds, self.chance) = (seeds, chance) }
    }

    /// All looks of a study that compares so many pairs; a fixed one has the one at its planned seeds.
    public func looks(pairs: Int, planned: Int) -> [Look] {
        switch self {
        case .fixed: [Look(seeds: planned, chance: Self.chance / Double(max(1, pairs)))]
        case .sequential:
            zip(Self.looks, Self.chances(pairs: pairs)).map { Look(seeds: $0, chance: $1) }
        }
    }

    /// The number of seeds of the look that follows so many.
    public func nextLook(after seeds: Int) -> Int? {
        self == .fixed ? nil : Self.looks.first { $0 > seeds }
    }
}

// How often a study looks at its seeds, and what chance of a wrong answer each look may take.

public enum StudyDesign: Hashable, Sendable {
    /// The seeds are named before the first run, and looked at once.
    case fixed
    /// Looks at 6, 12 and 24 seeds, and ends at the first that decides.
    case sequential

    /// One look.
    public struct Look: Hashable, Sendable {
        public let seeds: Int
        public let levels: Levels
    }

    /// The levels add up to .05, so that any number of looks that is made errs once in twenty studies at most. A plain
    /// .05 at each look would err in 11.8 % of studies; the bounds of O'Brien and Fleming would ask for p < .00008 at
    /// six seeds.
    public static let looks = zip([6, 12, 24], [0.01, 0.02, 0.02]).map {
        Look(seeds: $0, levels: Levels(better: $1, equivalent: $1))
    }

    /// The last look that so many seeds have reached; a fixed study looks whenever it is asked.
    public func look(at seeds: Int) -> Look? {
        switch self {
        case .fixed: seeds > 0 ? Look(seeds: seeds, levels: .fixed) : nil
        case .sequential: Self.looks.last { $0.seeds <= seeds }
        }
    }

    /// The look that follows so many seeds.
    public func nextLook(after seeds: Int) -> Look? {
        switch self {
        case .fixed: nil
        case .sequential: Self.looks.first { $0.seeds > seeds }
        }
    }
}

/// The chance of a wrong answer that a look may take.
public struct Levels: Hashable, Sendable {
    /// Of "better" where there is no difference: two-sided.
    public var better: Double
    /// Of "equivalent" where the difference is the margin: on each side.
    public var equivalent: Double

    public init(better: Double, equivalent: Double) {
        (self.better, self.equivalent) = (better, equivalent)
    }

    public static let fixed = Levels(better: 0.05, equivalent: 0.05)
}

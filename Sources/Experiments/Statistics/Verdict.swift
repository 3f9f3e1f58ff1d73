// What a study says about two models: from the interval of their difference alone.

public enum Verdict: Hashable, Sendable {
    public enum Side: Hashable, Sendable, CaseIterable {
        case first, second
    }

    /// One is better; where all of the interval lies inside the margin, the difference is real and does not matter.
    case better(Side, isWithinMargin: Bool)
    /// The difference, if there is one, is smaller than the margin.
    case equivalent
    case undecided(Reason)
    /// The same function, by proof or as far as the test images show: nothing to test.
    case identical

    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// There are fewer than two seeds with which neither model failed.
        case failures = "no verdict for failures"
        /// One seed, or one test image, has no interval.
        case tooFew = "no verdict for one seed"
        /// A sequential study that has not come to its first look.
        case beforeTheLook = "before the look"
        /// The interval holds 0, and what matters as well.
        case tooWide = "undecided"
        /// So few seeds have none that holds however often one looks.
        case noAnytimeInterval = "too few seeds for a look that was not planned"
    }

    public var isDecided: Bool {
        if case .undecided = self { false } else { true }
    }
}

/// A verdict with the interval that it was found by.
public struct Decision: Hashable, Sendable {
    public let verdict: Verdict
    /// Of the difference, in points; `nil` where there is none.
    public let interval: ClosedRange<Double>?
    /// The chance that the interval leaves the true difference out, on both sides together.
    public let intervalChance: Double
    /// Whether it holds however often one looks.
    public let isAnytime: Bool

    /// - Parameters:
    ///   - chance: of a wrong statement.
    ///   - margin: a smaller difference makes none.
    ///   - isAnytime: whether this look was not planned.
    ///   - isLook: whether the study may be judged yet.
    ///   - isLowerBetter: whether a loss is compared.
    public init(
        _ estimate: DifferenceEstimate?, margin: Double, chance: Double, isAnytime: Bool = false, isLook: Bool = true,
        isLowerBetter: Bool = false
    ) {
        self.isAnytime = isAnytime
        guard let estimate else {
            (verdict, self.interval, intervalChance) = (.undecided(.tooFew), nil, chance)
            return
        }
        func reach(_ chance: Double) -> ClosedRange<Double>? {
            isAnytime ? estimate.anytimeInterval(chance) : estimate.interval(chance)
        }
        let whole = reach(chance)
        guard isLook, let whole else {
            (verdict, self.interval, intervalChance) = (
                .undecided(isLook ? .noAnytimeInterval : .beforeTheLook), whole, chance
            )
            return
        }
        let inner = reach(2 * chance)
        if whole.lowerBound > 0 || whole.upperBound < 0 {
            let isWithin = whole.lowerBound > -margin && whole.upperBound < margin
            verdict = .better((estimate.mean > 0) != isLowerBetter ? .second : .first, isWithinMargin: isWithin)
            (self.interval, intervalChance) = (whole, chance)
        } else if let inner, inner.lowerBound > -margin, inner.upperBound < margin {
            (verdict, self.interval, intervalChance) = (.equivalent, inner, 2 * chance)
        } else {
            (verdict, self.interval, intervalChance) = (.undecided(.tooWide), whole, chance)
        }
    }

    /// How many standard errors its interval reaches to each side of the mean; `nil` where it has none.
    public func factor(of estimate: DifferenceEstimate) -> Double? {
        guard interval != nil else { return nil }
        return isAnytime
            ? DifferenceEstimate.anytimeReach(seeds: estimate.seeds, intervalChance)
            : estimate.quantile(intervalChance / 2)
    }

    /// As it was kept.
    public init(verdict: Verdict, interval: ClosedRange<Double>?, intervalChance: Double, isAnytime: Bool) {
        (self.verdict, self.interval) = (verdict, interval)
        (self.intervalChance, self.isAnytime) = (intervalChance, isAnytime)
    }

    /// One that no interval is needed for, or that none can be had for.
    init(_ verdict: Verdict, chance: Double) {
        (self.verdict, interval, intervalChance, isAnytime) = (verdict, nil, chance, false)
    }
}

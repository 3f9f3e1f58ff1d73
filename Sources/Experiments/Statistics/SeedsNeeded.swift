// How many seeds a question takes.

public enum SeedsNeeded {
    /// The most seeds that a study takes; a question that takes more is not one for seeds.
    public static let most = 1_000

    /// The chance that so many pairs show a difference at this level, two-sided.
    public static func power(seeds: Int, difference: Double, deviation: Double, level: Double = 0.05) -> Double {
        guard seeds > 1 else { return 0 }
        guard deviation > 0 else { return difference == 0 ? 0 : 1 }
        let distribution = NoncentralT(
            degreesOfFreedom: seeds - 1, noncentrality: difference / deviation * Double(seeds).squareRoot())
        let threshold = StudentT(seeds - 1).upperQuantile(level / 2)
        return 1 - distribution.cumulative(threshold) + distribution.cumulative(-threshold)
    }

    /// The fewest pairs that show a difference of this size four times out of five; `nil` beyond `most`.
    ///
    /// - Parameter deviation: of the paired differences.
    public static func count(
        difference: Double, deviation: Double, power: Double = 0.8, level: Double = 0.05
    ) -> Int? {
        first { Self.power(seeds: $0, difference: difference, deviation: deviation, level: level) >= power }
    }

    /// The fewest pairs whose interval would leave 0 out, or lie inside the margin, if mean and spread stay as they
    /// are; `nil` beyond `most`.
    public static func ifItStays(_ differences: Sample, margin: Double, levels: Levels) -> Int? {
        guard let deviation = differences.deviation else { return nil }
        let mean = abs(differences.mean)
        return first { seeds in
            let error = deviation / Double(seeds).squareRoot()
            let distribution = StudentT(seeds - 1)
            return distribution.upperQuantile(levels.better / 2) * error < mean
                || mean + distribution.upperQuantile(levels.equivalent) * error < margin
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

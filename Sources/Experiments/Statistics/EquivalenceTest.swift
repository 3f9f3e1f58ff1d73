// Whether a difference is too small to matter: the two one-sided tests, which say the same as an interval inside a
// margin.

public enum EquivalenceTest {
    /// How probable a mean this far inside the margin is, if that of all seeds lies at its edge; the worse of both
    /// edges. Below .05 just where the 90 % interval lies inside the margin. `nil` where the values do not differ.
    ///
    /// Source: Schuirmann, "A comparison of the two one-sided tests procedure", J. Pharmacokinetics and
    /// Biopharmaceutics 15, 1987.
    public static func test(_ differences: Sample, margin: Double) -> Double? {
        guard let error = differences.error, error > 0 else { return nil }
        let distribution = StudentT(differences.count - 1)
        return max(
            distribution.upperTail((differences.mean + margin) / error),
            distribution.upperTail((margin - differences.mean) / error))
    }
}

// Holm's correction: several questions asked of the same runs, with one chance in twenty of any wrong answer.

public enum Holm {
    /// Probabilities corrected so that each may be compared with one level, in their order.
    ///
    /// Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6,
    /// 1979.
    public static func adjusted(_ probabilities: [Double]) -> [Double] {
        var result = probabilities
        var largest = 0.0
        for (rank, index) in order(probabilities).enumerated() {
            largest = max(largest, min(1, Double(probabilities.count - rank) * probabilities[index]))
            result[index] = largest
        }
        return result
    }

    /// The level that each is compared with: those that are rejected in turn have a level of their own, all others that
    /// of the first which is not. An interval of this confidence leaves 0 out exactly where Holm rejects.
    public static func levels(_ probabilities: [Double], _ alpha: Double) -> [Double] {
        var result = probabilities
        var rejected = 0
        for (rank, index) in order(probabilities).enumerated() {
            let level = alpha / Double(probabilities.count - rejected)
            result[index] = level
            if rejected == rank, probabilities[index] <= level { rejected += 1 }
        }
        return result
    }

    /// Their places from the smallest; equal ones in their own order.
    private static func order(_ probabilities: [Double]) -> [Int] {
        probabilities.indices.sorted { (probabilities[$0], $0) < (probabilities[$1], $1) }
    }
}

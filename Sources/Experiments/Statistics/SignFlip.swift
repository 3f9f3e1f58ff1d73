// The sign-flip test of paired differences: if neither model is better, each difference could as well have had the
// other sign.

import Runtime

public enum SignFlip {
    /// Up to so many differences all combinations of signs are tried.
    public static let largestExact = 20

    /// How many differences of one sign it takes before chance alone gives them so rarely: six at .05.
    public static func fewestSeeds(_ level: Double) -> Int {
        var count = 1
        while 2 / Double(1 << count) > level, count < 62 { count += 1 }
        return count
    }

    /// How probable a mean difference at least as far from 0 is under random signs. Exact to n = 20, then from a
    /// million combinations that are drawn with a seed, the one observed counted among them. `nil` for no differences.
    ///
    /// Cost: n / 8 additions a combination.
    public static func test(_ differences: [Double], samples: Int = 1_000_000, seed: UInt64 = 1) -> Double? {
        guard !differences.isEmpty else { return nil }
        let sums = SignedSums(differences)
        let observed = abs(differences.reduce(0, +))
        // Sums of the same numbers in another order are equal, though their rounding is not.
        let threshold = observed - 1e-12 * differences.reduce(0) { $0 + abs($1) }
        if differences.count <= largestExact {
            // A combination and its opposite are equally far from 0: half of them suffice.
            let combinations = UInt64(1) << (differences.count - 1)
            var count = 0
            for signs in 0..<combinations where abs(sums[signs]) >= threshold { count += 1 }
            return Double(count) / Double(combinations)
        }
        var count = 0
        for sample in 0..<samples {
            let stream = RandomStream(
                seed: seed, role: .statistics, stream: 1, step: UInt32(truncatingIfNeeded: sample))
            if abs(sums.sum { stream.bits(at: $0) }) >= threshold { count += 1 }
        }
        return Double(count + 1) / Double(samples + 1)
    }
}

/// Sums of differences under any signs, eight at a time from a table.
private struct SignedSums {
    private let tables: [[Double]]

    init(_ differences: [Double]) {
        tables = stride(from: 0, to: differences.count, by: 8).map { start in
            let group = differences[start..<min(differences.count, start + 8)]
            return (0..<256).map { signs in
                group.enumerated().reduce(0) { $0 + (signs >> $1.offset & 1 == 0 ? $1.element : -$1.element) }
            }
        }
    }

    /// The signs of the first 64 differences as bits.
    subscript(_ signs: UInt64) -> Double { sum { _ in signs } }

    /// - Parameter signs: 64 bits by their number.
    func sum(_ signs: (UInt32) -> UInt64) -> Double {
        var (sum, bits) = (0.0, UInt64(0))
        for index in tables.indices {
            if index % 8 == 0 { bits = signs(UInt32(index / 8)) }
            sum += tables[index][Int(bits & 255)]
            bits >>= 8
        }
        return sum
    }
}

// Whether spreads differ: the distances of values from their own median, compared.

public enum BrownForsythe {
    /// How probable distances this unlike are, if all groups spread alike. `nil` where a group has fewer than two
    /// values, or where no distance varies.
    ///
    /// Source: Brown and Forsythe, "Robust tests for the equality of variances", JASA 69, 1974.
    public static func test(_ groups: [[Double]]) -> Double? { test(parts: groups.map { [$0] }) }

    /// The same of groups in parts, each with a median of its own.
    public static func test(parts groups: [[[Double]]]) -> Double? {
        let distances = groups.map { parts in
            parts.filter { $0.count > 1 }.flatMap { part in
                let middle = median(part)
                return part.map { abs($0 - middle) }
            }
        }
        guard distances.count > 1, distances.allSatisfy({ !$0.isEmpty }) else { return nil }
        let all = distances.flatMap(\.self)
        let mean = all.reduce(0, +) / Double(all.count)
        var (between, within) = (0.0, 0.0)
        for group in distances {
            let own = group.reduce(0, +) / Double(group.count)
            between += Double(group.count) * (own - mean) * (own - mean)
            within += group.reduce(0) { $0 + ($1 - own) * ($1 - own) }
        }
        let (k, n) = (Double(groups.count), Double(all.count))
        guard within > 1e-18 * (between + within), within > 0 else { return nil }
        return upperTailOfF(between / (k - 1) / (within / (n - k)), k - 1, n - k)
    }
}

/// P(F > f) of the F distribution: I_x(n/2, m/2) with x = n / (n + m f).
func upperTailOfF(_ f: Double, _ m: Double, _ n: Double) -> Double { incompleteBeta(n / (n + m * f), n / 2, m / 2) }

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

// Whether two spreads differ: with a few seeds each, one may look twice as large as the other by chance.

/// Two-sided F test: how probable a ratio of the two variances at least as uneven is, if both are the same. `nil` where
/// one of them cannot be told, or is 0.
public func varianceRatioTest(_ first: Sample, _ second: Sample) -> Double? {
    guard let a = first.deviation, let b = second.deviation, a > 0, b > 0 else { return nil }
    let ratio = a * a / (b * b)
    let (m, n) = (Double(first.count - 1), Double(second.count - 1))
    // P(F > f) = I_x(n/2, m/2) with x = n / (n + m f)
    let upper = incompleteBeta(n / (n + m * ratio), n / 2, m / 2)
    return min(1, 2 * min(upper, 1 - upper))
}

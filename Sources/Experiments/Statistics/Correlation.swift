// Whether a seed that is lucky for one model is lucky for the other: what pairing gains.

/// Pearson's correlation of pairs, -1...1; `nil` for fewer than three pairs (two always lie on a line), or where one
/// side does not vary.
public func correlation(_ first: [Double], _ second: [Double]) -> Double? {
    precondition(first.count == second.count, "a correlation is that of pairs")
    guard first.count > 2, let a = Sample(first), let b = Sample(second) else { return nil }
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(first, second) {
        ab += (x - a.mean) * (y - b.mean)
        aa += (x - a.mean) * (x - a.mean)
        bb += (y - b.mean) * (y - b.mean)
    }
    guard aa > 0, bb > 0 else { return nil }
    return min(1, max(-1, ab / (aa.squareRoot() * bb.squareRoot())))
}

// How often a run of one model beats a run of the other, whatever their seeds: P(B > A).

/// The share of all pairs in which the second is larger; ties count half. `nil` where one side is empty.
public func probabilityOfSuperiority(_ first: [Double], _ second: [Double]) -> Double? {
    guard !first.isEmpty, !second.isEmpty else { return nil }
    var halves = 0
    for a in first {
        for b in second { halves += b > a ? 2 : b == a ? 1 : 0 }
    }
    return Double(halves) / Double(2 * first.count * second.count)
}

// How far what is drawn is from a definition.

/// Pearson's statistic of counts against the shares expected of them, less its degrees of freedom, in standard
/// deviations.
func deviation(_ counts: [Int], _ shares: [Double]) -> Double {
    let total = Double(counts.reduce(0, +))
    let statistic = zip(counts, shares).reduce(0.0) { sum, pair in
        let expected = pair.1 * total
        return sum + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
    }
    let freedom = Double(counts.count - 1)
    return (statistic - freedom) / (2 * freedom).squareRoot()
}

/// The same of two samples of equal size.
func deviation(_ first: [Int], from second: [Int]) -> Double {
    let filled = zip(first, second).filter { $0 + $1 > 0 }
    let statistic = filled.reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) / Double($1.0 + $1.1) }
    let freedom = Double(filled.count - 1)
    return (statistic - freedom) / (2 * freedom).squareRoot()
}

// exp, log, sine and cosine in double, from sums and products alone: those of the system may round differently from
// machine to machine, and a loss must not.

/// e^x, with a relative error below 1e-15; 0 and infinity beyond what a double holds.
public func exponential(_ x: Double) -> Double {
    guard x < 710 else { return x.isNaN ? x : .infinity }
    guard x > -746 else { return x.isNaN ? x : 0 }
    // x = n ln 2 + r with |r| <= ln(2) / 2; ln 2 in two parts, the first with zeros at its end, so that n times it is
    // exact.
    let n = (x * 1.4426950408889634).rounded()
    let r = (x - n * 0.693147180369123816490) - n * 1.90821492927058770002e-10
    // Taylor's series to r^13 / 13!
    var sum = 1.0
    for divisor in stride(from: 13.0, through: 1, by: -1) { sum = 1 + sum * r / divisor }
    // In two factors, for 2^n alone may be no double where the product is.
    let half = Int(n) >> 1
    return sum * power(half) * power(Int(n) - half)
}

private func power(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }

/// The natural logarithm of a positive number, with an error below 1e-15; NaN for a negative one.
public func logarithm(_ x: Double) -> Double {
    guard x > 0, x < .infinity else { return x == 0 ? -.infinity : x < 0 ? .nan : x }
    // x = m 2^e with sqrt(1/2) <= m < sqrt(2); ln m = 2 artanh((m - 1) / (m + 1)).
    var (significand, exponent) = (x.significand, Double(x.exponent))
    if significand > 1.4142135623730951 { (significand, exponent) = (significand / 2, exponent + 1) }
    let ratio = (significand - 1) / (significand + 1)
    let square = ratio * ratio
    var sum = 0.0
    for power in stride(from: 21.0, through: 1, by: -2) { sum = sum * square + 1 / power }
    return exponent * 0.693147180369123816490 + (2 * ratio * sum + exponent * 1.90821492927058770002e-10)
}

/// Sine and cosine of an angle in degrees, with an error below 1e-15 up to a full turn; exact at multiples of 90.
public func sineAndCosine(degrees: Double) -> (sine: Double, cosine: Double) {
    let quarters = (degrees / 90).rounded()
    // At most 45 degrees.
    let x = (degrees - 90 * quarters) * (.pi / 180)
    // Taylor's series to x^19 / 19! and x^18 / 18!
    var (sine, cosine) = (1.0, 1.0)
    for n in stride(from: 9.0, through: 1, by: -1) {
        cosine = 1 - x * x * cosine / ((2 * n - 1) * 2 * n)
        sine = 1 - x * x * sine / (2 * n * (2 * n + 1))
    }
    sine *= x
    switch Int(quarters) & 3 {
    case 0: return (sine, cosine)
    case 1: return (cosine, -sine)
    case 2: return (-sine, -cosine)
    default: return (-cosine, sine)
    }
}

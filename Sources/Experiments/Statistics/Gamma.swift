// The logarithm of the gamma function, on which the distributions of this folder are built.

import Runtime

/// ln Γ(x) for x > 0, with a relative error of about 1e-14.
///
/// Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 6.1.41 (Stirling's series).
func logGamma(_ x: Double) -> Double {
    // The series needs a large argument: Γ(x) = Γ(x + n) / (x (x + 1) ... (x + n - 1)).
    var (x, product) = (x, 1.0)
    while x < 12 {
        product *= x
        x += 1
    }
    let square = 1 / (x * x)
    var series = 691.0 / 360_360
    for divisor in [1188.0, 1680, 1260, 360, 12] { series = 1 / divisor - square * series }
    return (x - 0.5) * logarithm(x) - x + 0.918_938_533_204_672_8 + series / x - logarithm(product)
}

// The texts of ticks: as short as tells each from its neighbors and is true of it, whatever the size of the numbers.

import Glibc

struct TickText {
    private enum Form {
        /// All with so many digits after the point.
        case fixed(Int)
        /// Each with the digits that it needs.
        case plain
        case scientific
        /// `10k`, `25.58M`: so many digits after the point, by the suffix.
        case magnitude([String: Int])
    }

    private var form: Form
    /// What a text may be off by: a small share of the step between two ticks.
    private let tolerance: @Sendable (Double) -> Double

    /// - Parameter ticks: as they are shown, from low to high.
    init(_ ticks: [Double], _ kind: Axis.Kind) {
        // On a logarithmic axis the ticks at the low end are nearer to each other than those at the high one.
        let isRelative = kind.isLogarithmic
        let pairs = zip(ticks, ticks.dropFirst())
        let step = pairs.map { ($1 - $0) / (isRelative ? $1 : 1) }.min() ?? (isRelative ? 1 : abs(ticks.first ?? 1))
        tolerance = { 0.02 * step * (isRelative ? abs($0) : 1) }
        let (least, most) = (ticks.map(abs).min() ?? 0, ticks.map(abs).max() ?? 0)
        form = .plain
        switch kind {
        case .magnitude where least >= 1e-3 && most < 999.5e12:
            var digits: [String: Int] = [:]
            for tick in ticks {
                let unit = MagnitudeUnit(of: tick)
                let needed = decimalDigits(tick / unit.size, tolerance(tick) / unit.size)
                digits[unit.suffix] = max(digits[unit.suffix] ?? 0, needed)
            }
            form = .magnitude(digits)
        case .logarithmic where least >= 0.01 && most < 100_000: form = .plain
        case .logarithmic, .magnitude: form = .scientific
        default:
            let digits = ticks.map { decimalDigits($0, tolerance($0)) }.max() ?? 0
            form = .fixed(digits)
            guard most >= 1e6 || most < 1e-3 && most > 0 else { break }
            func longest(_ form: Form) -> Int {
                var texts = self
                texts.form = form
                return ticks.map { texts.text($0).count }.max() ?? 0
            }
            if longest(.scientific) < longest(.fixed(digits)) { form = .scientific }
        }
    }

    func text(_ tick: Double) -> String {
        switch form {
        case .fixed(let digits): fixed(tick, digits)
        case .plain: fixed(tick, decimalDigits(tick, tolerance(tick)))
        case .scientific: tick == 1 ? "1" : scientific(tick, digits: mantissaDigits(tick, tolerance(tick)))
        case .magnitude(let digits):
            fixed(tick / MagnitudeUnit(of: tick).size, digits[MagnitudeUnit(of: tick).suffix] ?? 0)
                + MagnitudeUnit(of: tick).suffix
        }
    }
}

/// Digits after the point that show a number this well.
private func decimalDigits(_ number: Double, _ tolerance: Double) -> Int {
    var (digits, scale) = (0, 1.0)
    while digits < 15, abs((number * scale).rounded() / scale - number) > tolerance {
        (digits, scale) = (digits + 1, scale * 10)
    }
    return digits
}

/// Digits after the point of the mantissa.
private func mantissaDigits(_ number: Double, _ tolerance: Double) -> Int {
    guard number != 0, number.isFinite else { return 0 }
    // Powers of ten beyond what a number can be are never divided by.
    let size = pow(10, min(300, max(-300, log10(abs(number)).rounded(.down))))
    return decimalDigits(number / size, tolerance / size)
}

/// What counts are shown in: thousands, millions, ...
struct MagnitudeUnit {
    let size: Double
    let suffix: String

    init(of number: Double) {
        (size, suffix) =
            switch abs(number) {
            case 999.5e9...: (1e12, "T")
            case 999.5e6...: (1e9, "G")
            case 999.5e3...: (1e6, "M")
            case 999.5...: (1e3, "k")
            default: (1, "")
            }
    }
}

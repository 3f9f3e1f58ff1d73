// From numbers to places on an axis, with ticks at round numbers.

import Glibc

struct Scale {
    let low: Double
    let high: Double
    let step: Double
    /// Then low, high and step are exponents of ten.
    private let isLogarithmic: Bool

    /// Covers all of `values`, which may be empty or equal, and ends at ticks.
    /// - Parameters:
    ///   - wanted: about how many ticks.
    ///   - isWhole: whether only whole numbers make sense, as for epochs.
    ///   - isLogarithmic: whether ticks are powers of ten; values are above 0 then.
    init(_ values: [Double], ticks wanted: Int = 5, isWhole: Bool = false, isLogarithmic: Bool = false) {
        self.isLogarithmic = isLogarithmic
        let isWhole = isWhole || isLogarithmic
        let finite = (isLogarithmic ? values.map { log10($0) } : values).filter(\.isFinite)
        var low = finite.min() ?? 0
        var high = finite.max() ?? 1
        if high - low < max(abs(high), abs(low)) * 1e-9 || high == low {
            let room = isWhole ? 1 : max(abs(high) * 0.05, 1e-6)
            low -= room
            high += room
        }
        step = Scale.roundStep((high - low) / Double(max(1, wanted)), isWhole: isWhole)
        self.low = (low / step).rounded(.down) * step
        self.high = (high / step).rounded(.up) * step
    }

    /// The smallest of 1, 2, 5, 10, … times a power of ten that is not below `rough`.
    private static func roundStep(_ rough: Double, isWhole: Bool) -> Double {
        var power = 1.0
        while power > rough, power > 1e-300 { power /= 10 }
        while power * 10 <= rough, power < 1e300 { power *= 10 }
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * (1 - 1e-9) } ?? power * 10
        return isWhole ? max(1, step.rounded()) : step
    }

    var ticks: [Double] {
        let count = Int(((high - low) / step).rounded())
        let places = (0...max(0, min(count, 100))).map { low + Double($0) * step }
        return isLogarithmic ? places.map { pow(10, $0) } : places
    }

    /// 0 at the low end, 1 at the high one.
    func place(_ value: Double) -> Double { ((isLogarithmic ? log10(value) : value) - low) / (high - low) }

    /// A tick with as many decimals as the step has.
    func text(_ tick: Double) -> String {
        if isLogarithmic { return "1e\(Int(log10(tick).rounded()))" }
        var digits = 0
        var size = step
        while digits < 6, abs(size - size.rounded()) > 1e-6 * max(1, size) {
            size *= 10
            digits += 1
        }
        return decimals(tick, digits)
    }
}

/// A number with a fixed count of digits behind the point.
func decimals(_ number: Double, _ digits: Int) -> String {
    guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    guard abs(number) * scale < 9e15 else { return number.description }
    let scaled = Int((abs(number) * scale).rounded())
    var text = String(scaled)
    if text.count <= digits { text = String(repeating: "0", count: digits + 1 - text.count) + text }
    if digits > 0 { text.insert(".", at: text.index(text.endIndex, offsetBy: -digits)) }
    return (number < 0 && scaled != 0 ? "-" : "") + text
}

// From numbers to places on an axis, with ticks at round numbers: 1, 2 or 5 times a power of ten.

import Glibc

struct Scale {
    /// The ends, as exponents of ten where the axis is logarithmic.
    let low: Double
    let high: Double
    /// In the unit of the values.
    let ticks: [Double]
    /// What the values are divided by to be shown: 60 for minutes.
    let divisor: Double
    /// `test accuracy (%)`, `time (min)`
    let title: String
    private let kind: Axis.Kind
    private let texts: TickText

    /// - Parameters:
    ///   - wanted: about how many ticks.
    ///   - isTight: whether the axis ends at the values instead of at ticks.
    ///   - including: a value that has to be on it, as the 0 of bars.
    init(_ values: [Double], _ axis: Axis, ticks wanted: Int = 5, isTight: Bool = false, including: Double? = nil) {
        kind = axis.kind
        let isLogarithmic = kind.isLogarithmic
        let shown = (values + (including.map { [$0] } ?? [])).filter(axis.shows)
        let (unit, divisor) = Scale.unit(kind, shown.min() ?? 0, shown.max() ?? 1)
        title = unit.isEmpty ? axis.label : "\(axis.label) (\(unit))"
        self.divisor = divisor
        let places = isLogarithmic ? shown.map { log10($0) } : shown.map { $0 / divisor }
        var (low, high) = (places.min() ?? 0, places.max() ?? 1)
        if high - low < max(abs(high), abs(low)) * 1e-9 || high == low {
            let room = kind == .whole || high == 0 ? 1 : isLogarithmic ? 0.5 : abs(high) * 0.05
            (low, high) = (low - room, high + room)
        }
        if isLogarithmic {
            let room = isTight ? 0 : (high - low) * 0.06
            (low, high) = (low - room, high + room)
            (self.low, self.high) = (low, high)
            ticks = Scale.logarithmicTicks(low, high, wanted)
            texts = TickText(ticks, kind)
            return
        }
        let step = Scale.roundStep((high - low) / Double(max(1, wanted)), isWhole: kind == .whole)
        if !isTight {
            low = (low / step + 1e-9).rounded(.down) * step
            high = (high / step - 1e-9).rounded(.up) * step
            if kind == .percent, shown.allSatisfy({ $0 >= 0 && $0 <= 100 }) {
                (low, high) = (max(0, low), min(100, high))
            }
        }
        (self.low, self.high) = (low, high)
        let first = (low / step - 1e-9).rounded(.up)
        let count = ((high / step + 1e-9).rounded(.down) - first)
        let shownTicks =
            count.isFinite ? (0...max(0, min(Int(max(0, count)), 100))).map { (first + Double($0)) * step } : []
        ticks = shownTicks.map { $0 * divisor }
        texts = TickText(shownTicks, kind)
    }

    private static func unit(_ kind: Axis.Kind, _ least: Double, _ largest: Double) -> (String, Double) {
        switch kind {
        case .percent: return ("%", 1)
        case .seconds:
            // Times near each other are given in the unit in which they differ.
            let span = largest > least ? largest - least : largest
            func differs(by size: Double) -> Bool { span >= size / 20 }
            return largest >= 7_200 && differs(by: 3_600)
                ? ("h", 3_600) : largest >= 120 && differs(by: 60) ? ("min", 60) : ("s", 1)
        default: return ("", 1)
        }
    }

    /// The smallest of 1, 2, 5, 10, … times a power of ten that is not below `rough`.
    private static func roundStep(_ rough: Double, isWhole: Bool) -> Double {
        var power = 1.0
        while power > rough, power > 1e-300 { power /= 10 }
        while power * 10 <= rough, power < 1e300 { power *= 10 }
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * (1 - 1e-9) } ?? power * 10
        return isWhole ? max(1, step.rounded()) : step
    }

    /// Powers of ten where there are enough of them, else 1, 2 and 5 times those, else round numbers.
    private static func logarithmicTicks(_ low: Double, _ high: Double, _ wanted: Int) -> [Double] {
        let first = Int(max(-320, low.rounded(.down)))
        let last = Int(min(310, high.rounded(.up)))
        func inside(_ factors: [Double]) -> [Double] {
            (first...max(first, last)).flatMap { exponent in factors.map { $0 * pow(10, Double(exponent)) } }
                .filter { $0.isFinite && log10($0) >= low - 1e-9 && log10($0) <= high + 1e-9 }
        }
        let decades = inside([1])
        if decades.count > 2 {
            let every = (decades.count + wanted) / (wanted + 1)
            return decades.enumerated().filter { $0.offset % every == 0 }.map(\.element)
        }
        let finer = inside([1, 2, 5])
        if finer.count > 2 { return finer }
        let (from, to) = (pow(10, low), pow(10, high))
        let step = roundStep((to - from) / Double(max(1, wanted)), isWhole: false)
        let start = (from / step - 1e-9).rounded(.up)
        let count = (to / step + 1e-9).rounded(.down) - start
        guard count.isFinite, count >= 0 else { return decades }
        return (0...min(20, Int(count))).map { (start + Double($0)) * step }
    }

    /// 0 at the low end, 1 at the high one.
    func place(_ value: Double) -> Double {
        ((kind.isLogarithmic ? log10(value) : value / divisor) - low) / (high - low)
    }

    func text(_ tick: Double) -> String { texts.text(tick / divisor) }
}

/// With the sign for minus instead of a hyphen, for print.
func withMinus(_ text: String) -> String { text.replacing("-", with: "−") }

/// `32.9M`, `500k`, `120`: a count to three digits.
func magnitude(_ number: Double) -> String {
    let unit = MagnitudeUnit(of: number)
    let value = number / unit.size
    guard abs(value) < 999.5 else { return scientific(number) }
    let digits = abs(value) >= 99.95 ? 0 : abs(value) >= 9.995 ? 1 : 2
    var text = fixed(value, digits)
    if text.contains(".") {
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
    }
    return text + unit.suffix
}

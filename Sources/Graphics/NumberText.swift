// Numbers as text for people: rounded, aligned. `grouped` of whole numbers is in the module `Text`.

import Glibc
import Text

/// A number with a fixed count of digits after the point, rounded half away from zero as C's `printf` would nearly
/// always.
public func fixed(_ number: Double, _ digits: Int) -> String {
    guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    guard abs(number) * scale < 9e15 else { return number.description }
    let scaled = Int((abs(number) * scale).rounded(.toNearestOrEven))
    var text = String(scaled)
    if text.count <= digits { text = String(repeating: "0", count: digits + 1 - text.count) + text }
    if digits > 0 { text.insert(".", at: text.index(text.endIndex, offsetBy: -digits)) }
    return (number < 0 && scaled != 0 ? "-" : "") + text
}

/// A loss: `fixed`, but with a power of ten where the digits before the point would be mere noise, as shortly before it
/// diverges.
public func lossText(_ loss: Double, _ digits: Int) -> String {
    abs(loss) < 1e9 || !loss.isFinite ? fixed(loss, digits) : scientific(loss, digits: digits)
}

/// `10711.5` as `10,711.5`; what `fixed` gives, with its thousands grouped.
func groupedFixed(_ number: Double, _ digits: Int) -> String {
    guard abs(number) < 1e15 || !number.isFinite else { return scientific(number, digits: digits) }
    let text = fixed(number, digits)
    let end = text.firstIndex(of: ".") ?? text.endIndex
    guard let whole = Int(text[..<end]), abs(whole) >= 1000 else { return text }
    return grouped(whole) + text[end...]
}

extension Table.Cell {
    /// A whole number with its thousands grouped.
    public init(_ number: Int) { self.init(grouped(number), number: Double(number)) }

    /// Empty for `nil`; a large number, such as a loss that has run away, with a power of ten.
    public init(_ number: Double?, digits: Int, unit: String = "") {
        guard let number else {
            self.init("")
            return
        }
        let isLarge = number.isFinite && abs(number) >= 1e9
        self.init((isLarge ? shortNumber(number) : groupedFixed(number, digits)) + unit, number: number)
    }
}

extension Table.Cell {
    /// `78.42 ± 0.31`: both to the second digit of the uncertainty.
    public init(_ number: Double, uncertainty: Double) {
        self.init(uncertain(number, uncertainty), number: number)
    }
}

/// Numbers that are under each other, all with as many digits: whole ones grouped, from ten on two digits after the
/// point, below four; numbers near 0 as they are, large ones with a power of ten. Digits that none of them needs are
/// left out.
public func aligned(_ numbers: [Double]) -> [String] {
    let finite = numbers.filter(\.isFinite)
    let largest = finite.map(abs).max() ?? 0
    guard largest < 1e15 else { return numbers.map(shortNumber) }
    guard largest == 0 || largest >= 0.01 else { return numbers.map(\.description) }
    let most = largest >= 10 ? 2 : 4
    let needed = (0..<most).first { digits in
        finite.allSatisfy { abs($0 - ($0 * power(digits)).rounded() / power(digits)) < 1e-9 }
    }
    return numbers.map { groupedFixed($0, needed ?? most) }
}

private func power(_ digits: Int) -> Double { [1, 10, 100, 1_000, 10_000][digits] }

/// A number in a sentence: at most four digits after the point, and none that it does not need; small and large ones
/// with a power of ten.
func shortNumber(_ number: Double) -> String {
    let size = abs(number)
    return size == 0 || !size.isFinite || (0.01..<1e9).contains(size)
        ? aligned([number])[0] : scientific(number, digits: 2)
}

/// The same of numbers of one kind, all with as many digits, but where that would leave few of some.
func shortNumbers(_ numbers: [Double]) -> [String] {
    let sizes = numbers.filter { $0 != 0 && $0.isFinite }.map(abs)
    let largest = sizes.max() ?? 0
    let areAlike = largest < 1e9 && sizes.allSatisfy { $0 >= (largest < 10 ? 0.01 : 1) }
    return areAlike ? aligned(numbers) : numbers.map(shortNumber)
}

/// Numbers next to each other: with as few digits as tell apart those that differ, but two at least after a point.
func toldApart(_ numbers: [Double]) -> [String] {
    let finite = numbers.filter(\.isFinite)
    let largest = finite.map(abs).max() ?? 0
    let isPlain = largest == 0 || (1e-3..<1e9).contains(largest)
    let fewest = !isPlain ? 2 : largest >= 1_000 ? 0 : largest >= 1 || largest == 0 ? 2 : 4
    func texts(_ digits: Int) -> [String] {
        numbers.map { isPlain ? fixed($0, digits) : scientific($0, digits: digits) }
    }
    let different = Set(finite).count
    for digits in fewest..<fewest + 6 {
        let texts = texts(digits)
        if Set(texts).count >= different { return texts }
    }
    return texts(fewest + 6)
}

extension Table.Cell {
    /// A column of numbers; empty for `nil`.
    static func column(_ numbers: [Double?]) -> [Table.Cell] { columns([numbers])[0] }

    /// Columns of numbers of one kind, a mean with its bounds: all have as many digits.
    static func columns(_ columns: [[Double?]]) -> [[Table.Cell]] {
        var texts = aligned(columns.joined().compactMap { $0 })[...]
        return columns.map { numbers in
            numbers.map { number in
                number == nil ? Table.Cell("") : Table.Cell(texts.removeFirst(), number: number)
            }
        }
    }
}

/// Two digits and a power of ten: `3.1e-7`.
public func scientific(_ number: Double) -> String {
    guard number.isFinite, number != 0 else { return number == 0 ? "0" : "\(number)" }
    return scientific(number, digits: 1)
}

/// So many digits after the point of the mantissa: `3e-7`, `3.14e-7`.
func scientific(_ number: Double, digits: Int) -> String {
    guard number.isFinite, number != 0 else { return number == 0 ? "0" : "\(number)" }
    var (mantissa, exponent) = (abs(number), 0)
    // What rounds to ten is one of the next power.
    var half = 0.5
    for _ in 0..<digits { half /= 10 }
    while mantissa < 1 - half / 10 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    while mantissa >= 10 - half { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    return (number < 0 ? "-" : "") + "\(fixed(mantissa, digits))e\(exponent)"
}

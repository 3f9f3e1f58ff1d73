// Numbers as a person reads them.

import Glibc

/// `32997834` as `32,997,834`.
public func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return text
}

/// A number with a fixed count of digits behind the point, rounded half away from zero as C's `printf` would nearly always.
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

extension Table.Cell {
    /// A whole number with its thousands grouped.
    public init(_ number: Int) { self.init(grouped(number), number: Double(number)) }

    /// Empty for `nil`.
    public init(_ number: Double?, digits: Int, unit: String = "") {
        if let number { self.init(fixed(number, digits) + unit, number: number) } else { self.init("") }
    }
}

extension Table.Cell {
    /// `78.42 ± 0.31`: both to the second digit of the uncertainty.
    public init(_ number: Double, uncertainty: Double) {
        self.init(uncertain(number, uncertainty), number: number)
    }
}

/// Two digits and a power of ten: `3.1e-7`.
public func scientific(_ number: Double) -> String {
    guard number.isFinite, number != 0 else { return number == 0 ? "0" : "\(number)" }
    var (mantissa, exponent) = (abs(number), 0)
    while mantissa < 0.9995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    while mantissa >= 9.95 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    return (number < 0 ? "-" : "") + "\(decimals(mantissa, 1))e\(exponent)"
}

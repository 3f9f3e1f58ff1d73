// How values read in `print`, in strings and as the last value of a cell.

import Network

extension Value {
    /// Lists longer than this show their two ends.
    private static let shownElements = 1_000

    /// The text of `print`: strings without quotes.
    var text: String {
        switch self {
        case .string(let text): text
        default: literal
        }
    }

    /// The text inside a list: strings with quotes.
    var literal: String {
        switch self {
        case .nothing: return "nothing"
        case .integer(let number): return String(number)
        case .decimal(let number): return decimalText(number)
        case .boolean(let flag): return flag ? "true" : "false"
        case .string(let text): return "\"" + text + "\""
        case .shape(let shape): return shape.description
        case .list(let items): return "[" + Value.joined(items.values) + "]"
        case .tuple(let items): return "(" + Value.joined(items.values) + ")"
        case .range(let first, let last): return "\(first)...\(last)"
        case .template(let template): return template.text
        case .model(let model): return model.text
        case .object(let object): return object.text
        }
    }

    /// Every form of the value, for the last expression of a cell.
    var rich: RichValue {
        if case .object(let object) = self { return object.rich }
        return RichValue(text: text)
    }

    private static func joined(_ values: [Value]) -> String {
        guard values.count > shownElements else { return values.map(\.literal).joined(separator: ", ") }
        let ends = values.prefix(3).map(\.literal) + ["…"] + values.suffix(3).map(\.literal)
        return ends.joined(separator: ", ")
    }
}

/// The shortest form that reads back, without `.0` where the number is whole.
func decimalText(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 1e15 { return String(Int(number)) }
    return number.description
}

/// `32997834` as `32,997,834`.
func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude))
    var text = number < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
        text.append(digit)
    }
    return text
}

/// A number with a fixed count of digits behind the point, rounded half away from zero as C's `printf` would nearly always.
func fixed(_ number: Double, _ digits: Int) -> String {
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

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

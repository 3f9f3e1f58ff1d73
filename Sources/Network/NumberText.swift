// Numbers in the texts of this module.

/// `32,997,834`
func grouped(_ number: Int) -> String {
    var digits = String(number)[...]
    var groups: [Substring] = []
    while digits.count > 3 {
        groups.append(digits.suffix(3))
        digits.removeLast(3)
    }
    return ([digits] + groups.reversed()).joined(separator: ",")
}

/// The shortest text that reads back, whole numbers without `.0`: `0`, `0.2`, `1e-09`.
func shortest(_ number: Double) -> String {
    let text = "\(number)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

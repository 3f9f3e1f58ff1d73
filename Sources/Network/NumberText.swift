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

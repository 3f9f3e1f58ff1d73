// Text that comes from files, archives and other people's notebooks, as a terminal may show it: an escape sequence in a
// name could move the cursor, hide text or change colors.

extension String {
    /// The text with pictures in place of control characters, and U+FFFD in place of those that reverse the order of
    /// what follows. Lines and tabs stay.
    public var printable: String { printable(keeping: ["\n", "\t"]) }

    /// The same for a name, which has one line.
    public var printableName: String { printable(keeping: []) }

    private func printable(keeping kept: [Unicode.Scalar]) -> String {
        // Most text has none of them: the bytes that they begin with.
        guard utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 || $0 == 0xE2 }) else { return self }
        var result = UnicodeScalarView()
        for scalar in unicodeScalars { result.append(kept.contains(scalar) ? scalar : scalar.picture) }
        return String(result)
    }

    /// The text of a picture that is drawn in characters, which may change colors and nothing else.
    public var printableColored: String {
        guard utf8.contains(0x1B) else { return printable }
        return split(separator: "\u{1B}", omittingEmptySubsequences: false).enumerated().map { place, piece in
            guard place > 0 else { return String(piece).printable }
            let code = piece.prefix { $0.isASCII && ($0.isNumber || $0 == ";" || $0 == "[") }
            let numbers = code.dropFirst()
            let isColor = ["0", "1"].contains(numbers) || numbers.hasPrefix("38;") || numbers.hasPrefix("48;")
            guard code.first == "[", isColor, piece.dropFirst(code.count).first == "m" else {
                return "\u{241B}" + String(piece).printable
            }
            return "\u{1B}\(code)m" + String(piece.dropFirst(code.count + 1)).printable
        }.joined()
    }
}

extension Unicode.Scalar {
    fileprivate var picture: Unicode.Scalar {
        switch value {
        case 0..<0x20: Unicode.Scalar(0x2400 + value) ?? "\u{FFFD}"
        case 0x7F: "\u{2421}"
        case 0x80..<0xA0, 0x202A...0x202E, 0x2066...0x2069: "\u{FFFD}"
        default: self
        }
    }
}

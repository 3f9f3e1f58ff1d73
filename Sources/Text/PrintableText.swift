// Text that comes from files, archives and other people's notebooks, as a terminal may show it: an escape sequence in a
// name could move the cursor, hide text or change colors.

extension String {
    /// The text with pictures in place of control characters, and U+FFFD in place of what is not seen: what reverses
    /// the order of what follows, separates lines or has no width. Joiners stay where an emoji or a script needs them,
    /// and lines and tabs.
    public var printable: String { printable(keepingLines: true) }

    /// The same for a name, which has one line.
    public var printableName: String { printable(keepingLines: false) }

    private func printable(keepingLines: Bool) -> String {
        let kept: [Unicode.Scalar] = keepingLines ? ["\n", "\t"] : []
        // Most text is of ASCII's letters: that takes a twentieth of the time of looking at each scalar.
        guard utf8.contains(where: { !(0x20..<0x7F).contains($0) && !(keepingLines && ($0 == 0x0A || $0 == 0x09)) })
        else { return self }
        var result = UnicodeScalarView()
        var (before, rest) = (nil as Unicode.Scalar?, unicodeScalars[...])
        while let scalar = rest.popFirst() {
            let isKept = kept.contains(scalar) || scalar.joins(before, to: rest.first)
            result.append(isKept ? scalar : scalar.picture)
            before = scalar
        }
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
    /// What is drawn in its place: category Cc has pictures, and what is not seen becomes U+FFFD.
    fileprivate var picture: Unicode.Scalar {
        switch value {
        case 0..<0x20: Unicode.Scalar(0x2400 + value) ?? "\u{FFFD}"
        case 0x7F: "\u{2421}"
        case 0x80..<0xA0: "\u{FFFD}"
        default: isUnseen ? "\u{FFFD}" : self
        }
    }

    /// Whether nothing is drawn where it is, though it may change what is drawn around it: categories Cf, Zl and
    /// Zp, but for the signs above numbers and names.
    var isUnseen: Bool {
        switch value {
        case ..<0xAD: false
        case 0x600...0x605, 0x6DD, 0x70F, 0x890...0x891, 0x8E2, 0x110BD, 0x110CD: false
        default: [.format, .lineSeparator, .paragraphSeparator].contains(properties.generalCategory)
        }
    }

    /// Whether it is a joiner (U+200C, U+200D) that its neighbors need: between emoji, and after a letter of a script
    /// that joins.
    fileprivate func joins(_ before: Unicode.Scalar?, to next: Unicode.Scalar?) -> Bool {
        guard value == 0x200C || value == 0x200D, let before else { return false }
        switch before.value {
        // Arabic to Arabic Extended-A, the scripts of India to Sinhala, Myanmar, Khmer, Mongolian.
        case 0x620...0xDFF, 0x1000...0x109F, 0x1780...0x18AF: return before.properties.isAlphabetic || before.isMark
        default:
            return value == 0x200D && next?.isPartOfEmoji == true
                && (before.isPartOfEmoji || before.value == 0xFE0F || before.properties.isEmojiModifier)
        }
    }

    private var isMark: Bool { [.nonspacingMark, .spacingMark].contains(properties.generalCategory) }

    private var isPartOfEmoji: Bool { value > 0xFF && properties.isEmoji }
}

// How many columns of a terminal a text takes. Carets stand under what they mean, and cells of a table under each other, only if Chinese
// characters, emoji and combining accents are counted as they are drawn.

extension Unicode.Scalar {
    /// 0 for marks that join the character before them, 2 for East Asian wide characters and emoji, else 1.
    /// Source: Unicode Standard Annex #11, the ranges of `EastAsianWidth.txt` with W or F, rounded to blocks.
    public var columnWidth: Int {
        // A soft hyphen, U+00AD, is drawn.
        guard value >= 0x300 else { return 1 }
        // Regional indicators are drawn in pairs, as flags.
        if properties.isEmojiPresentation { return (0x1F1E6...0x1F1FF).contains(value) ? 1 : 2 }
        switch value {
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
            0xF900...0xFAFF,
            0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
            0x1F200...0x1F265, 0x20000...0x3FFFD:
            return generalMarkWidth ?? 2
        case 0x1160...0x11FF, 0xD7B0...0xD7FF:
            // Vowels and finals of Hangul join the initial before them.
            return 0
        default: return generalMarkWidth ?? 1
        }
    }

    /// 0 for what joins the character before it; `nil` for what stands by itself.
    private var generalMarkWidth: Int? {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: 0
        default: nil
        }
    }

    /// What is drawn in place of this character: a control character must not reach a terminal (it could move the cursor
    /// or change colors), so its picture does.
    var drawn: Unicode.Scalar {
        switch value {
        case 0..<0x20: Unicode.Scalar(0x2400 + value) ?? "\u{FFFD}"
        case 0x7F: "\u{2421}"
        case 0x80..<0xA0, 0x202A...0x202E, 0x2066...0x2069: "\u{FFFD}"
        case 0xA0: " "
        default: self
        }
    }
}

extension Character {
    /// As a terminal draws it: a family of emoji joined to one takes two columns, an emoji made of a text sign as well.
    public var columnWidth: Int {
        var width = 0
        for scalar in unicodeScalars {
            // The sign that asks for the emoji's form.
            width = scalar == "\u{FE0F}" ? 2 : min(2, width + scalar.columnWidth)
        }
        return width
    }
}

extension StringProtocol {
    /// The columns of all its characters.
    public var columnWidth: Int {
        utf8.allSatisfy { $0 < 0x80 } ? utf8.count : reduce(0) { $0 + $1.columnWidth }
    }

    /// As much of its beginning as fits into so many columns.
    public func prefix(columns: Int) -> SubSequence {
        var (end, left) = (startIndex, columns)
        while end < endIndex, self[end].columnWidth <= left {
            left -= self[end].columnWidth
            end = index(after: end)
        }
        return self[..<end]
    }

    /// As much of its end as fits into so many columns.
    public func suffix(columns: Int) -> SubSequence {
        var (start, left) = (endIndex, columns)
        while start > startIndex {
            let before = index(before: start)
            guard self[before].columnWidth <= left else { break }
            left -= self[before].columnWidth
            start = before
        }
        return self[start...]
    }
}

// How many columns of a terminal a character takes. Carets stand under what they mean only if tabs, Chinese characters and
// combining accents are counted as they are drawn.

extension Unicode.Scalar {
    /// 0 for marks that join the character before them, 2 for East Asian wide characters and emoji, else 1.
    /// Source: Unicode Standard Annex #11, the ranges of `EastAsianWidth.txt` with W or F, rounded to blocks.
    public var columnWidth: Int {
        guard value >= 0x300 else { return 1 }
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
            0x20000...0x3FFFD:
            return 2
        default: break
        }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: return 1
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

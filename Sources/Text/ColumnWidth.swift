// How many columns of a terminal a text takes. Carets are under what they point at, and cells of a table under each
// other, only if Chinese characters, emoji, accents and syllables of Indian scripts are counted as they are drawn.

extension Unicode.Scalar {
    /// 0 for marks that are drawn over the character before them, 2 for East Asian wide characters and emoji, else 1:
    /// by itself, without what comes before it.
    /// Source: Unicode Standard Annex #11, the ranges of `EastAsianWidth.txt` with W or F, rounded to blocks.
    public var columnWidth: Int {
        // A soft hyphen, U+00AD, is drawn.
        guard value >= 0x300 else { return 1 }
        if properties.isEmojiPresentation { return 2 }
        switch value {
        case 0x1160...0x11FF, 0xD7B0...0xD7FF, 0x3164, 0xFFA0:
            // Vowels and finals of Hangul join the initial before them; its fillers are not drawn.
            return 0
        case 0x3248...0x324F:
            return 1
        case 0x1100...0x115F, 0x2329...0x232A, 0x2630...0x2637, 0x268A...0x268F, 0x2E80...0x303E, 0x3041...0xA4CF,
            0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
            0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1D300...0x1D356, 0x1D360...0x1D376,
            0x1F200...0x1F265, 0x20000...0x3FFFD:
            return generalMarkWidth ?? 2
        default: return generalMarkWidth ?? 1
        }
    }

    /// 0 for what joins the character before it; `nil` for what is by itself.
    private var generalMarkWidth: Int? {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: 0
        default: isUnseen ? 0 : nil
        }
    }
}

/// Counts the columns of a text from its beginning, by the rules of the Python package wcwidth, which terminals are
/// compared with: a syllable of Indian scripts with a vowel sign or a conjunct takes two columns, as do a family of
/// emoji joined to one, a flag, an emoji with a tone of skin, and a text sign in its emoji's form.
public struct ColumnCounter {
    /// Of what can no longer change.
    private var finished = 0
    /// Of the last character or syllable.
    private var last = 0
    /// What a mark after it would change.
    private var base: Unicode.Scalar?
    private var takesMarks = false
    private var isBehindVirama = false
    private var isBehindJoiner = false
    /// Regional indicators that follow each other: two are a flag.
    private var indicators = 0

    public init() {}

    public var columns: Int { finished + last }

    public mutating func add(_ text: some StringProtocol) {
        for scalar in text.unicodeScalars { add(scalar) }
    }

    public mutating func add(_ scalar: Unicode.Scalar) {
        let isIndicator = (0x1F1E6...0x1F1FF).contains(scalar.value)
        indicators = isIndicator ? indicators + 1 : 0
        if isBehindJoiner {
            isBehindJoiner = false
            return
        }
        switch scalar.value {
        case 0x200D:
            isBehindJoiner = !isBehindVirama
        case 0xFE0F where takesMarks:
            // Signs of text that have a form as emoji.
            if let base, base.properties.isEmoji, !base.properties.isEmojiPresentation { last = 2 }
            takesMarks = false
        case 0xFE0E where takesMarks:
            if let base, base.properties.isEmojiPresentation { last = 1 }
            takesMarks = false
        case _ where isIndicator && indicators % 2 == 0: base = scalar
        case 0x1F3FB...0x1F3FF where base.map { $0.properties.isEmoji && !$0.isASCII } == true: break
        default: addPlain(scalar)
        }
    }

    private mutating func addPlain(_ scalar: Unicode.Scalar) {
        let isSpacingMark = scalar.properties.generalCategory == .spacingMark
        let width = isSpacingMark ? 0 : scalar.columnWidth
        if width > 0 {
            if isBehindVirama {
                last = 2
            } else {
                finished += last
                last = width
            }
            (base, takesMarks, isBehindVirama) = (scalar, true, false)
        } else if Self.viramas.contains(scalar.value) {
            isBehindVirama = true
        } else {
            isBehindVirama = false
            guard isSpacingMark, takesMarks else { return }
            last = 2
            takesMarks = false
        }
    }

    /// What joins two consonants: `Virama` and `Invisible_Stacker` of `IndicSyllabicCategory.txt`.
    private static let viramas: Set<UInt32> = [
        0x94D, 0x9CD, 0xA4D, 0xACD, 0xB4D, 0xBCD, 0xC4D, 0xCCD, 0xD4D, 0xDCA, 0x1039, 0x17D2, 0x1A60, 0x1B44, 0x1BAB,
        0xA806, 0xA8C4, 0xA9C0, 0xAAF6, 0x10A3F, 0x11046, 0x110B9, 0x11133, 0x111C0, 0x11235, 0x1134D, 0x113D0, 0x11442,
        0x114C2, 0x115BF, 0x1163F, 0x116B6, 0x11839, 0x1193E, 0x119E0, 0x11A47, 0x11A99, 0x11C3F, 0x11D45, 0x11D97,
        0x11F42,
    ]
}

extension StringProtocol {
    /// The columns of all its characters.
    public var columnWidth: Int {
        guard !utf8.allSatisfy({ $0 < 0x80 }) else { return utf8.count }
        var counter = ColumnCounter()
        counter.add(self)
        return counter.columns
    }

    /// As much of its beginning as fits into so many columns.
    public func prefix(columns: Int) -> SubSequence {
        var counter = ColumnCounter()
        var end = startIndex
        while end < endIndex {
            counter.add(String(self[end]))
            guard counter.columns <= columns else { break }
            end = index(after: end)
        }
        return self[..<end]
    }

    /// As much of its end as fits into so many columns.
    public func suffix(columns: Int) -> SubSequence {
        var start = endIndex
        while start > startIndex {
            let before = index(before: start)
            guard self[before...].columnWidth <= columns else { break }
            start = before
        }
        return self[start...]
    }
}

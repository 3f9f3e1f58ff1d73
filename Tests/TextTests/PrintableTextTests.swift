// No control character of a file's name reaches a terminal.

import Testing
import Text

@Suite struct PrintableTextTests {
    @Test(arguments: [
        ("cat", "cat", "cat"), ("a\tb\n", "a\tb\n", "a␉b␊"), ("\u{1B}[31mcat\u{1B}[0m", "␛[31mcat␛[0m", "␛[31mcat␛[0m"),
        ("a\rb\u{8}\u{7}\0", "a␍b␈␇␀", "a␍b␈␇␀"),
        ("\u{7F}\u{9B}31m\u{85}", "␡\u{FFFD}31m\u{FFFD}", "␡\u{FFFD}31m\u{FFFD}"),
        ("a\u{202E}b\u{2066}", "a\u{FFFD}b\u{FFFD}", "a\u{FFFD}b\u{FFFD}"), ("größe 漢字 🐈 a\u{A0}b – …", nil, nil),
    ])
    func controlCharactersAreDrawn(_ text: String, _ printable: String?, _ name: String?) {
        #expect(text.printable == printable ?? text)
        #expect(text.printableName == name ?? text)
    }

    /// All of the Unicode categories Cf, Zl and Zp, but for the signs of Arabic, Syriac and Kaithi that are seen.
    @Test func whatIsNotSeenIsReplaced() {
        let seen: Set<UInt32> = [
            0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD,
        ]
        for scalar in (0x80...0x10FFFF).lazy.compactMap({ Unicode.Scalar($0 as UInt32) }) {
            let category = scalar.properties.generalCategory
            guard [.format, .lineSeparator, .paragraphSeparator].contains(category) else { continue }
            let isSeen = seen.contains(scalar.value)
            #expect("a\(scalar)b".printable == (isSeen ? "a\(scalar)b" : "a\u{FFFD}b"), "\(scalar.value)")
            #expect(scalar.columnWidth == (isSeen || scalar == "\u{AD}" ? 1 : 0), "\(scalar.value)")
        }
    }

    @Test(arguments: [
        // Families and professions, a heart on fire, a rainbow flag.
        ("\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", true), ("\u{1F469}\u{1F3FD}\u{200D}\u{1F52C}", true),
        ("\u{2764}\u{FE0F}\u{200D}\u{1F525}", true), ("\u{1F3F3}\u{FE0F}\u{200D}\u{1F308}", true),
        // Persian, Hindi, Sinhala.
        ("می\u{200C}خواهم", true), ("क्\u{200D}ष", true), ("ක්\u{200D}ෂ", true),
        ("cat\u{200D}dog", false), ("cat\u{200C}", false), ("\u{200D}\u{1F467}", false), ("1\u{200D}2", false),
        ("\u{1F468}\u{200D}x", false), ("漢\u{200C}字", false),
    ])
    func joinersStayWhereTheyAreNeeded(_ text: String, _ isNeeded: Bool) {
        let replaced = String(
            String.UnicodeScalarView(text.unicodeScalars.map { [0x200C, 0x200D].contains($0.value) ? "\u{FFFD}" : $0 }))
        #expect(text.printableName == (isNeeded ? text : replaced))
    }

    @Test(arguments: [
        ("\u{1B}[38;2;1;2;3;48;5;16m▀\u{1B}[0m\n", nil), ("\u{1B}[1mx", nil), ("\u{1B}[31mx", "␛[31mx"),
        ("\u{1B}[8mx", "␛[8mx"), ("\u{1B}[2Jx", "␛[2Jx"), ("\u{1B}]0;title\u{7}", "␛]0;title␇"), ("\u{1B}", "␛"),
        ("\u{1B}[38;5;1Hx", "␛[38;5;1Hx"), ("\u{1B}\u{1B}[0m", "␛\u{1B}[0m"), ("plain", nil),
    ])
    func ofAPictureColorsStay(_ text: String, _ shown: String?) { #expect(text.printableColored == shown ?? text) }
}

// No control character of a file's name reaches a terminal.

import Testing

@testable import Libraries

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

    @Test(arguments: [
        ("\u{1B}[38;2;1;2;3;48;5;16m▀\u{1B}[0m\n", nil), ("\u{1B}[1mx", nil), ("\u{1B}[31mx", "␛[31mx"),
        ("\u{1B}[8mx", "␛[8mx"), ("\u{1B}[2Jx", "␛[2Jx"), ("\u{1B}]0;title\u{7}", "␛]0;title␇"), ("\u{1B}", "␛"),
        ("\u{1B}[38;5;1Hx", "␛[38;5;1Hx"), ("\u{1B}\u{1B}[0m", "␛\u{1B}[0m"), ("plain", nil),
    ])
    func ofAPictureColorsStay(_ text: String, _ shown: String?) { #expect(text.printableColored == shown ?? text) }
}

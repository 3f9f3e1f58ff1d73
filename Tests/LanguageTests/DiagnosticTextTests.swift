// How a diagnostic reads, line by line.

import Testing
import Text

@testable import Language

private func diagnostic(_ text: String, _ start: Int, _ end: Int, name: String? = nil) -> Diagnostic {
    Diagnostic(
        code: FaultCode("test"), "it is wrong", source: SourceText(text, name: name), at: SourceRange(start, end),
        context: ["in model A"], fix: "do `b`")
}

@Suite struct DiagnosticTextTests {
    @Test func isTheBlockOfTheLanguage() {
        let text = String(repeating: "\n", count: 10) + "    linear 4096; relu\nrelu"
        #expect(
            DiagnosticText(diagnostic(text, 14, 25)).block == """
                error: it is wrong
                  11 │     linear 4096; relu
                     │     ^^^^^^^^^^^
                  in model A
                  fix: do `b`
                """)
    }

    @Test func beginsWithThePlaceForAScript() {
        let block = DiagnosticText(diagnostic("a\nb c", 4, 5, name: "x.tandem")).locatedBlock
        #expect(block.hasPrefix("x.tandem:2:3: error: it is wrong\n   2 │ b c\n     │   ^\n"))
    }

    @Test(arguments: [
        ("\tx y", 3, 4, "    x y", "      ^"),
        ("a\tx", 2, 3, "a   x", "    ^"),
        ("\"漢字\" x", 9, 10, "\"漢字\" x", "       ^"),
        ("e\u{301} x", 4, 5, "e\u{301} x", "  ^"),
        ("\"\u{2705}\" x", 6, 7, "\"\u{2705}\" x", "     ^"),
        ("\u{2764}\u{FE0F} x", 7, 8, "\u{2764}\u{FE0F} x", "   ^"),
        (
            "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} x", 19, 20, "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} x",
            "   ^"
        ),
        ("\u{1F1E9}\u{1F1EA} x", 9, 10, "\u{1F1E9}\u{1F1EA} x", "   ^"),
        ("\u{1112}\u{1161}\u{11AB} x", 10, 11, "\u{1112}\u{1161}\u{11AB} x", "   ^"),
        ("a\u{200B}b x", 6, 7, "a\u{FFFD}b x", "    ^"), ("\u{AD}\u{FEFF}x", 5, 6, "\u{FFFD}\u{FFFD}x", "  ^"),
        ("a\u{2028}x", 4, 5, "a\u{FFFD}x", "  ^"), ("می\u{200C}خ x", 10, 11, "می\u{200C}خ x", "    ^"),
        ("a\u{A0}x", 3, 4, "a x", "  ^"),
        ("a\u{1B}[31mx", 0, 1, "a␛[31mx", "^"),
        ("abc", 3, 3, "abc", "   ^"),
        ("ab\ncd", 0, 5, "ab", "^^"),
        ("ab\r\ncd", 1, 2, "ab", " ^"),
    ])
    func alignsCarets(_ text: String, _ start: Int, _ end: Int, _ line: String, _ carets: String) {
        let lines = DiagnosticText(diagnostic(text, start, end)).block.split(separator: "\n")
        #expect(lines[1] == "   1 │ " + line)
        #expect(lines[2] == "     │ " + carets)
    }

    @Test func caretsStandUnderWhatTheyMeanBehindAnyScript() {
        for (text, columns) in [("हिन्दी", 4), ("ஸ்ரீ", 2), ("ខ្មែរ", 3), ("👨‍👩‍👧🇩🇪👍🏽❤️", 8), ("กำ", 2)] {
            let line = "print \"\(text)\" + nowhere"
            let start = line.utf8.count - 7
            let diagnostic = Diagnostic(
                code: FaultCode("x"), "x", source: SourceText(line), at: SourceRange(start, start + 7))
            let carets = DiagnosticText(diagnostic).block.split(separator: "\n")[2]
            let gutter = DiagnosticText(diagnostic).block.split(separator: "\n")[1].prefix { $0 != "p" }.count
            #expect(carets.prefix { $0 != "^" }.count == gutter + 7 + columns + 4)
        }
    }

    @Test(arguments: [30, 80, 107])
    func theExcerptFitsInTheTerminal(columns: Int) {
        let text = "print \"\(String(repeating: "a", count: 200))\" + nowhere"
        for start in [0, 100, 211] {
            let diagnostic = Diagnostic(
                code: FaultCode("x"), "x", source: SourceText(text), at: SourceRange(start, text.utf8.count))
            let lines = DiagnosticText(diagnostic, terminalColumns: columns).block.split(separator: "\n")
            #expect(lines[1].count == columns)
            #expect(lines[2].count <= columns)
        }
    }

    /// A name in an error and the same name in a table are drawn alike.
    @Test func whatIsNotSeenIsDrawnAsEverywhere() {
        for scalar in (0...0x10FFFF).lazy.compactMap({ Unicode.Scalar($0 as UInt32) }) {
            let category = scalar.properties.generalCategory
            guard [.control, .format, .lineSeparator, .paragraphSeparator].contains(category) else { continue }
            #expect(DiagnosticText.printable("a\(scalar)b") == "a\(scalar)b".printableName, "\(scalar.value)")
        }
    }

    @Test(arguments: [0, 50, 99, 100, 101, 500, 990, 999])
    func showsAWindowOfALongLine(_ place: Int) {
        var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
        bytes[place] = UInt8(ascii: "X")
        let block = DiagnosticText(diagnostic(String(decoding: bytes, as: UTF8.self), place, place + 1)).block
        let lines = block.split(separator: "\n").map(Array.init)
        #expect(lines[1].count <= 7 + 100)
        #expect(lines[1].firstIndex(of: "X") == lines[2].firstIndex(of: "^"))
    }

    /// Its one line may be all of it.
    @Test func aCellThatIsTooLargeIsToldAndNotShown() throws {
        let source = SourceText(String(repeating: "a", count: SyntaxLimits.cellBytes + 1), name: "x.tandem")
        let fault = try #require(parse(source).diagnostics.first)
        #expect(
            DiagnosticText(fault).locatedBlock == """
                x.tandem:1:1: error: a cell is at most 1 MB long, and this one has 1000001 bytes
                  fix: split it, or read the data from a file
                """)
    }

    @Test func aWindowCutsAWideCharacterWithoutShiftingTheCarets() {
        for lead in 60...64 {
            let text = String(repeating: "漢", count: lead) + "X" + String(repeating: "漢", count: 90)
            let block = DiagnosticText(diagnostic(text, lead * 3, lead * 3 + 1)).block
            let lines = block.split(separator: "\n")
            let before = lines[1].unicodeScalars.prefix { $0 != "X" }.reduce(0) { $0 + $1.columnWidth }
            #expect(lines[2].unicodeScalars.prefix { $0 != "^" }.count == before)
        }
    }

    @Test func isColoredOnlyWhenAsked() {
        let value = diagnostic("ab", 0, 1)
        #expect(!DiagnosticText(value).block.contains("\u{1B}"))
        let colored = DiagnosticText(value, isColored: true).block
        #expect(colored.hasPrefix("\u{1B}[1;31merror:\u{1B}[0m"))
        #expect(colored.contains("\u{1B}[32mfix:\u{1B}[0m"))
    }

    @Test func needsNoPlace() {
        #expect(DiagnosticText(Diagnostic(.note, code: FaultCode("x"), "all is well")).block == "note: all is well")
    }

    @Test(
        arguments: [
            ("learningrate", "lr", nil), ("epoch", "epochs", "epochs"), ("kernal", "kernel", "kernel"),
            ("batch_size", "batchsize", "batchsize"), ("Relu", "relu", "relu"), ("xy", "lr", nil),
            ("tarin", "train", "train"),
        ] as [(String, String, String?)])
    func suggestsTheNearestName(_ typed: String, _ candidate: String, _ expected: String?) {
        #expect(nearestName(to: typed, among: ["zzzzzz", candidate]) == expected)
    }

    @Test(arguments: [
        ("", "abc", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("kitten", "sitting", 3), ("conv", "convs", 1),
    ])
    func countsEdits(_ first: String, _ second: String, _ distance: Int) {
        #expect(editDistance(first, second) == distance)
        #expect(editDistance(second, first) == distance)
    }
}

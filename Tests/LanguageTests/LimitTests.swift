// Nothing a cell holds may end the process: neither depth nor length, neither random bytes nor random tokens.

import Foundation
import TestSupport
import Testing

@testable import Language

private func codes(_ text: String) -> [String] { parse(SourceText(text)).diagnostics.map(\.code.text) }

@Suite struct LimitTests {
    @Test(arguments: [
        "(", "[", "{", "-", "!", "if ", "f(", "\"\\(", "repeat 2 {", "a[", "[for x in ", "1+(", "x {", "else ", "(a,",
    ])
    func refusesDeepNesting(_ piece: String) {

        let text = String(repeating: piece, count: 50_000 / piece.utf8.count)
        #expect(!codes(text).isEmpty)
        _ = completeness(of: SourceText(text))
    }

    @Test(arguments: ["(", "[", "-", "f(", "\"\\(", "1+("])
    func saysThatItIsTooDeep(_ piece: String) {
        #expect(codes("print " + String(repeating: piece, count: 100_000)) == ["too-deep"])
    }

    @Test(arguments: ["1+", "a.", "1*2+", "a||", "a&&b||"])
    func refusesLongChains(_ piece: String) {
        #expect(codes(String(repeating: piece, count: 100_000) + "b") == ["too-deep"])
        #expect(codes("print (" + String(repeating: piece, count: 2_000) + "b)") == ["too-deep"])
    }

    @Test func allowsWhatIsNotTooDeep() {
        #expect(codes("print " + String(repeating: "(", count: 450) + "1" + String(repeating: ")", count: 450)) == [])
        #expect(codes("print " + String(repeating: "1+", count: 450) + "1") == [])
        #expect(codes(String(repeating: "repeat 1 {", count: 150) + String(repeating: "}", count: 150)) == [])
        #expect(codes("print " + String(repeating: "-", count: 450) + "1") == [])
        #expect(codes("print [" + String(repeating: "1, ", count: 20_000) + "1]") == [])
        #expect(codes(String(repeating: "print 1\n", count: 10_000)) == [])
    }

    /// Depth counts every node between the root and a leaf, in whatever way they are mixed.
    @Test func noTreeIsDeeperThanTheLimit() {
        let inner = String(repeating: "1+", count: 240) + "1"
        #expect(codes("print " + inner) == [])
        var text = inner
        for _ in 0..<4 { text = "(\(text))" + String(repeating: "+1", count: 240) }
        #expect(codes("print " + text) == ["too-deep"])
    }

    @Test func refusesACellOfMoreThanAMegabyte() {
        let text = "print 1 // " + String(repeating: "a", count: 1_000_000)
        #expect(codes(text) == ["too-large"])
        #expect(completeness(of: SourceText(text)) == .invalid)
        #expect(codes("// " + String(repeating: "a", count: 999_990)) == [])
    }

    /// Whatever thread a front end calls from: also the tree that is returned must be freed there.
    @Test func theDeepestProgramsNeedLittleStack() {
        let deepest = ["(", "[", "f(", "-", "1+(", "if ", "repeat 1 {", "[for x in y { ", "\"\\("].map { piece in
            String(repeating: piece, count: 1000)
        }
        let done = DispatchSemaphore(value: 0)
        nonisolated(unsafe) var trees = 0
        let thread = Thread {
            for text in deepest {
                _ = parse(SourceText(text))
                _ = completeness(of: SourceText(text))
            }
            for piece in ["(", "[", "f(", "-", "a[", "if ", "1+("] {
                let closer = ["(": ")", "[": "]", "f(": ")", "a[": "]", "if ": "{}", "1+(": ")"][piece] ?? ""
                let text = String(repeating: piece, count: 240) + "1" + String(repeating: closer, count: 240)
                trees += parse(SourceText("let x = " + text)).statements.count
            }
            done.signal()
        }
        thread.stackSize = 512 << 10
        thread.start()
        done.wait()
        #expect(trees == 7)
    }

    @Test func survivesRandomBytes() {
        var random = SplitMix(state: 1)
        for _ in 0..<3000 {
            let bytes = (0..<Int.random(in: 0..<120, using: &random)).map { _ in
                // Mostly ASCII: other bytes become replacement characters and end a token.
                UInt8.random(in: Int.random(in: 0..<8, using: &random) == 0 ? 0...255 : 32...126, using: &random)
            }
            check(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test func survivesRandomTokens() {
        let pieces = [
            "let", "model", "block", "for", "in", "repeat", "if", "else", "true", "x", "conv", "A", "and", "not", "def",
            "exit",
            "1", "2.5", "3x32", "10x", "\"a\"", "\"a\\(", "\"", "'", "(", ")", "[", "]", "{", "}", ",", ":", ";", ".",
            "...",
            "+", "-", "*", "/", "%", "==", "<", "&&", "||", "!", "=", "?", "//", "/*", "*/", "\n", "\r\n", " ", "  ",
            "\t", "\\",
            "#", "×", "é", "漢", "\u{A0}", "“", "…", "%time", "!ls", "f\"", "**", "None", "shortcut", "residual",
            "\u{301}",
        ]
        var random = SplitMix(state: 2)
        for _ in 0..<6000 {
            var text = ""
            for _ in 0..<Int.random(in: 1..<40, using: &random) {
                text += pieces[Int.random(in: 0..<pieces.count, using: &random)]
                if Bool.random(using: &random) { text += " " }
            }
            check(text)
        }
    }

    /// Parses, and holds every place and every text against the cell.
    private func check(_ text: String) {
        let source = SourceText(text)
        let program = parse(source)
        for diagnostic in program.diagnostics {
            guard let range = diagnostic.range else {
                Issue.record("no place: \(diagnostic.code) in \(text.debugDescription)")
                continue
            }
            if range.start < 0 || range.end < range.start || range.end > source.bytes.count {
                Issue.record("place \(range) of \(diagnostic.code) in \(text.debugDescription)")
            }
            _ = DiagnosticText(diagnostic, isColored: true).locatedBlock
        }
        let isComplete = completeness(of: source) == .complete
        if isComplete != program.diagnostics.isEmpty { Issue.record("completeness of \(text.debugDescription)") }
    }
}

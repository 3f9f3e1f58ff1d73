// Programs as pieces to be colored.

import Language
import Testing

struct CodePiecesTests {
    private func pieces(_ text: String) -> [CodePiece] { SourceText(text).pieces }

    @Test(arguments: [
        "", "let a = 1", "// nothing else", "a // b\n\n  // c\n", "print \"x \\(1 + 2) y\" // z",
        "model Net { input 3x32x32 }",
        "\"unfinished \\(", "§ $ ~ 1..2 'x'", "\"\"\"\n three\n \"\"\"", "größe = \"🙂\"", "1e-3 / 2",
    ])
    func allOfTheTextIsThereInOrder(_ text: String) {
        #expect(pieces(text).map(\.text).joined() == text)
    }

    @Test func eachKindIsTold() {
        let found = pieces("let a = \"x \\(b + 2) y\" // done\nfor i in 1...3 { print i / 2 }")
        func texts(_ kind: CodePiece.Kind) -> String {
            found.filter { $0.kind == kind }.map(\.text).joined(separator: "|")
        }
        #expect(texts(.word) == "let|for|in")
        #expect(texts(.number) == "2|1|3|2")
        #expect(found.filter { $0.kind == .string }.map(\.text).joined() == "\"x  y\"")
        #expect(found.filter { $0.kind == .comment }.map { $0.text.split(separator: "\n")[0] } == ["// done"])
        #expect(pieces("3x32x32").map(\.kind) == [.number])
    }
}

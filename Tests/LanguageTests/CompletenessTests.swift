// When a cell is run at Enter, and when the REPL waits for more.

import Testing

@testable import Language

@Suite struct CompletenessTests {
    @Test(arguments: [
        "", "\n", "// only", "print 1", "let x = 3\nprint x", "if true { 1 }", "f(1)", "print 1;", "?train",
    ])
    func isComplete(_ text: String) {
        #expect(completeness(of: SourceText(text)) == .complete)
    }

    @Test(arguments: [
        ("if true {", 1), ("for i in 1...3 {", 1), ("print (1 +", 0), ("print \"a \\(b", 0), ("train a,", 0),
        ("train a,\n", 0), ("let x = 1 +", 0), ("let x =", 0), ("model A {\n    if b {\n", 2), ("model A {\n  relu", 1),
        ("f(", 0), ("[1,", 0), ("let x = [for s in 1...3 {", 1), ("/* open", 0), ("if true", 0), ("for i in 1...3", 0),
        ("repeat 3", 0), ("model A", 0), ("train a, on:", 0), ("if a { 1 } else", 0), ("1...", 0), ("-", 0),
        ("residual {\n  relu\n} shortcut {", 1),
    ])
    func isIncomplete(_ text: String, _ braces: Int) {
        let indent = String(repeating: "    ", count: braces)
        #expect(completeness(of: SourceText(text)) == .incomplete(indent: indent))
    }

    @Test(arguments: [
        "if ) {", "print \"abc", "print 1)", "x = 5 {", "let x", "print 'a", "}", "model A { x = 5",
        "train a,\nlet x = 3",
        "for i", "a.", "let (a, b)", "print 0x1F (",
    ])
    func isInvalid(_ text: String) {
        #expect(completeness(of: SourceText(text)) == .invalid)
    }

    @Test func everyBeginningOfAProgramIsCompleteOrIncomplete() {
        let program = """
            model VGG(pooled: true) {
                input 3x32x32
                for (width, depth) in [(64, 2), (128, 3)] {
                    repeat depth { conv width, kernel: 3, padding: 1; relu }
                }
                if pooled { gap } else { flatten }
            }
            let a = train VGG, on: cifar,
                epochs: 3
            """
        let lines = program.split(separator: "\n")
        for count in 0...lines.count {
            let text = lines[0..<count].joined(separator: "\n") + "\n"
            #expect(completeness(of: SourceText(text)) != .invalid, "\(text)")
        }
    }
}

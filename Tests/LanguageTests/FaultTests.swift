// What is said about a cell that cannot be read: which fault, at which place, and with what help.

import Testing

@testable import Language

/// `code line:column "the marked text"` for every diagnostic of a cell.
private func faults(_ text: String) -> [String] {
    let source = SourceText(text)
    return parse(source).diagnostics.map { diagnostic in
        guard let range = diagnostic.range else { return diagnostic.code.text }
        let position = source.position(of: range.start)
        return "\(diagnostic.code) \(position.line):\(position.column) \(source[range])"
    }
}

private func fix(_ text: String) -> String? { parse(SourceText(text)).diagnostics.first?.fix }

@Suite struct FaultTests {
    @Test(arguments: [
        // White space and commands
        ("print f (1)", "space-before-bracket 1:7 f ("),
        ("print a [1]", "space-before-bracket 1:7 a ["),
        ("print a b", "command-in-expression 1:7 a b"),
        ("let y = 1 + f 3", "command-in-expression 1:13 f 3"),
        ("conv 64 kernel: 3", "missing-comma 1:9 kernel"),
        ("conv 64, kernel: 3,\nrelu\n", "swallowing-comma 1:19 ,"),
        ("conv 64,\nconv 3\n", "swallowing-comma 1:8 ,"),
        ("print 1,\nlet x = 3", "swallowing-comma 1:8 ,"),
        ("print 1,; print 2", "trailing-comma 1:8 ,"),
        ("a\n+ b", "line-begins-with-operator 2:1 +"),
        ("a\n.b", "line-begins-with-operator 2:1 ."),
        ("kernel: 3", "stray-label 1:1 kernel:"),
        ("1 2", "unexpected 1:3 2"),
        ("{ 1 }", "unexpected 1:1 {"),
        // Brackets
        ("let x = f(1, 2\nlet y = 3", "unclosed-bracket 1:10 ("),
        ("let x = [1, 2\nlet y = 3", "unclosed-bracket 1:9 ["),
        ("model A {\n relu\n", "unclosed-bracket 1:9 {"),
        ("relu }", "stray-bracket 1:6 }"),
        ("print 1)", "stray-bracket 1:8 )"),
        ("else { 1 }", "stray-else 1:1 else"),
        // Expressions
        ("1 < 2 < 3", "chained-comparison 1:7 <"),
        ("1...2...3", "chained-range 1:6 ..."),
        ("print 1 +; 2", "missing 1:9 +"),
        ("f(a)(b)", "called-value 1:5 ("),
        ("f(1).accuracy()", "called-member 1:6 accuracy"),
        ("a[1, 2]", "index 1:4 ,"),
        ("a[1:2]", "slice 1:4 :"),
        ("print ()", "empty-parentheses 1:7 ()"),
        ("print (1,)", "tuple 1:7 (1,)"),
        ("let y = 3 if a else 4", "ternary 1:11 if"),
        ("let y = a ? 1 : 2", "question-mark 1:11 ?"),
        ("[x for x in y]", "comprehension 1:4 for"),
        // Numbers and shapes
        ("print 5.", "number 1:7 5."),
        ("print 0x1F", "number 1:7 0x1F"),
        ("print 10x", "shape 1:7 10x"),
        ("print 3x32x32x2", "shape 1:7 3x32x32x2"),
        ("print 3x0", "shape 1:7 3x0"),
        ("print 3x1.5", "shape 1:7 3x1.5"),
        ("print 3 x 32", "shape 1:7 3 x"),
        ("print 3abc", "number 1:7 3abc"),
        ("print 1.2.3", "number 1:7 1.2.3"),
        ("print 99999999999999999999", "number-too-large 1:7 99999999999999999999"),
        ("print 1e999", "number-too-large 1:7 1e999"),
        // Comments
        ("conv width // 2, kernel: 3", "swallowing-comment 1:12 // 2"),
        ("let w = width//2", "swallowing-comment 1:14 //2"),
        ("print 7 // 2", "swallowing-comment 1:9 // 2"),
        ("print f(7) // 2", "swallowing-comment 1:12 // 2"),
        ("print a[0] // 2 ", "swallowing-comment 1:12 // 2"),
        ("print 1 # one", "hash-comment 1:9 #"),
        // Strings
        ("print \"abc\nprint 2", "unterminated-string 1:7 \"abc"),
        ("print \"a\\qb\"", "escape 1:9 \\q"),
        ("print \"\\u{110000}\"", "escape 1:8 \\u{110000"),
        ("print 'text'", "quotes 1:7 'text'"),
        ("print f\"loss {x}\"", "quotes 1:7 f\""),
        ("print \"\"\"a\nb\"\"\"", "quotes 1:7 \"\"\""),
        ("print \"\\()\"", "interpolation 1:8 \\()"),
        ("print “text”", "lookalike-character 1:7 “text”"),
        ("print 1 – 2", "lookalike-character 1:9 –"),
        // Habits of other languages
        ("x = 5", "assignment 1:1 x ="),
        ("a.b = 5", "assignment 1:1 a.b ="),
        ("x += 1", "foreign-operator 1:3 +="),
        ("conv 64, padding=1", "equals-for-colon 1:10 padding="),
        ("conv(64, padding = 1)", "equals-for-colon 1:10 padding ="),
        ("def f(x):\n    return x\nprint 1", "foreign-statement 1:1 def"),
        ("class Net(nn.Module):\n    def f(self):\n        pass\n\nprint 1", "foreign-statement 1:1 class"),
        ("import torch", "foreign-statement 1:1 import"),
        ("from torch import nn", "foreign-statement 1:1 from"),
        ("a and b", "foreign-word 1:3 and"),
        ("let c = a or b", "foreign-word 1:11 or"),
        ("if not a { 1 }", "foreign-word 1:4 not"),
        ("print True", "foreign-word 1:7 True"),
        ("train a, clip: None", "foreign-word 1:16 None"),
        ("print 2 ** 3", "foreign-operator 1:9 **"),
        ("!ls -l data", "command-line 1:1 !ls"),
        ("%time train a", "command-line 1:1 %time"),
        ("%%bash\nprint 1", "command-line 1:1 %%bash"),
        ("exit", "exit 1:1 exit"),
        ("exit()", "exit 1:1 exit"),
        ("var x = 5", "foreign-statement 1:1 var"),
        ("for i in 1..<3 { print i }", "foreign-operator 1:11 ..<"),
        ("if a: print b", "colon 1:5 :"),
        ("for i in range(3):\n    print i", "colon 1:18 :"),
        ("let a, b = f()", "tuple 1:5 a, b"),
        ("for a, b in c { }", "tuple 1:5 a, b"),
        ("let x: Int = 5", "type 1:6 :"),
        ("let f(x) = 5", "function 1:6 ("),
        ("let model = 5", "reserved-name 1:5 model"),
        ("let x", "missing 1:5 x"),
        ("if x = 3 { print 1 }", "assignment 1:6 ="),
        ("let x = {1: 2}", "dictionary 1:9 {"),
        ("while true { print 1 }\nprint 1", "foreign-statement 1:1 while"),
        ("train gap, lr: 1e-", "number 1:16 1e-"),
        ("let x = 5 $ 3", "unknown-character 1:11 $"),
    ])
    func namesTheFaultAndItsPlace(_ text: String, _ expected: String) {
        #expect(faults(text) == [expected])
    }

    @Test(arguments: [
        ("conv width // 2, kernel: 3", "for integer division write `div(width, 2)`"),
        ("print a.b // 2", "for integer division write `div(a.b, 2)`"),
        ("x = 5", "write `let x = 5`"), ("a, b = 1, 2", "write `let (a, b) = (1, 2)`"),
        ("conv 64, padding=1", "write `padding: 1`"),
        ("print 'text'", "write `\"text\"`"),
        ("let a, b = f()", "write `(a, b)`"),
        ("print 10x", "write `10 * x` for a product, `10x32x32` for a shape, or `shape(10, x, x)` for one of values"),
        ("print 2 ** 3", "for a power multiply: `2 * 2 * 2`"),
        ("exit", "write `quit`"),
    ])
    func saysWhatToType(_ text: String, _ expected: String) {
        #expect(fix(text) == expected)
    }

    @Test func showsAllIndependentFaultsOfACell() {
        let cell = """
            x = 5
            let ok = 1
            print 'a', 10x; print 2 ** 3
            if ) {
                conv 64, padding=1
            }
            model A {
                conv 1 2
                relu
                linear 5.
            }
            print f (1)
            """
        #expect(
            faults(cell) == [
                "assignment 1:1 x =", "quotes 3:7 'a'", "shape 3:12 10x", "foreign-operator 3:25 **",
                "unexpected 4:4 )", "equals-for-colon 5:14 padding=", "unexpected 8:12 2", "number 10:12 5.",
                "space-before-bracket 12:7 f (",
            ])
        #expect(parse(SourceText(cell)).statements.count == 4)
    }

    @Test func skipsTheRestOfABracketThatGoesOverLines() {
        #expect(faults("let x = f(1 2,\n  3,\n  4)\nprint 1 2") == ["unexpected 1:13 2", "unexpected 4:9 2"])
    }

    @Test func showsAtMostTwentyFaultsAndCountsTheRest() {
        let diagnostics = parse(SourceText(String(repeating: "x = 5\n", count: 50))).diagnostics
        #expect(diagnostics.count == 21)
        #expect(diagnostics.last?.severity == .note)
        #expect(diagnostics.last?.message == "there are 30 more errors from here on")
    }

    @Test func everySentenceIsOneLineWithoutFullStop() {
        for text in [
            "print ]", "for", "let", "model", "a ? b", "\"", "/*", "(", "]", "é = 1", "^", "a -> b", "\\", "@",
        ] {
            for diagnostic in parse(SourceText(text)).diagnostics {
                #expect(!diagnostic.message.contains("\n") && !diagnostic.message.hasSuffix("."))
                #expect(!diagnostic.message.isEmpty)
            }
        }
    }
}

// Values and their operators, as `print` shows them.

import Testing

struct ArithmeticTests {
    @Test(arguments: [
        ("1 + 2 * 3", "7"), ("7 / 2", "3.5"), ("6 / 3", "2"), ("-7 % 3", "2"), ("div(-7, 2)", "-4"), ("2.0", "2"),
        ("0.1 + 0.2", "0.30000000000000004"), ("1e-4", "0.0001"), ("[1, 2]", "[1, 2]"), ("(1, 2)", "(1, 2)"),
        ("1...5", "1...5"), ("3x32x32", "3x32x32"), ("shape(3, 4, 4)", "3x4x4"), ("\"a\" + \"b\"", "ab"),
        ("\"n = \\(1 + 1)\"", "n = 2"), ("[\"a\"]", "[\"a\"]"), ("if true { 1 } else { 2 }", "1"),
        ("[for s in 1...3 { s * s }]", "[1, 4, 9]"), ("!true || 1 < 2 && 2.5 >= 2", "true"),
        ("[1, 2] == [1, 2.0]", "true"),
        ("sum(1...4)", "10"), ("mean([1, 2])", "1.5"), ("max(1, 3, 2)", "3"), ("min([4, 2])", "2"), ("round(2.5)", "3"),
        ("round(2.71828, digits: 2)", "2.72"), ("floor(-1.5)", "-2"), ("sqrt(16)", "4"), ("abs(-3)", "3"),
        ("count(range(0, 10, step: 3))", "4"), ("[10, 20, 30][-1]", "30"), ("3x32x16.height", "32"),
        ("range(3)", "[0, 1, 2]"),
        ("(1...2000000000)[5]", "6"), ("adam(lr: 1e-4)", "adam(lr: 0.0001)"),
    ])
    func isPrinted(_ row: (expression: String, text: String)) {
        #expect(printed("print " + row.expression) == row.text + "\n")
    }

    @Test func commandAndCallAreTheSame() {
        #expect(printed("print (1 + 2) * 3\nprint(1 + 2)\nprint -1") == "9\n3\n-1\n")
        #expect(printed("print 1, \"two\", 3.0") == "1 two 3\n")
    }

    @Test func theLastExpressionIsTheResultUnlessQuiet() {
        #expect(result("1\n2") == "2")
        #expect(result("2;") == nil)
        #expect(result("let x = 2") == nil)
        #expect(result("\"text\"") == "text")
    }

    @Test func tuplesAreTakenApart() {
        #expect(
            printed("let (a, b) = (1, [2, 3])\nprint a, b\nfor (x, y) in [(1, 2), (3, 4)] { print x * y }")
                == "1 [2, 3]\n2\n12\n")
    }

    @Test(arguments: [
        ("1 / 0", "division-by-zero"), ("1 % 0", "division-by-zero"), ("div(1, 0)", "division-by-zero"),
        ("9223372036854775807 + 1", "overflow"), ("9223372036854775807 * 2", "overflow"), ("1e308 * 10", "overflow"),
        ("1 + true", "wrong-type"), ("1 == \"1\"", "wrong-type"), ("if 1 { 2 } else { 3 }", "wrong-type"),
        ("[1][5]", "out-of-range"), ("sqrt(-1)", "out-of-range"), ("[for i in 1...20000000 { i }]", "too-long"),
        ("range(0, 100000000)", "too-long"), ("nothere", "unknown-name"), ("nothere 1", "unknown-name"),
        ("for x in 3 { }", "wrong-type"), ("repeat -1 { }", "wrong-type"), ("3x32.colour", "unknown-member"),
    ])
    func isAnError(_ row: (program: String, code: String)) {
        let session = Session()
        guard case .failed(let diagnostic) = session.run(row.program) else {
            Issue.record("\(row.program) is no error")
            return
        }
        #expect(diagnostic.code.text == row.code)
        #expect(diagnostic.range != nil)
    }
}

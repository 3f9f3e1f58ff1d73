// What is told of a cell before it runs: every independent fault, and none that would not be one.

import Testing

@testable import Session

struct CheckerTests {
    /// `line:column code` of every error of a cell.
    private func faults(_ text: String, after cell: String = "") -> [String] {
        let session = Session()
        if !cell.isEmpty { session.run(cell) }
        let before = session.output.all.diagnostics.count
        session.run(text)
        return session.output.all.diagnostics.dropFirst(before).map { fault in
            let place = fault.range.flatMap { fault.source?.position(of: $0.start) }
            return "\(place?.line ?? 0):\(place?.column ?? 0) \(fault.code)"
        }
    }

    @Test func allIndependentFaultsAreTold() {
        let cell = """
            print tarin
            model N { input 3x8x8; conv 64, kernal: 3; conv 0; Dense 10 }
            let b = nowhere + 1
            print b, adam(lr: -1), 1 / 0, [nothere]
            model M { input 3x8x8; linear 10 }
            for i in 1...3 { print i, elsewhere }
            repeat 2 { let a = 1; let a = 2 }
            if true { 3x4x4.hight } else { fine }
            plot [1], y: acuracy
            """
        #expect(
            faults(cell) == [
                "1:7 unknown-name", "2:33 unknown-option", "2:49 out-of-range", "2:52 unknown-name", "3:9 unknown-name",
                "4:19 out-of-range", "4:26 division-by-zero", "4:32 unknown-name", "5:24 shape-mismatch",
                "6:27 unknown-name", "7:27 bound-twice", "8:17 unknown-member", "9:14 unknown-choice",
            ])
    }

    @Test(arguments: [
        "if false { nowhere }", "for i in [] { nowhere }", "repeat 0 { nowhere }", "false && nowhere",
        "true || nowhere",
        "let x = 1\nprint x", "for (a, b) in [(1, 2)] { print a, b }", "[for s in 1...2 { s }]",
        "block Late(w) { conv w * factor }\nlet factor = 2\nmodel N { input 3x8x8; Late 2 }",
        "model N(deep: false) { input 3x8x8; if deep { Dense 3 }; flatten }", "let train = 3\nprint train + 1",
        "let gap = 3\nprint gap", "quit\nnowhere", "let bars = [1]\nplot [1], kind: bars",
        "let n = 2\nif n > 3 { nowhere }", "let a = 1\nrepeat 2 { let a = 2 }",
        "model N { input 3x8x8; flatten }\nsummary N\nprint N.parameters", "let (a, b) = (1, 2)\nprint a + b",
        "model A(w) { input 3x8x8; if w > 3 { nowhere }; flatten }\nlet a = A(2)",
    ])
    func nothingIsInvented(_ cell: String) {
        #expect(faults(cell) == [])
    }

    @Test func namesOfAnUnreadPartMayBeBound() {
        #expect(faults("x = 5\nprint x\nprint nowhere") == ["1:1 assignment", "3:7 unknown-name"])
        #expect(faults("let net = foo(\n  1 2)\nprint net") == ["2:5 unexpected"])
        #expect(faults("def f(x):\n    return x\nprint f(3)") == ["1:1 foreign-statement"])
    }

    @Test func whatCameBeforeAFaultStaysAndNothingLongBegins() {
        let session = Session()
        session.run("let a = 1\nprint a\nlet b = nowhere\nlet c = 3")
        session.run("print a + 1")
        #expect(session.output.all.text == "1\n2\n")
        let model = "model Net { input 3x32x32; flatten; linear 10 }\nlet d = take(synthetic(), 64, test: 32)\n"
        #expect(faults(model + "let a = train Net, on: d, epochs: 1\nplot a, y: acuracy") == ["4:12 unknown-choice"])
    }

    @Test func aDefinitionBehindAFaultIsCheckedWhereItDependsOnNothingThatDidNotRun() {
        let cell = """
            print [1][5]
            model A { input 3x8x8; linear 10 }
            let z = 3
            model B { input 3x8x8; flatten; linear z }
            model C { input 3x8x8; conv 9, kernel: 11 }
            """
        #expect(faults(cell) == ["1:11 out-of-range", "2:24 shape-mismatch", "5:24 shape-mismatch"])
        #expect(faults("A", after: cell) == ["1:1 unknown-name"])
    }

    @Test func atMostTwentyOneFaultsAreShown() {
        let all = faults((1...50).map { "print nowhere\($0)x" }.joined(separator: "\n").replacing("x", with: "_"))
        #expect(all.count == 22 && all.last?.hasSuffix("more-errors") == true)
    }
}

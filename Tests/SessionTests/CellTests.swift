// What a session does from cell to cell: names, showing, interrupts, overrides.

import Foundation
import Testing

@testable import Session

struct CellTests {
    @Test func aLaterCellMayBindANameAgain() {
        let session = Session()
        session.run("let a = 1")
        session.run("let a = a + 1\nprint a")
        #expect(session.output.all.text == "2\n")
    }

    @Test func whatABodyBindsLivesInThatTurn() {
        #expect(printed("let x = 1\nfor i in 1...2 { let x = i * 10; print x }\nprint x") == "10\n20\n1\n")
        #expect(fault("repeat 1 { let y = 1 }\nprint y")?.contains("there is no `y`") == true)
    }

    @Test func lookingWordsShowWhereverTheyStand() {
        let session = Session()
        session.run("model N { input 3x4x4; flatten; linear 2 }\nfor i in 1...2 { summary N; }\nlet s = summary N")
        #expect(session.output.all.shown.count == 3)
        #expect(session.output.all.results.isEmpty)
    }

    @Test func checkingAModelShowsNothing() {
        #expect(printed("model N(n: 1) { input 3x4x4; print n; flatten; linear 2 }\nlet m = N(n: 2)") == "2\n")
    }

    @Test func anEndlessLoopIsInterruptedAtOnce() async {
        let session = Session()
        let started = ContinuousClock.now
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 0.2)
            session.workspace.interrupt()
        }
        guard case .interrupted = session.run("let kept = 1\nrepeat 2000000000 { 1 + 1 }") else {
            Issue.record("not interrupted")
            return
        }
        #expect(ContinuousClock.now - started < .seconds(2))
        session.run("print kept")
        #expect(session.output.all.text == "1\n")
    }

    @Test func overridesReplaceTopLevelLets() {
        let session = Session()
        for (name, text) in [("epochs", "2 + 1"), ("folder", "some images"), ("rate", "fast")] {
            session.workspace.override(name, with: text)
        }
        session.run("let epochs = 10\nlet folder = \"x\"\nlet rate = 1\nprint epochs, folder, rate")
        #expect(session.output.all.text == "3 some images fast\n")
    }

    @Test func anExpressionIsEvaluatedWithoutShowing() throws {
        let session = Session()
        session.run("let a = 20")
        #expect(try session.workspace.evaluate("a + 1").text == "21")
        #expect(throws: (any Error).self) { try session.workspace.evaluate("a +") }
        #expect(throws: (any Error).self) { try session.workspace.evaluate("quit") }
        #expect(session.output.all.results.isEmpty)
    }

    @Test func theLastModelIsTheSubject() {
        let session = Session()
        session.run("model A { input 3x4x4; flatten; linear 2 }\nmodel B { input 3x4x4; flatten; linear 3 }\nsummary")
        #expect(session.output.all.shown.last?.text.contains("[-1, 3]") == true)
    }
}

// Questions to the person, and what becomes of the answers.

import Language
import Session
import Testing

struct AskTests {
    @Test(arguments: [
        ("12", "13"), (" 1e-3 ", "1.001"), ("-2", "-1"), (".5", "1.5"),
    ])
    func anAnswerThatIsANumberIsOne(_ answer: String, _ sum: String) {
        let session = Session(answers: [.line(answer)])
        session.run("let n = ask \"How many? \"\nprint n + 1")
        #expect(session.output.all.text == "How many? \(sum)\n")
    }

    @Test(arguments: ["seven", "", "0x10", "nan", "inf", "1 2", "-", "vgg-16"])
    func anyOtherAnswerIsAText(_ answer: String) {
        let session = Session(answers: [.line(answer)])
        session.run("let name = ask \"\"\nprint \"<\\(name)>\", count(name)")
        #expect(session.output.all.text == "<\(answer)> \(answer.count)\n")
    }

    @Test(arguments: [("abc\r", "abc"), ("abc\r\n", "abc"), ("abc\n", "abc"), (" a ", " a "), ("\r", "")])
    func theEndOfALineIsNoPartOfAnAnswer(_ answer: String, _ text: String) {
        let session = Session(answers: [.line(answer)])
        session.run("let name = ask \"\"\nprint name == \"\(text)\", count(name)")
        #expect(session.output.all.text == "true \(text.count)\n")
    }

    @Test func anAnswerThatIsLargerThanATextMayBeIsRefused() throws {
        let session = Session(answers: [
            .line(String(repeating: "x", count: 1_000_000)), .line(String(repeating: "x", count: 1_000_001)),
        ])
        session.run("let a = ask \"A? \"\nprint count(a)\nlet b = ask \"B? \"")
        #expect(session.output.all.text == "A? 1000000\nB? ")
        #expect(session.output.all.diagnostics.first?.message.contains("`B?` has more than 1000000 bytes") == true)
    }

    @Test func aSecretIsAskedForAsOne() {
        let session = Session(answers: [.line("x")])
        session.run("let key = ask(\"Key? \", secret: true)")
        #expect(session.output.all.text == "[secret] ")
    }

    /// Where no name takes it, the cell would show it as its value.
    @Test(arguments: [
        "ask \"Key? \", secret: true", "[ask(\"Key? \", secret: true), 1]", "(1, ask(\"Key? \", secret: true))",
        "if true { ask(\"Key? \", secret: true) }", "[for n in 1...1 { ask(\"Key? \", secret: true) }]",
        "ask(\"Key? \", secret: true) + \"!\"", "let key = ask(\"Key? \", secret: true)",
    ])
    func aSecretIsNoResult(_ cell: String) {
        for answer in ["hunter", "4711"] {
            let session = Session(answers: [.line(answer)])
            session.run(cell)
            #expect(session.output.all.results.allSatisfy { !$0.text.contains(answer) })
            #expect(!session.output.all.text.contains(answer))
        }
    }

    @Test func whatIsNoSecretIsShown() {
        let session = Session(answers: [.line("x"), .line("y")])
        session.run("let key = ask(\"Key? \", secret: true)\nask \"Name? \"")
        #expect(session.output.all.results.map(\.text) == ["y"])
        session.run("key")
        #expect(session.output.all.results.map(\.text) == ["y", "x"])
    }

    @Test func whereNobodyAnswersTheErrorSaysWhatToDo() throws {
        let session = Session()
        session.run("let n = ask \"How many? \"")
        let error = try #require(session.output.all.diagnostics.first)
        #expect(error.message == "there is nobody to answer `How many?`")
        #expect(error.fix?.contains("--set name=value") == true)
    }

    @Test func anInterruptEndsTheCell() {
        let session = Session(answers: [.interrupted])
        guard case .interrupted = session.run("let n = ask \"How many? \"\nprint 1") else {
            return #expect(Bool(false), "interrupted")
        }
        #expect(session.output.all.text == "How many? ")
    }
}

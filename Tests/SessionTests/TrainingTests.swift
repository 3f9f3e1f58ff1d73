// Training through the language: what it says, what a run knows, and what an interrupt leaves.

import Foundation
import Language
import Testing

private let setup = """
    model Net { input 3x32x32; conv 4, kernel: 3, stride: 4; relu; flatten; linear 10 }
    let data = take(synthetic(), 128, test: 64)

    """

/// Serialized: each test trains, and the machine's cores are shared.
@Suite(.serialized)
struct TrainingTests {
    @Test func theLogIsTheExperimentsWhereNothingCanBeDrawn() throws {
        let text = printed(setup + "let a = train Net, on: data, epochs: 2, batch: 32")
        let lines = text.split(separator: "\n").map(String.init)
        try #require(lines.count == 4)
        #expect(lines[0].wholeMatch(of: #/Train Epoch: 1 \[0\/128 \(0%\)\]\tLoss: \d\.\d{6}/#) != nil, "\(lines[0])")
        #expect(lines[1].wholeMatch(of: #/\[1\] Test Loss: \d\.\d{4}, Accuracy: \d+\.\d\d%/#) != nil, "\(lines[1])")
        #expect(lines[2].hasPrefix("Train Epoch: 2 [0/128 (0%)]\t"))
        #expect(lines[3].hasPrefix("[2] Test Loss: "))
    }

    @Test func aRunKnowsWhatCameOut() {
        let session = Session()
        session.run(setup + "let gap = Net\nlet a = train gap, on: data, epochs: 1, batch: 32, log: none")
        session.run(
            "print a.epochs, a.seed, a.state, count(a.digest), a.curve.rows, a.accuracy >= 0, a.loss > 0, a.speed > 0")
        #expect(session.output.all.text == "1 1 done 64 1 true true true\n")
        session.run("print a")
        #expect(session.output.all.text.contains(#/(gap|Net) seed 1: \d+\.\d\d % after 1 epoch/#))
    }

    @Test func oneSeedGivesTheSameBitsAndAnotherDoesNot() {
        let text = printed(
            setup + """
                let runs = [for s in [1, 1, 2] { train Net, on: data, epochs: 1, batch: 32, seed: s, log: none }]
                let two = train Net, on: data, epochs: 1, batch: 32, threads: 2, log: none
                print runs[0].digest == runs[1].digest, runs[0].digest == runs[2].digest, runs[0].digest == two.digest
                """)
        #expect(text == "true false true\n")
    }

    @Test func aTrainingBoundToNoNameIsShownWithTheDefaultsItTook() {
        let session = Session()
        session.run(setup + "train epochs: 1, batch: 32, log: none\nprint 1")
        #expect(session.output.all.shown.first?.text.hasSuffix("after 1 epoch (model: Net, on: data)") == true)
        session.run("let b = train Net, epochs: 1, batch: 32, log: none")
        #expect(session.output.all.shown.count == 1)
    }

    @Test func aVerbWithoutItsSubjectTakesTheLast() {
        let session = Session()
        session.run(setup + "let a = train Net, on: data, epochs: 1, batch: 32, log: none\ntable\nplot\nevaluate")
        #expect(session.output.all.shown.count == 2)
        #expect(session.output.all.results.first?.text.contains(#/^a on data: \d+\.\d\d %, loss \d\.\d{4}/#) == true)
    }

    @Test func evaluationAgreesWithTheRun() {
        #expect(
            printed(
                setup + """
                    let a = train Net, on: data, epochs: 1, batch: 32, log: none
                    let e = evaluate a, on: data
                    print e.accuracy == a.accuracy, abs(e.loss - a.loss) < 1e-6
                    """) == "true true\n")
    }

    @Test func anInterruptKeepsWhatWasTrainedAndEndsTheCell() {
        let session = Session()
        session.run(setup)
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 0.5)
            session.workspace.interrupt()
        }
        let outcome = session.run(
            "let a = train Net, on: data, epochs: 100000, batch: 32, log: none\nprint \"not reached\"")
        guard case .interrupted(let diagnostic) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(diagnostic.message.contains("was interrupted after"))
        session.run("print a.state")
        #expect(session.output.all.text == "interrupted\n")
    }

    @Test func progressIsDrawnWhereItCanBe() throws {
        let session = Session(drawsProgress: true)
        session.run(setup + "let a = train Net, on: data, epochs: 3, batch: 32")
        let last = try #require(session.output.all.progress.last)
        #expect(last.isFinal && last.fraction == 1)
        #expect(last.facts.contains { $0.hasPrefix("test accuracy") })
        #expect(session.output.all.progress.filter(\.isFinal).count == 1)
        #expect(session.output.all.text.isEmpty)
    }

    @Test func tablesKeepTimesOutOfTheTextThatNotebooksAreComparedBy() throws {
        let session = Session()
        session.run(setup + "let a = train Net, on: data, epochs: 1, batch: 32, log: none\ntable a\nplot a, y: loss")
        let shown = session.output.all.shown
        try #require(shown.count == 2)
        #expect(shown[0].text.contains("accuracy") && !shown[0].text.contains("images/s"))
        #expect(shown[0].html?.contains("images/s") == true)
        #expect(shown[0].terminalForm(columns: nil).contains("seconds an epoch"))
        #expect(shown[1].svg?.hasPrefix("<svg") == true)
    }

    /// A step is a whole epoch here, however little of it is asked for.
    @Test func aPartOfAnEpochIsNotTakenForMany() throws {
        let text = printed(
            """
            model Net { input 3x32x32; flatten; linear 10 }
            let data = take(synthetic(), 64, test: 500)
            let a = train Net, on: data, epochs: 0.01, batch: 64, log: none
            table a, as: csv
            print a.seconds
            """)
        let lines = text.split(separator: "\n").map { $0.split(separator: ",") }
        let column = try #require(lines.first?.firstIndex(of: "seconds an epoch"))
        let (epoch, all) = try (#require(Double(lines[1][column])), #require(Double(lines[2][0])))
        #expect(epoch > 0 && epoch <= all)
    }

    @Test func ofManyClassesATableHasTheShareAmongFive() throws {
        let session = Session()
        session.run(
            setup + """
                model Wide { input 3x32x32; conv 8, stride: 4; flatten; linear 12 }
                let a = train Net, on: data, epochs: 1, batch: 32, log: none
                let b = train Wide, on: data, epochs: 1, batch: 32, log: none
                table a
                table b
                """)
        let shown = session.output.all.shown
        try #require(shown.count == 2)
        #expect(!shown[0].text.contains("top5"))
        let (titles, row) = (shown[1].text.split(separator: "\n")[0], shown[1].text.split(separator: "\n")[2])
        #expect(titles.contains("top5"))
        session.run("print round(b.top5, digits: 2) * 1.0")
        let printed = session.output.all.text.split(separator: "\n").last ?? ""
        let top5 = try #require(Double(printed))
        #expect(top5 > 0 && row.contains(String(format: "%.2f", top5)))
    }

    @Test(arguments: ["float32", "precise", "mixed"])
    func everyPrecisionTrains(precision: String) {
        let session = Session()
        session.run(
            setup
                + "let a = train Net, on: data, epochs: 1, batch: 32, precision: \(precision), log: none\nprint a.state"
        )
        #expect(session.output.all.text == "done\n")
    }

    @Test func whatCannotBeTrainedSaysWhy() {
        let few =
            "model Few { input 3x32x32; flatten; linear 5 }\nlet data = take(synthetic(), 64, test: 32)\ntrain Few"
        #expect(fault(few)?.contains("the data has 10 classes") == true)
        #expect(
            fault("model Open { linear 10 }\nlet d = take(synthetic(), 64)\ntrain Open")?.contains("flatten") == true)
        #expect(fault(setup + "train Net, with: 1")?.contains("takes a recipe") == true)
        #expect(fault(setup + "take data, 1000")?.contains("only 128 training images") == true)
    }

    @Test func resumingSaysOfSingleValuesWhatTrainingDid() {
        let session = Session()
        session.run(
            """
            model Norms { input 3x32x32; gap; batchnorm; flatten; linear 10 }
            let few = take(synthetic(), 5, test: 4)
            let a = train Norms, on: few, epochs: 1, batch: 1, log: none
            """)
        session.output.forgetText()
        let before = session.output.all.diagnostics.count
        session.run("let b = resume a, epochs: 2, log: none")
        #expect(session.output.all.diagnostics.dropFirst(before).map(\.code.text) == ["single-values"])
    }

    @Test func aDivergedRunIsBoundAndTheCellEndsWithTheError() {
        let session = Session()
        let outcome = session.run(
            setup + "let a = train Net, on: data, epochs: 5, batch: 16, optimizer: sgd(lr: 1e30), log: none")
        guard case .failed(let diagnostic) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(diagnostic.code.text == "diverged")
        session.run("print a.state")
        #expect(session.output.all.text == "diverged\n")
    }

    @Test func aDrawnSeedIsPrinted() {
        let text = printed(
            setup + "let a = train Net, on: data, epochs: 1, batch: 64, seed: random, log: none\nprint a.seed")
        #expect(text.wholeMatch(of: #/seed: (\d+)\n(\d+)\n/#).map { $0.output.1 == $0.output.2 } == true)
    }
}

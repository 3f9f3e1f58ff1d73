// What a session says and does with runs that are kept: a second training of the same is none, one that was cut goes
// on, `resume` ends it or adds epochs, `runs` lists them.

import Foundation
import Language
import Libraries
import Testing

@testable import Session

private let setup = """
    model Net { input 3x32x32; conv 4, kernel: 3, stride: 4; relu; flatten; linear 10 }
    let data = take(synthetic(), 128, test: 64)

    """
private let options = "on: data, epochs: 2, batch: 32, log: none"

extension Session {
    /// Runs a cell and interrupts it once its training has begun to step.
    fileprivate func interruptsTraining(_ text: String) {
        output.onText = { [workspace] text in
            if text.hasPrefix("[2] Test Loss") { workspace.interrupt() }
        }
        run(text)
        output.onText = nil
        workspace.forgetInterrupt()
        output.forgetText()
    }
}

@Suite(.serialized)
struct StoredRunTests {
    private let home: String

    init() throws {
        home = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID().uuidString)").path
    }

    private func text(_ program: String) -> String {
        let session = Session(home: home)
        session.run(program)
        session.workspace.close()
        return session.output.all.text + session.output.all.diagnostics.map { DiagnosticText($0).block }.joined()
    }

    private func remove() { try? FileManager.default.removeItem(atPath: home) }

    /// One that throws before its first step would be listed as interrupted.
    @Test func aTrainingThatDoesNotBeginIsNotListed() throws {
        defer { remove() }
        let small = "model Small { input 3x32x32; gap; linear 3 }\n"
        let refused = text(setup + small + "train Small, \(options)")
        #expect(refused.contains("the network has 3 outputs, but the data has 10 classes"))
        #expect(text("print runs().count") == "0\n")
        // One that would continue stays as it was.
        let session = Session(home: home)
        session.run(setup)
        session.interruptsTraining("let a = train Net, on: data, epochs: 3, batch: 32, log: lines")
        session.output.onText = { [workspace = session.workspace] text in
            if text.contains("resumes at") { workspace.interrupt() }
        }
        session.run("let b = train Net, on: data, epochs: 3, batch: 32, log: lines")
        session.output.onText = nil
        session.workspace.close()
        #expect(text("let a = runs()[0]\nprint a.state, a.epochs, runs().count") == "interrupted 2 1\n")
    }

    @Test func whatNeedsItsLabelsIsKnownInAnotherSession() throws {
        defer { remove() }
        let members = "print f.f1, f.calibration"
        let first = text(setup + "let f = train Net, \(options)\n\(members)")
        #expect(first.contains("."))
        #expect(text("let f = runs[\"f\"]\n\(members)") == first)
        #expect(text("print runs[\"f\"].f1, runs[\"f\"].calibration") == first)
    }

    @Test func aPartOfAnEpochIsListedAsOne() throws {
        defer { remove() }
        let session = Session(home: home)
        session.run(
            setup + "let h = train Net, on: data, epochs: 1.5, batch: 32, log: none\nlet w = train Net, \(options)")
        session.run("runs")
        let table = try #require(session.output.all.results.last ?? session.output.all.shown.last).text
        #expect(table.contains(#/\nh .* 1\.5 /#) && table.contains(#/\nw .* 2 /#), "\(table)")
        session.workspace.close()
    }

    @Test func runsOfAnEarlierEngineAreListedAsSuch() throws {
        defer { remove() }
        #expect(!text(setup + "let a = train Net, \(options)\nprint runs").contains("earlier engine"))
        try Database("\(home)/tandem.sqlite").execute("UPDATE runs SET arithmetic = 1")
        let note = "1 run of an earlier engine, which rounds differently: `train` trains them again"
        #expect(text("print runs").contains(note))
    }

    @Test func theSameTrainingIsKeptWhateverItsTextIs() {
        defer { remove() }
        let first = text(setup + "let a = train Net, \(options)\nprint a.digest, a.accuracy, a.seconds")
        let other = """
            let images = take(synthetic(), 128, test: 64)
            model Other { input 3x32x32; repeat 1 { conv 4, stride: 4 }; relu; flatten; linear 10 } // the same
            let two = train Other, on: images, batch: 16 + 16, epochs: 2, threads: 2
            print two.digest, two.accuracy, two.seconds
            """
        let lines = text(other).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(
            lines[0].wholeMatch(
                of:
                    #/Other seed 1: loaded from the run store \(\d{4}-\d\d-\d\d \d\d:\d\d, \d+(\.\d)? s saved\); `fresh: true` retrains/#
            )
                != nil, "\(lines[0])")
        #expect(first == lines[1] + "\n")
        #expect(!text(setup + "let a = train Net, \(options), fresh: true").contains("kept"))
        #expect(!text(setup + "let a = train Net, \(options), seed: 2").contains("kept"))
    }

    @Test func whatWasInterruptedGoesOnWithTheSameTraining() throws {
        defer { remove() }
        let long = "on: data, epochs: 60, batch: 32"
        let whole = printed(setup + "print train(Net, \(long), log: none).digest")
        let session = Session(home: home)
        session.interruptsTraining(setup + "let a = train Net, \(long)")
        session.run("print a.state, a.epochs < 60")
        try #require(session.output.all.text == "interrupted true\n")
        // Its checkpoint is written in the background.
        session.workspace.close()
        // In another session, by the same cell.
        let again = text(setup + "let a = train Net, \(long), log: none\nprint a.digest").split(separator: "\n")
        try #require(again.count == 2)
        #expect(again[0].hasPrefix("Net seed 1: resumes at epoch "), "\(again)")
        #expect(again[1] + "\n" == whole)
        // In the same session, by `resume`.
        session.run("print resume(a, log: none).digest")
        #expect(session.output.all.text.hasSuffix(whole))
    }

    @Test func aTeacherIsFoundAmongTheRunsThatAreKept() throws {
        defer { remove() }
        let teacher = setup + "let t = train Net, \(options), seed: 5\n"
        let long = "on: data, epochs: 60, batch: 32, distill: teacher(t)"
        let whole = printed(teacher + "print train(Net, \(long), log: none).digest")
        let session = Session(home: home)
        session.run(teacher)
        session.interruptsTraining("let a = train Net, \(long)")
        session.workspace.close()
        #expect(text("print resume(runs[\"a\"], log: none).digest").hasSuffix(whole))
        // Without its weights nothing continues.
        let files = "\(home)/runs"
        let names = try FileManager.default.contentsOfDirectory(atPath: files)
        for name in names where name.hasSuffix(".safetensors") {
            try FileManager.default.removeItem(atPath: "\(files)/\(name)")
        }
        let refused = text("resume runs[\"a\"], epochs: 80")
        #expect(refused.contains("a follows t as its teacher, whose weights are not here"), "\(refused)")
        #expect(refused.contains("fix: load or train t, and call `resume` again"))
    }

    @Test func resumeEndsARunWithoutAStoreToo() throws {
        let long = "on: data, epochs: 60, batch: 32"
        let session = Session()
        session.interruptsTraining(setup + "let a = train Net, \(long)")
        session.run("print a.state\nlet b = resume a, log: none\nprint b.state, b.epochs, b.digest")
        let lines = session.output.all.text.split(separator: "\n")
        try #require(lines.count == 3, "\(lines)")
        #expect(lines[0] == "interrupted" && lines[1].hasPrefix("Net seed 1: resumes at epoch "))
        #expect(lines[2] + "\n" == "done 60 " + printed(setup + "print train(Net, \(long), log: none).digest"))
    }

    @Test func resumeAddsEpochs() {
        defer { remove() }
        let lines = text(
            setup + "let a = train Net, \(options)\nlet b = resume a, epochs: 3, log: none\nprint b.epochs, b.digest"
        ).split(separator: "\n")
        #expect(lines.first?.hasPrefix("Net seed 1: resumes at epoch 3 of 3 after the 2 epochs of a") == true)
        let whole = printed(setup + "print train(Net, on: data, epochs: 3, batch: 32, log: none).digest")
        #expect(lines.last.map { $0 + "\n" } == "3 " + whole)
    }

    @Test func whatCannotGoOnSaysWhy() {
        let trained = setup + "let a = train Net, \(options)\n"
        #expect(fault(trained + "resume a")?.contains("a is done: all of its 2 epochs are trained") == true)
        #expect(fault(trained + "resume a")?.contains("`resume a, epochs: 4`") == true)
        #expect(fault(trained + "resume a, epochs: 2")?.contains("a has 2 epochs already") == true)
        #expect(
            fault(setup + "let a = train Net, \(options), schedule: cosine\nresume a, epochs: 4")?
                .contains("with 4 it is a different training from the first step on") == true)
        #expect(
            fault(setup + "let a = train Net, \(options), optimizer: sgd(lr: 1e30)") != nil)
    }

    @Test func runsListsWhatIsKeptAndGivesItBack() throws {
        defer { remove() }
        let first = text(
            setup
                + "let a = train Net, \(options)\nlet b = train Net, \(options), seed: 2\ntrain Net, \(options), seed: 3\n"
                + "print a.digest")
        let session = Session(home: home)
        session.run("runs")
        let table = try #require(session.output.all.results.first?.text)
        let rows = table.split(separator: "\n").dropFirst(2).map {
            $0.split(separator: " ").prefix(2).joined(separator: " ")
        }
        #expect(rows == ["Net seed", "b Net", "a Net"])
        session.run("print runs[\"a\"].digest\nprint runs[\"Net seed 2\"], runs.count, runs[0].seed")
        let lines = session.output.all.text.split(separator: "\n")
        try #require(lines.count == 2)
        #expect(lines[0] + "\n" == first)
        #expect(lines[1].hasPrefix("Net seed 2: ") && lines[1].hasSuffix("after 2 epochs 3 3"))
        session.run("runs name: \"b\", state: done, since: \"2020-01-01\"")
        #expect(session.output.all.results.last?.text.split(separator: "\n").count == 3)
        session.run("runs state: interrupted")
        #expect(session.output.all.results.last?.text == "no runs")
        session.run("runs[\"c\"]")
        #expect(session.output.all.diagnostics.last?.message == "no stored run is called \"c\"")
        session.run("runs since: \"yesterday\"")
        #expect(session.output.all.diagnostics.last?.fix == "write it as \"2026-11-23\"")
        // What it gives back is a run as any other.
        session.run(
            "let data = take(synthetic(), 128, test: 64)\nlet a = runs[\"a\"]\nprint evaluate(a).accuracy == a.accuracy\n"
                + "print resume(a, epochs: 3, log: none).epochs")
        #expect(session.output.all.text.contains("true\n") && session.output.all.text.hasSuffix("\n3\n"))
        // Its data are made again where they are not at hand.
        session.run(
            "let other = synthetic()\nlet data = 1\nlet d = runs[\"b\"]\nprint resume(d, epochs: 3, log: none).epochs")
        #expect(session.output.all.text.hasSuffix("\n3\n"))
        session.run("runs clean\nruns[\"Net seed 3\"]")
        #expect(session.output.all.text.contains("freed; the records of the runs are kept\n"))
        session.run("let e = runs[\"Net seed 3\"]\nprint e.epochs, e.state\ncam e")
        #expect(session.output.all.text.hasSuffix("2 done\n"))
        #expect(session.output.all.diagnostics.last?.message == "the weights of e are not kept")
    }

    /// As a kernel does it: its history opens the file before anything is asked of a run.
    @Test func aLostDatabaseLosesNoRunToTheHistory() throws {
        defer { remove() }
        let first = text(setup + "let a = train Net, \(options)\nprint a.digest\ntrain Net, \(options), seed: 2")
        for ending in ["", "-wal", "-shm"] { try? FileSystem.remove("\(home)/tandem.sqlite\(ending)") }
        let history = History("\(home)/tandem.sqlite")
        let session = Session(home: home)
        session.run("runs clean\nprint runs[\"a\"].digest, runs[\"Net seed 2\"].seed")
        let lines = session.output.all.text.split(separator: "\n")
        #expect(lines.count == 3 && lines.last ?? "" == first.dropLast() + " 2", "\(lines)")
        #expect(lines.dropFirst().first?.hasPrefix("kept as well: the weights of 1 run found again") == true)
        #expect(
            session.output.all.diagnostics.first?.message.hasSuffix("2 runs were found again from their files") == true)
        withExtendedLifetime(history) {}
    }

    @Test func aStoreThatCannotBeUsedIsToldOnceAndStopsNothing() throws {
        defer { remove() }
        try "a file".write(toFile: home, atomically: true, encoding: .utf8)
        let session = Session(home: home + "/inside")
        session.run(setup + "let a = train Net, \(options)\nlet b = train Net, \(options), seed: 2\nprint b.epochs")
        #expect(session.output.all.text == "2\n")
        let warnings = session.output.all.diagnostics
        #expect(warnings.map(\.severity) == [.warning])
        #expect(warnings.first?.message == "runs are not kept: \(home)/inside cannot be used (not a directory)")
        #expect(warnings.first?.fix == "move what is in its place elsewhere, or set TANDEM_HOME to another folder")
        session.output.forgetText()
        session.run("runs clean")
        #expect(session.output.all.text == "nothing was removed: the database of the runs cannot be used\n")
    }
}

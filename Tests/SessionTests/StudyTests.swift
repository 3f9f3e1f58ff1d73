import Foundation
import Language
import Testing

@testable import Session

private let twoModels = """
    model A { input 3x32x32; conv 16, kernel: 4, stride: 4; relu; flatten; linear 10 }
    model B { input 3x32x32; conv 16, kernel: 4, stride: 4; gelu; flatten; linear 10 }
    let data = take(synthetic(), 1000, test: 100)
    let quick = recipe(epochs: 3, batch: 8, optimizer: adam(lr: 1e-2), log: none)

    """

/// What a study shows, in all its forms.
private func shown(_ program: String) throws -> RichValue {
    let session = Session()
    session.run(program)
    return try #require(session.output.all.shown.last)
}

private let threeSeeds = twoModels + "let study = compare A, B, on: data, with: quick, seeds: 1...3\n"

@Suite struct StudyTests {
    @Test func theAnswerComesFirstThenAtMostSixColumns() throws {
        let table = try shown(threeSeeds + "table study")
        let lines = table.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines[0].contains(#/^undecided: [AB] is ahead by \d\.\d points, but −\d+\.\d to \+\d+\.\d is possible/#))
        #expect(lines[1].hasPrefix("the chances as things stand: ") && lines[2].hasPrefix("what would change this: "))
        let terminal = table.terminalForm(columns: nil)
        let head = try #require(terminal.split(separator: "\n").first { $0.hasPrefix("model") })
        #expect(head.split(separator: "  ").count == 6)
        for term in ["p ", "t test", "interval", "McNemar", "significan", "deviation"] {
            #expect(!table.text.contains(term), "no term of statistics: \(term)")
        }
    }

    @Test func timesStandInEveryFormButThePlainText() throws {
        let table = try shown(threeSeeds + "table study, details: true")
        for form in [table.terminalForm(columns: nil), try #require(table.html), try #require(table.markdown)] {
            #expect(form.contains("a run") && form.contains("seconds an epoch") && form.contains("memory"))
        }
        #expect(!table.text.contains("seconds an epoch") && !table.text.contains("minute"))
    }

    @Test func detailsAreFoldedInHTMLAndHiddenInText() throws {
        let table = try shown(threeSeeds + "table study")
        let html = try #require(table.html)
        #expect(html.contains("<details><summary>details</summary>"))
        let parts = [
            "what is proven about the models", "each model over its seeds", "each seed", "differences",
            "what one pair of runs would have said", "each class", "what each model costs",
            "on these test images", "McNemar p", "multiply-adds", "images/s",
        ]
        for part in parts { #expect(html.contains(part), "\(part)") }
        #expect(!table.text.contains("McNemar"))
        let open = try shown(threeSeeds + "table study, details: true")
        for part in parts where part != "images/s" { #expect(open.text.contains(part), "\(part)") }
        #expect(open.html?.contains("<details open>") == true)
    }

    @Test func programsGetEveryTrainingAndPapersTheTable() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("study-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let session = Session(folder: folder.path)
        let files = ["csv", "json", "tex", "md", "html"].map { "table study, to: \"s.\($0)\"" }.joined(separator: "\n")
        session.run(threeSeeds + files + "\ntable study, as: csv")
        func text(_ ending: String) throws -> String {
            try String(contentsOf: folder.appendingPathComponent("s.\(ending)"), encoding: .utf8)
        }
        let rows = try text("csv").split(separator: "\n")
        #expect(rows.first == "model,mean,standard deviation,n,difference,low,high,p" && rows.count == 3)
        #expect(session.output.all.text.hasSuffix(try text("csv")))
        let study = try JSONSerialization.jsonObject(with: Data(try text("json").utf8)) as? [String: Any]
        let models = study?["models"] as? [[String: Any]]
        let runs = models?.first?["runs"] as? [[String: Any]]
        #expect(runs?.count == 3 && (runs?.first?["predictions"] as? [Int])?.count == 100)
        #expect(try text("tex").contains("\\begin{tabular}{lrrrrr}") && text("tex").contains("\\caption{Test accuracy"))
        #expect(try text("md").hasPrefix("**undecided: "))
        #expect(try text("html").contains("<b>undecided: "))
    }

    @Test func anUnboundComparisonShowsItself() throws {
        let session = Session()
        session.run(twoModels + "compare A, B, on: data, with: quick, seeds: 1...2\nprint 1")
        #expect(
            session.output.all.shown.last?.text.hasPrefix("undecided") == true)
        #expect(session.output.all.shown.last?.text.contains("what would change this: ") == true)
    }

    @Test func eachTrainingWritesALineWhereNoBarIsDrawn() throws {
        let session = Session()
        session.run(twoModels + "let study = compare A, B, on: data, with: quick, log: lines, seeds: [2]")
        let lines = session.output.all.text.split(separator: "\n")
        try #require(lines.count == 3)
        #expect(lines[0].hasPrefix("A seed 2: ") && lines[1].hasPrefix("B seed 2: "))
        #expect(lines[..<2].allSatisfy { $0.hasSuffix("% after 3 epochs") })
        #expect(lines[2].hasPrefix("compared A, B over 1 seed: "))
    }

    @Test func theCostIsToldBeforeTheFirstTraining() throws {
        let session = Session()
        session.run(twoModels + "let study = compare A, B, on: data, epochs: 1, seeds: 1...2, log: none")
        let note = try #require(session.output.all.diagnostics.first)
        #expect(note.severity == .note && note.message == "4 trainings: under a minute and under 100 MB of memory here")
        #expect(note.streamName == "stdout", "it tells what happens: nothing to be shown on red")
    }

    @Test func anInterruptedStudyIsBoundAndMoreFinishesIt() throws {
        final class Interrupter: @unchecked Sendable {
            // Unchecked: set once, before the only cell that reads it.
            var workspace: Workspace?
        }
        let interrupter = Interrupter()
        let output = RecordingOutput(drawsProgress: true) { update in
            if update.title.contains("training 3 of") { interrupter.workspace?.interrupt() }
        }
        let workspace = Workspace(output: output)
        interrupter.workspace = workspace
        let program =
            twoModels.replacing("take(synthetic(), 1000", with: "take(synthetic(), 4000")
            + "let study = compare A, B, on: data, epochs: 3, batch: 8, seeds: 1...2"
        guard case .interrupted(let diagnostic) = workspace.execute(SourceText(program)) else {
            Issue.record("interrupted in the third training")
            return
        }
        #expect(diagnostic.message.hasPrefix("interrupted with 2 trainings missing"))
        interrupter.workspace = nil
        workspace.forgetInterrupt()
        let session = output
        _ = workspace.execute(
            SourceText(
                "print study.seeds\nlet whole = more study\nprint whole.seeds, whole.accuracies == study.accuracies"))
        #expect(session.all.text == "[1]\n[1, 2] false\n")
        _ = workspace.execute(SourceText("table study"))
        #expect(session.all.shown.last?.text.contains("2 trainings of 4 missing") == true)
        #expect(session.all.shown.last?.text.contains("`more study` trains the rest") == true)
    }

    @Test func whatIsProvenTheSameShowsTheNoiseInstead() throws {
        let text = try shown(
            """
            model Net(pooled: true) { input 3x32x32; conv 16, kernel: 4, stride: 4; relu; if pooled { adaptiveavgpool 8 }
                flatten; linear 10 }
            let quick = recipe(epochs: 3, batch: 8, optimizer: adam(lr: 1e-2), log: none)
            let gap = Net(pooled: true)
            let flat = Net(pooled: false)
            let study = compare gap, flat, on: take(synthetic(), 1000, test: 100), with: quick, seeds: 1...3
            table study
            """
        ).text
        #expect(
            text.hasPrefix("identical: a difference of 0 points in every seed; both are provably identical in training")
        )
        #expect(text.contains("for scale: the 3 runs of gap differ by up to "))
    }
}

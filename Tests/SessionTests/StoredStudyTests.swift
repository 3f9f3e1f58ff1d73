// A study and the store: what was trained is not trained again, whoever trained it, and an interrupted study is taken
// up by its cell.

import Foundation
import Language
import Runtime
import Testing

@testable import Session

private let setup = """
    model A { input 3x32x32; maxpool 8; flatten; linear 10 }
    model B { input 3x32x32; avgpool 8; flatten; linear 10 }
    let data = take(synthetic(), 64, test: 40)

    """

@Suite(.serialized)
struct StoredStudyTests {
    private let home = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID().uuidString)").path

    private func text(_ program: String) -> String {
        let session = Session(home: home)
        session.run(setup + program)
        session.workspace.close()
        return session.output.all.text + session.output.all.diagnostics.map { DiagnosticText($0).block }.joined()
    }

    private func remove() { try? FileManager.default.removeItem(atPath: home) }

    private func weights() -> [String] {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: home)) ?? []
        return names.filter { $0.hasSuffix(".safetensors") || $0.hasSuffix(".checkpoint") }
    }

    @Test func aSecondStudyTrainsOnlyWhatIsNew() {
        defer { remove() }
        let first = text(
            "let s = compare A, B, on: data, epochs: 2, batch: 32, seeds: 1...2, log: none\nprint s.accuracies")
        #expect(first.contains("note: 4 trainings: "))
        #expect(weights().isEmpty, "a study keeps what its runs came to, not their weights")
        let same = text(
            "let s = compare B, A, on: data, epochs: 2, batch: 32, seeds: 1...3, log: none\nprint s.accuracies[1][0] > 0"
        )
        #expect(same.contains("4 of 6 trainings loaded from the run store, "))
        #expect(same.contains("; `fresh: true` retrains") && same.contains("note: 2 trainings: "))
        let again = text(
            "let s = compare A, B, on: data, epochs: 2, batch: 32, seeds: 1...2, log: none\nprint s.accuracies")
        #expect(again.contains("4 of 4 trainings loaded from the run store, ") && !again.contains("note: "))
        #expect(again.split(separator: "\n").last == first.split(separator: "\n").first)
        let fresh = text(
            "let s = compare A, B, on: data, epochs: 2, batch: 32, seeds: 1...2, log: none, fresh: true\nprint s.accuracies"
        )
        #expect(fresh.contains("note: 4 trainings: ") && !fresh.contains("kept"))
        #expect(fresh.split(separator: "\n").first == first.split(separator: "\n").first, "the same bits")
    }

    @Test func aStudyIsCarriedToAnotherMachine() throws {
        defer { remove() }
        let study = "let s = compare A, B, on: data, epochs: 1, seeds: 1...2, log: none\nprint s.accuracies"
        let folder = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let there = text(study)
        #expect(text("runs export, \"\(folder)\"") == "4 runs exported to \(folder), without weights\n")
        #expect(text("runs export, \"\(folder)\"") == "4 runs already there\n")
        #expect(text("runs export, \"\(folder)/b\", model: \"B\"").hasPrefix("2 runs exported to "))

        for name in ["~root", "\(folder)/~", "\(folder)/x/~/y"] {
            let refused = text("runs export, \"\(name)\"")
            #expect(refused.contains("begins with `~`") && refused.contains("fix: choose another name"))
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder).contains { ["x", "~"].contains($0) } == false)

        let other = StoredStudyTests()
        defer { other.remove() }
        #expect(other.text("runs import, \"\(folder)\"") == "4 runs imported from \(folder)\n")
        try "a letter".write(toFile: "\(folder)/letter.run", atomically: true, encoding: .utf8)
        let again = other.text("runs import, \"\(folder)\"")
        #expect(again.hasPrefix("4 runs already there\n") && again.contains("letter.run was not taken: "))
        // Each that is refused is named, beside the ones that are taken.
        for number in 1...3 {
            try "a letter".write(toFile: "\(folder)/\(number).run", atomically: true, encoding: .utf8)
        }
        let third = StoredStudyTests()
        defer { third.remove() }
        let several = third.text("runs import, \"\(folder)\"")
        #expect(several.hasPrefix("4 runs imported from \(folder)\n") && several.contains("4 records were not taken"))
        for name in ["1", "2", "3", "letter"] { #expect(several.contains("\(name).run: ")) }
        for number in 4...12 {
            try "a letter".write(toFile: "\(folder)/\(number).run", atomically: true, encoding: .utf8)
        }
        let many = third.text("runs import, \"\(folder)\"")
        #expect(many.contains("13 records were not taken") && many.contains("and 5 more"))
        for number in 1...12 { try FileManager.default.removeItem(atPath: "\(folder)/\(number).run") }
        let here = other.text(study)
        #expect(here.contains("4 of 4 trainings loaded from the run store") && !here.contains("note: "))
        #expect(here.split(separator: "\n").last == there.split(separator: "\n").first)
        // Of a run that came along everything but the weights is known.
        let taken = other.text(
            """
            let a = runs["A seed 2"]
            print a.accuracy > 0, a.state, a.digest.count
            print evaluate(a).accuracy == a.accuracy
            confusion a
            predict a, first: 1
            """)
        #expect(taken.contains("true done 64\ntrue\n"))
        #expect(other.text("runs import, \"\(folder)/nowhere\"").contains("fix: name a folder that `runs export`"))
        #expect(other.text("runs import").contains("fix: write `runs import, \"results\"`"))
        #expect(other.text("runs folder: \"x\"").contains("is for `runs export` and `runs import`"))
    }

    @Test func whatTrainKeptIsTakenAndAStudyWithItsWeightsServesTrain() {
        defer { remove() }
        _ = text("let a = train A, on: data, epochs: 2, batch: 32, log: none")
        let study = text(
            "let s = compare A, B, on: data, epochs: 2, batch: 32, seeds: [1], keep: true, log: none\nprint s.runs.count"
        )
        #expect(study.contains("1 of 2 trainings loaded from the run store, ") && study.contains("\n2\n"))
        #expect(
            text("let b = train B, on: data, epochs: 2, batch: 32").contains("B seed 1: loaded from the run store ("))
        #expect(text("let c = train B, on: data, epochs: 2, batch: 32, log: none") == "", "nothing is to be said")
    }

    @Test func weightsThatAStudyDidNotKeepAreTrainedForTrain() {
        defer { remove() }
        _ = text("let s = compare A, B, on: data, epochs: 1, seeds: [1], log: none")
        let run = text("let a = train A, on: data, epochs: 1, log: none\nprint a.digest.count")
        #expect(run == "64\n")
        #expect(
            text("let s = compare A, B, on: data, epochs: 1, seeds: [1], log: none").contains(
                "2 of 2 trainings loaded from the run store"))
    }

    @Test func variancesAndStudiesShareTheirRuns() {
        defer { remove() }
        _ = text("let s = compare A, B, on: data, epochs: 1, seeds: 1...2, log: none")
        let variance = text("let v = variance A, on: data, epochs: 1, roles: [init, order], seeds: 1...2, log: none")
        #expect(variance.contains("2 of 4 trainings loaded from the run store, "))
        let again = text("let v = variance A, on: data, epochs: 1, roles: [init, order], seeds: 1...2, log: none")
        #expect(again.contains("4 of 4 trainings loaded from the run store, ") && !again.contains("note: "))
    }

    /// Names, as `runs` lists them, and the accuracies beside them.
    private func listed(_ session: Session) -> [(name: String, accuracy: String)] {
        session.run("runs")
        let lines = session.output.all.results.last?.text.split(separator: "\n") ?? []
        guard let start = lines.firstIndex(where: { $0.hasPrefix("─") }) else { return [] }
        let columns = lines[start].split(separator: " ").map { (first: $0.startIndex, end: $0.endIndex) }.map {
            lines[start].distance(
                from: lines[start].startIndex, to: $0.first)..<lines[start].distance(
                    from: lines[start].startIndex, to: $0.end)
        }
        return lines[(start + 1)...].map { line in
            let cells = columns.map { column in
                line.dropFirst(column.lowerBound).prefix(column.count).trimmingCharacters(in: .whitespaces)
            }
            return (cells[0], cells[3])
        }
    }

    @Test func everyRunOfAStudyIsListedUnderANameOfItsOwnAndTakenByIt() throws {
        defer { remove() }
        _ = text("let s = compare A, B, on: data, epochs: 2, batch: 16, seeds: 1...2, log: none")
        _ = text("let v = variance A, on: data, epochs: 2, batch: 16, roles: [init, order], seeds: 1...3, log: none")
        _ = text("let s = compare A, B, on: data, epochs: 1, batch: 16, seeds: 1...2, log: none")
        let session = Session(home: home)
        let rows = listed(session)
        #expect(rows.count == 15 && Set(rows.map(\.name)).count == 15, "\(rows)")
        #expect(rows.contains { $0.name == "A seed 1, orderseed 3" })
        #expect(rows.filter { $0.name.contains("#") }.count == 4, "the older ones of a name")
        for row in rows {
            let before = session.output.all.text.count
            session.run(
                "let r = runs[\"\(row.name)\"]\nprint r.accuracy, r.epochs, r.curve.rows == r.epochs, r.state, r.loss > 0"
            )
            let words = session.output.all.text.dropFirst(before).split(separator: " ")
            try #require(words.count == 5, "\(row): \(session.output.all.diagnostics.map(\.message))")
            #expect(Double(words[0]) == Double(row.accuracy) && words[2] == "true" && words[3] == "done")
            // Bound, it has that name, and the others keep theirs.
            session.run("let r = 1")
        }
    }

    @Test func whatIsKeptOfARunWithoutWeightsIsShown() throws {
        defer { remove() }
        _ = text("let s = compare A, B, on: data, epochs: 2, batch: 16, seeds: [1], log: none")
        let whole = Session()
        whole.run(setup + "let a = train A, on: data, epochs: 2, batch: 16, log: none")
        whole.run("let b = train B, on: data, epochs: 2, batch: 16, log: none")
        let kept = Session(home: home)
        kept.run("let a = runs[\"A seed 1\"]\nlet b = runs[\"B seed 1\"]")
        kept.run("let data = take(synthetic(), 64, test: 40)")
        for session in [whole, kept] {
            session.run("print a, a.accuracy, a.loss, a.digest, a.epochs, a.seed, a.state, evaluate(a)")
            session.run("confusion a")
        }
        #expect(kept.output.all.text == whole.output.all.text)
        #expect(kept.output.all.shown.last?.text == whole.output.all.shown.last?.text)
        let rest = "predict a, first: 3;\nflips a, b, count: 1\nmistakes a, count: 1"
        whole.run(rest)
        kept.run(rest)
        let titles = [whole, kept].map { session in
            session.output.all.shown.suffix(2).map { $0.text.split(separator: "\n")[0] }
        }
        #expect(titles[0][0] == titles[1][0], "as many flips")
        #expect(titles[1][1] == titles[0][1].replacing("the surest of", with: "the first of"))
        for line in [
            "cam a", "show a, layer: 1", "save a, \"a.safetensors\"", "export a, \"a.onnx\"",
            "evaluate a, part: training",
        ] {
            kept.run(line)
            #expect(kept.output.all.diagnostics.last?.message == "the weights of a are not kept", "\(line)")
        }
        kept.run("print resume(a, epochs: 3, log: none).epochs")
        #expect(kept.output.all.text.hasSuffix("\n3\n"))
    }

    @Test func theNewestOfANameHasItAndTheOlderOnesATag() throws {
        defer { remove() }
        for epochs in 1...3 { _ = text("let s = compare A, B, on: data, epochs: \(epochs), seeds: [1], log: none") }
        let session = Session(home: home)
        let names = listed(session).map(\.name).filter { $0.hasPrefix("A") }
        try #require(names.count == 3 && names[0] == "A seed 1" && names[1].hasPrefix("A seed 1 #"))
        session.run("print \(names.map { "runs[\"\($0)\"].epochs" }.joined(separator: ", "))")
        #expect(session.output.all.text == "3 2 1\n")
        session.run(
            "let filtered = runs(model: \"A\")\nprint \(names.map { "filtered[\"\($0)\"].epochs" }.joined(separator: ", "))"
        )
        #expect(session.output.all.text == "3 2 1\n3 2 1\n")
        session.run("runs[\"A seed 1 #00000000\"]")
        #expect(session.output.all.diagnostics.last?.message.hasPrefix("no stored run is called") == true)
    }

    @Test func aKeyMeansOneRunHoweverOftenItIsRead() throws {
        defer { remove() }
        for epochs in 1...2 { _ = text("let s = compare A, B, on: data, epochs: \(epochs), seeds: [1], log: none") }
        for _ in 1...3 {
            let session = Session(home: home)
            session.run("let k = runs[\"A seed 1\"]\nprint k.epochs")
            session.run("let l = runs[\"A seed 1\"]\nprint l.epochs")
            #expect(session.output.all.text == "2\n2\n")
            session.workspace.close()
        }
        let session = Session(home: home)
        let older = try #require(listed(session).map(\.name).first { $0.hasPrefix("A seed 1 #") })
        session.run("print runs[\"\(older)\"].epochs, runs[\"\(older)\"]")
        #expect(session.output.all.text.hasPrefix("1 \(older): "), "what an older run prints finds it")
        session.run("let k = runs[\"\(older)\"]\nprint runs[\"\(older)\"].epochs, runs[\"A seed 1\"].epochs")
        #expect(session.output.all.text.hasSuffix("\n1 2\n"))
    }

    @Test(arguments: ["A, A, seeds: [1]", "A, B, seeds: 1...2", "A, with: [fast, recipe(batch: 16)], seeds: [1]"])
    func whatARunOfAStudyPrintsFindsIt(_ compared: String) throws {
        defer { remove() }
        let session = Session(home: home)
        session.run(setup + "let fast = recipe(batch: 32)\nlet s = compare \(compared), on: data, epochs: 1, log: none")
        session.run("print count(s.runs)\nfor r in s.runs { print r }\nfor r in s.runs { print r.digest }")
        let lines = session.output.all.text.split(separator: "\n").map(String.init).drop { !$0.hasPrefix("A") }
        let titles = lines.prefix { $0.contains(": ") }.map { String($0.prefix { $0 != ":" }) }
        try #require(!titles.isEmpty && lines.count == 2 * titles.count, "\(session.output.all.diagnostics)")
        for (title, digest) in zip(titles, lines.dropFirst(titles.count)) {
            let before = session.output.all.text.count
            session.run("print runs[\"\(title)\"].digest")
            #expect(session.output.all.text.dropFirst(before) == "\(digest)\n", "\(title)")
            #expect(listed(session).contains { $0.name == title })
        }
    }

    @Test func aRunOfAStudyIsSavedSharedAndRead() throws {
        let session = try FolderSession()
        session.run(setup + "let s = compare A, B, on: data, epochs: 1, seeds: 1...2, log: none, keep: true")
        session.run("let q = s.runs\nsave q[2], \"q.safetensors\"\nlet l = load \"q.safetensors\"")
        #expect(session.printed("print l.digest == q[2].digest, l.seed") == "true 2\n")
        session.run("share q[2]")
        let line = try #require(session.output.all.results.last?.text)
        #expect(line.contains("}; let a = train A, on: take("))
        let other = Session()
        other.run(line)
        #expect(other.output.all.results.last?.text.contains(" is the run that was shared, bit for bit: ") == true)
    }

    /// Earlier versions wrote the title of a run of a study where a name belongs.
    @Test(arguments: ["A seed 1", "A(p: true) (1) seed 1, orderseed 3", "let", "a"])
    func aLineWithATitleForANameIsRead(_ name: String) throws {
        let session = SessionState(output: RecordingOutput(), folder: ".", interruption: Cancellation())
        let program = try SessionReader(session).training(
            "model A { input 3x8x8; flatten; linear 10 }; let \(name) = train A, epochs: 3, seed: 2")
        #expect(program.options?.epochs == 3 && program.options?.seeds.initialization == 2)
    }

    @Test func resumingWithNothingToGoOnFromIsSaid() {
        defer { remove() }
        _ = text("let s = compare A, B, on: data, epochs: 1, batch: 32, seeds: [1], log: none")
        let said = text("let k = runs[\"A seed 1\"]\nlet m = resume k, epochs: 2, log: none")
        #expect(
            said.contains("A seed 1: there is no checkpoint of k to resume from, so it is trained from the start\n"))
    }

    @Test func aRunThatDivergedIsKeptAsOne() {
        defer { remove() }
        let program =
            "let s = compare A, with: [recipe(optimizer: sgd(lr: 1e38)), recipe(optimizer: sgd(lr: 0.1))], on: data, "
            + "epochs: 1, batch: 16, seeds: [1], log: none\nprint s.table"
        let first = text(program)
        #expect(first.contains("diverged"))
        let again = text(program)
        #expect(again.contains("2 of 2 trainings loaded from the run store, ") && again.contains("diverged"))
    }

    @Test func theCellOfAnInterruptedStudyTakesItUp() throws {
        defer { remove() }
        let program = "let s = compare A, B, on: data, epochs: 1, seeds: 1...2, log: lines"
        let session = Session(home: home)
        session.output.onText = { [workspace = session.workspace] text in
            if text.hasPrefix("B seed 1") { workspace.interrupt() }
        }
        guard case .interrupted = session.run(setup + program) else {
            Issue.record("interrupted behind the second training")
            return
        }
        session.workspace.close()
        let text = text(program)
        #expect(text.contains("A seed 1: ") && text.contains(" (from the run store)\n"))
        #expect(text.contains("2 of 4 trainings loaded from the run store, ") && text.contains("note: 2 trainings: "))
    }
}

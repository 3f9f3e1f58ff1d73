// A study and the store: what was trained is not trained again, whoever trained it, and an interrupted study is taken up by its cell.

import Foundation
import Language
import Testing

private let setup = """
    model A { input 3x32x32; maxpool 8; flatten; linear 10 }
    model B { input 3x32x32; avgpool 8; flatten; linear 10 }
    let data = take(synthetic(), 64, test: 40)

    """

@Suite(.serialized)
struct KeptStudyTests {
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
        #expect(same.contains("4 of 6 trainings kept, "))
        #expect(same.contains("; `fresh: true` trains anew") && same.contains("note: 2 trainings: "))
        let again = text(
            "let s = compare A, B, on: data, epochs: 2, batch: 32, seeds: 1...2, log: none\nprint s.accuracies")
        #expect(again.contains("4 of 4 trainings kept, ") && !again.contains("note: "))
        #expect(again.split(separator: "\n").last == first.split(separator: "\n").first)
        let fresh = text(
            "let s = compare A, B, on: data, epochs: 2, batch: 32, seeds: 1...2, log: none, fresh: true\nprint s.accuracies"
        )
        #expect(fresh.contains("note: 4 trainings: ") && !fresh.contains("kept"))
        #expect(fresh.split(separator: "\n").first == first.split(separator: "\n").first, "the same bits")
    }

    @Test func whatTrainKeptIsTakenAndAStudyWithItsWeightsServesTrain() {
        defer { remove() }
        _ = text("let a = train A, on: data, epochs: 2, batch: 32, log: none")
        let study = text(
            "let s = compare A, B, on: data, epochs: 2, batch: 32, seeds: [1], keep: true, log: none\nprint s.runs.count"
        )
        #expect(study.contains("1 of 2 trainings kept, ") && study.contains("\n2\n"))
        #expect(text("let b = train B, on: data, epochs: 2, batch: 32").contains("B seed 1: kept from "))
        #expect(text("let c = train B, on: data, epochs: 2, batch: 32, log: none") == "", "nothing is to be said")
    }

    @Test func weightsThatAStudyDidNotKeepAreTrainedForTrain() {
        defer { remove() }
        _ = text("let s = compare A, B, on: data, epochs: 1, seeds: [1], log: none")
        let run = text("let a = train A, on: data, epochs: 1, log: none\nprint a.digest.count")
        #expect(run == "64\n")
        #expect(
            text("let s = compare A, B, on: data, epochs: 1, seeds: [1], log: none").contains("2 of 2 trainings kept"))
    }

    @Test func variancesAndStudiesShareTheirRuns() {
        defer { remove() }
        _ = text("let s = compare A, B, on: data, epochs: 1, seeds: 1...2, log: none")
        let variance = text("let v = variance A, on: data, epochs: 1, roles: [init, order], seeds: 1...2, log: none")
        #expect(variance.contains("2 of 4 trainings kept, "))
        let again = text("let v = variance A, on: data, epochs: 1, roles: [init, order], seeds: 1...2, log: none")
        #expect(again.contains("4 of 4 trainings kept, ") && !again.contains("note: "))
    }

    @Test func aRunThatDivergedIsKeptAsOne() {
        defer { remove() }
        let program =
            "let s = compare A, with: [recipe(optimizer: sgd(lr: 1e38)), recipe(optimizer: sgd(lr: 0.1))], on: data, "
            + "epochs: 1, batch: 16, seeds: [1], log: none\nprint s.table"
        let first = text(program)
        #expect(first.contains("diverged"))
        let again = text(program)
        #expect(again.contains("2 of 2 trainings kept, ") && again.contains("diverged"))
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
        #expect(text.contains("A seed 1: ") && text.contains(" (kept)\n"))
        #expect(text.contains("2 of 4 trainings kept, ") && text.contains("note: 2 trainings: "))
    }
}

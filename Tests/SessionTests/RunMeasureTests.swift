// Measures of the test images beside accuracy: of a study's runs, and of runs that an earlier version has kept.

import Foundation
import Language
import Testing

@testable import Experiments
@testable import Session

private let setup = """
    model A { input 3x32x32; maxpool 8; flatten; linear 10 }
    model B { input 3x32x32; avgpool 8; flatten; linear 10 }
    let data = take(synthetic(), 64, test: 4)
    let s = compare A, B, on: data, epochs: 1, batch: 32, seeds: 1...2, log: none
    let a = train A, on: data, epochs: 1, batch: 32, log: none

    """

@Suite(.serialized)
struct RunMeasureTests {
    private let home = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID().uuidString)").path

    private func lines(_ program: String) -> [String] {
        let session = Session(home: home)
        session.run(setup)
        session.output.forgetText()
        session.run(program)
        session.workspace.close()
        return session.output.all.text.split(separator: "\n").map(String.init)
            + session.output.all.diagnostics.map(\.message)
    }

    private func remove() { try? FileManager.default.removeItem(atPath: home) }

    /// Takes from all records what was not kept in the beginning.
    private func makeRecordsOld() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: home) where name.hasPrefix("tandem.sqlite") {
            try FileManager.default.removeItem(atPath: "\(home)/\(name)")
        }
        let folder = "\(home)/results"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".run") {
            let (key, kept) = try RunRecordFile.read("\(folder)/\(name)")
            var record = kept
            record.position.outcomes = TestOutcomes(classes: record.position.outcomes.classes)
            try RunRecordFile.write(record, key: key, to: "\(folder)/\(name)")
        }
    }

    @Test func aStudyIsWrittenWithTheMeasuresThatWereAskedFor() throws {
        defer { remove() }
        let csv = lines("table s, measures: [f1, accuracy, top5], as: csv")
        #expect(csv.first == "model,mean,standard deviation,n,difference,low,high,p,macro F1,top5")
        let row = try #require(csv.dropFirst().first).split(separator: ",", omittingEmptySubsequences: false)
        try #require(row.count == 10)
        let means = lines(
            "print mean([for r in [s.runs[0], s.runs[2]] { r.f1 }]), mean([for r in [s.runs[0], s.runs[2]] { r.top5 }])"
        )
        let expected = try #require(means.first).split(separator: " ").compactMap { Double($0) }
        try #require(expected.count == 2)
        #expect(abs((Double(row[8]) ?? -1) - expected[0]) < 1e-9 && Double(row[9]) == expected[1])
        #expect(lines("table s, measures: calibration, as: csv").first?.contains("calibration") == true)
    }

    @Test func whatAnEarlierVersionHasKeptLacksMeasures() throws {
        defer { remove() }
        _ = lines("")
        try makeRecordsOld()
        let note =
            "the calibration error of A seed 1 and 3 other runs is not known: an earlier version has kept less of each image"
        let table = lines("table s, measures: [calibration, f1]")
        #expect(table.filter { $0.contains("is not known") } == [note])
        #expect(lines("table s, measures: [top5], as: csv").contains { $0.hasPrefix("A,") && $0.hasSuffix(",") })
        // F1 needs the classes alone.
        #expect(!lines("plot s, y: f1").contains { $0.contains("is not known") })
        #expect(lines("plot s, y: top5").contains("the top-5 accuracy is not known of any of these runs"))
    }
}

// What is measured of outcomes, against the definitions of scikit-learn and of Guo et al., in NumPy by
// Fixtures/measures.py.

import Foundation
import Testing

@testable import Experiments

struct OutcomeMeasureTests {
    private struct Fixture: Decodable {
        let labels: [Int]
        let classes: [UInt16]
        let confidences: [Float]
        let f1: Double
        let calibration: Double

        var outcomes: TestOutcomes? {
            TestOutcomes(
                classes: classes, areAmongFive: classes.map { _ in true }, confidences: confidences.map { Float16($0) },
                losses: classes.map { _ in 1 })
        }
    }

    private static let fixtures: [Fixture] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/measures.json")
        return (try? JSONDecoder().decode([Fixture].self, from: Data(contentsOf: file))) ?? []
    }()

    @Test func measuresAreThoseOfTheirDefinitions() throws {
        #expect(Self.fixtures.count == 4)
        for fixture in Self.fixtures {
            let outcomes = try #require(fixture.outcomes)
            let f1 = try #require(outcomes.macroF1(labels: fixture.labels))
            let calibration = try #require(outcomes.calibrationError(labels: fixture.labels))
            #expect(abs(f1 - fixture.f1) < 1e-9)
            #expect(abs(calibration - fixture.calibration) < 1e-9)
        }
    }

    @Test func whatWasNotKeptIsNotMade() {
        let classesAlone = TestOutcomes(classes: [0, 1, 1])
        #expect(classesAlone.macroF1(labels: [0, 1, 0]) == 100 * (2.0 / 3))
        #expect(classesAlone.calibrationError(labels: [0, 1, 0]) == nil)
        #expect(classesAlone.macroF1(labels: [0, 1]) == nil && TestOutcomes().macroF1(labels: []) == nil)
    }

    /// A file may say anything.
    @Test(arguments: [Float16.nan, .infinity, -0.5, 1.5]) func aConfidenceThatIsNoneHasNoError(_ confidence: Float16) {
        let outcomes = TestOutcomes(classes: [0], areAmongFive: [true], confidences: [confidence], losses: [1])
        #expect(outcomes?.calibrationError(labels: [0]) == nil)
    }
}

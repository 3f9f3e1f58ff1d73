// What the store keeps of looks at two models, and which of them count as looks that were not planned.

import Foundation
import Testing

@testable import Experiments

@Suite struct StudyLookTests {
    private let store: RunStore
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path

    init() { store = RunStore(folder: folder) }

    private func look(_ seeds: ClosedRange<UInt64>, _ design: StudyDesign, tested: Int = 1, isAnytime: Bool = false)
        -> StudyLook
    {
        StudyLook(
            seeds: Array(seeds), design: design, tested: tested,
            said: PairLook(
                seeds: seeds.count, mean: Double(seeds.count),
                decision: Decision(
                    verdict: .undecided(.tooWide), interval: -1...2, intervalChance: 0.05, isAnytime: isAnytime)))
    }

    /// What was said before of the same pair, by the number of its seeds.
    private func earlier(_ looks: StudyLook...) -> [Int?] {
        looks.map { look in store.earlierLook(PairKey("a", "b", .accuracy), look) { _ in look.said }?.seeds }
    }

    @Test(arguments: [StudyDesign.fixed, .sequential])
    func theSameSeedsAmongMoreModelsAreNoSecondLook(design: StudyDesign) {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (alone, among) = (look(1...6, design), look(1...6, design, tested: 3))
        #expect(earlier(alone, among, alone, look(1...6, design, tested: 6)) == [nil, nil, nil, nil])
    }

    @Test(arguments: [StudyDesign.fixed, .sequential])
    func twoModelsThatArePickedOutOfMoreAreASecondLook(design: StudyDesign) {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(earlier(look(1...6, design, tested: 3), look(1...6, design)) == [nil, 6])
    }

    @Test func modelsThatCameLaterTakeNothingFromAPlan() {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(
            earlier(look(1...6, .sequential), look(1...6, .sequential, tested: 3), look(1...12, .sequential))
                == [nil, nil, nil])
    }

    @Test func inTheOtherOrderTheOtherOneWasBetter() {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let said = PairLook(
            seeds: 3, mean: 1.5,
            decision: Decision(
                verdict: .better(.second, isWithinMargin: false), interval: 0.5...2.5, intervalChance: 0.05,
                isAnytime: false))
        let first = StudyLook(seeds: [1, 2, 3], design: .fixed, tested: 1, said: said)
        for (one, other) in [("a", "b"), ("b", "a")] {
            _ = store.earlierLook(PairKey(one, other, .accuracy), first) { $0 }
            let same = store.earlierLook(PairKey(one, other, .accuracy), look(1...6, .sequential)) { $0 }
            #expect(same == said)
            let turned = store.earlierLook(PairKey(other, one, .accuracy), look(1...9, .fixed)) { $0 }
            #expect(turned?.decision.verdict == .better(.first, isWithinMargin: false))
            #expect(turned?.mean == -1.5 && turned?.decision.interval == -2.5 ... -0.5)
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    @Test func whatIsKeptOfASecondLookIsWhatItSaid() {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let key = PairKey("a", "b", .accuracy)
        _ = store.earlierLook(key, look(1...3, .fixed)) { $0 }
        let said = look(1...6, .sequential, isAnytime: true).said
        _ = store.earlierLook(key, look(1...6, .sequential)) { _ in said }
        // The first of all is told, the second was no plan for what follows.
        #expect(store.earlierLook(key, look(4...9, .fixed)) { $0 } == said)
    }

    @Test func aSequentialStudyGoesOnWithItsSeedsInItsOrder() {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(
            earlier(
                look(1...6, .sequential), look(1...12, .sequential), look(1...6, .sequential, tested: 2),
                look(1...24, .sequential, tested: 2)) == [nil, nil, nil, nil])
    }

    @Test func otherStoppingIsASecondLookAndStaysOne() {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(
            earlier(look(1...3, .fixed), look(1...6, .sequential), look(1...6, .fixed), look(1...3, .fixed))
                == [nil, 3, 3, nil])
        #expect(earlier(look(4...9, .fixed)) == [6], "some of the seeds")
        #expect(earlier(look(30...35, .fixed)) == [nil], "none of them")
    }

    @Test func afterALookThatWasNotPlannedNoneIs() {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(
            earlier(look(1...8, .fixed, isAnytime: true), look(1...8, .fixed, tested: 2), look(1...6, .sequential))
                == [nil, 8, 8])
    }
}

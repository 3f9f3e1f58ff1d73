import TestSupport
import Testing

@testable import Experiments

@Suite struct VerdictTests {
    @Test func anIntervalThatLeavesZeroOutSaysWhichIsBetter() {
        guard case .better(.second, let by, false) = Verdict([0.8, 1.1, 0.9, 1.3, 0.7, 1.0], margin: 0.5) else {
            Issue.record("the second is better by about a point")
            return
        }
        #expect(by.lowerBound > 0.7 && by.upperBound < 1.3)
        guard case .better(.first, let other, _) = Verdict([-0.8, -1.1, -0.9, -1.3, -0.7, -1.0], margin: 0.5) else {
            Issue.record("the first is better by about a point")
            return
        }
        #expect(by == other)
    }

    @Test func aRealDifferenceInsideTheMarginSaysBoth() {
        guard case .better(.second, _, true) = Verdict([0.1, 0.12, 0.09, 0.11, 0.1, 0.13], margin: 0.5) else {
            Issue.record("better, and less than the margin")
            return
        }
    }

    @Test func aDifferenceWithinTheMarginIsNone() {
        #expect(Verdict([0.1, -0.2, 0.15, -0.1, 0.05, -0.05], margin: 0.5) == .equivalent)
        #expect(Verdict([0.1, -0.2, 0.15, -0.1, 0.05, -0.05], margin: 0.05) == .undecided(.tooWide))
    }

    @Test func wideIntervalsDecideNothing() {
        #expect(Verdict([1.5, -1.2, 0.8, -0.4, 1.1, -0.9], margin: 0.5) == .undecided(.tooWide))
    }

    @Test func equalAccuraciesAreNotIdentity() {
        #expect(Verdict([0], margin: 0.5) == .undecided(.onePair))
        #expect(Verdict([0, 0, 0], margin: 0.5) == .undecided(.equalDifferences(0)))
        let six = [Double](repeating: 0, count: 6)
        // They show no spread, so that nothing says how far a difference may be from 0.
        #expect(Verdict(six, margin: 0.5) == .undecided(.equalDifferences(0)))
        #expect(Verdict(six, margin: 0) == .undecided(.equalDifferences(0)))
    }

    @Test func oneSeedDecidesNothing() {
        #expect(Verdict([3.2], margin: 0.5) == .undecided(.onePair))
        #expect(Verdict([], margin: 0.5) == .undecided(.noPairs))
    }

    /// Chance alone gives five equal signs once in sixteen, six once in 32.
    @Test func equalDifferencesDecideFromSixSeedsOn() {
        let five = [Double](repeating: 78.5 - 78.1, count: 5)
        guard case .undecided(.equalDifferences(let value)) = Verdict(five, margin: 0.2) else {
            Issue.record("five are too few")
            return
        }
        #expect(abs(value - 0.4) < 1e-9)
        #expect(Verdict(five + [five[0]], margin: 0.2) == .better(.second, by: value...value, isWithinMargin: false))
        // The first look of a sequential study is stricter.
        #expect(!Verdict(five + [five[0]], margin: 0.2, levels: StudyDesign.looks[0].levels).isDecided)
    }

    @Test func equalDifferencesOfFewImagesDecideNothing() {
        let six = [Double](repeating: 100, count: 6)
        #expect(
            PairedComparison(six.map { _ in 0 }, six).verdict(margin: 0.5, images: 1)
                == .undecided(.equalDifferences(100)))
        // Two images of a hundred, 2.57 times.
        let five = PairedComparison(six.map { _ in 50 }, six.map { _ in 55 })
        #expect(five.verdict(margin: 0.5, images: 100) == .undecided(.equalDifferences(5)))
        #expect(five.verdict(margin: 0.5, images: 1000) == .better(.second, by: 5...5, isWithinMargin: false))
    }

    @Test func equalDifferencesHaveNoInterval() throws {
        for other in [70.0, 71.2] {
            let comparison = PairedComparison([70, 70, 70], [other, other, other])
            #expect(comparison.interval == nil && comparison.bootstrap == nil)
        }
        // Equal but for their rounding.
        let rounded = PairedComparison([70, 70.1, 70.7], [70.4, 70.1 + 0.4, 70.7 + 0.4])
        #expect(rounded.interval == nil && rounded.signFlip == nil)
    }

    @Test func aSequentialStudyLooksThreeTimesAndErrsOnceInTwenty() {
        #expect(StudyDesign.looks.map(\.seeds) == [6, 12, 24])
        #expect(abs(StudyDesign.looks.reduce(0) { $0 + $1.levels.better } - 0.05) < 1e-12)
        #expect(StudyDesign.sequential.look(at: 5) == nil)
        #expect(StudyDesign.sequential.look(at: 13)?.seeds == 12)
        #expect(StudyDesign.sequential.nextLook(after: 12)?.seeds == 24)
        #expect(StudyDesign.sequential.nextLook(after: 24) == nil)
    }

    @Test func aMeanThatStaysTellsHowManySeedsWouldSettleIt() throws {
        let differences = try #require(Sample([0.9, -0.2, 0.6, 0.1, 0.8, -0.1]))
        let count = try #require(SeedsNeeded.ifItStays(differences, margin: 0.5, levels: .fixed))
        let deviation = try #require(differences.deviation)
        func reach(_ seeds: Int) -> Double {
            StudentT(seeds - 1).upperQuantile(0.025) * deviation / Double(seeds).squareRoot()
        }
        #expect(reach(count) < differences.mean && reach(count - 1) >= differences.mean)
    }

    // MARK: By simulation; Scripts/soak draws ten thousand studies

    @Test func theIntervalCoversTheTruth() {
        let rates = StudySimulation(studies: 2000, seed: 11).coverage(seeds: 6)
        #expect((0.94...0.96).contains(rates), "\(rates)")
    }

    @Test(arguments: [StudyDesign.fixed, .sequential])
    func wrongAnswersAreRare(_ design: StudyDesign) {
        let simulation = StudySimulation(studies: 500, seed: 12)
        // 5 % and two standard errors of 500 studies.
        #expect(simulation.rates(design, truth: 0, margin: 0.5, deviation: 0.5).better <= 0.07)
        #expect(simulation.rates(design, truth: 0.5, margin: 0.5, deviation: 0.3).equivalent <= 0.07)
    }

    @Test func aSimulationThatLooksWithoutCorrectionErrsMore() {
        let simulation = StudySimulation(studies: 1000, seed: 13)
        let rate = simulation.rates(
            .sequential, truth: 0, margin: 0, deviation: 0.5, levels: Levels(better: 0.05, equivalent: 0.05)
        ).better
        #expect((0.09...0.15).contains(rate), "\(rate): 11.8 % in the literature")
    }
}

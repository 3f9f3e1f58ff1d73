import TestSupport
import Testing

@testable import Experiments

/// The estimate of paired seeds with these differences, where nothing is known of images.
private func estimate(_ differences: [Double]) -> DifferenceEstimate? {
    DifferenceEstimate(seeds: differences.map { _ in 0 }, differences)
}

private func decide(_ differences: [Double], margin: Double = 0.5, chance: Double = 0.05) -> Decision {
    Decision(estimate(differences), margin: margin, chance: chance)
}

@Suite struct VerdictTests {
    @Test func anIntervalThatLeavesZeroOutSaysWhichIsBetter() throws {
        let second = decide([0.8, 1.1, 0.9, 1.3, 0.7, 1.0])
        #expect(second.verdict == .better(.second, isWithinMargin: false))
        let first = decide([-0.8, -1.1, -0.9, -1.3, -0.7, -1.0])
        #expect(first.verdict == .better(.first, isWithinMargin: false))
        let (low, high) = (try #require(second.interval), try #require(first.interval))
        #expect(low.lowerBound > 0.7 && low.upperBound < 1.3 && high.lowerBound == -low.upperBound)
    }

    @Test func ofALossTheSmallerIsBetter() {
        let decision = Decision(
            estimate([0.8, 1.1, 0.9, 1.3, 0.7, 1.0]), margin: 0.02, chance: 0.05, isLowerBetter: true)
        #expect(decision.verdict == .better(.first, isWithinMargin: false))
    }

    @Test func aRealDifferenceInsideTheMarginSaysBoth() {
        #expect(decide([0.1, 0.12, 0.09, 0.11, 0.1, 0.13]).verdict == .better(.second, isWithinMargin: true))
    }

    @Test func aDifferenceWithinTheMarginIsNone() {
        let differences = [0.1, -0.2, 0.15, -0.1, 0.05, -0.05]
        let decision = decide(differences)
        #expect(decision.verdict == .equivalent && decision.intervalChance == 0.1)
        #expect(decision.interval == estimate(differences)?.interval(0.1), "the one that has to lie inside the margin")
        #expect(decide(differences, margin: 0.05).verdict == .undecided(.tooWide))
    }

    @Test func wideIntervalsDecideNothing() {
        #expect(decide([1.5, -1.2, 0.8, -0.4, 1.1, -0.9]).verdict == .undecided(.tooWide))
    }

    @Test func oneSeedOrOneImageDecidesNothing() {
        #expect(decide([3.2]).verdict == .undecided(.tooFew) && decide([]).verdict == .undecided(.tooFew))
        #expect(DifferenceEstimate(paired: [[0], [0], [0]], [[1], [1], [1]]) == nil)
        #expect(DifferenceEstimate(unpaired: [[0, 1]], [[1, 1], [0, 1]]) == nil)
    }

    /// Equal predictions in every seed: the images that might differ were not seen.
    @Test func equalPredictionsLeaveTwoImagesOpen() throws {
        for images in [100, 1000] {
            let row = [Float](repeating: 1, count: images)
            let rows = [[Float]](repeating: row, count: 6)
            let estimate = try #require(DifferenceEstimate(paired: rows, rows, scale: 100))
            #expect(estimate.mean == 0 && abs(estimate.error - 200 / Double(images)) < 1e-9)
            let decision = Decision(estimate, margin: 0.5, chance: 0.05)
            #expect((decision.verdict == .equivalent) == (images == 1000))
        }
    }

    @Test func aLookThatWasNotPlannedTakesAWiderInterval() throws {
        let differences = [0.8, 1.1, 0.9, 1.3, 0.7, 1.0]
        let planned = try #require(decide(differences).interval)
        let anytime = Decision(estimate(differences), margin: 0.5, chance: 0.05, isAnytime: true)
        let interval = try #require(anytime.interval)
        // 5.45 standard errors in place of 2.57.
        let (wide, narrow) = (interval.upperBound - interval.lowerBound, planned.upperBound - planned.lowerBound)
        #expect(abs(wide / narrow - 5.4498197 / 2.5705818) < 1e-6)
        let few = Decision(estimate([1, 2, 1, 2]), margin: 0.5, chance: 0.05, isAnytime: true)
        #expect(few.verdict == .undecided(.noAnytimeInterval) && few.interval == nil)
    }

    @Test func aSequentialStudyLooksThreeTimes() {
        #expect(StudyDesign.looks == [6, 12, 24])
        for pairs in [2, 10, 11, 190] {
            let sum = StudyDesign.chances(pairs: pairs).reduce(0, +) * Double(pairs)
            #expect((0.0499...0.0521).contains(sum), "they err together less than their sum")
        }
        #expect(StudyDesign.chances(pairs: 1) == [0.03, 0.0141, 0.0141])
        #expect(StudyDesign.sequential.nextLook(after: 12) == 24 && StudyDesign.sequential.nextLook(after: 24) == nil)
        #expect(StudyDesign.fixed.looks(pairs: 4, planned: 7).map(\.chance) == [0.0125])
        #expect(StudyDesign.fixed.nextLook(after: 3) == nil)
    }

    @Test func aRunFailsThatIsNoBetterThanTheLargestClass() {
        let even = FailureRule(labels: (0..<10_000).map { $0 % 10 })
        // SciPy: binom.ppf(.999, 10_000, .1)
        #expect(even.isFailure(right: 1094) && !even.isFailure(right: 1095))
        #expect(!FailureRule(labels: [1, 1, 1]).isFailure(right: 0), "one class leaves nothing to learn")
        #expect(!FailureRule(labels: [0, 1, 0]).isFailure(right: 0), "so few images may all be right by chance")
        #expect(FailureCounts(first: 2, of: 6, second: 2, of: 6).probability == nil)
        let counts = FailureCounts(first: 6, of: 6, second: 0, of: 6)
        #expect(abs((counts.probability ?? 1) - 0.002164502) < 1e-8 && counts.isFirstWorse)
    }

    // MARK: By simulation; Scripts/soak draws twenty thousand studies

    @Test(arguments: [6, 24])
    func theIntervalCoversTheTruth(seeds: Int) {
        let rate = StudySimulation(studies: 2000, seed: 11).coverage(.init(images: 1_000), seeds: seeds)
        #expect((0.94...0.99).contains(rate), "\(rate)")
        let counts = StudySimulation(studies: 60, seed: 15).coverageOfCounts(images: 300, seeds: 6)
        #expect(counts >= 0.88, "\(counts): 94 %, and two standard errors of so few studies")
    }

    @Test func wrongAnswersAreRare() {
        let simulation = StudySimulation(studies: 500, seed: 12)
        // 5.5 %, and two standard errors of 500 studies.
        for looking in [StudySimulation.Looking.fixed(6), .sequential, .always(24)] {
            #expect(simulation.wrong(.init(), truths: [0, 0], margin: 0, looking) <= 0.075)
            #expect(simulation.share(of: { $0 == .equivalent }, .init(), truth: 0.5, looking) <= 0.075)
        }
        // Of five models one in sixteen would be wrong by degrees of freedom that are worked out from the spreads.
        #expect(
            StudySimulation(studies: 400, seed: 16).wrong(.init(ofSeeds: 1), truths: [0, 0, 0, 0, 0], .fixed(6))
                <= 0.065)
        #expect(simulation.equivalentWithoutSpread(images: 1_000, seeds: 6) <= 0.09)
    }

    @Test func differencesAreFound() {
        let simulation = StudySimulation(studies: 500, seed: 13)
        var world = StudySimulation.World(ofSeeds: 0)
        (world.rest, world.ofImages) = (0.3 * 100 / 2.0.squareRoot(), 0)
        #expect(simulation.powerWithFailures(world, truth: 0.5, failing: 0.05, seeds: 6) >= 0.55)
        #expect(simulation.powerWithFailures(world, truth: 0.5, failing: 0.05, seeds: 12) >= 0.9)
        let held = simulation.holdsSeedsNeeded(.init(ofSeeds: 0.6), difference: 0.6, seeds: 12)
        #expect((0.75...0.87).contains(held), "\(held): four times out of five")
    }
}

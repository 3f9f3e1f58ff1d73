import Engine
import Network
import Runtime
import Testing

@testable import Datasets
@testable import Experiments
@testable import Session

private let images = Synthetic.make(training: 20, test: 10)

/// A study whose runs are told: accuracies of each model, one a seed; `nil` for a run that diverged.
private func study(
    _ accuracies: [[Double?]], names: [String] = ["gap", "flat", "deep"], design: StudyDesign = .fixed,
    margin: Double = 0.5,
    called name: String? = "study", images: Dataset = images
) throws -> Study {
    let models = try accuracies.indices.map { index in
        // Another width each, so that nothing is proven the same.
        StudyModel(
            name: names[index],
            architecture: try Architecture(
                input: Shape(channels: 3, height: 32, width: 32),
                layers: [.flatten, .linear(.init(width: 11 + index)), .linear(.init(width: 10))]),
            options: TrainingOptions(epochs: 1))
    }
    var study = Study(
        StudyPlan(models: models, dataset: images, design: design, margin: margin),
        seeds: (0..<accuracies[0].count).map { UInt64($0 + 1) })
    study.name = name
    for (model, values) in accuracies.enumerated() {
        for (index, accuracy) in values.enumerated() {
            study.add(run(accuracy), model: model, seed: UInt64(index + 1))
        }
    }
    return study
}

private func run(_ accuracy: Double?, seconds: Double = 30, predictions: [UInt16] = []) -> StudyRun {
    StudyRun(
        seeds: Seeds(1), state: accuracy == nil ? .diverged(epoch: 1, batch: 0) : .done,
        metrics: accuracy.map {
            [
                EpochMetrics(
                    epoch: 1, trainLoss: 1, trainAccuracy: 1, testLoss: 1, testAccuracy: $0, seconds: 1,
                    trainingSeconds: 1)
            ]
        } ?? [], predictions: predictions, seconds: seconds, imagesPerSecond: 1, byteCount: 1)
}

private func lines(_ study: Study) -> [String] {
    StudyReport(study, dataName: "data").rich(details: false).text.split(separator: "\n").map(String.init)
}

private let base = [78.1, 77.9, 78.4, 78.0, 77.8, 78.2]

@Suite struct VerdictTextTests {
    @Test func aProofThatDidNotHoldIsSaid() throws {
        let told = try study([base, base.map { $0 + 1 }])
        var plan = told.plan
        plan.refuted = [(0, 1)]
        let lines = lines(Study(plan, seeds: [1]))
        #expect(
            lines.contains(
                "gap and flat are provably identical in training, but a training step on this machine ends in other weights: the proof "
                    + "is not used, and both are trained; please report these networks"), "\(lines)")
    }

    @Test func aBetterModelIsNamedWithItsPoints() throws {
        let lines = lines(try study([base, zip(base, [0.7, 0.9, 0.6, 1.0, 0.8, 0.9]).map { $0 + $1 }]))
        #expect(lines[0] == "flat is better by 0.8 points (0.7 to 1.0)")
        #expect(
            lines[1]
                == "what would change this: another recipe, a longer training or other data may; more seeds only narrow it"
        )
    }

    @Test func aSmallRealDifferenceIsNotCalledZero() throws {
        let lines = lines(try study([base, zip(base, [-0.02, -0.03, -0.02, -0.03, -0.02, -0.03]).map { $0 + $1 }]))
        #expect(lines[0] == "gap is better by 0.02 points (0.02 to 0.03), less than the margin of 0.5")
    }

    @Test func aDifferenceWithinTheMarginIsEquivalent() throws {
        let other = zip(base, [0.1, -0.2, 0.15, -0.1, 0.05, -0.05]).map { $0 + $1 }
        #expect(
            lines(try study([base, other]))[0]
                == "equivalent within 0.5 points: gap is ahead by 0.01 points (−0.10 to +0.12)")
        #expect(lines(try study([base, other], margin: 2))[0].hasPrefix("equivalent within 2 points: "))
    }

    @Test func anUndecidedStudySaysWhatItTakesAndHowToAskForIt() throws {
        let other = zip(base, [1.0, -0.8, 0.9, -0.4, 1.2, -0.5]).map { $0 + $1 }
        let vague = try study([base, other])
        let more = try #require(vague.pairs[0].moreSeeds)
        let ahead = "undecided: flat is ahead by 0.2 points (−0.7 to +1.2); about \(more) more seeds"
        #expect(lines(vague)[0] == "\(ahead) would settle a difference of 0.5")
        #expect(lines(vague)[1] == "what would change this: `more study, \(more)` adds \(more) seeds")
        #expect(lines(try study([base, other], called: nil))[1].contains("`more \(more)` adds"))
        let words = VerdictText(study: vague, showsTime: true)
        // A minute a seed, for both models.
        #expect(
            words.verdict(vague.pairs[0])
                == "\(ahead), \(more) min here, would settle a difference of 0.5")
    }

    @Test func aSequentialStudySpeaksOfItsNextLook() throws {
        let other = zip(base, [1.0, -0.8, 0.9, -0.4, 1.2, -0.5]).map { $0 + $1 }
        let vague = lines(try study([base, other], design: .sequential))
        #expect(
            vague[0] == "undecided: flat is ahead by 0.2 points (−1.2 to +1.7); the next look is at 12 seeds, 6 more")
        #expect(vague[1] == "what would change this: `more study` goes to the next look")
        let early = lines(try study([Array(base[..<3]), Array(other[..<3])], design: .sequential))
        #expect(
            early[0] == "undecided: flat is ahead by 0.4 points (−5.4 to +6.2); the next look is at 6 seeds, 3 more")
    }

    @Test func addedSeedsLeaveTheFirstVerdictBeside() throws {
        let other = zip(base, [0.1, -0.2, 0.15, -0.1, 0.05, -0.05]).map { $0 + $1 }
        var larger = try study([base, other]).exploring(1)
        larger.add(run(79), model: 0, seed: 7)
        larger.add(run(76), model: 1, seed: 7)
        let text = lines(larger)
        #expect(text[0].hasPrefix("undecided: "))
        #expect(
            text.contains(
                "exploratory: seeds were added after the study had said: equivalent within 0.5 points: "
                    + "gap is ahead by 0.01 points (−0.10 to +0.12) (6 seeds)"))
    }

    @Test func aRunThatDivergedIsTold() throws {
        let text = lines(try study([base, [78.3, nil, 78.6, 78.1, 78.0, 78.5]]))
        #expect(text[0].hasPrefix("where both train (5 of 6 seeds): "))
        #expect(
            text.contains("flat diverged with seed 2: excluded from every number and picture, and itself a difference"))
        #expect(text.contains { $0.hasPrefix("model ") && $0.hasSuffix("  runs") })
        #expect(text.contains { $0.hasPrefix("flat ") && $0.hasSuffix("  5 of 6") })
        #expect(
            lines(try study([[78.0], [nil]]))[0] == "undecided: for no seed did both runs finish")
    }

    @Test func equalDifferencesInFewSeedsAskForMore() throws {
        #expect(
            lines(try study([[70, 71], [72, 73]]))[0]
                == "undecided: flat is ahead by 2.0 points in each of 2 seeds, which may be chance; "
                + "it takes more than 10 test images to tell")
        #expect(
            lines(try study([[10, 20], [70, 80]]))[0]
                == "undecided: flat is ahead by 60.0 points in each of 2 seeds, too few to rule out chance; "
                + "4 more seeds would settle it")
        #expect(
            lines(try study([[70], [75]]))[0]
                == "undecided: flat is ahead by 5.0 points in the one seed, which shows no spread; "
                + "5 more seeds would show it")
        for margin in [0, 0.5] {
            let base = lines(try study([base, base], margin: margin))
            #expect(
                base[0]
                    == "undecided: equal accuracies in each of 6 seeds, which may be chance; "
                    + "it takes more than 10 test images to tell")
            #expect(base[1] == "what would change this: more test images, or another recipe")
        }
    }

    @Test func aQuestionThatTakesMoreThanAThousandSeedsIsNotCounted() throws {
        // One run of six failed.
        let text = lines(try study([base, [78.3, 77.9, 10, 78.1, 78, 78.5]]))
        #expect(
            text[0]
                == "undecided: gap is ahead by 11.3 points (−18.1 to +40.6); to settle a difference of 0.5 takes more than 1,000 seeds"
        )
        #expect(text[1] == "what would change this: a recipe whose runs spread less, or a larger margin, `within:`")
        // Two of them leave no more open than there is.
        #expect(lines(try study([[70, 20], [10, 90]]))[0].contains("(−100.0 to +100.0)"))
    }

    @Test func whatPredictsAlikeIsIdenticalAndSaysWhy() throws {
        var same = try study([[70, 71], [70, 71]])
        for model in 0...1 {
            for seed in UInt64(1)...2 { same.add(run(70, predictions: [1]), model: model, seed: seed) }
        }
        #expect(
            lines(same)[0] == "undecided: equal accuracies in each of 2 seeds, too few to rule out chance; "
                + "4 more seeds may tell them apart", "one prediction for ten images")
        let predictions = [UInt16](repeating: 3, count: 10)
        for model in 0...1 {
            for seed in UInt64(1)...2 { same.add(run(70, predictions: predictions), model: model, seed: seed) }
        }
        #expect(
            lines(same)[0]
                == "identical: equal predictions on all 10 test images in each of 2 seeds, a difference of 0 points; "
                + "so few images show little")
    }

    @Test func predictionsOfOneImageAreSaidToShowLittle() throws {
        var same = try study([[100], [100]], images: Synthetic.make(training: 20, test: 1))
        for model in 0...1 { same.add(run(100, predictions: [3]), model: model, seed: 1) }
        #expect(
            lines(same)[0]
                == "identical: equal predictions on the one test image in the one seed, a difference of 0 points; "
                + "one image shows little")
    }

    @Test func noIntervalIsShownOfEqualAccuracies() throws {
        let text = StudyReport(try study([[70, 70], [70, 70]]), dataName: "data").rich(details: true).text
        #expect(!text.contains("0.00 to") && !text.contains("70.00 to"))
    }

    @Test func anIntervalIsWidenedOnlyWhereThereIsOne() throws {
        let zeros = [UInt16](repeating: 0, count: 10)
        func told(_ accuracies: [Double]) throws -> [String] {
            var some = try study([accuracies, accuracies.reversed()])
            for (seed, accuracy) in zip(UInt64(1)..., accuracies) {
                some.add(run(accuracy, predictions: zeros), model: 0, seed: seed)
            }
            return lines(some).filter { $0.contains("to one class") }
        }
        #expect(
            try told([10])
                == [
                    "gap with seed 1 assigns all test images to one class: it learned nothing there; a smaller learning rate may help"
                ]
        )
        #expect(try told([10, 20])[0].contains("learned nothing there, and that widens the interval;"))
    }

    @Test func eachPairOfSeveralModelsHasItsLine() throws {
        let text = lines(try study([base, zip(base, [3, 3.1, 2.9, 3, 3.1, 2.9]).map { $0 + $1 }, base]))
        #expect(text[0] == "flat is better by 3.0 points (2.9 to 3.1) (gap, flat)")
        #expect(text[1].hasPrefix("undecided: equal accuracies in each of 6 seeds, which may be chance;"))
        #expect(text[1].hasSuffix(" (gap, deep)"))
        #expect(text[2] == "flat is better by 3.0 points (2.9 to 3.1) (flat, deep)")
    }

    @Test func durationsReadAsAPersonSaysThem() {
        #expect(DurationText.rounded(20) == "under a minute")
        #expect(DurationText.rounded(2460) == "41 min")
        #expect(DurationText.rounded(5940) == "99 min")
        #expect(DurationText.rounded(11_800) == "3.3 h")
        #expect(DurationText.rounded(216_000) == "2.5 days")
        #expect(DurationText.rounded(.infinity) == "?")
    }
}

@Suite struct VarianceReportTests {
    private func answer(
        _ accuracy: @escaping @Sendable (Seeds) -> Double?, seeds: ClosedRange<UInt64> = 1...6,
        predictions: @escaping @Sendable (Seeds) -> [UInt16] = { _ in [] }
    ) throws -> String {
        let text = VarianceReport.rich(try variance(accuracy, seeds: seeds, predictions: predictions), dataName: "data")
            .text
        return String(text[..<(text.firstIndex(of: "\n") ?? text.endIndex)])
    }

    private func variance(
        _ accuracy: @escaping @Sendable (Seeds) -> Double?, seeds: ClosedRange<UInt64> = 1...6,
        predictions: @escaping @Sendable (Seeds) -> [UInt16] = { _ in [] }
    ) throws -> VarianceByRole {
        let model = StudyModel(
            name: "net",
            architecture: try Architecture(
                input: Shape(channels: 3, height: 32, width: 32), layers: [.flatten, .linear(.init(width: 10))]),
            options: TrainingOptions(epochs: 1))
        var variance = VarianceByRole(model, on: images, roles: [.initialization, .order], seeds: Array(seeds))
        let source = RunSource(train: { _, _, seeds, _, _, _ throws(TrainingError) in
            .trained(run(accuracy(seeds), predictions: predictions(seeds)))
        })
        _ = try variance.train(by: source, cancellation: Cancellation()) { _, _, _ in }
        return variance
    }

    @Test func aSpreadThatStandsOutIsNamed() throws {
        let text = try answer { 70 + Double($0.initialization) + Double($0.order) / 100 }
        #expect(
            text == "the initial weights (init) spreads the accuracy of net most, by 1.87 points; all together by 1.89")
    }

    @Test func spreadsThatAreAlikeAreNotRanked() throws {
        let text = try answer { 70 + Double($0.initialization) + 1.3 * Double($0.order) }
        #expect(
            text.hasPrefix(
                "no kind of randomness stands out with 6 seeds: each spreads the accuracy of net by 1.87 to 2.43"))
    }

    @Test func nothingThatVariesIsSaid() throws {
        #expect(try answer { _ in 70 } == "no kind of randomness changes the accuracy of net here")
        #expect(
            try answer({ _ in 70 }, predictions: { [UInt16($0.order)] })
                == "no kind of randomness changes the accuracy of net here, though its predictions differ")
    }

    @Test func twoSeedsDoNotShowThatNothingVaries() throws {
        #expect(
            try answer({ _ in 70 }, seeds: 1...2, predictions: { [UInt16($0.order)] })
                == "every run of net has the same accuracy, though its predictions differ: too few runs, 2 seeds, "
                + "to say that no kind of randomness changes it")
        // Two equal accuracies are no spread of 0 that another would stand out from.
        #expect(
            try answer({ 70 + Double($0.initialization) }, seeds: 1...2).hasPrefix(
                "no kind of randomness stands out with 2 seeds: each spreads the accuracy of net by 0.00 to 0.71 points"
            ))
    }

    @Test func runsThatAllDivergedAreNotCalledMissing() throws {
        #expect(
            try answer({ _ in nil })
                == "the spread is not known: every run of net diverged; a smaller learning rate may help")
    }

    @Test func onlyRunsThatCameToTheirEndAreCounted() throws {
        // Of the order alone two of six are left, of all together one less than of the initial weights.
        let some = try variance {
            $0.initialization == 1 && $0.order > 2 || $0.order == 6
                ? nil : 70 + Double($0.initialization + 2 * $0.order)
        }
        let text = VarianceReport.rich(some, dataName: "data").text
        #expect(text.hasPrefix("no kind of randomness stands out with 2 to 6 runs of a kind: "))
        #expect(
            text.contains(
                "5 runs diverged and are excluded from every number: the order of images (order) with seeds 3 to 6; "
                    + "all together with seed 6"))
    }

    @Test func aKindWithoutTwoRunsIsNamedAndKeepsItsPlace() throws {
        let some = try variance { $0.initialization > 1 && $0.order == 1 ? nil : 70 + Double($0.order) }
        #expect(
            VarianceReport.answer(some)
                == "which kind spreads the accuracy of net most is not known: fewer than two runs of the initial weights "
                + "(init) finished, the others diverged")
        guard case .list(let spreads)? = VarianceValue(some, data: DataValue(some.dataset)).member("spreads") else {
            Issue.record("a list")
            return
        }
        let numbers = spreads.values.compactMap(\.number)
        #expect(numbers.count == 2 && numbers[0].isNaN && numbers[1] > 0)
    }
}

import Engine
import Foundation
import Network
import Runtime
import TestSupport
import Testing

@testable import Datasets
@testable import Experiments
@testable import Session

private let images = Synthetic.make(training: 20, test: 10)
/// So many that their predictions tell models apart.
private let many = Synthetic.make(training: 20, test: 1_000)

/// Which images a run gets right, of so many in a thousand: the easy ones mostly, and others by model and seed.
///
/// - Parameter own: how much a model's own liking counts beside the ease of an image, 0...1.
private func predictions(_ accuracy: Double, model: Int, seed: Int, own: Double) -> [UInt16] {
    let labels = many.test.labels
    func unit(_ a: Int, _ b: Int, _ c: Int) -> Double {
        var generator = SplitMix(state: UInt64(a * 1_000_003 + b * 10_007 + c))
        return Double(generator.next() >> 11) * 0x1p-53
    }
    let scores = labels.indices.map { image in
        unit(image, 0, 0) + own * unit(image, model + 1, 0) + 0.3 * unit(image, model + 1, seed)
    }
    let right = Int((accuracy / 100 * Double(labels.count)).rounded())
    var result = labels.map { UInt16(($0 + 1) % 10) }
    for image in scores.indices.sorted(by: { scores[$0] < scores[$1] }).prefix(right) {
        result[image] = UInt16(labels[image])
    }
    return result
}

/// A study whose runs are told: accuracies of each model, one a seed; `nil` for a run that diverged.
///
/// - Parameter own: `nil` where nothing is known of images.
private func study(
    _ accuracies: [[Double?]], names: [String] = ["gap", "flat", "deep", "wide"], design: StudyDesign = .fixed,
    margin: Double = 0.5, baseline: Int? = nil, called name: String? = "study", own: Double? = 0.1,
    images: Dataset = many, twins: Bool = false
) throws -> Study {
    let models = try accuracies.indices.map { index in
        // Another width each, so that nothing is proven the same.
        StudyModel(
            name: names[index],
            architecture: try Architecture(
                input: Shape(channels: 3, height: 32, width: 32),
                layers: [.flatten, .linear(.init(width: twins ? 11 : 11 + index)), .linear(.init(width: 10))]),
            dataset: images, options: TrainingOptions(epochs: 1))
    }
    var study = Study(
        StudyPlan(models: models, design: design, margin: margin, baseline: baseline),
        seeds: (0..<accuracies[0].count).map { UInt64($0 + 1) })
    study.name = name
    for (model, values) in accuracies.enumerated() where study.plan.trained(model) == model {
        for (index, accuracy) in values.enumerated() {
            let known = own.map { own in
                accuracy.map { predictions($0, model: model, seed: index, own: own) } ?? []
            }
            study.add(run(accuracy, predictions: known ?? []), model: model, seed: UInt64(index + 1))
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
        } ?? [], outcomes: TestOutcomes(classes: predictions), seconds: seconds, imagesPerSecond: 1, byteCount: 1)
}

private func lines(_ study: Study) -> [String] {
    StudyReport(study, dataName: "data").rich(details: false).text.split(separator: "\n").map(String.init)
}

private let base = [78.1, 77.9, 78.4, 78.0, 77.8, 78.2]
private func plus(_ differences: [Double]) -> [Double] { zip(base, differences).map { $0 + $1 } }

/// Ten studies, one of each kind of answer.
private enum Told: String, CaseIterable {
    case better, equivalent, undecidedBySeeds, undecidedByImages, oneSideFails, bothFail, identicalByProof
    case identicalByPredictions, fourModelsWithABaseline, secondLook

    func study() throws -> Study {
        switch self {
        case .better: return try VerdictTextStudies.of([base, plus([2.7, 3.1, 2.6, 3.0, 2.8, 3.2])])
        case .equivalent:
            return try VerdictTextStudies.of([base, plus([0.1, -0.2, 0.2, -0.1, 0.1, -0.1])], margin: 2, own: 0)
        case .undecidedBySeeds:
            return try VerdictTextStudies.of(
                [base, plus([3.6, -1.0, 4.4, -0.4, 3.9, 0.9])], design: .sequential, own: 0.02)
        case .undecidedByImages:
            return try VerdictTextStudies.of([base, plus([0.7, 0.8, 0.6, 0.7, 0.8, 0.7])], own: 0.6)
        case .oneSideFails:
            return try VerdictTextStudies.of([base, [80.9, 10, 81.2, 81.0, 10, 81.1]])
        case .bothFail: return try VerdictTextStudies.of([base.map { _ in 10 }, [nil, 10, nil, 10, 10, 9.8]])
        case .identicalByProof: return try VerdictTextStudies.of([base, base], twins: true)
        case .identicalByPredictions:
            var same = try VerdictTextStudies.of([base, base])
            for seed in same.seeds {
                if let run = same.run(0, seed) { same.add(run, model: 1, seed: seed) }
            }
            return same
        case .fourModelsWithABaseline:
            return try VerdictTextStudies.of(
                [
                    base, plus([3.2, 3.6, 3.1, 3.5, 3.3, 3.7]), plus([0.1, -0.2, 0.2, -0.1, 0.1, -0.1]),
                    plus([-4, -3.6, -4.4, -4, -3.9, -4.2]),
                ],
                margin: 2, baseline: 0)
        case .secondLook:
            let first = try VerdictTextStudies.of([base, plus([2.0, -0.6, 2.9, 0.2, 2.4, 0.5])])
            var second = first.exploring(6)
            for (index, (one, other)) in zip(
                [78.3, 78.0, 77.9, 78.2, 78.1, 78.0], [80.1, 79.6, 79.9, 80.4, 79.0, 80.2]
            ).enumerated() {
                let seed = 6 + index
                second.add(
                    run(one, predictions: predictions(one, model: 0, seed: seed, own: 0.1)), model: 0,
                    seed: UInt64(seed + 1))
                second.add(
                    run(other, predictions: predictions(other, model: 1, seed: seed, own: 0.1)), model: 1,
                    seed: UInt64(seed + 1))
            }
            return second
        }
    }
}

/// The function above, under a name that the cases of `Told` do not hide.
private enum VerdictTextStudies {
    static func of(
        _ accuracies: [[Double?]], design: StudyDesign = .fixed, margin: Double = 0.5, baseline: Int? = nil,
        own: Double = 0.1, twins: Bool = false
    ) throws -> Study {
        try study(accuracies, design: design, margin: margin, baseline: baseline, own: own, twins: twins)
    }
}

@Suite struct VerdictTextTests {
    /// As they were read by people who know no statistics. `RECORD_SNAPSHOTS=1 swift test` writes them anew.
    @Test(arguments: Told.allCases)
    fileprivate func theReportReads(_ told: Told) throws {
        let text = StudyReport(try told.study(), dataName: "data").rich(details: false).text + "\n"
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Reports")
        let file = folder.appendingPathComponent("\(told.rawValue).txt")
        if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try text == String(contentsOf: file, encoding: .utf8))
        #expect(text.split(separator: "\n").first { $0.contains("──") }?.split(separator: " ").count ?? 0 <= 6)
    }

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

    @Test func aSmallRealDifferenceIsNotCalledZero() throws {
        let lines = lines(
            try study([base, plus([-0.02, -0.03, -0.02, -0.03, -0.02, -0.03])], own: nil))
        #expect(lines[0] == "gap is better by 0.02 points (0.02 to 0.03), less than the margin of 0.5 points")
    }

    @Test func aStudyThatWasInterruptedSaysHowFarItIs() throws {
        let other = plus([1.0, -0.8, 0.9, -0.4, 1.2, -0.5])
        let early = lines(try study([Array(base[..<3]), Array(other[..<3])], design: .sequential))
        #expect(early[0].hasPrefix("undecided: 3 of 6 seeds so far; flat is ahead by 0.4 points ("))
    }

    @Test func timesAreSaidWhereTheyMay() throws {
        let vague = try study([base, plus([1.0, -0.8, 0.9, -0.4, 1.2, -0.5])], own: nil)
        let words = VerdictText(study: vague, showsTime: true)
        let plain = VerdictText(study: vague, showsTime: false)
        func change(_ words: VerdictText) -> String {
            words.change(vague.pairs[0], isNamed: false).joined(separator: "\n")
        }
        #expect(change(words).contains(" here)") && !change(plain).contains("here"))
    }

    @Test func oneSeedIsNoVerdict() throws {
        let text = lines(try study([[70], [75]]))
        #expect(text[0] == "no verdict: one seed shows no spread; here flat is ahead by 5.0 points")
        #expect(text[1] == "what would change this: more seeds, `seeds: 1...6`")
        #expect(lines(try study([[78.0], [nil]]))[2] == "no verdict: there is no seed with which both train")
    }

    @Test func aQuestionThatTakesMoreThanAThousandSeedsIsNotCounted() throws {
        let text = lines(try study([base, [78.3, 77.9, 40, 78.1, 78, 78.5]], own: nil))
        #expect(text[0].hasPrefix("undecided: gap is ahead by 6.3 points, but "))
        #expect(
            text.contains("if the true difference is only 0.5 points, showing it takes more than 1,000 seeds in all"),
            "\(text)")
    }

    @Test func aRangeOfAllThatIsPossibleIsNotShown() throws {
        let two = try study([[70, 60], [60, 90]], own: nil)
        let text = lines(two)
        #expect(text[0] == "undecided: flat is ahead by 10.0 points, but every difference is possible")
        #expect(!text.contains { $0.contains("such studies") || $0.contains("the chances as things stand") }, "\(text)")
        let details = StudyReport(two, dataName: "data").rich(details: true).text
        #expect(details.contains("—") && !details.contains("100.0 to +100.0"), "\(details)")
        // Of classes there are none at all, and that is said once.
        let classes = StudyReport(try study([[70, 60], [60, 90]]), dataName: "data").rich(details: true).text
        #expect(
            classes.contains("no intervals: with so few seeds and images every difference is possible"), "\(classes)")
    }

    @Test func twoSeedsGiveNoBoundForOthers() throws {
        func scale(_ seeds: Int) throws -> String {
            let values = Array(base.prefix(seeds))
            return lines(try study([values, values], twins: true)).first { $0.hasPrefix("for scale") } ?? ""
        }
        #expect(try scale(2) == "for scale: the 2 runs of gap differ by up to 0.20 points, by nothing but their seeds")
        #expect(try scale(4).contains("19 times out of 20"))
    }

    @Test func whatMayHelpDependsOnHowRunsFailed() throws {
        func change(_ other: [Double?]) throws -> String? {
            lines(try study([[78, 79], other])).first { $0.hasPrefix("what would change") }
        }
        #expect(
            try change([nil, nil])
                == "what would change this: a recipe with which both train, such as a smaller learning rate")
        #expect(
            try change([nil, 10])
                == "what would change this: a recipe with which both train, such as more epochs or another learning rate"
        )
    }

    @Test func aPaperCountsNoSeedsOfWhatNeverTrained() throws {
        func caption(_ other: [Double?]) throws -> String {
            let report = StudyReport(try study([base, other]), dataName: "data")
            return StudyPaper(report: report, columns: nil).tables[0].caption
        }
        let never = try caption(base.map { _ in nil })
        #expect(
            never.contains(" over 6 seeds; failed: diverged, or at most 130 of 1,000 test images right (13 %)"),
            "\(never)")
        let some = try caption([78, nil, 79, 78, 10, 79])
        #expect(some.contains(" over the 4 to 6 seeds with which each trained, differences with 95 % "), "\(some)")
        #expect(try caption(base).contains(" over 6 seeds, differences with 95 % "))
    }

    @Test func foldsHaveLimitsOfTheirOwn() {
        let rules = [FailureRule(labels: Array(many.test.labels.prefix(100))), FailureRule(labels: many.test.labels)]
        #expect([FailureRule(labels: [1, 1])].limitText == nil)
        #expect(rules.limitText == "at most 13 to 20 % of the test images right")
        #expect([rules[1]].limitText == "at most 130 of 1,000 test images right (13 %)")
    }

    @Test func predictionsOfOneImageAreSaidToShowLittle() throws {
        var same = try study([[100], [100]], own: nil, images: Synthetic.make(training: 20, test: 1))
        for model in 0...1 { same.add(run(100, predictions: [3]), model: model, seed: 1) }
        #expect(
            lines(same)[0]
                == "identical: equal predictions on the one test image in the one seed, a difference of 0 points; "
                + "one image shows little")
    }

    @Test func eachPairOfSeveralModelsHasItsLine() throws {
        let text = lines(try study([base, plus([3, 3.1, 2.9, 3, 3.1, 2.9]), base], own: nil))
        #expect(text[0] == "flat is better by 3.0 points (2.9 to 3.1) than gap")
        #expect(
            text[1].hasPrefix("undecided (gap, deep): ")
                || text[1].hasPrefix("equivalent within 0.5 points (gap, deep): "))
        #expect(text[2] == "flat is better by 3.0 points (2.9 to 3.1) than deep")
    }

    @Test func whatIsComparedOverSeedsOnlySaysSo() throws {
        #expect(
            lines(try study([base, plus([3, 3.1, 2.9, 3, 3.1, 2.9])], own: nil)).contains {
                $0.hasPrefix("over seeds only: ")
            })
        #expect(!lines(try Told.better.study()).contains { $0.hasPrefix("over seeds only: ") })
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
            dataset: images, options: TrainingOptions(epochs: 1))
        var variance = VarianceByRole(model, roles: [.initialization, .order], seeds: Array(seeds), bases: 1)
        let source = RunSource(train: { _, seeds, _, _, _ throws(TrainingError) in
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
                "no kind of randomness stands out with 6 runs of a kind: each spreads the accuracy of net by 1.87 to 2.43"
            ))
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
                == "every run of net has the same accuracy, though its predictions differ: too few runs, 2 runs of a kind, "
                + "to say that no kind of randomness changes it")
        // Two equal accuracies are no spread of 0 that another would stand out from.
        #expect(
            try answer({ 70 + Double($0.initialization) }, seeds: 1...2).hasPrefix(
                "no kind of randomness stands out with 2 runs of a kind: each spreads the accuracy of net by 0.00 to 0.71 points"
            ))
    }

    @Test func runsThatAllDivergedAreNotCalledMissing() throws {
        #expect(
            try answer({ _ in nil })
                == "the spread is not known: every run of net failed; a smaller learning rate may help")
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
                "5 runs failed and are excluded from every number: the order of images (order) with seeds 3 to 6; "
                    + "all together with seed 6"))
    }

    @Test func aKindWithoutTwoRunsIsNamedAndKeepsItsPlace() throws {
        let some = try variance { $0.initialization > 1 && $0.order == 1 ? nil : 70 + Double($0.order) }
        #expect(
            VarianceReport.answer(some)
                == "which kind spreads the accuracy of net most is not known: fewer than two runs of the initial weights "
                + "(init) trained, the others failed")
        guard case .list(let spreads)? = VarianceValue(some, data: DataValue(some.model.dataset)).member("spreads")
        else {
            Issue.record("a list")
            return
        }
        let numbers = spreads.values.compactMap(\.number)
        #expect(numbers.count == 2 && numbers[0].isNaN && numbers[1] > 0)
    }
}

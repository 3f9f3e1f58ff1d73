import Engine
import Network
import Runtime
import Synchronization
import Testing

@testable import Datasets
@testable import Experiments

private let small = Synthetic.make(training: 64, test: 40)

private func model(
    _ name: String, width: Int = 4, pooled: Bool = false, dropout: Double = 0, rate: Double = 3e-3, epochs: Int = 1
) throws -> StudyModel {
    var layers: [Layer] = [
        .convolution(.init(width: width, stride: Extent(4), padding: .exactly(Extent(1)))), .activation(.relu),
    ]
    // Its output is as large as its input: it does nothing.
    if pooled { layers.append(.adaptiveAveragePool(output: Extent(8))) }
    layers += [.flatten, .dropout(rate: dropout), .linear(.init(width: 10))]
    return StudyModel(
        name: name,
        architecture: try Architecture(input: Shape(channels: 3, height: 32, width: 32), layers: layers),
        dataset: small,
        options: TrainingOptions(epochs: epochs, batchSize: 16, optimizer: .adam(learningRate: rate), threads: 1))
}

/// Runs that are told instead of trained, and which were asked for.
private final class Told: Sendable {
    let asked = Mutex<[String]>([])
    let accuracy: @Sendable (String, UInt64) -> Double?
    let interruptsAfter: Int?

    init(interruptsAfter: Int? = nil, _ accuracy: @escaping @Sendable (String, UInt64) -> Double?) {
        self.accuracy = accuracy
        self.interruptsAfter = interruptsAfter
    }

    static func run(_ accuracy: Double?, _ seeds: Seeds, predictions: [UInt16] = []) -> StudyRun {
        run(
            accuracy ?? 0, seeds, accuracy == nil ? .diverged(epoch: 1, batch: 3) : .done, predictions: predictions)
    }

    /// - Parameter accuracy: after its first epoch, whatever became of it.
    static func run(_ accuracy: Double, _ seeds: Seeds, _ state: Run.State, predictions: [UInt16]) -> StudyRun {
        StudyRun(
            seeds: seeds, state: state,
            metrics: [
                EpochMetrics(
                    epoch: 1, trainLoss: 1, trainAccuracy: 50, testLoss: 1, testAccuracy: accuracy, seconds: 2,
                    trainingSeconds: 1)
            ], outcomes: TestOutcomes(classes: predictions), seconds: state == .done ? 3 : 1, imagesPerSecond: 100,
            byteCount: 1_000_000)
    }

    var source: RunSource {
        RunSource(train: { model, seeds, _, cancellation, _ throws(TrainingError) in
            let count = self.asked.withLock {
                $0.append("\(model.name) \(seeds.initialization)")
                return $0.count
            }
            if let limit = self.interruptsAfter, count == limit { cancellation.cancel() }
            return .trained(Self.run(self.accuracy(model.name, seeds.initialization), seeds))
        })
    }
}

private func train(
    _ study: Study, by source: RunSource, untilDecided: Bool = false, cancellation: Cancellation = Cancellation()
) throws -> (study: Study, end: StudyEnd) {
    try study.trained(by: source, isUntilDecided: untilDecided, cancellation: cancellation) { _ in }
}

private func plan(_ models: [StudyModel], _ design: StudyDesign = .fixed, forced: Bool = false) -> StudyPlan {
    StudyPlan(models: models, design: design, isForced: forced)
}

/// Noise around 78 that differs between names and seeds.
private func noisy(_ name: String, _ seed: UInt64) -> Double {
    let word = RandomStream(seed: seed, role: .statistics, stream: RandomStream.hash(name.utf8.map { Int($0) }))
        .words(at: 0).x
    return 78 + Double(word % 100) / 100
}

@Suite struct StudyTests {
    @Test func modelsArePairedSeedBySeed() throws {
        let told = Told { name, seed in name == "a" ? 70 + Double(seed) / 10 : 71.3 + Double(seed * seed) / 100 }
        let study = try train(
            Study(plan([try model("a"), try model("b", width: 5)]), seeds: [3, 1, 7]), by: told.source
        ).study
        #expect(told.asked.withLock { $0 } == ["a 3", "b 3", "a 1", "b 1", "a 7", "b 7"])
        #expect(study.isComplete && study.completeSeeds == [3, 1, 7])
        #expect(study.accuracies(0) == [70.3, 70.1, 70.7])
        #expect(study.pairs.count == 1)
        #expect(study.pairs[0].differences?.count == 3)
        #expect(study.pairs[0].verdict == .better(.second, isWithinMargin: false), "by about a point")
    }

    @Test func whatIsProvenTheSameIsTrainedOnce() throws {
        let models = [try model("flat"), try model("gap", pooled: true)]
        let told = Told { noisy($0, $1) }
        let study = try train(Study(plan(models), seeds: [1, 2]), by: told.source).study
        #expect(told.asked.withLock { $0 } == ["flat 1", "flat 2"])
        #expect(study.pairs[0].verdict == .identical && study.pairs[0].isProvenSame)
        #expect(study.accuracies(1) == study.accuracies(0))
    }

    /// A proof that is wrong, of two networks with the same weights: one has a relu, one has none.
    @Test(arguments: Precision.allCases)
    func aProofThatTheEngineDisagreesWithIsNotUsed(_ precision: Precision) throws {
        func model(_ name: String, _ layers: [Layer]) throws -> StudyModel {
            StudyModel(
                name: name,
                architecture: try Architecture(
                    input: Shape(channels: 3, height: 32, width: 32),
                    layers: [.flatten, .linear(.init(width: 8))] + layers + [.linear(.init(width: 10))]),
                dataset: small, options: TrainingOptions(epochs: 1, precision: precision))
        }
        let linear = try model("linear", [])
        var wrong = plan([linear, try model("bent", [.activation(.relu)]), try model("like linear", [])])
        wrong.twins = [0, 0, 0]
        let plan = try wrong.checked(cancellation: Cancellation())
        #expect(plan.twins == [0, 1, 0] && plan.refuted.map(\.first) == [0] && plan.refuted.map(\.second) == [1])
        #expect(Study(plan, seeds: [1]).missing.map(\.model) == [0, 1])
    }

    /// Of one kernel and another dilation, in each precision; and of the two heads.
    @Test(arguments: Precision.allCases)
    func whatIsProvenTheSameIsSoOnTheEngine(_ precision: Precision) throws {
        func model(_ layers: [Layer]) throws -> StudyModel {
            StudyModel(
                name: "a",
                architecture: try Architecture(
                    input: Shape(channels: 3, height: 32, width: 32),
                    layers: layers + [.batchNorm(.init()), .activation(.relu), .flatten, .linear(.init(width: 10))]),
                dataset: small, options: TrainingOptions(epochs: 1, precision: precision))
        }
        let plain = try model([.convolution(.init(width: 4, kernel: Extent(1), stride: Extent(2)))])
        let dilated = try model([
            .convolution(.init(width: 4, kernel: Extent(1), stride: Extent(2), dilation: Extent(3)))
        ])
        let plan = try plan([plain, dilated]).checked(cancellation: Cancellation())
        #expect(plan.twins == [0, 0] && plan.refuted.isEmpty)
        let cancelled = Cancellation()
        cancelled.cancel()
        #expect(throws: TrainingError.self) { try plan.checked(cancellation: cancelled) }
    }

    @Test func anotherRecipeIsNotTheSameTraining() throws {
        let study = Study(plan([try model("slow"), try model("fast", rate: 1e-2)]), seeds: [1])
        #expect(study.missing.map(\.model) == [0, 1])
    }

    @Test func forcedTwinsEndWithTheSameBits() throws {
        let models = [try model("flat", dropout: 0.3), try model("gap", pooled: true, dropout: 0.3)]
        let study = try train(Study(plan(models, forced: true), seeds: [1, 2]), by: RunSource()).study
        let runs = study.allRuns
        #expect(runs.count == 4)
        for seed in study.seeds {
            #expect(study.run(0, seed)?.metrics.map(\.testLoss) == study.run(1, seed)?.metrics.map(\.testLoss))
            #expect(study.run(0, seed)?.predictions == study.run(1, seed)?.predictions)
        }
        #expect(study.run(0, 1)?.predictions != study.run(0, 2)?.predictions, "seeds differ")
        #expect(study.pairs[0].verdict == .identical)
    }

    /// A study of runs with these accuracies and predictions, seed by seed, of two models that are not proven the same.
    private func told(_ first: [(Double, [UInt16])], _ second: [(Double, [UInt16])]) throws -> Study {
        var study = Study(
            plan([try model("a"), try model("b", width: 5)]), seeds: first.indices.map { UInt64($0 + 1) })
        for (index, runs) in [first, second].enumerated() {
            for (seed, run) in zip(study.seeds, runs) {
                study.add(Told.run(run.0, Seeds(seed), predictions: run.1), model: index, seed: seed)
            }
        }
        return study
    }

    /// Half of the images right, others in each seed.
    private func learned(_ seed: Int) -> [UInt16] {
        small.test.labels.enumerated().map { UInt16(($0 + seed) % 2 == 0 ? $1 : ($1 + 1) % 10) }
    }

    @Test func identicalIsWhatPredictsEveryImageAlike() throws {
        let (ones, twos) = (learned(1), learned(2))
        var other = ones
        other[7] = (other[7] + 1) % 10
        #expect(try told([(50, ones)], [(50, ones)]).pairs[0].verdict == .identical)
        #expect(try told([(50, ones), (50, twos)], [(50, ones), (50, twos)]).pairs[0].verdict == .identical)
        // Equal accuracies alone are chance: in one seed, in several, and where no predictions are known.
        #expect(try told([(50, ones)], [(50, other)]).pairs[0].verdict == .undecided(.tooFew))
        #expect(try told([(50, ones), (60, ones)], [(50, ones), (60, other)]).pairs[0].verdict != .identical)
        #expect(try told([(50, [])], [(50, [])]).pairs[0].verdict == .undecided(.tooFew))
        #expect(try told([(50, [1])], [(50, [1])]).pairs[0].verdict == .undecided(.tooFew))
    }

    @Test func seedsWithoutKnownImagesAreComparedAlone() throws {
        let study = try told([(70, []), (72, []), (71, [])], [(75, []), (76, []), (78, learned(1))])
        #expect(study.pairs[0].estimate?.basis == .seedsOnly)
        let interval = try #require(Sample([5, 4, 7])?.interval(0.95))
        #expect(abs((study.pairs[0].interval?.lowerBound ?? 0) - interval.lowerBound) < 1e-9)
        let known = try told([(50, learned(1)), (50, learned(2))], [(50, learned(2)), (50, learned(1))])
        #expect(known.pairs[0].estimate?.basis == .pairedSeeds && known.pairs[0].estimate?.images == 40)
    }

    @Test func whatFailedInOneSeedIsLeftOut() throws {
        let (ones, twos) = (learned(1), learned(2))
        var study = try told([(50, ones), (50, twos)], [(50, ones), (50, twos)])
        #expect(study.pairs[0].verdict == .identical)
        study.add(Told.run(10, Seeds(2), .diverged(epoch: 2, batch: 0), predictions: ones), model: 1, seed: 2)
        #expect(study.pairs[0].verdict == .undecided(.failures))
        #expect(study.pairs[0].seeds == [1] && study.pairs[0].lookedSeeds == 2)
        #expect(study.pairs[0].failures == FailureCounts(first: 0, of: 2, second: 1, of: 2))
        // So is one that does not learn.
        study.add(Told.run(10, Seeds(2), predictions: [UInt16](repeating: 0, count: 40)), model: 1, seed: 2)
        #expect(study.failedSeeds(1) == [2] && study.accuracies(1) == [50] && study.doneRuns(1).count == 1)
    }

    @Test func aModelThatAlwaysFailsSettlesAStudy() throws {
        let guessed = [UInt16](repeating: 0, count: 40)
        let trained = (1...6).map { (50.0, learned($0)) }
        let study = try told(trained, trained.map { _ in (10, guessed) })
        #expect(study.pairs[0].verdict == .undecided(.failures) && study.pairs[0].failsMoreOften == .second)
        #expect(study.isDecided)
        let few = try told(Array(trained.prefix(3)), (0..<3).map { _ in (10, guessed) })
        #expect(few.pairs[0].failsMoreOften == nil && !few.isDecided, "three may be chance")
        let both = try told(trained.map { _ in (10, guessed) }, trained.map { _ in (10, guessed) })
        #expect(both.pairs[0].failures.probability == nil && !both.isDecided)
    }

    @Test(arguments: [false, true]) func aDifferenceIsZeroOnlyWhereSomeRunTrained(isForced: Bool) throws {
        var study = Study(plan([try model("flat"), try model("gap", pooled: true)], forced: isForced), seeds: [1, 2])
        let ones = learned(1)
        func add(_ state: Run.State, seed: UInt64, models: ClosedRange<Int> = 0...1, _ predictions: [UInt16]) {
            for model in models where study.plan.trained(model) == model {
                study.add(Told.run(50, Seeds(seed), state, predictions: predictions), model: model, seed: seed)
            }
        }
        for seed in study.seeds { add(.diverged(epoch: 1, batch: 0), seed: seed, ones) }
        #expect(study.pairs[0].verdict == .undecided(.failures) && study.pairs[0].isProvenSame && !study.isDecided)
        add(.done, seed: 1, ones)
        #expect(study.pairs[0].verdict == .identical && study.pairs[0].seeds == [1])
        guard isForced else { return }
        var other = ones
        other[3] = (other[3] + 1) % 10
        add(.done, seed: 1, models: 1...1, other)
        #expect(study.pairs[0].verdict != .identical, "a proof does not outweigh what is measured")
        // Nor where only one of them diverges.
        add(.done, seed: 1, ones)
        add(.done, seed: 2, models: 0...0, ones)
        #expect(study.pairs[0].verdict != .identical)
    }

    @Test func trainingsThatAreForcedAreComparedByWhatTheyPredict() throws {
        var study = Study(plan([try model("flat"), try model("gap", pooled: true)], forced: true), seeds: [1])
        var predictions = learned(1)
        study.add(Told.run(50, Seeds(1), predictions: predictions), model: 0, seed: 1)
        study.add(Told.run(50, Seeds(1), predictions: predictions), model: 1, seed: 1)
        #expect(study.pairs[0].isProvenSame && study.pairs[0].verdict == .identical)
        predictions[0] = (predictions[0] + 1) % 10
        study.add(Told.run(50, Seeds(1), predictions: predictions), model: 1, seed: 1)
        #expect(study.pairs[0].verdict == .undecided(.tooFew), "a proof does not outweigh what is measured")
    }

    /// The second model puts every image into class 0 in its first epoch, and diverges in its second with seed 2.
    @Test func whatARunPredictedBeforeItDivergedStandsInNoNumber() throws {
        let labels = small.test.labels.map { UInt16($0) }
        let zeros = [UInt16](repeating: 0, count: labels.count)
        var study = try told([(100, labels), (100, labels)], [(100, labels), (100, labels)])
        study.add(
            Told.run(10, Seeds(2), .diverged(epoch: 2, batch: 0), predictions: zeros), model: 1, seed: 2)
        #expect(study.singlePair(0, 1)?.test == McNemar(onlyFirst: 0, onlySecond: 0))
        #expect(study.flips(0, 1) == 0 && study.flipsBetweenSeeds(1) == nil)
        #expect(study.classDifferences(study.pairs[0]).allSatisfy { $0.mean == 0 && $0.second == 100 })
        #expect(study.accuracies(1) == [100] && study.losses(1) == [1])
        #expect(study.doneRuns(1).map(\.seeds) == [Seeds(1)] && study.run(1, 2)?.metrics.isEmpty == true)
        #expect(study.secondsOfRun(1) == 3, "one that diverged ends early")
        // With seed 1 diverged instead, the single pair is that of seed 2.
        study = try told([(100, labels), (100, labels)], [(100, labels), (100, labels)])
        study.add(
            Told.run(10, Seeds(1), .diverged(epoch: 2, batch: 0), predictions: zeros), model: 1, seed: 1)
        #expect(study.singlePair(0, 1)?.seed == 2)
    }

    @Test func aRunThatDivergesIsReportedAndStandsInNoFigure() throws {
        let told = Told { name, seed in name == "b" && seed == 2 ? nil : noisy(name, seed) }
        let (study, end) = try train(
            Study(plan([try model("a"), try model("b", width: 5)]), seeds: [1, 2, 3]), by: told.source)
        guard case .done = end else {
            Issue.record("a diverged run is no error of a study")
            return
        }
        #expect(study.failedSeeds(1) == [2] && study.failedSeeds(0).isEmpty)
        #expect(study.accuracies(0).count == 3 && study.accuracies(1).count == 2)
        #expect(study.pairs[0].seeds == [1, 3])
    }

    @Test func modelsThatAlwaysDivergeLeaveNoPair() throws {
        let told = Told { name, seed in name == "b" ? nil : noisy(name, seed) }
        let study = try train(Study(plan([try model("a"), try model("b", width: 5)]), seeds: [1, 2]), by: told.source)
            .study
        #expect(study.pairs[0].verdict == .undecided(.failures) && study.pairs[0].interval == nil)
    }

    @Test func anInterruptedStudyGoesOnAndEndsAsAnUnbrokenOne() throws {
        let models = [try model("a"), try model("b", width: 5)]
        let told = Told(interruptsAfter: 3) { noisy($0, $1) }
        let cancellation = Cancellation()
        let (part, end) = try train(Study(plan(models), seeds: [1, 2, 3]), by: told.source, cancellation: cancellation)
        guard case .interrupted = end else {
            Issue.record("interrupted after three runs")
            return
        }
        #expect(part.missing.count == 3 && part.completeSeeds == [1])
        let rest = Told { noisy($0, $1) }
        let whole = try train(part, by: rest.source).study
        #expect(rest.asked.withLock { $0 } == ["b 2", "a 3", "b 3"])
        let unbroken = try train(Study(plan(models), seeds: [1, 2, 3]), by: Told { noisy($0, $1) }.source).study
        #expect(whole.accuracies(1) == unbroken.accuracies(1) && whole.pairs[0].verdict == unbroken.pairs[0].verdict)
    }

    @Test func keptRunsAreNotTrainedAgain() throws {
        let told = Told { noisy($0, $1) }
        let source = RunSource(
            kept: { model, seeds in
                model.name == "a" ? Told.run(noisy("a", seeds.initialization), seeds) : nil
            }, train: told.source.train)
        let start = Study(plan([try model("a"), try model("b", width: 5)]), seeds: [1, 2])
        var rest = start
        #expect(rest.take(source.kept).map(\.seed) == [1, 2])
        let cost = try StudyCost(of: rest, cancellation: Cancellation())
        #expect(cost.runs == 2 && cost.seconds > 0 && cost.trainingBytes > 0 && cost.weightBytes == 0)
        let study = try train(start, by: source).study
        #expect(told.asked.withLock { $0 } == ["b 1", "b 2"])
        #expect(study.isComplete)
    }

    /// The other process ends one, and dies at the next.
    @Test func whatOthersTrainComesLastAndIsTrainedWhereTheyLeaveIt() throws {
        let asked = Mutex<[String: Int]>([:])
        let told = Told { noisy($0, $1) }
        let source = RunSource(train: { model, seeds, keeps, cancellation, observer throws(TrainingError) in
            let name = "\(model.name) \(seeds.initialization)"
            let count = asked.withLock {
                $0[name, default: 0] += 1
                return $0[name] ?? 0
            }
            if ["a 1", "b 2"].contains(name), count < 4 { return .held(by: "process 7") }
            if name == "a 1" { return .kept(Told.run(noisy("a", 1), seeds)) }
            return try told.source.train(model, seeds, keeps, cancellation, observer)
        })
        let models = [try model("a"), try model("b", width: 5)]
        var (order, waits) = ([String](), [String]())
        let study = try Study(plan(models), seeds: [1, 2]).trained(by: source, cancellation: Cancellation()) { event in
            switch event {
            case .finished(let model, let seed, _, let wasKept):
                order.append("\(models[model].name) \(seed)\(wasKept ? " kept" : "")")
            case .waiting(let trainings, let holder): waits.append("\(trainings) \(holder)")
            default: break
            }
        }.study
        #expect(order == ["b 1", "a 2", "a 1 kept", "b 2"] && waits == ["2 process 7"])
        let alone = try train(Study(plan(models), seeds: [1, 2]), by: Told { noisy($0, $1) }.source).study
        #expect(study.isComplete && study.accuracies(0) == alone.accuracies(0))
        #expect(study.pairs[0].verdict == alone.pairs[0].verdict)
    }

    @Test func anInterruptEndsTheWaitForOthers() throws {
        let cancellation = Cancellation()
        let source = RunSource(train: { _, _, _, _, _ throws(TrainingError) in .held(by: "process 7") })
        let models = [try model("a"), try model("b", width: 5)]
        let (study, end) = try Study(plan(models), seeds: [1]).trained(by: source, cancellation: cancellation) {
            if case .waiting = $0 { cancellation.cancel() }
        }
        guard case .interrupted = end else { return #expect(Bool(false), "\(end)") }
        #expect(study.missing.count == 2)
    }

    @Test func aSequentialStudyEndsAtTheFirstLookThatDecides() throws {
        let clear = Told { name, seed in noisy(name, seed) + (name == "b" ? 5 : 0) }
        let models = [try model("a"), try model("b", width: 5)]
        let study = try train(Study(plan(models, .sequential), seeds: Array(1...6)), by: clear.source).study
        #expect(study.seeds.count == 6 && study.isDecided)
        // As likely one way as the other, and far apart.
        let vague = Told { name, seed in 70 + (name == "b" ? (seed % 2 == 0 ? 6 : -6) : 0) + noisy(name, seed) / 100 }
        var looks: [Int] = []
        let long = try Study(plan(models, .sequential), seeds: Array(1...6)).trained(
            by: vague.source, isUntilDecided: true, cancellation: Cancellation()
        ) { if case .looked(let seeds, let isDecided) = $0, !isDecided { looks.append(seeds) } }.study
        #expect(looks == [6, 12, 24])
        #expect(long.seeds == Array(1...24) && !long.isDecided)
        #expect(long.pairs[0].chance == 0.0141)
        let once = try train(Study(plan(models, .sequential), seeds: Array(1...6)), by: vague.source).study
        #expect(once.seeds.count == 6, "the next look is taken on demand")
        #expect(once.goingOn()?.seeds == Array(1...12))
    }

    @Test func aStudyGoesOnUntilThatIsDecidedWhichIsSaid() throws {
        // What a planned look at six would decide, a look that was not planned does not.
        let told = Told { name, seed in noisy(name, seed) + (name == "b" ? 0.7 : 0) }
        let models = [try model("a"), try model("b", width: 5)]
        let study = Study(plan(models, .sequential), seeds: Array(1...6))
        #expect(try train(study, by: told.source, untilDecided: true).study.seeds.count == 6)
        var looks: [Int] = []
        func looked(_ study: Study) -> Study {
            var study = study
            study.earlier[0] = PairLook(seeds: 3, mean: 0.5, decision: study.pairs[0].decision)
            return study
        }
        let unplanned = try study.trained(
            by: told.source, isUntilDecided: true, looked: looked, cancellation: Cancellation()
        ) { if case .looked(let seeds, _) = $0 { looks.append(seeds) } }.study
        #expect(looks == [6, 12])
        #expect(unplanned.pairs[0].verdict == .better(.second, isWithinMargin: false))
        #expect(unplanned.pairs[0].decision.isAnytime && unplanned.seeds.count == 12)
    }

    @Test func betweenTwoLooksTheLastOneHolds() throws {
        let models = [try model("a"), try model("b", width: 5)]
        var study = Study(plan(models, .sequential), seeds: Array(1...12))
        for seed in UInt64(1)...5 {
            for index in 0...1 { study.add(Told.run(noisy("\(index)", seed), Seeds(seed)), model: index, seed: seed) }
        }
        #expect(study.pairs[0].verdict == .undecided(.beforeTheLook))
        for seed in UInt64(6)...8 {
            for index in 0...1 { study.add(Told.run(noisy("\(index)", seed), Seeds(seed)), model: index, seed: seed) }
        }
        #expect(study.pairs[0].lookedSeeds == 6 && study.pairs[0].seeds == Array(1...6))
    }

    @Test func addedSeedsKeepTheFirstVerdict() throws {
        let told = Told { noisy($0, $1) }
        let first = try train(Study(plan([try model("a"), try model("b", width: 5)]), seeds: [2, 3]), by: told.source)
            .study
        let larger = try train(first.exploring(3), by: told.source).study
        #expect(larger.seeds == [2, 3, 1, 4, 5])
        #expect(larger.isExploratory && larger.pairs[0].earlier == first.pairs[0].look)
        #expect(larger.pairs[0].decision.isAnytime)
        #expect(larger.exploring(1).pairs[0].earlier?.seeds == 2, "the first of all")
        #expect(larger.plannedSeeds == 2)
    }

    @Test func someModelsGoOn() throws {
        let told = Told { noisy($0, $1) }
        let models = [try model("a"), try model("b", width: 5), try model("c", width: 6)]
        let first = try train(Study(plan(models, .sequential), seeds: Array(1...6)), by: told.source).study
        let next = try #require(first.goingOn(with: [0, 2]))
        #expect(next.missing.map(\.model) == (7...12).flatMap { _ in [0, 2] })
        let longer = try train(next, by: told.source).study
        #expect(longer.isComplete && longer.pairs.map(\.lookedSeeds) == [6, 12, 6])
        #expect(longer.pairs[1].chance == 0.011 / 3, "the chance stays shared by all three")
        // The others come after.
        let all = try #require(longer.goingOn(with: [0, 1]))
        #expect(all.missing.map(\.model) == (7...12).map { _ in 1 } && all.seeds.count == 12)
    }

    @Test func severalPairsShareOneChanceOfError() throws {
        let told = Told { name, seed in noisy(name, seed) + (name == "c" ? 0.35 : 0) }
        let models = [try model("a"), try model("b", width: 5), try model("c", width: 6)]
        let study = try train(Study(plan(models), seeds: Array(1...6)), by: told.source).study
        #expect(study.pairs.map { [$0.first, $0.second] } == [[0, 1], [0, 2], [1, 2]])
        for pair in study.pairs {
            #expect(pair.chance == 0.05 / 3)
            let isBetter = if case .better = pair.verdict { true } else { false }
            #expect(isBetter == (pair.estimate?.probability ?? 1 < 0.05 / 3))
        }
        let based = StudyPlan(models: models, baseline: 1)
        #expect(based.pairs.map { [$0.first, $0.second] } == [[1, 0], [1, 2]] && based.tested == 2)
        let twins = StudyPlan(models: [try model("flat"), try model("gap", pooled: true), try model("c", width: 6)])
        #expect(twins.tested == 2, "a proof takes no chance")
    }

    @Test func ofALossTheModelWithTheSmallerOneIsAhead() throws {
        func run(_ loss: Double, _ seed: UInt64) -> StudyRun {
            StudyRun(
                seeds: Seeds(seed), state: .done,
                metrics: [
                    EpochMetrics(
                        epoch: 1, trainLoss: 1, trainAccuracy: 50, testLoss: loss, testAccuracy: 80, seconds: 2,
                        trainingSeconds: 1)
                ], outcomes: TestOutcomes(), seconds: 3, imagesPerSecond: 100, byteCount: 1)
        }
        let plan = StudyPlan(models: [try model("a"), try model("b", width: 5)], measure: .loss, margin: 0.02)
        var study = Study(plan, seeds: [1, 2, 3])
        for (seed, loss) in zip([1, 2, 3] as [UInt64], [0.51, 0.48, 0.62]) {
            study.add(run(0.5, seed), model: 0, seed: seed)
            study.add(run(loss, seed), model: 1, seed: seed)
        }
        let pair = study.pairs[0]
        // The second's losses are larger by .037 in the mean.
        #expect(try #require(pair.mean) > 0 && !pair.isSecondAhead(by: 0.037))
        #expect(try #require(pair.sameSeed).probability < 0.5)
        let odds = try #require(pair.odds(margin: 0.02))
        #expect(odds.first > odds.second)
    }

    @Test func runsThatAreThereArePairedByTheirSeedsOrNot() throws {
        func runs(_ name: String, _ seeds: [UInt64]) -> [StudyRun] {
            seeds.map { Told.run(noisy(name, $0), Seeds($0)) }
        }
        let models = [try model("a"), try model("b", width: 5)]
        let paired = Study(StudyPlan(given: models, pairing: .seeds), given: [runs("a", [3, 1]), runs("b", [1, 3])])
        #expect(paired.isComplete && paired.seeds == [3, 1] && paired.pairs[0].seeds == [3, 1])
        #expect(paired.pairs[0].estimate?.basis == .seedsOnly)
        let unpaired = Study(
            StudyPlan(given: models, pairing: .none), given: [runs("a", [3, 1]), runs("b", [4, 5, 6])])
        #expect(unpaired.pairs[0].estimate?.basis == .unpairedSeedsOnly && unpaired.accuracies(1).count == 3)
        #expect(unpaired.pairs[0].differences == nil)
    }

    @Test func classesAndFlipsAreCountedFromPredictions() throws {
        var study = Study(plan([try model("a"), try model("b", width: 5)]), seeds: [1])
        let labels = small.test.labels.map { UInt16($0) }
        var wrong = labels
        // Every image of class 3 is taken for a 4.
        for index in wrong.indices where wrong[index] == 3 { wrong[index] = 4 }
        let missed = labels.count { $0 == 3 }
        study.add(Told.run(100, Seeds(1), predictions: labels), model: 0, seed: 1)
        study.add(Told.run(90, Seeds(1), predictions: wrong), model: 1, seed: 1)
        let single = try #require(study.singlePair(0, 1))
        #expect(single.test == McNemar(onlyFirst: missed, onlySecond: 0))
        #expect(single.flips == Double(missed) / Double(labels.count))
        let classes = study.classDifferences(study.pairs[0])
        #expect(classes.count == 10)
        #expect(classes.map(\.mean) == (0..<10).map { $0 == 3 ? -100 : 0 })
        #expect(study.flipsBetweenSeeds(0) == nil)
    }

    @Test func aStudyThatCannotBeTrainedSaysSoBeforeItBegins() throws {
        let narrow = StudyModel(
            name: "narrow",
            architecture: try Architecture(
                input: Shape(channels: 3, height: 32, width: 32), layers: [.flatten, .linear(.init(width: 5))]),
            dataset: small, options: TrainingOptions(epochs: 1))
        #expect(throws: TrainingError.self) {
            _ = try StudyCost(of: Study(plan([try model("a"), narrow]), seeds: [1]), cancellation: Cancellation())
        }
    }

    @Test func undecidedStudiesSayHowManySeedsWouldDo() throws {
        let told = Told { name, seed in noisy(name, seed) + (name == "b" ? Double(seed % 3) * 1.2 - 1 : 0) }
        let study = try train(
            Study(plan([try model("a"), try model("b", width: 5)]), seeds: Array(1...6)), by: told.source
        ).study
        let pair = study.pairs[0]
        #expect(pair.verdict == .undecided(.tooWide))
        let estimate = try #require(pair.estimate)
        #expect(pair.needed.first == SeedsNeeded(.difference(0.5), estimate, chance: 0.05))
        #expect(pair.interval == estimate.interval(0.05))
        let range = try #require(pair.needed.first?.range)
        #expect(range.low > 6 && range.high ?? .max > range.low)
    }

    @Test func noNumberOfSeedsIsBeyondAThousand() throws {
        let wild = Told { name, seed in name == "b" ? (seed == 3 ? 40 : 78.3) : 78 }
        let study = try train(
            Study(plan([try model("a"), try model("b", width: 5)]), seeds: [1, 2, 3]), by: wild.source
        )
        .study
        #expect(study.pairs[0].verdict == .undecided(.tooWide) && study.pairs[0].needed.first?.range == nil)
        #expect(study.pairs[0].needed.first?.isBeyondSeeds == false)
    }

    @Test func theIntervalShownIsTheOneThatDecides() throws {
        let told = Told { name, seed in 78 + (name == "b" ? [0.1, -0.2, 0.15, -0.1, 0.05, -0.05][Int(seed) - 1] : 0) }
        let pair = try train(
            Study(plan([try model("a"), try model("b", width: 5)]), seeds: Array(1...6)), by: told.source
        ).study.pairs[0]
        #expect(pair.verdict == .equivalent)
        #expect(pair.interval == pair.estimate?.interval(0.1))
        var early = Study(plan([try model("a"), try model("b", width: 5)], .sequential), seeds: Array(1...6))
        for seed in UInt64(1)...3 {
            for index in 0...1 { early.add(Told.run(noisy("\(index)", seed), Seeds(seed)), model: index, seed: seed) }
        }
        #expect(early.pairs[0].interval == early.pairs[0].estimate?.interval(0.03), "of the look to come")
    }
}

@Suite struct VarianceTests {
    @Test func onlyTheSeedOfTheRoleVaries() throws {
        let variance = VarianceByRole(
            try model("a", dropout: 0.2), roles: SeedRole.allCases, seeds: [4, 5, 6])
        #expect(variance.roles == [.initialization, .order, .dropout])
        #expect(variance.unusedRoles == [.augmentation])
        #expect(variance.bases == [4, 5])
        for (base, row) in zip([4, 5] as [UInt64], variance.seeds(varying: .order)) {
            #expect(row.map(\.order) == [4, 5, 6])
            #expect(Set(row.map(\.initialization)) == [base] && Set(row.map(\.dropout)) == [base])
        }
        #expect(variance.seeds(varying: nil) == [[Seeds(4), Seeds(5), Seeds(6)]])
        // Nothing is augmented, so that this seed changes nothing, and follows another.
        #expect(variance.seeds(varying: .initialization)[1].map(\.augmentation) == [4, 5, 6])
        #expect(variance.plan.count == 3 + 3 * 2 * 2, "a base is in every row")
    }

    @Test func whatIsNotDrawnDoesNotSpread() throws {
        let still = try model("a")
        #expect(!SeedRole.dropout.isUsed(by: still.architecture, on: small))
        var moved = small
        moved.augmentation = Augmentation(Flip.random)
        #expect(SeedRole.augmentation.isUsed(by: still.architecture, on: moved))
    }

    @Test func eachKindIsTrainedOnceAndMeasured() throws {
        let told = Told { _, _ in 70 }
        var variance = VarianceByRole(try model("a"), roles: [.initialization, .order], seeds: [1, 2])
        _ = try variance.train(by: told.source, cancellation: Cancellation()) { _, _, _ in }
        #expect(told.asked.withLock { $0 }.count == 4)
        #expect(variance.spread(varying: .order)?.all.count == 4)
        var real = VarianceByRole(try model("a"), roles: [.initialization, .order], seeds: [1, 2, 3])
        _ = try real.train(cancellation: Cancellation()) { _, _, _ in }
        #expect(real.runs.count == real.plan.count)
        let losses = Set(real.runs.values.map { $0.metrics.last?.testLoss })
        #expect(losses.count == real.plan.count, "each draws other numbers")
        // The last of the plan was kept: what is told counts it from the start.
        let last = try #require(real.plan.last)
        var rest = VarianceByRole(real.model, roles: [.initialization, .order], seeds: [1, 2, 3])
        let kept = real.runs[last]
        _ = rest.take { _, seeds in seeds == last ? kept : nil }
        var done: [Int] = []
        _ = try rest.train(cancellation: Cancellation()) { count, _, _ in done.append(count) }
        #expect(done.first == 1 && done.last == real.plan.count)
    }
}

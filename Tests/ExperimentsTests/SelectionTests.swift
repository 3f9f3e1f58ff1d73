// Which epoch a training comes to by the validation part, and when its patience ends it.

import Engine
import Libraries
import Network
import Runtime
import Testing

@testable import Experiments

@Suite struct SelectionTests {
    private func epochs(_ measured: [(accuracy: Double, loss: Double)]) -> [EpochMetrics] {
        measured.enumerated().map {
            EpochMetrics(
                epoch: $0 + 1, trainLoss: 1, trainAccuracy: 1, testLoss: 1, testAccuracy: Double(90 - $0), seconds: 1,
                trainingSeconds: 1, validation: .init(loss: $1.loss, accuracy: $1.accuracy, steps: $0 + 1))
        }
    }

    @Test func theHighestAccuracyIsBestThenTheSmallestLossThenTheFirst() {
        func best(_ measured: [(Double, Double)]) -> Int? { Selection.best(of: epochs(measured))?.epoch }
        #expect(best([(50, 1), (70, 9), (60, 0)]) == 2)
        #expect(best([(50, 1), (70, 9), (70, 8), (70, 8.5)]) == 3)
        #expect(best([(50, 1), (70, 8), (70, 8)]) == 2)
        #expect(best([]) == nil)
        #expect(best([(70, .nan), (70, 8), (70, .nan)]) == 2)
        #expect(Selection(isOfBest: true).result(of: epochs([(50, 1), (40, 1)]))?.epoch == 1)
        #expect(Selection(patience: 1).result(of: epochs([(50, 1), (40, 1)]))?.epoch == 2)
    }

    @Test func patienceCountsTheEpochsWithoutABetterOne() {
        let measured = epochs([(50, 1), (40, 1), (60, 1), (60, 1), (60, 2), (70, 1)])
        #expect((1...4).map { Selection(patience: $0).earlyEnd(in: measured) } == [2, 5, nil, nil])
        #expect(Selection(patience: 2).earlyEnd(in: Array(measured.prefix(4))) == nil)
        #expect(Selection(isOfBest: true).earlyEnd(in: measured) == nil)
    }

    /// The weights, and all that was measured with them, are those of a training that ends with that epoch.
    @Test(arguments: [nil, Averaging.ema(decay: 0.8)]) func theRunIsTheChosenEpoch(_ averaging: Averaging?) throws {
        func run(_ epochs: Int, _ selection: Selection) throws -> (Trained.Outcome, TrainedParameters) {
            let options = Trained.options(epochs: epochs, averaging: averaging, selection: selection)
            let outcome = try Trained.train(options)
            let checkpoint = Checkpoint(position: outcome.position, state: outcome.state)
            return (outcome, try #require(checkpoint.result(options)))
        }
        let (outcome, chosen) = try run(8, Selection(isOfBest: true))
        let best = try #require(Selection.best(of: outcome.position.metrics))
        try #require(best.epoch < 8)
        // Measures the validation part too, and comes to its last epoch.
        let (shorter, last) = try run(best.epoch, Selection(patience: 100))
        #expect(chosen.digest() == last.digest())
        #expect(outcome.position.outcomes == shorter.position.outcomes)
        #expect(best.validation == shorter.position.metrics.last?.validation)
        #expect(best.validation?.steps == shorter.position.steps)
        #expect(best.testLoss == shorter.position.metrics.last?.testLoss)
    }

    @Test func aTrainingThatPatienceEndsIsDoneWhereverItIsCut() throws {
        let options = Trained.options(epochs: 12, selection: Selection(isOfBest: true, patience: 1))
        let whole = try Trained.train(options)
        let count = whole.position.metrics.count
        try #require(whole.ending == .done && count < 12)
        #expect(options.selection.earlyEnd(in: whole.position.metrics) == count)
        for cut in whole.position.steps - 5...whole.position.steps {
            let part = try Trained.train(options, cut: cut)
            let checkpoint = Checkpoint(position: part.position, state: part.state)
            let rest = try Trained.train(options, from: checkpoint)
            #expect(rest.ending == .done && rest.position.withoutTimes == whole.position.withoutTimes)
            #expect(rest.state.copyBest()?.digest() == whole.state.copyBest()?.digest())
        }
        // Nothing is left to do after its end.
        let end = Checkpoint(position: whole.position, state: whole.state)
        #expect(try Trained.train(options, from: end).position.steps == whole.position.steps)
    }

    @Test func aDescriptionIsReadAsItIsWritten() throws {
        var options = TrainingOptions()
        #expect(options.json["select"] == nil && options.json["patience"] == nil)
        for selection in [Selection(isOfBest: true), Selection(patience: 3), Selection(isOfBest: true, patience: 1)] {
            options.selection = selection
            #expect(try TrainingOptions(.object(options.json)) == options)
        }
        var json = options.json
        json["patience"] = 0
        #expect(throws: DescriptionError.self) { try TrainingOptions(.object(json)) }
        json["patience"] = nil
        json["select"] = "worst"
        #expect(throws: DescriptionError.self) { try TrainingOptions(.object(json)) }
    }

    /// The first epochs are those of a longer training, so that it goes on from them.
    @Test func moreEpochsAreTheSameTraining() {
        var options = TrainingOptions()
        options.selection = Selection(isOfBest: true, patience: 3)
        #expect(!options.dependsOnEpochs)
    }

    @Test func theCopyIsPartOfTheMemoryThatIsAnnounced() throws {
        func bytes(_ selection: Selection) throws -> Int {
            try Trained.network(Trained.options(selection: selection), Cancellation()).byteCount
        }
        let weights = TrainingState.counts(try Trained.architecture(), .sgd()).weights
        #expect(try bytes(Selection(isOfBest: true)) == bytes(Selection(patience: 1)) + 4 * weights)
    }
}

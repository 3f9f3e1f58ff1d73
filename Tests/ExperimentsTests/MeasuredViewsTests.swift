// Views that a training's result is the mean of: which epoch is measured by them.

import Engine
import Libraries
import Network
import Runtime
import Testing

@testable import Experiments

@Suite struct MeasuredViewsTests {
    private func result(
        _ outcome: Trained.Outcome, _ options: TrainingOptions, views: Views?
    ) throws -> Evaluation {
        let checkpoint = Checkpoint(position: outcome.position, state: outcome.state)
        let network = try Trained.network(options.measuring, Cancellation())
        network.load(try #require(checkpoint.result(options)))
        return try network.evaluateAll(40, views: views)
    }

    @Test func onlyTheLastEpochIsMeasuredByThem() throws {
        let plain = try Trained.train(Trained.options())
        let options = Trained.options(views: .multicrop)
        let viewed = try Trained.train(options)
        #expect(viewed.state.parameters.digest() == plain.state.parameters.digest())
        let (before, after) = (plain.position.withoutTimes.metrics, viewed.position.withoutTimes.metrics)
        #expect(before.prefix(2) == after.prefix(2) && before[2].testLoss != after[2].testLoss)
        let measured = try result(viewed, options, views: .multicrop)
        #expect(measured.loss == after[2].testLoss && measured.outcomes == viewed.position.outcomes)
    }

    @Test(arguments: [nil, 1]) func theBestEpochIsMeasuredByThemWherePatienceEndsTheTraining(_ patience: Int?) throws {
        let selection = Selection(isOfBest: true, patience: patience)
        let plain = try Trained.train(Trained.options(epochs: 8, selection: selection))
        let options = Trained.options(epochs: 8, selection: selection, views: .mirror)
        let viewed = try Trained.train(options)
        let (before, after) = (plain.position.withoutTimes.metrics, viewed.position.withoutTimes.metrics)
        let best = try #require(Selection.best(of: before)).epoch
        try #require(best < before.count && before.count == after.count)
        // The choice is by the images as they are, and only the chosen epoch is measured anew.
        #expect(before.map(\.validation) == after.map(\.validation))
        #expect(zip(before, after).filter { $0 != $1 }.map(\.0.epoch) == [best])
        let measured = try result(viewed, options, views: .mirror)
        #expect(measured.loss == after[best - 1].testLoss && measured.outcomes == viewed.position.outcomes)
        // The weights are in their places again.
        #expect(viewed.state.parameters.digest() == plain.state.parameters.digest())
        #expect(viewed.state.copyBest()?.digest() == plain.state.copyBest()?.digest())
    }

    @Test func aDescriptionIsReadAsItIsWritten() throws {
        var options = TrainingOptions()
        #expect(options.json["views"] == nil && !options.dependsOnEpochs)
        for views in Views.allCases {
            options.views = views
            #expect(try TrainingOptions(.object(options.json)) == options && options.dependsOnEpochs)
        }
        var json = options.json
        json["views"] = "many"
        #expect(throws: DescriptionError.self) { try TrainingOptions(.object(json)) }
    }
}

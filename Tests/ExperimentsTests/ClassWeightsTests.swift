// Weights of classes, as scikit-learn works them out, and in a training.

import Engine
import Network
import Runtime
import Testing

@testable import Datasets
@testable import Experiments

@Suite struct ClassWeightsTests {
    /// `compute_class_weight("balanced", classes=[0, 2], y=[0] * 3 + [2])` of scikit-learn; class 1 has no image.
    @Test func balancedWeightsAreScikitLearns() throws {
        #expect(ClassWeights.balanced(of: [3, 0, 1]) == [4.0 / 6, 1, 2])
        let counts = Trained.data.trainingCounts
        #expect(counts.count == 10 && counts.reduce(0, +) == 56)
        #expect(ClassWeights.balanced.values(Trained.data) == ClassWeights.balanced(of: counts))
        #expect(ClassWeights.equal.values(Trained.data).isEmpty)
    }

    @Test(arguments: [ClassWeights.equal, .balanced, .given([0.5, 2])])
    func aDescriptionIsReadAsItIsWritten(_ weights: ClassWeights) throws {
        var options = TrainingOptions()
        options.classWeights = weights
        #expect((options.json["classweights"] == nil) == (weights == .equal))
        #expect(try TrainingOptions(.object(options.json)) == options)
        #expect(ClassWeights(.string("other")) == nil && ClassWeights(.array([.number(0)])) == nil)
    }

    /// Training only: the measured loss of the same weights is the same.
    @Test func theyChangeTheTrainingAndNotTheMeasurement() throws {
        var options = Trained.options()
        let plain = try Trained.train(options)
        options.classWeights = .given((1...10).map(Double.init))
        let weighted = try Trained.train(options)
        #expect(weighted.state.parameters.digest() != plain.state.parameters.digest())
        let network = try Trained.network(Trained.options(), Cancellation())
        network.load(weighted.state.parameters)
        #expect(try network.evaluateAll(40).loss == weighted.position.metrics.last?.testLoss)
        for threads in [2, 3, 7] {
            options.threads = threads
            let again = try Trained.train(options)
            #expect(again.state.parameters.digest() == weighted.state.parameters.digest(), "\(threads) threads")
            #expect(again.position.metrics.map(\.trainLoss) == weighted.position.metrics.map(\.trainLoss))
        }
    }

    /// Weights that are all alike change nothing: they are divided out, but for the rounding.
    @Test func equalWeightsAreDividedOut() throws {
        var options = Trained.options(epochs: 1)
        let plain = try #require(try Trained.train(options).position.metrics.first)
        options.classWeights = .given(Array(repeating: 4, count: 10))
        let weighted = try #require(try Trained.train(options).position.metrics.first)
        #expect(abs(plain.trainLoss - weighted.trainLoss) < 1e-5 && plain.testAccuracy == weighted.testAccuracy)
    }
}

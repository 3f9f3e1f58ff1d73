// A training that is cut anywhere, written to a file, read in another engine and continued with ends as one that was
// never cut; and a file that is damaged anywhere is never taken for a checkpoint.

import Engine
import Foundation
import Libraries
import Network
import Runtime
import Testing

@testable import Datasets
@testable import Experiments

@Suite struct CheckpointTests {
    private let folder: String
    private var path: String { "\(folder)/a.checkpoint" }

    init() throws { folder = try Trained.folder() }

    /// Through the file and back.
    private func passed(_ outcome: Trained.Outcome, _ options: TrainingOptions) throws -> Checkpoint {
        let checkpoint = Checkpoint(position: outcome.position, state: outcome.state)
        try CheckpointFile.write(checkpoint, try Trained.record(options), to: path)
        let read = try CheckpointFile.read(path, try Trained.architecture(), options.wholeOptimizer)
        #expect(read.position == outcome.position)
        return read
    }

    @Test(arguments: [
        ("adam", Trained.options()),
        (
            "rmsprop with all its moments",
            Trained.options(.rmsprop(learningRate: 1e-3, momentum: 0.8, isCentered: true))
        ),
        ("sgd", Trained.options(.sgd(learningRate: 0.05, momentum: 0.9, isNesterov: true))),
        (
            "adamw with a schedule",
            Trained.options(
                .adam(learningRate: 3e-3, weightDecay: 0.1, isDecoupled: true), schedule: .cosine(warmup: 1))
        ),
        (
            "lion with rates by role",
            Trained.options(.lion(learningRate: 1e-3, weightDecay: 0.1).with(RoleFactors(biasRate: 3)))
        ),
        ("muon with adamw", Trained.options(.muon(learningRate: 0.01))),
        (
            "adam with a cycled momentum",
            Trained.options(.adam(learningRate: 3e-3), schedule: .oneCycle(peak: nil, momentum: (0.95, 0.85)))
        ),
        ("mixed", Trained.options(precision: .mixed)),
        ("a moving average", Trained.options(averaging: .ema(decay: 0.8))),
        ("a mean of epochs", Trained.options(averaging: .swa(from: 0.5))),
        ("the best epoch", Trained.options(selection: Selection(isOfBest: true, patience: 2))),
        (
            "the best epoch of an average",
            Trained.options(averaging: .ema(decay: 0.8), selection: Selection(isOfBest: true))
        ),
        ("views of the last epoch", Trained.options(views: .multicrop)),
        (
            "views of the best epoch of an average",
            Trained.options(averaging: .ema(decay: 0.8), selection: Selection(isOfBest: true), views: .mirror)
        ),
        ("a slow copy", Trained.options(averaging: .lookahead(every: 3, decay: 0.9, from: 1, ramp: 2))),
    ])
    func cutAtAnyBatchItEndsWithTheSameBits(_ name: String, _ options: TrainingOptions) throws {
        defer { try? FileSystem.removeTree(folder) }
        let whole = try Trained.train(options)
        #expect(whole.ending == .done && whole.position.steps == 12)
        // After the last batch of an epoch it is the measurement that is cut.
        for cut in 0...12 {
            var first = options
            first.threads = 1 + cut % 2
            let part = try Trained.train(first, cut: cut)
            #expect(part.ending == .interrupted && part.position.steps == cut)
            var second = options
            second.threads = 2 - cut % 2
            let rest = try Trained.train(second, from: try passed(part, options))
            #expect(rest.ending == .done)
            #expect(rest.state.parameters.digest() == whole.state.parameters.digest(), "\(name), cut at \(cut)")
            #expect(rest.state.copyBest()?.digest() == whole.state.copyBest()?.digest())
            #expect(rest.state.copyAverage()?.digest() == whole.state.copyAverage()?.digest())
            #expect(rest.position.withoutTimes == whole.position.withoutTimes, "\(name), cut at \(cut)")
        }
    }

    @Test func cutAtEveryBatchItEndsWithTheSameBits() throws {
        defer { try? FileSystem.removeTree(folder) }
        let options = Trained.options()
        var checkpoint: Checkpoint?
        for cut in 1...12 { checkpoint = try passed(try Trained.train(options, from: checkpoint, cut: cut), options) }
        let end = try Trained.train(options, from: checkpoint)
        #expect(end.state.parameters.digest() == (try Trained.train(options)).state.parameters.digest())
    }

    @Test func aCopyIsNotChangedByTheNextStep() throws {
        defer { try? FileSystem.removeTree(folder) }
        let options = Trained.options()
        let network = try Trained.network(options, Cancellation())
        _ = try network.trainStep([0, 1, 2], epoch: 1, learningRateFactor: 1, momentum: nil)
        let copy = try #require(network.copyState())
        let digest = copy.parameters.digest()
        _ = try network.trainStep([3, 4, 5], epoch: 1, learningRateFactor: 1, momentum: nil)
        #expect(copy.parameters.digest() == digest)
        #expect(network.releaseState().parameters.digest() != digest)
    }

    @Test func aFileIsSafetensorsThatOthersRead() throws {
        defer { try? FileSystem.removeTree(folder) }
        let options = Trained.options()
        let part = try Trained.train(options, cut: 5)
        _ = try passed(part, options)
        let file = try Safetensors(parsing: try FileSystem.read(path))
        let counts = TrainingState.counts(try Trained.architecture(), options.optimizer)
        #expect(file.names == ["weights", "moments"])
        #expect(file["weights"]?.values.count == counts.weights && file["moments"]?.values.count == counts.moments)
    }

    @Test func noDamageGoesUnseen() throws {
        defer { try? FileSystem.removeTree(folder) }
        let options = Trained.options()
        let part = try Trained.train(options, cut: 5)
        _ = try passed(part, options)
        let whole = try FileSystem.read(path)
        let header = 8 + Int(whole[0]) + Int(whole[1]) << 8
        var random = SystemRandomNumberGenerator()
        for turn in 0..<300 {
            var bytes = whole
            if turn % 3 == 0 {
                bytes.removeLast(Int.random(in: 1...whole.count, using: &random))
            } else {
                let place = turn % 3 == 1 ? Int.random(in: 0..<header) : Int.random(in: 0..<whole.count)
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            try FileSystem.write(bytes, to: path)
            // Spaces after the header's text mean nothing.
            if let read = try? CheckpointFile.read(path, try Trained.architecture(), options.optimizer) {
                #expect(read.state.parameters.digest() == part.state.parameters.digest())
                #expect(read.position == part.position)
            }
        }
        let another = try Architecture(
            input: Shape(channels: 3, height: 32, width: 32), layers: [.flatten, .linear(.init(width: 10))])
        try FileSystem.write(whole, to: path)
        #expect(throws: CheckpointError.self) { try CheckpointFile.read(path, another, options.optimizer) }
        #expect(throws: CheckpointError.self) {
            try CheckpointFile.read(path, try Trained.architecture(), .sgd(learningRate: 0.1))
        }
    }
}

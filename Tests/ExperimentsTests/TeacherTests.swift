// Trainings that follow a teacher: what they are found by, what they take, and that they end alike wherever they are
// cut.

import Engine
import Libraries
import Network
import Runtime
import Testing

@testable import Experiments

@Suite struct TeacherTests {
    private func teacher(
        seed: UInt64 = 1, activation: Layer.Activation = .relu, temperature: Double = 4, weight: Double = 0.5
    ) throws -> Teacher {
        let architecture = try Architecture(
            input: Shape(channels: 3, height: 32, width: 32),
            layers: [
                .convolution(.init(width: 8, stride: Extent(4))), .batchNorm(.init()), .activation(activation),
                .flatten,
                .linear(.init(width: 10)),
            ])
        let network = try Trained.network(Trained.options(seed: seed), Cancellation(), of: architecture)
        let run = Run(model: "Big", architecture: architecture, parameters: network.releaseState().parameters)
        return try Teacher(run, temperature: temperature, weight: weight)
    }

    private func options(_ teacher: Teacher?) -> TrainingOptions {
        var options = Trained.options()
        options.teacher = teacher
        return options
    }

    private func identity(_ options: TrainingOptions) throws -> String {
        RunDescription(try Trained.architecture(), dataDigest: "ab", data: nil, options).identity(on: "any").digest
    }

    @Test func aDescriptionIsReadAsItIsWritten() throws {
        #expect(TrainingOptions().json["distill"] == nil)
        var options = self.options(try teacher(temperature: 2.5, weight: 1))
        // These are not described: they decide no bit.
        options.threads = nil
        let read = try TrainingOptions(.object(options.json))
        #expect(read == options && read.teacher?.run == "Big" && read.teacher?.isAtHand == false)
        var json = try #require(options.json["distill"]?.object)
        json["weight"] = 2
        #expect(throws: DescriptionError.self) { try Teacher(.object(json)) }
        json["weight"] = 1
        for temperature in [0, 9e-4, 10_001] {
            json["temperature"] = .number(temperature)
            #expect(throws: DescriptionError.self) { try Teacher(.object(json)) }
        }
    }

    @Test func whatDecidesItsOutputsDecidesWhatIsFound() throws {
        let all: [TrainingOptions] = [
            options(nil), options(try teacher()), options(try teacher(seed: 2)),
            options(try teacher(activation: .tanh)), options(try teacher(temperature: 5)),
            options(try teacher(weight: 0.4)),
        ]
        #expect(try Set(all.map(identity)).count == all.count)
        #expect(Set(all.map(\.teacher)).count == all.count)
        // Its name decides nothing.
        var json = options(try teacher()).json
        var named = try #require(json["distill"]?.object)
        named["name"] = "other"
        json["distill"] = .object(named)
        #expect(try identity(TrainingOptions(.object(json))) == identity(all[1]))
    }

    @Test(arguments: [1, 2]) func cutAnywhereItEndsWithTheSameBits(_ parts: Int) throws {
        var options = self.options(try teacher())
        options.parts = parts
        let whole = try Trained.train(options)
        #expect(whole.state.parameters.digest() != (try Trained.train(Trained.options())).state.parameters.digest())
        for cut in [1, 4, 7, 12] {
            var first = options
            first.threads = 2
            let part = try Trained.train(first, cut: cut)
            let rest = try Trained.train(options, from: Checkpoint(position: part.position, state: part.state))
            #expect(rest.state.parameters.digest() == whole.state.parameters.digest(), "cut at \(cut)")
            #expect(rest.position.withoutTimes == whole.position.withoutTimes, "cut at \(cut)")
        }
    }

    @Test func itsPlanIsPartOfTheMemoryThatIsAnnounced() throws {
        func bytes(_ options: TrainingOptions) throws -> Int {
            try Trained.network(options, Cancellation()).byteCount
        }
        let teacher = try self.teacher()
        let own = try Executor.requiredBytes(
            teacher.architecture, batchSize: 16, optimizer: .sgd(), precision: .float32, threads: 1)
        #expect(try bytes(options(teacher)) == bytes(options(nil)) + own)
    }

    @Test func withoutItsWeightsNothingBegins() throws {
        let options = try TrainingOptions(.object(self.options(try teacher()).json))
        #expect(throws: TrainingError.self) { try Trained.train(options) }
    }
}

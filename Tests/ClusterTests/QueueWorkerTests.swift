// Trainings that wait in the folder of a store, and a process that takes them.

import Datasets
import Engine
import Experiments
import Libraries
import Network
import Runtime
import TestSupport
import Testing

@testable import Cluster

@Suite(.serialized) struct QueueWorkerTests {
    private let folder = TemporaryFolder()

    /// - Parameter digest: of the data; `nil`: theirs.
    private func task(seed: UInt64, digest: String? = nil) throws -> (identity: String, task: WorkerTask) {
        let data = try Synthetic.make(cancellation: Cancellation()).taking(32, test: 16)
        let digest = try digest ?? data.digest()
        let architecture = try Architecture(
            input: Shape(channels: 3, height: 32, width: 32), layers: [.flatten, .linear(.init(width: 10))])
        let options = TrainingOptions(
            epochs: 1, batchSize: 16, optimizer: .adam(learningRate: 1e-3), seeds: Seeds(seed), threads: 1)
        let description = RunDescription(architecture, dataDigest: digest, data: data.description, options)
        let context = WeightsFile.Context(
            program: "p", modelExpression: "Net", dataExpression: nil, dataDigest: digest, version: "1")
        let record = try RunRecord(beginning: description, context, model: "Net", dataset: "synthetic")
        let identity = try #require(record.kept?.identity.digest)
        return (identity, WorkerTask(record, folder: ".", keepsWeights: false))
    }

    private var results: [String] { (try? FileSystem.list("\(folder.path)/results")) ?? [] }

    @Test func allThatWaitIsTrainedOnce() throws {
        let queue = TaskQueue(home: folder.path)
        for seed in 1...3 as ClosedRange<UInt64> { try queue.add(task(seed: seed).task) }
        try FileSystem.write("no task", to: "\(queue.folder)/00.task")
        #expect(queue.names.count == 4)
        #expect(QueueWorker().run(home: folder.path) == 0)
        #expect(results.count == 3 && queue.names == ["00"])
        // What is there is not trained again.
        try queue.add(task(seed: 2).task)
        #expect(QueueWorker().run(home: folder.path) == 0)
        #expect(results.count == 3 && queue.names == ["00"])
    }

    @Test func whatCannotBeTrainedSaysWhyAndStays() throws {
        let queue = TaskQueue(home: folder.path)
        let (identity, task) = try task(seed: 1, digest: String(repeating: "0", count: 64))
        try queue.add(task)
        #expect(QueueWorker().run(home: folder.path) == 1)
        let failures = queue.failures(identity)
        #expect(failures.count == 1 && failures[0].reason.contains("changed"), "\(failures)")
        // After two machines nobody tries it.
        queue.fail(identity, on: "n7", "no memory")
        #expect(queue.failures(identity).map(\.host).contains("n7"))
        #expect(QueueWorker().run(home: folder.path) == 1 && results.isEmpty)
        queue.remove(identity)
        #expect(try FileSystem.list(queue.folder).isEmpty)
    }
}

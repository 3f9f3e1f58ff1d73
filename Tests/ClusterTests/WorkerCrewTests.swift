// A crew whose workers are shells that answer as they are told.

import Datasets
import Engine
import Experiments
import Libraries
import Network
import Runtime
import Testing

@testable import Cluster

private func wanted(_ seeds: ClosedRange<UInt64>) throws -> [RunSource.Wanted] {
    let model = StudyModel(
        name: "Net",
        architecture: try Architecture(
            input: Shape(channels: 3, height: 32, width: 32), layers: [.flatten, .linear(.init(width: 10))]),
        dataset: try Synthetic.make(cancellation: Cancellation()).taking(32, test: 16),
        options: TrainingOptions(epochs: 1, batchSize: 16, optimizer: .adam(learningRate: 1e-3), threads: 1))
    return seeds.map { RunSource.Wanted(model, Seeds($0), keepsWeights: false) }
}

private func task(_ wanted: RunSource.Wanted) throws(TrainingError) -> WorkerTask {
    let description = RunDescription(
        wanted.model.architecture, dataDigest: "d", data: wanted.model.dataset.description,
        wanted.model.options(wanted.seeds))
    let context = WeightsFile.Context(
        program: "p", modelExpression: "Net", dataExpression: nil, dataDigest: "d", version: "1")
    let record = try RunRecord(beginning: description, context, model: "Net", dataset: "synthetic")
    return WorkerTask(record, folder: ".", isFresh: false, keepsWeights: wanted.keepsWeights)
}

/// Each worker is this script; what it reads is a task a line.
private func crew(_ script: String, count: Int = 2) -> WorkerCrew {
    WorkerCrew(
        WorkerCommand("/bin/sh", ["-c", script]), count: count, threads: (1, 2), home: "/nowhere", task: task,
        kept: { _, _ in nil })
}

/// What became of trainings, by their places.
private struct Outcome {
    var end: StudyEnd
    var left: [Int]
    var notes: [String] = []
    var lost = 0
    var waited = false
}

private func train(
    _ crew: WorkerCrew, _ trainings: [RunSource.Wanted], _ cancellation: Cancellation = Cancellation()
) throws -> Outcome {
    var (notes, lost, waited) = ([String](), 0, false)
    let (end, left) = try crew.train(trainings, cancellation: cancellation) { event in
        switch event {
        case .note(let text, _): notes.append(text)
        case .lost: lost += 1
        case .waiting:
            waited = true
            cancellation.cancel()
        default: break
        }
    }
    return Outcome(end: end, left: left, notes: notes, lost: lost, waited: waited)
}

struct WorkerCrewTests {
    /// Data that have changed since they were read: what is on them is trained where they are.
    @Test func whatCannotBeMadeAgainElsewhereIsLeft() throws {
        let answer = #"while read task; do echo '{"nodata":"a file has changed"}'; done"#
        let outcome = try train(crew(answer), wanted(1...5))
        guard case .done = outcome.end else {
            Issue.record("\(outcome.end)")
            return
        }
        #expect(outcome.left.sorted() == [0, 1, 2, 3, 4])
        #expect(outcome.notes.contains { $0.contains("a file has changed") && $0.contains("trained here") })
    }

    @Test func withoutAProcessAllIsLeft() throws {
        let none = WorkerCrew(
            WorkerCommand("/nowhere/tandem", []), count: 2, threads: (1, 2), home: "/nowhere", task: task,
            kept: { _, _ in nil })
        let outcome = try train(none, wanted(1...3))
        #expect(outcome.left == [0, 1, 2] && outcome.notes.count == 1)
    }

    @Test func whatCannotBeginIsAnError() throws {
        let answer = #"while read task; do echo '{"failed":"it cannot","fix":"do otherwise","memory":false}'; done"#
        let error = #expect(throws: TrainingError.self) { try train(crew(answer), wanted(1...3)) }
        #expect(error?.message == "it cannot" && error?.fix == "do otherwise")
    }

    /// Where memory is short for two, one after the other is trained; where it is short for one, that is an error.
    @Test func memoryThatIsShortIsForFewerAtOnce() throws {
        let answer = #"while read task; do echo '{"failed":"needs 9 MB","fix":"less","memory":true}'; done"#
        let error = #expect(throws: TrainingError.self) { try train(crew(answer), wanted(1...3)) }
        #expect(error?.message == "needs 9 MB")
    }

    @Test func aWorkerThatIsLostTwiceStopsTheStudy() throws {
        let outcome = try train(crew("read task; exit 3"), wanted(1...3))
        guard case .stopped(let reason, _) = outcome.end else {
            Issue.record("\(outcome.end)")
            return
        }
        #expect(reason.contains("ended with the code 3, for the second time") && outcome.lost >= 1)
    }

    @Test func whatOthersAreAtIsWaitedFor() throws {
        let outcome = try train(crew(#"while read task; do echo '{"held":"process 7"}'; done"#), wanted(1...2))
        #expect(outcome.waited)
    }

    @Test func lettersThatAreNoMessagesAreNoAnswer() throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        let outcome = try train(crew("echo what; echo '{\"ended\":{}}'; cat"), wanted(1...2), cancellation)
        guard case .interrupted = outcome.end else {
            Issue.record("\(outcome.end)")
            return
        }
    }

    @Test func aTaskIsReadAsItWasWritten() throws {
        var written = try task(wanted(7...7)[0])
        written.threads = 3
        let read = try #require(WorkerTask(written.line))
        #expect(read.threads == 3 && read.folder == "." && !read.isFresh && !read.keepsWeights)
        let description = try #require(read.record.description)
        #expect(description.options.seeds.initialization == 7 && description.data == written.record.description?.data)
        #expect(try description.identity() == written.record.description?.identity())
    }

    @Test func messagesAreReadAsTheyWereWritten() throws {
        let progress = TrainingProgress(
            epoch: 2, epochs: 3, batches: 4, batchesPerEpoch: 5, images: 60, imagesPerEpoch: 70, loss: 0.5, accuracy: 12.5,
            imagesPerSecond: 1e4, secondsLeft: 0.25)
        guard case .progress(let read)? = WorkerMessage(WorkerMessage.progress(progress).line) else {
            Issue.record("no progress")
            return
        }
        #expect(read.fraction == progress.fraction && read.loss == 0.5 && read.secondsLeft == 0.25)
        guard case .failed("a \"b\"\n", "c", true)? = WorkerMessage(
            WorkerMessage.failed(message: "a \"b\"\n", fix: "c", isOutOfMemory: true).line)
        else {
            Issue.record("no failure")
            return
        }
        #expect(!WorkerMessage.fault(message: "a\nb", fix: nil).line.contains(UInt8(ascii: "\n")))
        for text in ["", "{}", "[]", "{\"progress\":1}", "{\"epoch\"", "{\"ended\":{}}", "null", "{\"held\":3}"] {
            #expect(WorkerMessage(Array(text.utf8)) == nil, "\(text)")
        }
    }
}

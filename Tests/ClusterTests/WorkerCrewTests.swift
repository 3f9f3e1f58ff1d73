// A crew whose workers are shells that answer as they are told.

import Datasets
import Engine
import Experiments
import Glibc
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
    return WorkerTask(record, folder: ".", keepsWeights: wanted.keepsWeights)
}

/// Each worker is this script; what it reads is a task a line.
private func crew(_ script: String, count: Int = 2) -> WorkerCrew {
    WorkerCrew(
        WorkerCommand("/bin/sh", ["-c", script]), count: count, threads: (1, 2), home: "/nowhere", task: task,
        kept: { _, seeds, _ in
            StudyRun(
                seeds: seeds, state: .done, metrics: [], outcomes: TestOutcomes(), seconds: 1, imagesPerSecond: 1,
                byteCount: 1)
        })
}

/// What became of trainings, by their places.
private struct Outcome {
    var end: StudyEnd
    var left: [Int]
    var notes: [String] = []
    var lost = 0
    var got = 0
    var waited = false
}

private func told(
    _ crew: WorkerCrew, _ trainings: [RunSource.Wanted], _ cancellation: Cancellation = Cancellation()
) throws -> Outcome {
    var (notes, lost, got, waited) = ([String](), 0, 0, false)
    let (end, left) = try crew.train(trainings, cancellation: cancellation) { event in
        switch event {
        case .note(let text): notes.append(text)
        case .lost: lost += 1
        case .got: got += 1
        case .waiting:
            waited = true
            cancellation.cancel()
        default: break
        }
    }
    return Outcome(end: end, left: left, notes: notes, lost: lost, got: got, waited: waited)
}

private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = "/tmp/tandem-crew-\(UInt64.random(in: 0...UInt64.max))"
    try FileSystem.createDirectories(folder)
    defer { try? FileSystem.remove(folder) }
    try body(folder)
}

struct WorkerCrewTests {
    /// Data that have changed since they were read: what is on them is trained where they are.
    @Test func whatCannotBeMadeAgainElsewhereIsLeft() throws {
        let answer = #"while read task; do echo '{"nodata":"a file has changed"}'; done"#
        let outcome = try told(crew(answer), wanted(1...5))
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
            kept: { _, _, _ in nil })
        let outcome = try told(none, wanted(1...3))
        #expect(outcome.left == [0, 1, 2] && outcome.notes.count == 1)
    }

    @Test func whatCannotBeginIsAnError() throws {
        let answer = #"while read task; do echo '{"failed":"it cannot","fix":"do otherwise","memory":false}'; done"#
        let error = #expect(throws: TrainingError.self) { try told(crew(answer), wanted(1...3)) }
        #expect(error?.message == "Net: it cannot" && error?.fix == "do otherwise")
    }

    /// Where memory is short for two, one after the other is trained; where it is short for one, that is an error.
    @Test func memoryThatIsShortIsForFewerAtOnce() throws {
        let failure = #"echo '{"failed":"needs 9 MB","fix":"less","memory":true}'"#
        let error = #expect(throws: TrainingError.self) {
            try told(crew("while read task; do \(failure); done"), wanted(1...3))
        }
        #expect(error?.message == "Net: needs 9 MB")
        try withFolder { folder in
            let train = #"sleep 0.2; rmdir \#(folder)/one; echo '{"kept":true}'"#
            let answer =
                "while read task; do if mkdir \(folder)/one; then \(train); else \(failure); fi; done 2>/dev/null"
            let outcome = try told(crew(answer, count: 3), wanted(1...4))
            #expect(outcome.got == 4 && outcome.lost == 0 && outcome.left.isEmpty)
        }
    }

    /// What is killed next to others may fit alone: it is no loss that counts.
    @Test func whatIsKilledNextToOthersIsTrainedWithFewerAtOnce() throws {
        try withFolder { folder in
            let train = #"sleep 0.2; rmdir \#(folder)/one; echo '{"kept":true}'"#
            let answer =
                #"while read task; do echo '{"began":true}'; if mkdir \#(folder)/one; then \#(train); else kill -9 $$; fi; done 2>/dev/null"#
            let outcome = try told(crew(answer, count: 4), wanted(1...5))
            #expect(outcome.got == 5 && outcome.lost >= 1)
        }
    }

    @Test func aWorkerThatIsToldToEndIsReplaced() throws {
        try withFolder { folder in
            let record = String(decoding: WorkerMessage.ended(try task(wanted(1...1)[0]).record).line, as: UTF8.self)
            try FileSystem.write(Array((record + "\n").utf8), to: "\(folder)/interrupted")
            let first =
                "if mkdir \(folder)/one; then read task; echo '{\"began\":true}'; cat \(folder)/interrupted; sleep 0.2; exit 143; fi"
            let answer = "\(first); while read task; do echo '{\"kept\":true}'; done"
            let outcome = try told(crew(answer, count: 1), wanted(1...3))
            #expect(outcome.got == 3 && outcome.lost == 1)
        }
    }

    @Test func aWorkerThatIsLostTwiceStopsTheStudy() throws {
        let outcome = try told(crew(#"read task; echo '{"began":true}'; exit 3"#), wanted(1...3))
        guard case .stopped(let reason, _) = outcome.end else {
            Issue.record("\(outcome.end)")
            return
        }
        #expect(reason.contains("ended with the code 3, for the second time") && outcome.lost >= 1)
    }

    /// No training is charged with what ended before it was read.
    @Test func whereNoWorkerStartsAllIsLeft() throws {
        for script in ["exit 127", "read task; exit 2", "kill -9 $$"] {
            let outcome = try told(crew(script), wanted(1...4))
            #expect(outcome.left.sorted() == [0, 1, 2, 3] && outcome.lost == 0, "\(script)")
            #expect(outcome.notes.count == 1 && outcome.notes[0].contains("end before they can train"))
        }
    }

    @Test func whatOthersAreAtIsWaitedFor() throws {
        let outcome = try told(crew(#"while read task; do echo '{"held":"process 7"}'; done"#), wanted(1...2))
        #expect(outcome.waited)
    }

    /// It is ended, and what it was given is given to another one.
    @Test func aWorkerThatWritesNoMessagesIsLost() throws {
        for line in ["what", #"{"ended":{}}"#] {
            let outcome = try told(crew("echo '\(line)'; cat", count: 1), wanted(1...2))
            guard case .stopped(let reason, _) = outcome.end else {
                Issue.record("\(outcome.end)")
                continue
            }
            #expect(reason.contains("wrote what is no message, for the second time"))
        }
    }

    @Test func anInterruptLeavesThemAll() throws {
        let cancellation = Cancellation()
        cancellation.cancel()
        let outcome = try told(crew("cat"), wanted(1...2), cancellation)
        guard case .interrupted = outcome.end else {
            Issue.record("\(outcome.end)")
            return
        }
    }

    @Test func aTaskIsReadAsItWasWritten() throws {
        var written = try task(wanted(7...7)[0])
        written.threads = 3
        let read = try #require(WorkerTask(written.line))
        #expect(read.threads == 3 && read.folder == "." && read.attempt == nil && !read.keepsWeights)
        let description = try #require(read.record.description)
        #expect(description.options.seeds.initialization == 7 && description.data == written.record.description?.data)
        #expect(try description.identity() == written.record.description?.identity())
    }

    @Test func messagesAreReadAsTheyWereWritten() throws {
        let progress = TrainingProgress(
            epoch: 2, epochs: 3, batches: 4, batchesPerEpoch: 5, images: 60, imagesPerEpoch: 70, loss: 0.5,
            accuracy: 12.5,
            imagesPerSecond: 1e4, secondsLeft: 0.25)
        guard case .progress(let read)? = WorkerMessage(WorkerMessage.progress(progress).line) else {
            Issue.record("no progress")
            return
        }
        #expect(read.fraction == progress.fraction && read.loss == 0.5 && read.secondsLeft == 0.25)
        guard
            case .failed("a \"b\"\n", "c", true)? = WorkerMessage(
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

/// Workers on other machines, by a script in the place of `ssh`.
struct SSHCrewTests {
    /// - Parameter script: what `ssh` does; its last words are the machine and what is run there.
    private func outcome(_ script: String, machines: [String], seeds: ClosedRange<UInt64>) throws -> Outcome {
        var result: Outcome?
        try withFolder { folder in
            let path = "\(folder)/ssh"
            try FileSystem.write("#!/bin/sh\nfor word; do host=$program; program=$word; done\n\(script)\n", to: path)
            #expect(chmod(path, 0o755) == 0)
            let crew = WorkerCrew(
                on: machines.map {
                    var machine = SSHMachine($0)
                    machine.connection = path
                    return machine
                }, threads: 1, RunStore(folder: "\(folder)/home"), task: task, kept: { _, _, _ in nil })
            result = try told(crew, wanted(seeds))
        }
        return try #require(result)
    }

    @Test func whatAShellGreetsWithIsNoMessage() throws {
        let answer =
            #"echo "Welcome to $host"; [ "$program" = "tandem work -" ] || exit 3; while read task; do echo '{"nodata":"no such folder"}'; done"#
        let outcome = try outcome(answer, machines: ["pc1", "pc2"], seeds: 1...3)
        #expect(outcome.left.sorted() == [0, 1, 2] && outcome.notes.contains { $0.contains("no such folder") })
    }

    @Test func aMachineThatIsNotThereIsNotUsed() throws {
        let answer =
            #"[ $host = pc1 ] || { echo "ssh: connect to host $host: no route" >&2; exit 255; }; while read task; do echo '{"nodata":"x"}'; done"#
        let outcome = try outcome(answer, machines: ["pc1", "pc2"], seeds: 1...3)
        #expect(outcome.notes.contains("pc2 is not used: ssh: connect to host pc2: no route"))
        #expect(outcome.left.sorted() == [0, 1, 2])
    }

    @Test func withoutAnyTheStudyStops() throws {
        let outcome = try outcome("echo no key; exit 255", machines: ["pc1", "pc2"], seeds: 1...3)
        guard case .stopped(let reason, let fix) = outcome.end else { return #expect(Bool(false), "\(outcome.end)") }
        #expect(reason == "no machine can train: pc1: no key; pc2: no key" && fix.contains("ssh pc1 tandem --version"))
    }

    /// One that is lost again and again does not keep the study from its end.
    @Test func aLostMachineIsTriedAgainAndThenLeftOut() throws {
        let answer = #"read task; echo '{"began":true}'; echo gone; exit 1"#
        let outcome = try outcome(answer, machines: ["pc1"], seeds: 1...1)
        guard case .stopped(let reason, _) = outcome.end else { return #expect(Bool(false), "\(outcome.end)") }
        #expect(reason == "no machine can train: pc1: gone" && outcome.lost == 3)
    }
}

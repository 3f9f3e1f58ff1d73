// Several trainings at once, in processes of their own: what is told to stop, killed or lost costs nothing that was
// trained, and the bits are those of one after the other.

import Foundation
import Testing

@Suite(.serialized) struct WorkerTests {
    /// `B` takes several times as long as `A`: when the first has ended, the second is in the middle.
    private static let networks = """
        model A { input 3x32x32; conv 16, kernel: 4, stride: 4; relu; flatten; linear 10 }
        model B { input 3x32x32; conv 16, kernel: 4, stride: 4; gelu; flatten; linear 128; relu; linear 10 }
        let data = take(synthetic(), 1000, test: 100)

        """

    private static func study(epochs: Int, workers: Int) -> String {
        networks + """
            let s = compare A, B, on: data, epochs: \(epochs), batch: 16, optimizer: adam(lr: 1e-3), seeds: 1...3, workers: \(workers), log: lines
            for r in s.runs { print r.digest }
            """
    }

    private let home: URL
    private let script: URL

    init() throws {
        home = try Tandem.folder()
        script = home.appending(path: "study.tandem")
    }

    private func started(_ text: String) throws -> Process {
        try text.write(to: script, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Tandem.path)
        process.arguments = ["run", script.path]
        process.environment = ProcessInfo.processInfo.environment.merging(["TANDEM_HOME": home.path]) { $1 }
        for (ending, isError) in [("output", false), ("error", true)] {
            let path = "\(script.path).\(ending)"
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            if isError { process.standardError = file } else { process.standardOutput = file }
        }
        try process.run()
        return process
    }

    private func text(_ ending: String) throws -> String {
        try String(contentsOfFile: "\(script.path).\(ending)", encoding: .utf8)
    }

    private func digests(_ output: String) -> [Substring] {
        output.split(separator: "\n").filter { $0.utf8.count == 64 }
    }

    /// The digests of the same study, one training after the other, in another home.
    private func truth(epochs: Int) throws -> [Substring] {
        let result = try Tandem.script(Self.study(epochs: epochs, workers: 1))
        #expect(result.code == 0, "\(result.error)")
        return digests(result.output)
    }

    /// The processes that a process has started, and that have not ended.
    private func workers(of parent: Int32) -> [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { process in
            guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                let fields = text.split(separator: ")").last?.split(separator: " "), fields.count > 1
            else { return false }
            return fields[1] == "\(parent)" && fields[0] != "Z"
        }
    }

    private func waitUntil(seconds: Double = 60, _ condition: () throws -> Bool) rethrows {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end, try !condition() { usleep(5000) }
    }

    private func files(_ folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: "\(home.path)/\(folder)")) ?? []
    }

    @Test func theBitsAreThoseOfOneAfterTheOther() throws {
        defer { try? FileManager.default.removeItem(at: home) }
        let process = try started(Self.study(epochs: 2, workers: 3))
        var most = 0
        while process.isRunning {
            most = max(most, workers(of: process.processIdentifier).count)
            usleep(5000)
        }
        let (output, error) = (try text("output"), try text("error"))
        #expect(process.terminationStatus == 0 && most == 3, "\(most): \(error)")
        #expect(error.contains("6 trainings, 3 at a time: "))
        #expect(digests(output).count == 6)
        #expect(try digests(output) == truth(epochs: 2))
        #expect(files("claims").isEmpty && files("results").count == 6)
        // A second time nothing is trained, and nothing started.
        let again = try Tandem.run(["run", script.path], environment: ["TANDEM_HOME": home.path])
        #expect(again.output.contains("6 of 6 trainings loaded from the run store"))
        #expect(digests(again.output) == digests(output))
    }

    @Test(arguments: [
        (SIGKILL, "was killed (signal 9)"), (SIGTERM, "was told to end"), (SIGUSR1, "was ended by signal 10"),
    ])
    func whatALostWorkerWasAtIsTrainedByAnother(signal: Int32, told: String) throws {
        defer { try? FileManager.default.removeItem(at: home) }
        let process = try started(Self.study(epochs: 15, workers: 2))
        waitUntil { workers(of: process.processIdentifier).count == 2 && files("claims").count == 2 }
        let victim = try #require(workers(of: process.processIdentifier).first)
        usleep(300_000)
        kill(victim, signal)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let error = try text("error")
        #expect(error.contains(told) && error.contains("another one takes it over"), "\(error)")
        #expect(try digests(text("output")) == truth(epochs: 15))
        #expect(files("claims").isEmpty && files("results").count == 6)
    }

    @Test func anInterruptEndsThemAllAndKeepsWhatTheyWereAt() throws {
        defer { try? FileManager.default.removeItem(at: home) }
        let process = try started(Self.study(epochs: 15, workers: 2))
        try waitUntil { try text("output").contains(" % after 15 epochs") }
        // What was begun next has done some steps by then, also where both ended at once.
        waitUntil { files("claims").count == 2 }
        usleep(300_000)
        let started = workers(of: process.processIdentifier)
        #expect(started.count == 2)
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        let error = try text("error")
        #expect(error.contains("missing; those that were done are kept"), "\(error)")
        #expect(error.contains(" again continues: what was trained is loaded from the run store"), "\(error)")
        waitUntil { started.allSatisfy { kill($0, 0) != 0 } }
        #expect(started.allSatisfy { kill($0, 0) != 0 } && files("claims").isEmpty)
        #expect(try text("error") == error, "they write nothing for a person")
        let done = files("results").count
        #expect(done >= 1 && done < 6 && files("runs").contains { $0.hasSuffix(".checkpoint") })
        let second = try Tandem.run(["run", script.path], environment: ["TANDEM_HOME": home.path])
        #expect(second.code == 0 && second.output.contains("\(done) of 6 trainings loaded from the run store"))
        #expect(try digests(second.output) == truth(epochs: 15))
    }

    @Test func withoutThatWhichStartedThemTheyKeepWhatTheyAreAtAndEnd() throws {
        defer { try? FileManager.default.removeItem(at: home) }
        let process = try started(Self.study(epochs: 15, workers: 2))
        waitUntil { workers(of: process.processIdentifier).count == 2 && files("claims").count == 2 }
        usleep(300_000)
        let started = workers(of: process.processIdentifier)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        waitUntil { files("claims").isEmpty && started.allSatisfy { kill($0, 0) != 0 } }
        #expect(started.count == 2 && started.allSatisfy { kill($0, 0) != 0 } && files("claims").isEmpty)
        let second = try Tandem.run(["run", script.path], environment: ["TANDEM_HOME": home.path])
        #expect(try second.code == 0 && digests(second.output) == truth(epochs: 15))
    }

    @Test func aTrainingWhoseProcessIsLostTwiceStopsTheStudy() throws {
        defer { try? FileManager.default.removeItem(at: home) }
        let process = try started(Self.study(epochs: 1000, workers: 2))
        while process.isRunning {
            for worker in workers(of: process.processIdentifier) { kill(worker, SIGKILL) }
            usleep(100_000)
        }
        let error = try text("error")
        #expect(process.terminationStatus == 1 && error.contains("for the second time"), "\(error)")
        #expect(error.contains("fix: use a narrower network or a smaller `batch:`, or free memory"))
    }

    @Test func whatIsNoTaskIsRefused() throws {
        #expect(try Tandem.run(["work", "--threads", "none"]).code == 2)
        #expect(try Tandem.run(["work", "-", "x"]).code == 2)
        defer { try? FileManager.default.removeItem(at: home) }
        // Its input stays open until it has answered.
        let result = try Tandem.run(
            "/bin/sh", ["-c", "(echo '{}'; echo 'not json'; sleep 2) | '\(Tandem.path)' work -"],
            environment: ["TANDEM_HOME": home.path])
        #expect(result.output.split(separator: "\n").count == 2 && result.output.contains("\"failed\""))
    }
}

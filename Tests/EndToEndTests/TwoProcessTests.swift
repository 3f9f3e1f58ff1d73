// Two processes on one store.

import Foundation
import Testing

struct TwoProcessTests {
    private let home = try? Tandem.folder()

    private func started(_ script: URL, _ home: URL) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Tandem.path)
        process.arguments = ["run", script.path]
        process.environment = ProcessInfo.processInfo.environment.merging(["TANDEM_HOME": home.path]) { $1 }
        for (ending, isError) in [("output", false), ("error", true)] {
            let path = script.path + "-\(process.hash).\(ending)"
            _ = FileManager.default.createFile(atPath: path, contents: nil)
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            if isError { process.standardError = file } else { process.standardOutput = file }
        }
        try process.run()
        return process
    }

    private func text(_ process: Process, _ script: URL, _ ending: String = "output") throws -> String {
        try String(contentsOfFile: script.path + "-\(process.hash).\(ending)", encoding: .utf8)
    }

    private func printed(_ text: String, _ home: URL) throws -> String {
        let script = home.appending(path: "look.tandem")
        try text.write(to: script, atomically: true, encoding: .utf8)
        let result = try Tandem.run(["run", script.path], environment: ["TANDEM_HOME": home.path])
        return result.output + result.error
    }

    /// A run that continues has no checkpoint of this process yet, but it is listed as running, and its lock stays.
    @Test func aRunThatIsContinuedIsLeftAloneByOthers() throws {
        let home = try #require(home)
        defer { try? FileManager.default.removeItem(at: home) }
        let script = home.appending(path: "train.tandem")
        try """
        model Net { input 3x32x32; conv 16, padding: 1; relu; flatten; linear 10 }
        train Net, on: take(synthetic(), 4000, test: 20), epochs: 1000, log: none
        """.write(to: script, atomically: true, encoding: .utf8)
        for turn in ["new", "continued"] {
            let process = try started(script, home)
            defer {
                process.interrupt()
                process.waitUntilExit()
            }
            var isRunning = false
            for _ in 0..<100 where !isRunning {
                isRunning = try printed("runs", home).contains("running")
                guard process.isRunning else { break }
            }
            #expect(isRunning, "a \(turn) run")
            _ = try printed("runs clean", home)
            let locks = try FileManager.default.contentsOfDirectory(atPath: "\(home.path)/runs").filter {
                $0.hasSuffix(".lock")
            }
            #expect(locks.count == 1 && process.isRunning, "a \(turn) run")
        }
        #expect(try printed("print count([1])\nruns", home).contains("interrupted"))
        let left = try FileManager.default.contentsOfDirectory(atPath: "\(home.path)/runs")
        #expect(!left.contains { $0.hasSuffix(".lock") }, "\(left)")
    }

    private let networks = """
        model A { input 3x32x32; conv 8, stride: 4; relu; flatten; linear 10 }
        model B { input 3x32x32; conv 4, stride: 4; relu; flatten; linear 10 }
        let data = take(synthetic(), 512, test: 64)

        """

    @Test func whatTwoStudiesShareIsTrainedOnce() throws {
        let home = try #require(home)
        defer { try? FileManager.default.removeItem(at: home) }
        let script = home.appending(path: "study.tandem")
        try (networks + "compare A, B, on: data, epochs: 2, batch: 16, seeds: 1...4, log: lines").write(
            to: script, atomically: true, encoding: .utf8)
        let processes = try (0..<3).map { _ in try started(script, home) }
        for process in processes { process.waitUntilExit() }
        let outputs = try processes.map { try text($0, script) }
        let lines = outputs.flatMap { $0.split(separator: "\n") }.filter { $0.contains(" % after 2 epochs") }
        #expect(lines.count == 3 * 8, "\(outputs)")
        #expect(lines.filter { !$0.hasSuffix("(from the run store)") }.count == 8)
        func results(_ output: String) -> Set<String> {
            Set(output.replacing(" (from the run store)", with: "").split(separator: "\n").map(String.init))
                .filter { $0.contains(" seed ") }
        }
        #expect(Set(outputs.map(results)).count == 1 && processes.allSatisfy { $0.terminationStatus == 0 })
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(home.path)/claims").isEmpty)
    }

    /// Who waits for a process that is killed goes on from what it kept.
    @Test func whatAKilledProcessLeavesIsTrainedByWhoWaitsForIt() throws {
        let home = try #require(home)
        defer { try? FileManager.default.removeItem(at: home) }
        let script = home.appending(path: "train.tandem")
        try (networks + "let a = train A, on: data, epochs: 60, batch: 8, log: none\nprint a.digest").write(
            to: script, atomically: true, encoding: .utf8)
        let first = try started(script, home)
        func claims() -> [String] {
            (try? FileManager.default.contentsOfDirectory(atPath: "\(home.path)/claims")) ?? []
        }
        while claims().isEmpty, first.isRunning { usleep(1000) }
        let second = try started(script, home)
        while try !text(second, script, "error").contains("process \(first.processIdentifier) is training A seed 1"),
            first.isRunning, second.isRunning
        { usleep(1000) }
        #expect(first.isRunning && second.isRunning)
        kill(first.processIdentifier, SIGKILL)
        first.waitUntilExit()
        second.waitUntilExit()
        #expect(second.terminationStatus == 0 && claims().isEmpty)
        let elsewhere = home.appending(path: "elsewhere")
        let alone = try started(script, elsewhere)
        alone.waitUntilExit()
        let (digest, truth) = (try text(second, script), try text(alone, script))
        #expect(truth.count > 64 && digest.hasSuffix(truth))
    }
}

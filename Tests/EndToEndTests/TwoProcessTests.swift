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
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    private func printed(_ text: String, _ home: URL) throws -> String {
        let script = home.appending(path: "look.tandem")
        try text.write(to: script, atomically: true, encoding: .utf8)
        let result = try Tandem.run(["run", script.path], environment: ["TANDEM_HOME": home.path])
        return result.output + result.error
    }

    /// A run that goes on has no checkpoint of this process yet, but it is listed as running, and its lock stays.
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
    }
}

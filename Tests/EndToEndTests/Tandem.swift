// The built executable, run as a person or a script would.

import Foundation

struct Tandem {
    struct Result {
        let code: Int32
        let output: String
        let error: String
    }

    /// Beside the test bundle: `.build/debug/tandem`.
    static var path: String {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for candidate in [folder, folder.deletingLastPathComponent(), root.appending(path: ".build/debug")] {
            let path = candidate.appending(path: "tandem").path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        return root.appending(path: ".build/debug/tandem").path
    }

    static var root: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    /// A fresh folder that is the home of what Tandem keeps.
    static func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    static func run(
        _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) throws -> Result {
        try run(path, arguments, input: input, environment: environment)
    }

    static func run(
        _ executable: String, _ arguments: [String], input: String = "", environment: [String: String] = [:]
    ) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (input_, output, error) = (Pipe(), try folder(), Pipe())
        // Standard output goes to a file: a pipe that nobody empties would block the process.
        let file = output.appending(path: "output")
        _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        process.standardInput = input_
        process.standardOutput = try FileHandle(forWritingTo: file)
        process.standardError = error
        try process.run()
        input_.fileHandleForWriting.write(Data(input.utf8))
        try input_.fileHandleForWriting.close()
        let errorText = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let text = try String(contentsOf: file, encoding: .utf8)
        try? FileManager.default.removeItem(at: output)
        return Result(code: process.terminationStatus, output: text, error: errorText)
    }

    static func script(
        _ text: String, _ arguments: [String] = [], name: String = "script.tandem", input: String = ""
    ) throws -> Result {
        let folder = try folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        return try run(["run", file.path] + arguments, input: input, environment: ["TANDEM_HOME": folder.path])
    }
}

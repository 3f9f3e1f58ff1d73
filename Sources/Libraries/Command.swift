// Another program that is asked something, as a shell asks it: found in `PATH`, its answer is text.

import Glibc

public enum Command {
    public struct Answer: Sendable {
        public let code: Int32
        /// What it wrote, standard error included.
        public let lines: [String]
    }

    /// Asks it, and waits for its answer.
    ///
    /// - Parameters:
    ///   - words: the program and its arguments.
    ///   - input: what its standard input gives.
    ///   - without: which variables of this process it does not have.
    ///   - isCancelled: whether to wait no longer.
    /// - Returns: `nil` where there is none within so many seconds; it is ended then.
    public static func run(
        _ words: [String], input: String? = nil, seconds: Double, without: (_ name: Substring) -> Bool = { _ in false },
        isCancelled: () -> Bool = { false }
    ) throws(FileError) -> Answer? {
        let process = try ChildProcess("/bin/sh", ["-c", "exec \"$@\" 2>&1", "sh"] + words, without: without)
        for line in (input ?? "").split(separator: "\n", omittingEmptySubsequences: false) {
            process.write(Array(line.utf8))
        }
        process.endInput()
        let limit = Clock.seconds + seconds
        var lines: [String] = []
        while process.isOpen {
            guard Clock.seconds < limit, !isCancelled() else {
                process.kill()
                return nil
            }
            ChildProcess.wait(for: [process], seconds: 0.05)
            process.read { lines.append(String(decoding: $0, as: UTF8.self)) }
        }
        guard case .exited(let code)? = process.ended(within: 2) else { return nil }
        return Answer(code: code, lines: lines)
    }

    /// Whether `PATH` has a program of this name.
    public static func isThere(_ name: String) -> Bool {
        (Environment.variable("PATH") ?? "").split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
    }
}

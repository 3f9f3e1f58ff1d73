import Glibc
import Libraries
import Testing

struct ChildProcessTests {
    private func lines(_ process: ChildProcess) -> [String] {
        var lines: [String] = []
        let end = Clock.seconds + 20
        while process.isOpen, Clock.seconds < end {
            ChildProcess.wait(for: [process], seconds: 0.1)
            process.read { lines.append(String(decoding: $0, as: UTF8.self)) }
        }
        return lines
    }

    @Test func linesGoBothWaysAndItEndsWithItsInput() throws {
        let process = try ChildProcess("/bin/cat", [])
        let long = String(repeating: "x", count: 1_000_000)
        process.write(Array("one".utf8))
        process.write(Array("".utf8))
        // More than a socket holds: it is read meanwhile.
        process.endInput()
        #expect(lines(process) == ["one", ""])
        #expect(process.ended(within: 10) == .exited(0))
        let other = try ChildProcess("/bin/sh", ["-c", "read a; echo $a$a"])
        other.write(Array(long.utf8))
        #expect(lines(other) == [long + long])
    }

    @Test func itsEnvironmentIsThisOneWithWhatIsGiven() throws {
        setenv("TANDEM_CHILD_TEST", "outer", 1)
        setenv("TANDEM_CHILD_TEST_2", "kept", 1)
        let process = try ChildProcess(
            "/bin/sh", ["-c", "echo $TANDEM_CHILD_TEST $TANDEM_CHILD_TEST_2"], environment: ["TANDEM_CHILD_TEST": "in"])
        #expect(lines(process) == ["in kept"])
    }

    @Test func howItEndedIsTold() throws {
        let failing = try ChildProcess("/bin/sh", ["-c", "exit 7"])
        #expect(lines(failing) == [] && failing.ended(within: 10) == .exited(7))
        let killed = try ChildProcess("/bin/sh", ["-c", "kill -9 $$"])
        #expect(lines(killed) == [] && killed.ended(within: 10) == .killed(signal: 9))
        let running = try ChildProcess("/bin/cat", [])
        #expect(running.ended(within: 0.01) == nil)
        // Nobody gets it, and that ends nothing here.
        killed.write(Array("late".utf8))
    }

    @Test func aProgramThatIsNotThereIsAnError() {
        #expect(throws: FileError.self) { _ = try ChildProcess("/nowhere/tandem", ["work"]) }
    }

    /// What a library had open here is not kept open by what was started.
    @Test func itHasNoOtherFilesOfThisProcess() throws {
        let first = try ChildProcess("/bin/cat", [])
        let second = try ChildProcess("/bin/sh", ["-c", "ls /proc/$$/fd"])
        let open = Set(lines(second))
        // `sh` may keep one for itself.
        #expect(open.isSubset(of: ["0", "1", "2", "3", "10"]), "\(open)")
        first.endInput()
        #expect(first.ended(within: 10) == .exited(0))
    }
}

// A machine that a worker is started on by ssh, without a folder that both see: tasks and results go over standard
// input and output.

import Libraries

public struct SSHMachine: Sendable, Hashable {
    /// As `ssh` takes it: `pc1`, `anna@pc1`.
    public let name: String
    /// How Tandem is called there.
    public let program: String

    /// What connects to it, found in `PATH`; tests put another in its place.
    var connection = "ssh"

    public static let usualProgram = "tandem"

    public init(_ name: String, program: String = usualProgram) { (self.name, self.program) = (name, program) }

    /// Nothing is asked, and a machine whose cable is pulled is lost within a minute. What `ssh` complains of comes
    /// with what the worker says.
    func start() throws(FileError) -> ChildProcess {
        let options = [
            "BatchMode=yes", "ConnectTimeout=15", "ServerAliveInterval=15", "ServerAliveCountMax=3",
            // A connection that others share says nothing of the loss of this one.
            "ControlMaster=no", "ControlPath=none",
        ]
        let words = [connection, "-T"] + options.flatMap { ["-o", $0] } + ["--", name, "\(program) work -"]
        return try ChildProcess("/bin/sh", ["-c", "exec \"$@\" 2>&1", "sh"] + words)
    }
}

// `ssh`

import Cluster

private let hosts = RestOption(
    "hosts", .text, "machines as `ssh` takes them, one worker each: `\"pc1\"`, `\"anna@pc2\"`")
private let threads = Option(
    "threads", .integer(1...1024), workedOut: "the cores there", aliases: ["num_threads", "cpus"], "threads of each")
private let program = Option(
    "program", .text, default: SSHMachine.usualProgram, aliases: ["command", "executable"],
    "how Tandem is called there, with its path where the shell there does not find it")

extension Word {
    static let ssh = Word(
        "ssh", .comparing,
        "Workers on other machines, for `workers:`: each is started by `ssh` and gets its trainings over that connection, without "
            + "a folder that they share. It needs this version of Tandem there, and a key: nothing is asked",
        [hosts, threads, program], result: .workers, example: "print ssh(\"pc1\", \"pc2\")",
        aliases: ["SSHCluster"], since: "0.2",
        .perform { call in
            let names = call[hosts]
            var seen: Set<String> = []
            for (name, range) in names.map({ ($0.value, $0.range) }) {
                guard !name.isEmpty, !name.hasPrefix("-"), name.allSatisfy({ !$0.isWhitespace && $0.isASCII }) else {
                    throw call.fault(
                        .outOfRange, "\(Value.string(name).literal) is no machine", at: range,
                        fix: "write it as in `ssh pc1`")
                }
                guard seen.insert(name).inserted else {
                    throw call.fault(
                        .givenTwice, "\(Value.string(name).literal) is there twice", at: range, fix: "leave one out")
                }
            }
            return .object(
                WorkersValue(
                    .ssh(
                        names.map { SSHMachine($0.value, program: call[program]) }, threads: call[threads])))
        })
}

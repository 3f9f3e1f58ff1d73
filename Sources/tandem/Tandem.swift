// The executable: reads its arguments and hands over to a front end.

import Bench
import Cluster
import Glibc
import Jupyter
import Libraries
import Terminal
import Text

@main
struct Tandem {
    static let usage = """
        usage: tandem                                     the REPL; a script where standard input is no terminal
               tandem run FILE [--set name=value]... [--output OUT]
                                                          a .tandem script or a notebook (.ipynb); OUT gets the
                                                          executed notebook (.ipynb) or a page (.html)
               tandem kernel -f CONNECTION_FILE           the Jupyter kernel
               tandem install [--user | --prefix DIR | --sys-prefix] [--name NAME]
               tandem bench [--json] [--network NAME] [--precision P] [--threads N] [--batch B]
                            [--steps S]
               tandem work [DIR] [--threads N] [--wait S] trains what waits in a folder of runs, until nothing is left;
                                                          with `-` what its standard input names
               tandem help [WORD] [--markdown]
               tandem --version

        """

    static func main() {
        StandardStream.reserve()
        let code = run(Array(CommandLine.arguments.dropFirst()))
        guard let reason = StandardStream.output.failure else { exit(code) }
        complain("not all of the output could be written to standard output: \(reason)")
        exit(code == ExitCode.success ? ExitCode.failure : code)
    }

    private static func run(_ arguments: [String]) -> Int32 {
        let rest = separated(Array(arguments.dropFirst()))
        switch arguments.first {
        case nil:
            if isatty(0) != 0 { return REPL().run() }
            if let launcher = Launcher.current {
                return refuse("\(launcher.size) processes cannot share standard input: write `tandem run FILE`")
            }
            return Runner().runStandardInput()
        case "run": return runFile(rest)
        case "kernel": return kernel(Array(arguments.dropFirst()))
        case "install": return install(rest)
        case "bench": return runBench(arguments: rest)
        case "work":
            // Who listened may be gone by now, and then nobody misses what could not be written.
            if rest == ["-"] { exit(work(home: Environment.dataFolder)) }
            return workOnQueue(rest)
        case "help": return help(rest)
        case "--version":
            write("tandem \(tandemVersion)\n")
            return ExitCode.success
        case "--help", "-h":
            write(usage)
            return ExitCode.success
        case let word?: return refuse("there is no command `\(word)`")
        }
    }

    /// The words of a command, of which `--name=value` is two.
    private static func separated(_ arguments: [String]) -> [String] {
        arguments.flatMap { word -> [String] in
            guard word.hasPrefix("--"), let equals = word.firstIndex(of: "=") else { return [word] }
            return [String(word[..<equals]), String(word[word.index(after: equals)...])]
        }
    }

    private static func runFile(_ arguments: [String]) -> Int32 {
        var runner = Runner()
        var path: String?
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--set":
                let pair = rest.popFirst()
                guard let pair, let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
                    return refuse("--set takes name=value\(pair.map { ", not `\($0)`" } ?? "")")
                }
                runner.overrides.append((String(pair[..<equals]), String(pair[pair.index(after: equals)...])))
            case "--output":
                guard let output = rest.popFirst() else { return refuse("--output takes a file") }
                guard runner.outputPath == nil else { return refuse("--output is given twice") }
                runner.outputPath = output
            default:
                guard path == nil, !word.hasPrefix("--") else { return refuse("`\(word)` is not expected here") }
                path = word
            }
        }
        guard let path else { return refuse("which file?") }
        if let launcher = Launcher.current {
            runner.rank = launcher.rank
            if launcher.rank == 0, let note = launcher.bindingNote { StandardStream.complain(note) }
            share(launcher)
        }
        return runner.run(path: path)
    }

    private static func workOnQueue(_ arguments: [String]) -> Int32 {
        var worker = QueueWorker()
        var folder: String?
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--threads":
                guard let threads = rest.popFirst().flatMap({ Int($0) }), 1...1024 ~= threads else {
                    return refuse("--threads takes a number from 1 to 1024")
                }
                worker.threads = threads
            case "--wait":
                guard let seconds = rest.popFirst().flatMap({ Double($0) }), 0...1e9 ~= seconds else {
                    return refuse("--wait takes seconds")
                }
                worker.wait = seconds
            default:
                guard folder == nil, !word.hasPrefix("--") else { return refuse("`\(word)` is not expected here") }
                folder = word
            }
        }
        if let launcher = Launcher.current { share(launcher) }
        return worker.run(home: folder ?? Environment.dataFolder)
    }

    /// Takes this process's share of the machine, unless a person has said what that is.
    private static func share(_ launcher: Launcher) {
        setenv("TANDEM_THREADS", String(launcher.threads), 0)
        setenv("TANDEM_WORKERS", "1", 1)
    }

    /// Words beside `-f` pass: `jupyter run FILE` hands its own on to the kernel that it starts.
    private static func kernel(_ arguments: [String]) -> Int32 {
        guard let flag = arguments.firstIndex(of: "-f"), flag + 1 < arguments.count else {
            return refuse("kernel takes -f CONNECTION_FILE")
        }
        return runKernel(connectionFile: arguments[flag + 1])
    }

    private static func install(_ arguments: [String]) -> Int32 {
        var location: (option: String, value: KernelSpecLocation)?
        var name: String?
        var rest = arguments[...]
        func value() -> String? {
            rest.popFirst().flatMap { $0.isEmpty || $0.hasPrefix("-") ? nil : $0 }
        }
        while let word = rest.popFirst() {
            switch word {
            case "--user", "--sys-prefix", "--prefix":
                if let location {
                    return refuse(
                        location.option == word
                            ? "\(word) is given twice" : "--user, --prefix and --sys-prefix exclude each other")
                }
                if word == "--prefix" {
                    guard let folder = value() else {
                        return refuse("--prefix takes a folder; one whose name begins with `-` is written ./-name")
                    }
                    location = (word, .prefix(folder))
                } else {
                    location = (word, word == "--user" ? .user : .systemPrefix)
                }
            case "--name":
                guard name == nil else { return refuse("--name is given twice") }
                guard let text = value() else { return refuse("--name takes a name, which does not begin with `-`") }
                name = text
            default: return refuse("`\(word)` is not expected here")
            }
        }
        do throws(KernelSpecError) {
            let folder = try installKernelSpec(at: location?.value ?? .user, name: name ?? "tandem")
            write("installed the kernel in \(folder.printableName)\n")
            return ExitCode.success
        } catch {
            complain("\(error)")
            return error.isOfEnvironment ? ExitCode.usage : ExitCode.failure
        }
    }

    private static func help(_ arguments: [String]) -> Int32 {
        let words = arguments.filter { $0 != "--markdown" }
        guard words.count <= 1 else { return refuse("help takes one word") }
        guard let page = helpPage(words.first, asMarkdown: arguments.contains("--markdown")) else {
            complain(helpFault(words.first ?? ""))
            return ExitCode.usage
        }
        write(page)
        return ExitCode.success
    }

    private static func refuse(_ reason: String) -> Int32 {
        complain("\(reason)\n\n\(usage)")
        return ExitCode.usage
    }

    private static func write(_ text: String) { StandardStream.output.write(text) }
}

import Foundation
import Libraries
import TestSupport
import Testing

struct RunnerTests {
    @Test func aScriptPrintsAndEndsWithZero() throws {
        let result = try Tandem.script("let n = 3\nprint \"n is \\(n)\"\nn * 2\n")
        #expect(result.output == "n is 3\n6\n")
        #expect(result.error == "")
        #expect(result.code == 0)
    }

    @Test func anErrorNamesFileLineAndColumn() throws {
        let result = try Tandem.script("print 1\nlet x = 2\nprint x + nothere\n")
        #expect(result.code == 1)
        #expect(result.output == "1\n")
        #expect(result.error.contains("script.tandem:3:11: error: "))
        #expect(result.error.contains("   3 │ print x + nothere\n"))
        #expect(!result.error.contains("\u{1B}["))
    }

    // MARK: Output that nobody can get

    /// Each ends with 1 where standard output is full, closed, or a pipe that nobody reads, and says so.
    @Test(arguments: [
        ["run", "print.tandem"], ["help"], ["help", "train", "--markdown"], ["--version"], ["--help"],
        ["install", "--prefix", "."], ["bench", "--json", "--network", "mobilenet", "--steps", "1", "--batch", "1"],
    ])
    func outputThatCannotBeWrittenIsNoSuccess(_ arguments: [String]) throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try "print 1".write(to: folder.appending(path: "print.tandem"), atomically: true, encoding: .utf8)
        let command = "cd '\(folder.path)'; '\(Tandem.path)' \(arguments.joined(separator: " "))"
        // Its own measurements take a moment; one way to fail is all of them to `bench`.
        let ways = [
            ("> /dev/full", "No space left on device"), (">&-", "it is closed"), ("1</dev/null", "it is closed"),
        ]
        for (redirection, reason) in arguments[0] == "bench" ? [ways[0]] : ways {
            let result = try Tandem.run(
                "/bin/sh", ["-c", "\(command) \(redirection)"], environment: ["TANDEM_HOME": folder.path])
            #expect(result.code == 1, "\(redirection)")
            #expect(
                result.error.contains("tandem: not all of the output could be written to standard output: \(reason)\n"),
                "\(redirection): \(result.error)")
        }
    }

    @Test func aReaderThatHasGoneIsNoSuccessAndStopsNothing() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = folder.appending(path: "a.tandem")
        try "print 1\nprint 2\nlet a = 1 + nothere".write(to: script, atomically: true, encoding: .utf8)
        let program = """
            import os, subprocess, sys
            end, pipe = os.pipe()
            os.close(end)
            sys.exit(subprocess.run([sys.argv[1], "run", sys.argv[2]], stdout=pipe).returncode)
            """
        let result = try Tandem.run(
            "/usr/bin/env", ["python3", "-c", program, Tandem.path, script.path],
            environment: ["TANDEM_HOME": folder.path])
        #expect(result.code == 1 && result.error.contains("a.tandem:3:13: error: "))
        #expect(result.error.hasSuffix("could be written to standard output: Broken pipe\n"))
    }

    /// What is meant for a person must not get into a file that is opened in the place of a closed stream.
    @Test func noFileTakesThePlaceOfAClosedStream() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = folder.appending(path: "a.tandem")
        try """
        model Net { input 3x32x32; flatten; linear 10 }
        let a = train Net, on: take(synthetic(), 32, test: 16), epochs: 1
        print "text of a person"
        """.write(to: script, atomically: true, encoding: .utf8)
        let home = folder.appending(path: "home").path
        let result = try Tandem.run(
            "/bin/sh", ["-c", "'\(Tandem.path)' run '\(script.path)' <&- >&- 2>&-"], environment: ["TANDEM_HOME": home])
        #expect(result.code == 1)
        for name in try FileSystem.list(home) where FileSystem.isRegularFile("\(home)/\(name)") {
            let text = String(decoding: try FileSystem.read("\(home)/\(name)"), as: UTF8.self)
            #expect(!text.contains("text of a person"), "\(name)")
        }
        #expect(try Database("\(home)/tandem.sqlite").execute("SELECT count(*) FROM runs") == [[.integer(1)]])
    }

    @Test func anOutputFileThatCannotBeWrittenIsNoSuccess() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = folder.appending(path: "out.html")
        try FileManager.default.createSymbolicLink(atPath: output.path, withDestinationPath: "/dev/full")
        let result = try Tandem.script("print 1", ["--output", output.path])
        #expect(result.code == 2 && result.output == "")
        #expect(result.error.contains("cannot write \(output.path): it is a device, a pipe or a socket, not a file"))
    }

    // MARK: What is for nobody's eyes

    @Test func aPasswordInAnAddressIsNeitherShownNorWritten() throws {
        let program = """
            // From https://user:hunter2@example.org/data?list=1
            print "before"
            let data = cifar10(url: "http://user:hunter2@127.0.0.1:1/x?token=sesame", sha256: "\(String(repeating: "a", count: 64))")
            """
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["out.html", "out.ipynb"] {
            let output = folder.appending(path: name)
            let result = try Tandem.script(program, ["--output", output.path])
            #expect(result.code == 1 && result.error.contains("cannot download http://************@127.0.0.1:1/x"))
            let text = try String(contentsOf: output, encoding: .utf8)
            #expect(text.contains("before") && text.contains("@127.0.0.1:1/x"))
            for shown in [result.output, result.error, text] { #expect(!shown.contains("hunter2"), "\(shown)") }
            #expect(!result.error.contains("sesame"))
        }
        // A notebook that is executed in its place stays one that runs.
        let notebook = folder.appending(path: "n.ipynb")
        let cell: [String: Any] = [
            "cell_type": "code", "id": "a", "metadata": [:] as [String: Any], "outputs": [] as [Any], "source": program,
        ]
        try JSONSerialization.data(
            withJSONObject: ["nbformat": 4, "nbformat_minor": 5, "metadata": [:] as [String: Any], "cells": [cell]]
        ).write(to: notebook)
        let environment = ["TANDEM_HOME": folder.path]
        _ = try Tandem.run(["run", notebook.path, "--output", notebook.path], environment: environment)
        let cells = try #require(
            (try JSONSerialization.jsonObject(with: Data(contentsOf: notebook)) as? [String: Any])?["cells"]
                as? [[String: Any]])
        #expect((cells[0]["source"] as? [String])?.joined() == program)
        #expect(!"\(cells[0]["outputs"] ?? "")".contains("hunter2"))
    }

    @Test func noControlCharacterOfANameReachesTheTerminal() throws {
        let odd = "\u{1B}[31mn\u{7}"
        let cell =
            "{\"cell_type\":\"code\",\"metadata\":{},\"outputs\":[],\"source\":\"print \\\"a\\u001b[2J\\\" + \\u001bx\"}"
        let notebook = "{\"nbformat\":4,\"nbformat_minor\":4,\"metadata\":{},\"cells\":[\(cell)]}"
        for (text, name) in [
            (notebook, "\(odd).ipynb"), ("no notebook \(odd)", "\(odd).ipynb"),
            ("print \"\(odd)\" + x", "\(odd).tandem"),
            ("print \"\(odd)\"", "\(odd).tandem"),
        ] {
            let result = try Tandem.script(text, ["--set", "\(odd)=1"], name: name)
            #expect(result.code > 0)
            let shown = result.output + result.error
            #expect(!shown.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }, "\(shown.debugDescription)")
        }
        for arguments in [["help", odd], [odd], ["run", "/nowhere/\(odd)"], ["kernel", "-f", "/nowhere/\(odd)"]] {
            let result = try Tandem.run(arguments)
            #expect(result.code > 0)
            #expect(!result.error.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }, "\(arguments)")
        }
    }

    /// What libjpeg keeps of an image in inks whose scans are many: four times two bytes a pixel beside its four of
    /// them and three of RGB.
    @Test func theCoefficientsOfAProgressiveJPEGCountAsMemory() throws {
        let work = TemporaryFolder()
        // 12,000 x 12,000 pixels, of which nothing comes: SOI, SOF2 of four components, SOS, EOI.
        let jpeg: [UInt8] =
            [0xFF, 0xD8, 0xFF, 0xC2, 0, 20, 8, 0x2E, 0xE0, 0x2E, 0xE0, 4]
            + (1...4).flatMap { [$0, 0x11, 0] as [UInt8] }
            + [0xFF, 0xDA, 0, 14, 4] + (1...4).flatMap { [$0, 0] as [UInt8] } + [0, 0, 0, 0x55, 0xFF, 0xD9]
        for name in ["cat", "dog"] {
            try FileSystem.createDirectories("\(work.path)/images/\(name)")
            try FileSystem.write(jpeg, to: "\(work.path)/images/\(name)/1.jpg")
        }
        try FileSystem.write("print imagefolder(\"images\", size: 8)", to: work.path + "/images.tandem")
        let result = try Tandem.run(
            "/bin/bash", ["-c", "ulimit -v 1900000; exec '\(Tandem.path)' run '\(work.path)/images.tandem'"],
            environment: ["TANDEM_HOME": work.path + "/home"])
        #expect(result.code == 1)
        #expect(
            result.error.contains(
                "1.jpg cannot be read: there is not enough memory for its 12000x12000 pixels: decoding them takes 2059 MB"
            ),
            "\(result.error)")
    }

    /// The system ends a process at the limit of a file's size, unless it listens.
    @Test func aLimitOfTheSizeOfFilesIsAnError() throws {
        let folder = try Tandem.folder()
        let program = folder.appending(path: "save.tandem")
        try Data(
            """
            model Net { input 3x32x32; flatten; linear 64; linear 10 }
            let a = train Net, on: take(synthetic(), 64, test: 10), epochs: 1
            save a, to: "a.safetensors"
            """.utf8
        ).write(to: program)
        // Half a megabyte; the file has 0.8.
        let result = try Tandem.run(
            "/bin/bash", ["-c", "ulimit -f 512; exec \(Tandem.path) run \(program.path)"],
            environment: ["TANDEM_HOME": folder.appending(path: "home").path])
        #expect(result.code == 1)
        #expect(result.error.contains("save.tandem:3:"))
        #expect(result.error.contains("a.safetensors: file too large"))
        #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "a.safetensors").path))
    }

    @Test func aPipeIsAScriptAndNoNotebook() throws {
        let folder = try Tandem.folder()
        let result = try Tandem.run("/bin/bash", ["-c", "\(Tandem.path) run <(echo 'print 6 * 7')"])
        #expect(result.output == "42\n" && result.code == 0)
        let pipe = folder.appending(path: "pipe.ipynb").path
        #expect(mkfifo(pipe, 0o600) == 0)
        let refused = try Tandem.run(["run", pipe])
        #expect(refused.code == 2 && refused.error.contains("it is a pipe"))
        let endless = try Tandem.run(["run", "/dev/zero"])
        #expect(endless.code == 2 && endless.error.contains("line 1, column 1 holds a NUL byte"))
    }

    @Test func setReplacesALet() throws {
        let program = "let n = 3\nlet name = \"a\"\nprint n + 1, name\n"
        #expect(try Tandem.script(program, ["--set", "n=10", "--set", "name=some text"]).output == "11 some text\n")
    }

    /// What took a night must not end with a name that is nowhere.
    @Test(arguments: [
        (["--set", "epoch=1"], "did you mean `epochs`?"),
        (["--set", "zzz=1"], "it has `epochs`, `a`, `b`"),
        (["--set", "k=1"], "`k` is bound inside a loop (script.tandem:3:22)"),
        (["--set", "i=1"], "`i` is the name of a loop"),
        (["--set", "j=1"], "`j` is bound inside an `if`"),
        (["--set", "Net=1"], "`Net` is a model"),
        (["--set", "width=1"], "`width` is a parameter of model `Net`"),
        (["--set", "epochs=1", "--set", "epochs=2"], "--set epochs is given twice"),
        (["--set", "epochs=1/0"], "--set epochs:1:2: error: this divides by zero"),
        (["--set", "epochs"], "--set takes name=value, not `epochs`"),
        (["--output", "a.html", "--output", "b.html"], "--output is given twice"),
    ])
    func anOptionThatCannotWorkIsToldBeforeAnythingRuns(options: [String], reason: String) throws {
        let program = """
            print "begun"
            let epochs = 3
            for i in 1...2 { let k = i }
            if epochs > 9 { let j = 1 }
            let (a, b) = (1, 2)
            model Net(width: 3) { input 3x32x32; flatten; linear 10 }
            """
        let result = try Tandem.script(program, options)
        #expect(result.code == 2 && result.output == "")
        #expect(result.error.replacing(#/ \(.*script/#, with: " (script").contains(reason))
    }

    @Test func aNameIsLookedForInAllCellsOfANotebookThatRun() throws {
        let notebook = Self.notebook(["print 1", "let n = 3", "print n"])
        #expect(try Tandem.script(notebook, ["--set", "n=4"], name: "n.ipynb").output == "1\n4\n")
        let unknown = try Tandem.script(notebook, ["--set", "m=4"], name: "n.ipynb")
        #expect(unknown.code == 2 && unknown.output == "")
        let skipped = Self.notebook(["print 1", "let n = 3"], tags: [[], ["skip-execution"]])
        #expect(try Tandem.script(skipped, ["--set", "n=4"], name: "n.ipynb").code == 2)
    }

    @Test func theFaultOfASetValueIsToldBeforeALongWord() throws {
        let program = """
            print "begun"
            let epochs = 3
            model Net { input 3x32x32; conv 4, stride: 4; relu; flatten; linear 10 }
            let a = train Net, on: take(synthetic(), 64, test: 20), epochs: 1, batch: 32
            let b = train Net, on: take(synthetic(), 64, test: 20), epochs: epochs, batch: 32
            """
        let result = try Tandem.script(program, ["--set", "epochs=many"])
        #expect(result.code == 1 && result.output == "begun\n")
        #expect(result.error.contains("script.tandem:5:"))
    }

    @Test func theOutputReplacesNeitherTheScriptNorAPipe() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let (file, link, pipe) = ("script.html", "link.html", "pipe.html")
        try "print 1".write(to: folder.appending(path: file), atomically: true, encoding: .utf8)
        symlink(file, folder.appending(path: link).path)
        mkfifo(folder.appending(path: pipe).path, 0o600)
        for (output, reason) in [
            (file, "would replace the script that is run"), (link, "would replace the script that is run"),
            (pipe, "a pipe or a socket, not a file"), ("none/a.html", "no such file or directory"),
            ("/proc/x.html", "cannot write /proc/x.html: "), ("/sys/x.ipynb", "cannot write /sys/x.ipynb: "),
        ] {
            let place = output.hasPrefix("/") ? output : folder.appending(path: output).path
            let result = try Tandem.run(["run", folder.appending(path: file).path, "--output", place])
            #expect(result.code == 2 && result.output == "")
            #expect(result.error.contains(reason))
        }
        #expect(try String(contentsOf: folder.appending(path: file), encoding: .utf8) == "print 1")
        // A page that leads to the notebook.
        let (notebook, page) = (folder.appending(path: "n.ipynb"), folder.appending(path: "n.html"))
        try Self.notebook(["print 1"]).write(to: notebook, atomically: true, encoding: .utf8)
        symlink("n.ipynb", page.path)
        let result = try Tandem.run(["run", notebook.path, "--output", page.path])
        #expect(result.code == 2 && result.error.contains("would replace the notebook that is run"))
        #expect(try String(contentsOf: notebook, encoding: .utf8) == Self.notebook(["print 1"]))
    }

    // MARK: Notebooks

    private static func notebook(_ cells: [String], tags: [[String]] = [], metadata: String = "{}") -> String {
        let cells = cells.enumerated().map { index, source in
            let tags = tags.indices.contains(index) ? tags[index] : []
            let listed = tags.map { "\"\($0)\"" }.joined(separator: ",")
            return """
                {"cell_type":"code","metadata":{"tags":[\(listed)]},"execution_count":7,"source":["\(source)"],
                 "outputs":[{"output_type":"stream","name":"stdout","text":["kept\\n"]}]}
                """
        }
        return
            "{\"nbformat\":4,\"nbformat_minor\":4,\"metadata\":\(metadata),\"cells\":[\(cells.joined(separator: ","))]}"
    }

    @Test func aSkippedCellKeepsItsOutputs() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = folder.appending(path: "out.html")
        let notebook = Self.notebook(["print 1", "nosuch", "print 3"], tags: [[], ["skip-execution"], []])
        let result = try Tandem.script(notebook, ["--output", output.path], name: "n.ipynb")
        #expect(result.code == 0 && result.output == "1\n3\n")
        let page = try String(contentsOf: output, encoding: .utf8)
        #expect(page.contains("<pre>kept\n</pre>") && page.components(separatedBy: "kept").count == 2)
    }

    @Test func aFileMayBeginWithTheMarkOfUTF8() throws {
        for mark in ["\u{FEFF}", "\u{FEFF}\u{FEFF}"] {
            #expect(try Tandem.script(mark + Self.notebook(["print 1"]), name: "n.ipynb").output == "1\n")
            #expect(try Tandem.script("\(mark)print 1").output == "1\n")
        }
    }

    @Test func theMarkOfUTF8HasNoColumnAndIsNotShown() throws {
        let text = "\u{FEFF}print nothere"
        for result in [
            try Tandem.script(text), try Tandem.run([], input: text),
            try Tandem.script(Self.notebook([text]), name: "n.ipynb"),
        ] {
            #expect(result.error.contains(":1:7: error: "), "\(result.error)")
            #expect(result.error.contains("   1 │ print nothere\n     │       ^"), "\(result.error)")
        }
    }

    @Test(arguments: ["n.IPYNB", "n.Ipynb"], ["O.IPYNB", "o.iPynb", "O.HTML", "o.Html", "O.HTM", "o.htm"])
    func anEndingMayBeWrittenInCapitals(name: String, output: String) throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: output)
        let result = try Tandem.script(Self.notebook(["print 1"]), ["--output", file.path], name: name)
        #expect(result.code == 0 && result.output == "1\n", "\(result.error)")
        let isPage = output.lowercased().contains(".htm")
        #expect(try String(contentsOf: file, encoding: .utf8).hasPrefix(isPage ? "<!DOCTYPE html>" : "{"))
    }

    @Test(arguments: [
        (
            #"{"kernelspec":{"name":"python3","display_name":"Python 3","language":"python"}}"#,
            "its cells are in python"
        ),
        (#"{"kernelspec":{"name":"python3","display_name":"Python 3"}}"#, "its cells are in python"),
        (#"{"kernelspec":{"name":"python3"}}"#, "its cells are in python"),
        (#"{"language_info":{"name":"python"}}"#, "its cells are in python"),
        (#"{"language_info":{"name":"R"},"kernelspec":{"name":"tandem"}}"#, "its cells are in R"),
        (#"{"kernelspec":{"name":"ir"}}"#, "its kernel is `ir`"),
        (#"{"kernelspec":{"name":"julia-1.9"}}"#, "its kernel is `julia-1.9`"),
        (#"{"kernelspec":{"name":"xeus-cling"}}"#, "its kernel is `xeus-cling`"),
        (#"{"kernelspec":{"name":".net-csharp"}}"#, "its kernel is `.net-csharp`"),
        (#"{"kernelspec":{"name":"mine","display_name":"My environment"}}"#, "its kernel is `mine`"),
        (#"{"kernelspec":{"display_name":"Julia 1.9"}}"#, "its kernel is `Julia 1.9`"),
    ])
    func aNotebookOfAnotherLanguageIsRefused(metadata: String, reason: String) throws {
        let result = try Tandem.script(Self.notebook(["print 1"], metadata: metadata), name: "n.ipynb")
        #expect(result.code == 2 && result.output == "")
        #expect(result.error.contains(reason))
    }

    @Test func aLanguageWithoutANameIsNone() throws {
        for name in ["", " ", "\\u200b"] {
            let metadata = "{\"language_info\":{\"name\":\"\(name)\",\"nbconvert_exporter\":\"script\"}}"
            #expect(try Tandem.script(Self.notebook(["print 1"], metadata: metadata), name: "n.ipynb").output == "1\n")
        }
    }

    /// `tandem install --name mine` makes a kernel of any name, which is shown as Tandem.
    @Test(arguments: [
        "{}", #"{"kernelspec":{}}"#, #"{"kernelspec":{"name":""}}"#, #"{"kernelspec":{"name":"mine"}}"#,
        #"{"kernelspec":{"name":"mine","display_name":"Tandem"}}"#,
        #"{"kernelspec":{"name":"python3","language":"tandem"}}"#, #"{"language_info":{"name":"Tandem"}}"#,
    ])
    func aNotebookThatMayBeOursRuns(metadata: String) throws {
        #expect(try Tandem.script(Self.notebook(["print 1"], metadata: metadata), name: "n.ipynb").output == "1\n")
    }

    @Test(arguments: [
        "![a](attachment:my%20file%20(1).png)", "![a](attachment:my file (1).png)",
        "![a](<attachment:my file (1).png>)", "![a](attachment:%6dy%20file%20%281%29.png)",
    ])
    func anAttachmentIsFoundHoweverItsNameIsWritten(reference: String) throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = folder.appending(path: "out.html")
        let notebook = """
            {"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[
            {"cell_type":"markdown","metadata":{},"source":"\(reference)","attachments":{"my file (1).png":{"image/png":["AA","AA"]}}}]}
            """
        let result = try Tandem.script(notebook, ["--output", output.path], name: "n.ipynb")
        #expect(result.code == 0)
        #expect(try String(contentsOf: output, encoding: .utf8).contains("src=\"data:image/png;base64,AAAA\""))
    }

    // MARK: The surroundings

    @Test(arguments: [
        ("TANDEM_THREADS", "abc"), ("TANDEM_THREADS", "0"), ("TANDEM_THREADS", "-1"), ("TANDEM_THREADS", "2.5"),
        ("TANDEM_THREADS", "1000000"), ("TANDEM_THREADS", "99999999999999999999"), ("TANDEM_ISA", "foo"),
    ])
    func aVariableThatCannotBeMeantIsTold(name: String, value: String) throws {
        for arguments in [[], ["bench", "--steps", "1"]] {
            let result = try Tandem.run(arguments, input: "print 1", environment: [name: value])
            #expect(result.code == 2 && result.output == "")
            #expect(result.error.contains("\(name)=\(value) is not a"))
        }
        #expect(try Tandem.run([], input: "print 1", environment: [name: ""]).output == "1\n")
    }

    @Test(arguments: ["abc", "0", "-1", "257", "2.5"])
    func aNumberOfWorkersThatCannotBeMeantIsTold(value: String) throws {
        let result = try Tandem.run([], input: "print 1", environment: ["TANDEM_WORKERS": value])
        #expect(result.code == 2 && result.output == "")
        #expect(result.error.contains("TANDEM_WORKERS=\(value) is not a number of trainings at once"))
        for value in ["", "auto", "2"] {
            #expect(try Tandem.run([], input: "print 1", environment: ["TANDEM_WORKERS": value]).output == "1\n")
        }
    }

    @Test func allVariablesThatCannotBeMeantAreToldAtOnce() throws {
        let environment = [
            "TANDEM_THREADS": "abc", "TANDEM_ISA": "foo", "TANDEM_HOME": "~nobody/h", "TANDEM_DATA": "x/~/d",
        ]
        let result = try Tandem.run([], input: "print 1", environment: environment)
        #expect(result.code == 2 && result.output == "")
        for told in [
            "TANDEM_THREADS=abc is", "TANDEM_ISA=foo is", "TANDEM_HOME: cannot use", "TANDEM_DATA: cannot use",
        ] {
            #expect(result.error.contains(told), "\(result.error)")
        }
        let bench = try Tandem.run(["bench", "--steps", "1"], environment: environment)
        #expect(bench.code == 2 && bench.output == "")
        let lines = bench.error.split(separator: "\n")
        #expect(lines.count == 2 && lines.allSatisfy { $0.hasPrefix("tandem: TANDEM_") }, "\(bench.error)")
    }

    /// Where a variable of ours is set, that of all programs does not count.
    @Test(
        arguments: [("XDG_DATA_HOME", "TANDEM_HOME"), ("XDG_CACHE_HOME", "TANDEM_DATA")], ["~zz", "relative", "a/~/b"])
    func aSharedFolderThatCannotBeMeantIsTold(variable: (shared: String, own: String), value: String) throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        var environment = ["HOME": home.path, "TANDEM_HOME": "", "TANDEM_DATA": "", variable.shared: value]
        let result = try Tandem.run([], input: "print 1", environment: environment)
        #expect(
            result.code == 2 && result.output == "" && result.error.hasPrefix("tandem: \(variable.shared): cannot use"))
        #expect(result.error.split(separator: "\n").count == 1)
        environment[variable.own] = home.path
        #expect(try Tandem.run([], input: "print 1", environment: environment).output == "1\n")
    }

    /// Below a device or a file, and in a folder of the system's own, no folder can be made.
    @Test(
        arguments: ["TANDEM_HOME", "TANDEM_DATA", "XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME"],
        ["/dev/null", "/dev/null/x", "/proc/x", "/sys/x/y", "FILE", "FILE/x"])
    func aFolderThatCannotBeMadeIsTold(variable: String, value: String) throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        let file = home.appending(path: "file").path
        try "".write(toFile: file, atomically: true, encoding: .utf8)
        let value = value.replacing("FILE", with: file)
        let unset = ["TANDEM_HOME", "TANDEM_DATA", "XDG_DATA_HOME", "XDG_CACHE_HOME", "JUPYTER_DATA_DIR"]
        var environment = Dictionary(uniqueKeysWithValues: unset.map { ($0, "") })
        environment["HOME"] = home.path
        environment[variable] = value
        let result = try Tandem.run([], input: "print 1", environment: environment)
        #expect(result.code == 2 && result.output == "")
        #expect(result.error.hasPrefix("tandem: \(variable): cannot use \(value): "), "\(result.error)")
        #expect(result.error.split(separator: "\n").count == 1, "\(result.error)")
        guard ["XDG_DATA_HOME", "HOME"].contains(variable) else { return }
        let installed = try Tandem.run(["install", "--user"], environment: environment)
        #expect(installed.code == 2 && installed.error.hasPrefix("tandem: \(variable): cannot use \(value): "))
    }

    @Test(arguments: ["XDG_DATA_HOME", "JUPYTER_DATA_DIR"]) func installRefusesAVariableThatCannotBeMeant(name: String)
        throws
    {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        for value in ["~zz", "a/~/b", "/dev/null"] {
            let result = try Tandem.run(["install", "--user"], environment: ["HOME": home.path, name: value])
            #expect(result.code == 2 && result.output == "" && result.error.hasPrefix("tandem: \(name): cannot use"))
        }
    }

    /// `ulimit -f`: the run is kept by its files, which the session lists, and so does the next one.
    @Test func aRunThatTheIndexHasNoRoomForIsListedAsFinished() throws {
        let home = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: home) }
        let environment = ["HOME": home.path, "TANDEM_HOME": home.path]
        let program = home.appending(path: "p.tandem").path
        try """
        model Small { flatten; linear 10 }
        let a = train Small, on: take(synthetic(), 20, test: 10), epochs: 1
        runs
        """.write(toFile: program, atomically: true, encoding: .utf8)
        let limited = try Tandem.run(
            "/bin/bash", ["-c", "ulimit -f 100; exec '\(Tandem.path)' run '\(program)'"], environment: environment)
        #expect(limited.output.contains("done") && !limited.output.contains("interrupted"), "\(limited.output)")
        #expect(limited.error.contains("`ulimit -f` limits the size of files"), "\(limited.error)")
        let later = try Tandem.run([], input: "runs", environment: environment)
        #expect(later.output.contains("done") && later.error == "", "\(later.output)\(later.error)")
        let left = try FileManager.default.subpathsOfDirectory(atPath: home.path).filter { $0.hasSuffix(".lock") }
        #expect(left.isEmpty)
    }

    /// No shell has expanded it: in a file of settings, `.env`, or after quotes.
    @Test(arguments: ["~/h", "~"]) func aTildeInAVariableIsTheHomeFolder(value: String) throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let home = folder.appending(path: "home").path
        let place = home + value.dropFirst()
        let data = "\(place)/cifar-10-batches-bin"
        let start = "mkdir -p \(home) \(folder.path)/work; cd \(folder.path)/work; '\(Tandem.path)'"
        let training = "model Small { flatten; linear 10 }; train Small, on: take(synthetic(), 20, test: 10), epochs: 1"
        let kept = try Tandem.run(
            "/bin/sh", ["-c", start], input: training, environment: ["HOME": home, "TANDEM_HOME": value])
        #expect(kept.code == 0, "\(kept.error)")
        #expect(FileManager.default.fileExists(atPath: "\(place)/tandem.sqlite"))
        let missing = try Tandem.run(
            "/bin/sh", ["-c", "mkdir -p \(data); touch \(data)/data_batch_1.bin; \(start)"], input: "cifar10()",
            environment: ["HOME": home, "TANDEM_DATA": value])
        #expect(missing.error.contains(data), "\(missing.error)")
        let installed = try Tandem.run(
            "/bin/sh", ["-c", "\(start) install --user"], environment: ["HOME": home, "XDG_DATA_HOME": value])
        #expect(installed.output.contains("\(place)/jupyter/kernels/tandem"), "\(installed.error)")
        // A home folder that is none is not made either.
        let odd = try Tandem.run(
            "/bin/sh", ["-c", "HOME='~'; \(start)"], input: "print 1", environment: ["TANDEM_HOME": home])
        #expect(odd.output == "1\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/work").isEmpty)
    }

    @Test(arguments: [
        ("exec 0< /", "cannot read standard input: is a directory"),
        ("exec 0<&-", "cannot read standard input: bad file descriptor"), ("exec 0< /dev/null", ""),
        (
            "exec 0< /dev/zero",
            "cannot read standard input: line 1, column 1 holds a NUL byte, which no text has: remove it"
        ),
        (
            "yes 2> /dev/null | head -c 1000001 > \"$0\"; exec 0< \"$0\"",
            "cannot read standard input: a script has at most 1000000 bytes, and this one has more: split it, or read the "
                + "data from a file"
        ),
    ])
    func standardInputMayBeNoFile(redirection: String, reason: String) throws {
        let folder = TemporaryFolder()
        let result = try Tandem.run(
            "/bin/sh", ["-c", "\(redirection); exec '\(Tandem.path)'", "\(folder.path)/script"])
        #expect(result.code == (reason.isEmpty ? 0 : 2))
        #expect(result.error == (reason.isEmpty ? "" : "tandem: \(reason)\n"))
    }

    @Test func standardInputMayBeASocket() throws {
        var ends: [Int32] = [-1, -1]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: Tandem.path)
        process.standardInput = FileHandle(fileDescriptor: ends[0])
        process.standardOutput = output
        try process.run()
        let text = Array("print 1 + 1".utf8)
        _ = write(ends[1], text, text.count)
        shutdown(ends[1], Int32(SHUT_WR))
        #expect(String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "2\n")
        process.waitUntilExit()
    }

    /// A process that shares the pipe may have made it so, as Node.js does.
    @Test func standardInputMayBeAPipeThatDoesNotBlock() throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        defer { close(ends[0]) }
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: Tandem.path)
        process.standardInput = FileHandle(fileDescriptor: ends[0])
        (process.standardOutput, process.standardError) = (output, output)
        _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
        try process.run()
        _ = write(ends[1], "print 1", 7)
        // Until that is read, and it waits for more or has given up.
        func isWaiting() throws -> Bool {
            var count: Int32 = 0
            #expect(ioctl(ends[0], UInt(FIONREAD), &count) == 0)
            let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
            return count == 0 && ["S", "Z"].contains(status.split(separator: ")").last?.split(separator: " ").first)
        }
        while process.isRunning, try !isWaiting() { usleep(1000) }
        _ = write(ends[1], " + 1", 4)
        close(ends[1])
        #expect(String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "2\n")
        process.waitUntilExit()
    }

    /// More than `select` can wait for.
    @Test func aQuestionIsAnsweredWhereAThousandFilesAreOpen() throws {
        let folder = TemporaryFolder()
        let file = "\(folder.path)/ask.tandem"
        try FileSystem.write("let n = ask \"How many? \"\nprint n + 1", to: file)
        let opening = "ulimit -n 4096 && for ((i = 3; i < 1100; i++)); do eval \"exec $i< /dev/null\"; done"
        let result = try Tandem.run(
            "/bin/bash", ["-c", "\(opening) && exec '\(Tandem.path)' run '\(file)'"], input: "41\n",
            environment: ["TANDEM_HOME": folder.path])
        #expect(result.output == "42\n", "\(result.error)")
    }

    /// What an editor on Windows writes, or an old one: nothing of it is guessed.
    @Test(arguments: ["a.tandem", "a.ipynb"])
    func aFileThatIsNotUTF8IsRefusedByName(name: String) throws {
        let folder = TemporaryFolder()
        let path = "\(folder.path)/\(name)"
        for (encoding, reason) in [
            (.utf16LittleEndian, "it is UTF-16 text: save it as UTF-8"),
            (.utf16, "it is UTF-16 text: save it as UTF-8"), (.utf32, "it is UTF-32 text: save it as UTF-8"),
            (.isoLatin1, "column 11 holds the byte 0xE9, which is not UTF-8: save it as UTF-8"),
        ] as [(String.Encoding, String)] {
            let text = name == "a.tandem" ? "print \"caf\u{E9}\"" : Self.notebook(["caf\u{E9}"])
            try text.write(toFile: path, atomically: true, encoding: encoding)
            let result = try Tandem.run(["run", path], environment: ["TANDEM_HOME": folder.path])
            #expect(result.code == 2 && result.output == "")
            #expect(result.error.hasPrefix("tandem: cannot read \(path)"))
            #expect(result.error.contains(name == "a.tandem" ? reason : String(reason.suffix(30))), "\(result.error)")
        }
    }

    @Test func aLinkIsInstalledAsItWasCalled() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let link = folder.appending(path: "my tandem").path
        symlink(Tandem.path, link)
        let prefix = ["install", "--prefix", folder.path]
        func installed() throws -> String? {
            let data = try Data(contentsOf: folder.appending(path: "share/jupyter/kernels/tandem/kernel.json"))
            let specification = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            return (specification?["argv"] as? [String])?.first
        }
        for (executable, arguments, environment) in [
            (link, prefix, [:]),
            ("/bin/sh", ["-c", "cd '\(folder.path)'; './my tandem' \(prefix.joined(separator: " "))"], [:]),
            ("/bin/sh", ["-c", "cd '\(folder.path)'; './/./my tandem' \(prefix.joined(separator: " "))"], [:]),
            (
                "/bin/sh", ["-c", "'my tandem' \(prefix.joined(separator: " "))"],
                ["PATH": "/nowhere:\(folder.path):/bin"]
            ),
            (
                "/bin/sh", ["-c", "cd '\(folder.path)'; 'my tandem' \(prefix.joined(separator: " "))"],
                ["PATH": ":/bin"]
            ),
            ("/bin/bash", ["-c", "exec -a name '\(link)' \(prefix.joined(separator: " "))"], [:]),
            ("/bin/bash", ["-c", "exec -a /bin/sh '\(link)' \(prefix.joined(separator: " "))"], [:]),
        ] as [(String, [String], [String: String])] {
            #expect(try Tandem.run(executable, arguments, environment: environment).code == 0)
            #expect(try installed() == link)
        }
    }

    /// As Homebrew does: `opt/tandem` leads to the version, and `bin/tandem` to the file in it.
    @Test(arguments: ["opt/tandem/bin/tandem", "bin/tandem", "bin/again", "opt/../opt/tandem/bin//tandem"])
    func anInstallThroughLinksSurvivesAnUpgrade(called: String) throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = """
            cd '\(folder.path)'; mkdir -p Cellar/tandem/1.0/bin opt bin; ln '\(Tandem.path)' Cellar/tandem/1.0/bin/tandem \
            || cp '\(Tandem.path)' Cellar/tandem/1.0/bin/tandem; ln -s ../Cellar/tandem/1.0 opt/tandem
            ln -s ../Cellar/tandem/1.0/bin/tandem bin/tandem; ln -s tandem bin/again; '\(called)' install --prefix .
            """
        #expect(try Tandem.run("/bin/sh", ["-c", script]).code == 0)
        let specification = try String(
            contentsOf: folder.appending(path: "share/jupyter/kernels/tandem/kernel.json"), encoding: .utf8)
        #expect(specification.contains("/\(called.replacing("//", with: "/"))\"") && !specification.contains("Cellar"))
    }

    @Test func optionsTakeTheirValuesBehindAnEqualsSignToo() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try Tandem.run(["install", "--prefix=\(folder.path)", "--name=mine"]).code == 0)
        #expect(
            FileManager.default.fileExists(
                atPath: folder.appending(path: "share/jupyter/kernels/mine/kernel.json").path))
        let page = folder.appending(path: "out=1.html")
        let result = try Tandem.script("let n = 1; print n", ["--set=n=2", "--output=\(page.path)"])
        #expect(result.output == "2\n" && FileManager.default.fileExists(atPath: page.path))
    }

    @Test(arguments: ["VIRTUAL_ENV", "CONDA_PREFIX"])
    func anEnvironmentThatIsNotThereGetsNoKernel(variable: String) throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let missing = folder.appending(path: "none").path
        let environment = ["VIRTUAL_ENV": "", "CONDA_PREFIX": ""].merging([variable: missing]) { $1 }
        let result = try Tandem.run(["install", "--sys-prefix"], environment: environment)
        #expect(result.code == 1 && result.output == "" && !FileManager.default.fileExists(atPath: missing))
        #expect(result.error.contains("\(variable) names \(missing), which is not a folder"))
        let there = try Tandem.run(
            ["install", "--sys-prefix"], environment: environment.merging([variable: folder.path]) { $1 })
        #expect(there.code == 0 && there.output.contains("\(folder.path)/share/jupyter/kernels/tandem"))
    }

    @Test func aNotebooksErrorNamesItsCell() throws {
        let cells = ["let a = 1", "print a", "print b"].map { source in
            "{\"cell_type\":\"code\",\"metadata\":{},\"outputs\":[],\"execution_count\":null,\"source\":[\"\(source)\"]}"
        }
        let notebook =
            "{\"nbformat\":4,\"nbformat_minor\":4,\"metadata\":{},\"cells\":[\(cells.joined(separator: ","))]}"
        let result = try Tandem.script(notebook, name: "n.ipynb")
        #expect(result.code == 1)
        #expect(result.output == "1\n")
        #expect(result.error.contains("n.ipynb:cell 3:1:7: error: "))
    }

    @Test func outputWritesTheExecutedNotebook() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = folder.appending(path: "out.ipynb")
        let program = """
            model Net { input 3x32x32; conv 4, padding: 1; relu; gap; linear 10 }
            print "<script>"
            let a = train Net, on: take(synthetic(), 400, test: 50), epochs: 2
            table a
            """
        let result = try Tandem.script(program, ["--output", output.path])
        #expect(result.code == 0)
        // The log goes to standard output as without --output; the notebook has the curves instead.
        #expect(result.output.contains("Train Epoch: 1 [0/400 (0%)]\tLoss: "))
        let cell = try #require(
            (try JSONSerialization.jsonObject(with: Data(contentsOf: output)) as? [String: Any])
                .flatMap { ($0["cells"] as? [[String: Any]])?.first })
        #expect(cell["execution_count"] as? Int == 1)
        let outputs = try #require(cell["outputs"] as? [[String: Any]])
        #expect(
            outputs.map { $0["output_type"] as? String } == ["stream"] + [String](repeating: "display_data", count: 3))
        #expect(outputs[0]["text"] as? [String] == ["<script>\n"])
        let forms = outputs.dropFirst().map { Set(($0["data"] as? [String: Any] ?? [:]).keys) }
        #expect(
            // The PNG is for notebooks that are not trusted, where the machine can draw it.
            forms[0].subtracting(["image/png"]) == ["text/plain", "image/svg+xml"]
                && forms.dropFirst().allSatisfy { $0.contains("text/html") })
    }

    @Test func aPageKeepsWhatCameBeforeAnError() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = folder.appending(path: "out.html")
        let notebook = """
            {"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[
            {"cell_type":"markdown","metadata":{},"source":"# A *title* <b>"},
            {"cell_type":"code","metadata":{},"outputs":[],"execution_count":3,"source":"print \\"<script>\\""},
            {"cell_type":"code","metadata":{},"outputs":[],"execution_count":4,"source":"nosuch"},
            {"cell_type":"code","metadata":{},"outputs":[],"execution_count":5,"source":"print 3"}]}
            """
        let result = try Tandem.script(notebook, ["--output", output.path], name: "n.ipynb")
        #expect(result.code == 1 && result.output == "<script>\n")
        let page = try String(contentsOf: output, encoding: .utf8)
        #expect(page.contains("<h1>A <em>title</em> &lt;b&gt;</h1>"))
        #expect(page.contains("<pre>&lt;script&gt;\n</pre>") && !page.contains("<script>"))
        #expect(page.contains("error: there is no `nosuch`"))
        #expect(page.contains("[2]") && !page.contains("[3]"))
    }

    @Test func aNotebookKeepsItsAttachmentsAndGoesOnWhereItMayFail() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let notebook = """
            {"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[
            {"cell_type":"markdown","metadata":{},"source":"![a](attachment:a.png)","attachments":{"a.png":{"image/png":"AAAA"}}},
            {"cell_type":"code","metadata":{"tags":["raises-exception"]},"outputs":[],"execution_count":null,"source":"nosuch"},
            {"cell_type":"code","metadata":{},"outputs":[],"execution_count":null,"source":"print 3"}]}
            """
        for name in ["out.html", "out.ipynb"] {
            let output = folder.appending(path: name)
            let result = try Tandem.script(notebook, ["--output", output.path], name: "n.ipynb")
            #expect(result.code == 0 && result.output == "3\n")
            let text = try String(contentsOf: output, encoding: .utf8)
            #expect(text.contains(name == "out.html" ? "src=\"data:image/png;base64,AAAA\"" : "\"attachments\": {"))
        }
    }

    @Test func manyLinesAreOneOutput() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = folder.appending(path: "out.ipynb")
        let result = try Tandem.script("for i in 1...30000 { print i }", ["--output", output.path])
        #expect(result.code == 0)
        let text = try String(contentsOf: output, encoding: .utf8)
        #expect(text.components(separatedBy: "\"output_type\"").count == 2 && text.contains("\"30000\\n\""))
    }

    @Test func standardInputIsAScript() throws {
        let result = try Tandem.run([], input: "print 1 + 1")
        #expect(result.output == "2\n")
        #expect(result.code == 0)
    }

    @Test(arguments: [
        ["run"], ["run", "/nowhere/at/all.tandem"], ["nonsense"], ["run", "a", "b"], ["kernel"],
        ["install", "--wrong"], ["install", "--user", "--prefix", "/tmp"],
        ["install", "--prefix", "/tmp", "--sys-prefix"],
        ["install", "--prefix"], ["install", "--prefix", "--user"], ["install", "--prefix", "-x"],
        ["install", "--prefix="], ["install", "--name", "--user"], ["install", "--name=-a"],
        ["install", "--name", "a", "--name", "a"], ["install", "--user", "--user"],
        ["install", "--prefix=/tmp", "--prefix=/tmp"], ["install", "--user=yes"],
        ["run", "a", "--output", "b"], ["run", "a", "--output"], ["run", "a", "--output", "ipynb"],
        ["run", "a", "--output", "/nowhere/at/all.html"], ["bench", "--steps", "x"], ["help", "nosuchword"],
    ])
    func wrongUsageEndsWithTwo(arguments: [String]) throws {
        let result = try Tandem.run(arguments)
        #expect(result.code == 2)
        #expect(!result.error.isEmpty)
    }

    @Test(arguments: [
        ["run", "ADDRESS"], ["run", "ADDRESS.ipynb"], ["ADDRESS"], ["help", "ADDRESS"],
        ["install", "--name", "ADDRESS"],
        ["run", "a", "ADDRESS"], ["run", "a", "--output", "ADDRESS"], ["run", "a", "--output", "ADDRESS.html"],
        ["run", "a", "--set", "ADDRESS"], ["kernel", "-f", "ADDRESS"],
    ])
    func noPasswordOfAnAddressIsTold(arguments: [String]) throws {
        let result = try Tandem.run(
            arguments.map { $0.replacingOccurrences(of: "ADDRESS", with: "http://u:geheim@h/x") })
        #expect(result.code != 0)
        #expect(result.error.contains("http://********@h/x") && !result.error.contains("geheim"), "\(result.error)")
    }

    @Test(arguments: ["~x.html", "./~y.ipynb", "~root/x.html"])
    func noOutputIsMadeWhoseNameBeginsWithATilde(name: String) throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try "print 1".write(to: folder.appending(path: "a.tandem"), atomically: true, encoding: .utf8)
        let command = "cd '\(folder.path)'; '\(Tandem.path)' run a.tandem --output"
        let refused = try Tandem.run("/bin/sh", ["-c", "\(command) '\(name)'"])
        #expect(refused.code == 2 && refused.output == "")
        #expect(refused.error.contains("begins with `~`"), "\(refused.error)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.tandem"])
        // What no shell has expanded, as after `--output=`.
        let home = try Tandem.run("/bin/sh", ["-c", "\(command)='~/b.html'"], environment: ["HOME": folder.path])
        #expect(home.code == 0 && FileManager.default.fileExists(atPath: folder.appending(path: "b.html").path))
    }

    @Test(arguments: [
        ("load \"~root.safetensors\"", "/~root.safetensors: no such file"),
        ("imagefolder \"~root/x\"", "/~root/x\n"),
        ("runs import, \"~root\"", "/~root: no such file"),
        ("cifar10(from: \"~root\")", "/~root\n"),
    ])
    func whatIsOnlyReadAndIsMissingIsNotThere(program: String, reason: String) throws {
        let result = try Tandem.script(program)
        #expect(result.code == 1 && result.error.contains(reason), "\(result.error)")
        #expect(!result.error.contains("begins with"))
    }

    /// The question goes to standard error: the output does not depend on who answers.
    @Test func standardInputAnswersAScriptFromAFile() throws {
        let program = "let n = ask \"How many? \"\nlet name = ask \"Name? \"\nprint n + 1, name\n"
        let result = try Tandem.script(program, input: "3\nJo Ann\n")
        #expect(result.output == "4 Jo Ann\n")
        #expect(result.error == "How many? Name? ")
        #expect(try Tandem.script(program, input: "\u{FEFF}3\r\nJo Ann\n").output == "4 Jo Ann\n")
        let unanswered = try Tandem.script(program, input: "3\n")
        #expect(unanswered.code == 1)
        #expect(unanswered.error.contains("there is nobody to answer `Name?`"))
    }

    @Test func anAnswerThatHasNoEndIsAnError() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "script.tandem")
        try "let name = ask \"Name? \"\nprint count(name)".write(to: file, atomically: true, encoding: .utf8)
        let endless = try Tandem.run("/bin/sh", ["-c", "'\(Tandem.path)' run '\(file.path)' < /dev/zero"])
        #expect(endless.code == 1 && endless.output == "")
        #expect(endless.error.contains("the answer to `Name?` has more than 1000000 bytes"))
        let windows = try Tandem.run(["run", file.path], input: "abc\r\nx")
        #expect(windows.output == "3\n")
    }

    @Test func versionAndHelpAreShown() throws {
        #expect(try Tandem.run(["--version"]).output == "tandem 0.1.0\n")
        #expect(try Tandem.run(["help", "train"]).output.contains("epochs:"))
    }

    @Test func aTrainingWritesTheLogWhereThereIsNoTerminal() throws {
        let result = try Tandem.script(
            """
            model Net { input 3x32x32; conv 4, stride: 4; relu; flatten; linear 10 }
            let a = train Net, on: take(synthetic(), 64, test: 20), epochs: 1, batch: 32
            """)
        #expect(result.code == 0)
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("Train Epoch: 1 [0/64 (0%)]\tLoss: 2.") == true)
        #expect(lines.last?.hasPrefix("[1] Test Loss: 2.") == true && lines.last?.hasSuffix("%") == true)
    }

    @Test func anInterruptEndsWith130() throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "long.tandem")
        try "print \"begun\"\nrepeat 2000000000 { 1 + 1 }".write(to: file, atomically: true, encoding: .utf8)
        let terminal = try PseudoTerminal(["run", file.path])
        try terminal.waitFor("begun")
        terminal.type(PseudoTerminal.controlC)
        try terminal.waitFor("interrupted")
        #expect(try terminal.exitCode() == 130)
    }

    /// Without a key: the cell runs on another thread than the one that the system gives the signal.
    @Test(arguments: [SIGINT, SIGTERM, SIGHUP], ["", ", secret: true"])
    func aSignalEndsAQuestion(_ signal: Int32, _ option: String) throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "ask.tandem")
        try "let n = ask(\"How many? \"\(option))\nprint \"went on\"".write(to: file, atomically: true, encoding: .utf8)
        let terminal = try PseudoTerminal(["run", file.path], environment: ["TANDEM_HOME": folder.path])
        try terminal.waitFor("How many? ")
        if signal == SIGINT { terminal.type(PseudoTerminal.controlC) } else { terminal.send(signal) }
        #expect(try terminal.exitCode() == 128 + signal)
        #expect(!terminal.shown.contains("went on"))
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalEndsAQuestionToAPipe(_ signal: Int32) throws {
        let folder = try Tandem.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "ask.tandem")
        try "let n = ask \"How many? \"\nprint \"went on\"".write(to: file, atomically: true, encoding: .utf8)
        let (process, answers, questions) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: Tandem.path)
        process.arguments = ["run", file.path]
        process.environment = ProcessInfo.processInfo.environment.merging(["TANDEM_HOME": folder.path]) { $1 }
        (process.standardInput, process.standardError) = (answers, questions)
        try process.run()
        // Half an answer, so that it waits for its end.
        answers.fileHandleForWriting.write(Data("1".utf8))
        #expect(
            try questions.fileHandleForReading.read(upToCount: 10).map { String(decoding: $0, as: UTF8.self) }
                == "How many? ")
        kill(process.processIdentifier, signal)
        process.waitUntilExit()
        #expect(process.terminationStatus == 128 + signal && process.terminationReason == .exit)
        withExtendedLifetime(answers) {}
    }

    /// A shared notebook names an address and the checksum of what is there: both are the attacker's. Each archive once
    /// made this program remove the home folder, or write a file into it.
    @Test(arguments: ["./~/x", "./~", "~/x", "cifar-10-batches-bin/~/x", "./~root/x"])
    func anArchiveThatNamesTheHomeFolderIsRefusedAndTheHomeFolderStays(member: String) throws {
        let work = TemporaryFolder()
        let making = try Tandem.run(
            "/bin/sh",
            [
                "-ec",
                """
                cd "$1"; mkdir -p home/documents in; echo dear > home/documents/letter; cd in
                mkdir -p "$(dirname "$2")"; echo planted > "$2"; tar czf ../a.tar.gz "$2"
                """, "sh", work.path, member,
            ])
        try #require(making.code == 0, "\(making.error)")
        let archive = try FileSystem.read(work.path + "/a.tar.gz")
        let checksum = Digest.sha256(archive).hexadecimal
        let server = LoopbackServer(archive)
        let result = try Tandem.run(
            [], input: "let d = cifar10(url: \"\(server.url)\", sha256: \"\(checksum)\")\n",
            environment: [
                "HOME": work.path + "/home", "TANDEM_HOME": work.path + "/store", "TANDEM_DATA": work.path + "/data",
            ])
        #expect(result.code == 1)
        #expect(result.error.contains("begins with `~`"), "\(result.error)")
        #expect(try FileSystem.list(work.path + "/home") == ["documents"])
        #expect(try FileSystem.readText(work.path + "/home/documents/letter") == "dear\n")
        #expect(try FileSystem.list("\(work.path)/data/cifar-10-\(checksum.prefix(12))") == [".lock"])
    }
}

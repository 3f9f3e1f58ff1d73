// Every request over real sockets, and what must not be answered.

import Foundation
import Libraries
import Testing

@testable import Jupyter

@Suite(.serialized) struct KernelTests {
    @Test func aCellIsBusyThenShowsThenIsIdle() throws {
        let client = try KernelClient()
        let (reply, said) = try client.execute("print \"a\"\nprint \"b\"\n1 + 1")
        #expect(reply.type == "execute_reply")
        #expect(reply.content["status"] == "ok" && reply.content["execution_count"] == 1)
        #expect(said.map(\.label) == ["status:busy", "execute_input", "stream", "execute_result", "status:idle"])
        #expect(said[2].content == ["name": "stdout", "text": "a\nb\n"])
        #expect(said[3].content["data"]?["text/plain"] == "2")
        try client.shutDown()
    }

    @Test func allFaultsOfTheEnvironmentAreSaidWithTheFirstCellThatShowsAnything() throws {
        let faults = ["TANDEM_THREADS=abc is not a number of threads", "TANDEM_ISA=foo is not an instruction set"]
        let client = try KernelClient(environmentFaults: faults)
        let (_, silent) = try client.request("execute_request", #"{"code":"1 + 1","silent":true}"#)
        #expect(silent.map(\.label) == ["status:busy", "status:idle"])
        let said = try client.execute("1 + 1").broadcasts
        #expect(said.map(\.label) == ["status:busy", "execute_input", "stream", "execute_result", "status:idle"])
        #expect(said[2].content["name"] == "stderr")
        #expect(faults.allSatisfy { said[2].content["text"]?.string?.contains($0) == true })
        #expect(said[2].content["text"]?.string?.contains("restart the kernel") == true)
        #expect(!(try client.execute("1 + 1").broadcasts.map(\.label).contains("stream")))
        try client.shutDown()
    }

    @Test func aHistoryThatWasDamagedIsSaidWithTheFirstCell() throws {
        let folder = NSTemporaryDirectory() + "history-\(UUID())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/tandem.sqlite"
        try Data(repeating: 7, count: 10_000).write(to: URL(filePath: path))
        let client = try KernelClient(historyPath: path)
        let said = try client.execute("1 + 1").broadcasts
        #expect(said.map(\.label) == ["status:busy", "execute_input", "stream", "execute_result", "status:idle"])
        #expect(said[2].content["text"]?.string?.contains("\(path) was damaged: it is now \(path).damaged") == true)
        #expect(!(try client.execute("1 + 1").broadcasts.map(\.label).contains("stream")))
        try client.shutDown()
    }

    @Test func anErrorAbortsWhatIsQueuedAndIsSaidOnce() throws {
        let client = try KernelClient()
        let headers = try ["nosuchname", "1 + 1"].map { try client.send("execute_request", KernelClient.cell($0)) }
        let replies = [try client.receive(.shell), try client.receive(.shell)]
        #expect(replies.map(\.parent) == headers)
        #expect(replies.map { $0.content["status"] } == ["error", "aborted"])
        #expect(replies[0].content["traceback"]?.array?.first?.string?.contains("nosuchname") == true)
        #expect(try client.executeBehindAnError("1 + 1").last?.reply.content["execution_count"] == 2)
        try client.shutDown()
    }

    /// "Run All" of JupyterLab sends a cell after the reply to the one before it.
    @Test func aCellThatComesAtOnceAfterAnErrorIsAbortedAndALaterOneRuns() throws {
        let client = try KernelClient()
        var attempts: [(reply: KernelClient.Received, broadcasts: [KernelClient.Received])] = []
        // Where this process was kept from running so long that the time was over, the next attempt counts.
        for _ in 1...50 where attempts.count < 2 {
            let start = Clock.seconds
            #expect(try client.execute("nosuchname").reply.content["status"] == "error")
            attempts = try client.executeBehindAnError("1 + 1")
            guard Clock.seconds - start >= 0.1, attempts.count < 2 else { break }
        }
        #expect(attempts.count >= 2)
        for (reply, said) in attempts.dropLast() {
            #expect(reply.content == ["status": "aborted"])
            #expect(said.map(\.label) == ["status:busy", "status:idle"])
        }
        #expect(attempts.last?.reply.content["status"] == "ok")
        try client.shutDown()
    }

    /// Reading them takes longer than cells are aborted after an error.
    @Test func cellsThatWaitAfterAnErrorAreAbortedHoweverLongReadingThemTakes() throws {
        let client = try KernelClient()
        let cell = KernelClient.cell("1 + 1 // \(String(repeating: "x", count: 900_000))")
        var replies: [JSON?] = []
        // Where this process was kept from sending so long that the time was over, the next attempt counts.
        for _ in 1...50 {
            let start = Clock.seconds
            #expect(try client.execute("nosuchname").reply.content["status"] == "error")
            for _ in 1...8 { try client.send("execute_request", cell) }
            let isInTime = Clock.seconds - start < 0.1
            replies = try (1...8).map { _ in try client.receive(.shell).content["status"] }
            if isInTime { break }
        }
        #expect(replies == Array(repeating: "aborted", count: 8))
        #expect(try client.executeBehindAnError("1 + 1").last?.reply.content["status"] == "ok")
        try client.shutDown()
    }

    @Test(arguments: [
        "{}", #"{"value":3}"#, #"{"value":null}"#, #"{"value":["x"]}"#, #"{"status":"error"}"#, "[]",
    ])
    func anAnswerWithoutATextIsNobodysAndTheNextOneCounts(content: String) throws {
        let client = try KernelClient()
        // Where the kernel has read something from the channel, it can ask there.
        try client.send("input_reply", on: .stdin)
        var rejected: JSON?
        repeat {
            try client.send("usage_request", on: .control)
            rejected = try client.receive(.control).content["rejected_messages"]?["malformed"]
        } while rejected == 0
        #expect(rejected == 1)
        let cell = #"{"code":"let n = ask \"How many? \"\nprint n","allow_stdin":true}"#
        try client.send("execute_request", cell)
        #expect(try client.receive(.stdin).content == ["prompt": "How many? ", "password": false])
        try client.send("input_reply", content, on: .stdin)
        let reply = try client.receive(.shell).content
        #expect(reply["status"] == "error" && reply["evalue"]?.string?.contains("nobody to answer") == true)
        _ = try client.executeBehindAnError("1 + 1")
        try client.send("execute_request", cell)
        #expect(try client.receive(.stdin).type == "input_request")
        try client.send("input_reply", #"{"value":"7"}"#, on: .stdin)
        #expect(try client.receive(.shell).content["status"] == "ok")
        try client.shutDown()
    }

    @Test(arguments: [#""stop_on_error":false"#, #""silent":true"#])
    func anErrorThatStopsNothingLetsTheNextCellRun(flag: String) throws {
        let client = try KernelClient()
        let headers = try [#"{"code":"nosuchname",\#(flag)}"#, #"{"code":"1 + 1"}"#].map {
            try client.send("execute_request", $0)
        }
        let replies = [try client.receive(.shell), try client.receive(.shell)]
        #expect(replies.map(\.parent) == headers)
        #expect(replies.map { $0.content["status"] } == ["error", "ok"])
        #expect(try client.execute("2 + 2").reply.content["status"] == "ok")
        try client.shutDown()
    }

    private static let malformedCells = [
        #"{"code":5}"#, #"{"code":null}"#, #"{"code":["1"]}"#, "{}", "[]", "null", "[", #"{"code":"1","silent":0}"#,
        #"{"code":"1","store_history":"yes"}"#, #"{"code":"1","allow_stdin":1}"#, #"{"code":"1","stop_on_error":1}"#,
        #"{"code":"1","user_expressions":[]}"#,
    ]

    /// After a cell that runs, whose failure stops nothing.
    @Test(arguments: malformedCells) func aMalformedCellFailsInItsTurnAndIsCounted(content: String) throws {
        let client = try KernelClient()
        let headers = try [
            #"{"code":"repeat 2000000000 { 1 + 1 }","stop_on_error":false}"#, content, #"{"code":"1 + 1"}"#,
        ].map { try client.send("execute_request", $0) }
        // What is answered at once shows that the kernel has read the cells before it.
        let question = try client.send("is_complete_request", #"{"code":"1"}"#)
        #expect(try client.receive(.shell).parent == question)
        try client.send("interrupt_request", on: .control)
        #expect(try client.receive(.control).content["status"] == "ok")
        let replies = try headers.map { _ in try client.receive(.shell) }
        #expect(replies.map(\.parent) == headers)
        #expect(replies.map { $0.content["status"] } == ["error", "error", "aborted"])
        #expect(replies[0].content["ename"] == "interrupted" && replies[1].content["ename"] == "malformed-request")
        #expect(replies[1].content["execution_count"] == 2)
        #expect(try client.executeBehindAnError("1 + 1").last?.reply.content["execution_count"] == 3)
        try client.shutDown()
    }

    @Test(arguments: malformedCells) func aMalformedCellBehindAnErrorIsAborted(content: String) throws {
        let client = try KernelClient()
        let headers = try [KernelClient.cell("repeat 2000000000 { 1 + 1 }"), content].map {
            try client.send("execute_request", $0)
        }
        while try client.receive(.iopub).label != "execute_input" {}
        try client.send("interrupt_request", on: .control)
        #expect(try client.receive(.control).content["status"] == "ok")
        let replies = [try client.receive(.shell), try client.receive(.shell)]
        #expect(replies.map(\.parent) == headers)
        #expect(replies.map { $0.content["status"] } == ["error", "aborted"])
        try client.shutDown()
    }

    @Test func anInterruptedCellAbortsWhatIsQueued() throws {
        let client = try KernelClient()
        let headers = try ["repeat 2000000000 { 1 + 1 }", "1 + 1"].map {
            try client.send("execute_request", KernelClient.cell($0))
        }
        while try client.receive(.iopub).label != "execute_input" {}
        try client.send("interrupt_request", on: .control)
        #expect(try client.receive(.control).content["status"] == "ok")
        let replies = [try client.receive(.shell), try client.receive(.shell)]
        #expect(replies.map(\.parent) == headers)
        #expect(replies.map { $0.content["status"] } == ["error", "aborted"])
        try client.shutDown()
    }

    @Test func aRunningCellIsInterruptedWhileHelpIsAnswered() throws {
        let client = try KernelClient()
        let cell = try client.send("execute_request", KernelClient.cell("repeat 2000000000 { 1 + 1 }"))
        let question = try client.send("complete_request", #"{"code":"😀 tra","cursor_pos":5}"#)
        let answer = try client.receive(.shell)
        #expect(answer.parent == question && answer.content["cursor_start"] == 2)
        try client.send("interrupt_request", on: .control)
        #expect(try client.receive(.control).content["status"] == "ok")
        let reply = try client.receive(.shell)
        #expect(reply.parent == cell && reply.content["ename"] == "interrupted")
        try client.shutDown()
    }

    @Test(arguments: [
        ("kernel_info_request", "{}", "protocol_version", JSON.string("5.5")),
        ("is_complete_request", #"{"code":"if true {"}"#, "indent", JSON.string("    ")),
        ("inspect_request", #"{"code":"train","cursor_pos":2}"#, "found", JSON.bool(true)),
        ("inspect_request", #"{"code":"nosuch","cursor_pos":2}"#, "found", JSON.bool(false)),
        ("history_request", #"{"hist_access_type":"tail","n":3}"#, "history", JSON.array([])),
        ("comm_info_request", "{}", "comms", JSON.object([:])),
        ("debug_request", #"{"command":"initialize"}"#, "ename", JSON.string("no-debugger")),
        ("nosuch_request", "{}", "ename", JSON.string("unknown-request")),
        ("execute_request", "{}", "ename", JSON.string("malformed-request")),
        ("execute_request", "[", "ename", JSON.string("malformed-request")),
        ("complete_request", #"{"code":5}"#, "ename", JSON.string("malformed-request")),
        ("history_request", #"{"hist_access_type":"x"}"#, "status", JSON.string("error")),
        ("history_request", #"{"hist_access_type":"tail","n":"x"}"#, "ename", JSON.string("malformed-request")),
        ("history_request", #"{"hist_access_type":"search","pattern":5}"#, "ename", JSON.string("malformed-request")),
    ])
    func everyRequestIsAnswered(type: String, content: String, key: String, value: JSON) throws {
        let client = try KernelClient()
        let (reply, said) = try client.request(type, content)
        #expect(reply.type == type.replacing("_request", with: "_reply"))
        #expect(reply.content[key] == value)
        #expect(said.map(\.label) == ["status:busy", "status:idle"])
        try client.shutDown()
    }

    @Test func whatIsBrokenForgedOrReplayedIsDropped() throws {
        let client = try KernelClient()
        let shell = try #require(client.sockets[.shell])
        let parts = [#"{"msg_type":"kernel_info_request","msg_id":"x"}"#, "{}", "{}", "{}"].map { Array($0.utf8) }
        let good = WireMessage(identities: [], parts: parts, signature: client.signature)
        var forged = good
        forged.signature = Array(repeating: 0x61, count: 64)
        try shell.send([[1]])
        try shell.send([WireMessage.delimiter])
        try shell.send(Array(good.frames.dropLast()))
        try shell.send(forged.frames)
        try shell.send(good.frames)
        try shell.send(good.frames)
        #expect(try client.receive(.shell).parent == parts[0])
        // The next answer is to the next request: nothing was said to the others.
        let header = try client.send("comm_info_request")
        #expect(try client.receive(.shell).parent == header)
        try client.shutDown()
    }

    @Test func theHeartbeatComesBack() throws {
        let client = try KernelClient()
        try client.sockets[.hb]?.send([[1, 2, 3]])
        #expect(try client.sockets[.hb]?.receive(within: 5000) == [[1, 2, 3]])
        try client.shutDown()
    }

    @Test func usageIsToldInIpykernelsKeys() throws {
        let client = try KernelClient()
        // ipykernel 7.4's reply; and what was dropped, which is ours.
        let keys = [
            "hostname", "pid", "kernel_cpu", "kernel_memory", "cpu_count", "host_virtual_memory", "rejected_messages",
        ]
        try client.sockets[.control]?.send([[1]])
        let header = try client.send("usage_request", on: .control)
        let reply = try client.receive(.control)
        #expect(reply.parent == header && reply.type == "usage_reply")
        #expect(keys.allSatisfy { reply.content[$0] != nil })
        #expect((reply.content["kernel_memory"]?.integer ?? 0) > 1 << 20)
        let memory = reply.content["host_virtual_memory"]
        #expect((memory?["available"]?.integer ?? 0) < (memory?["total"]?.integer ?? 0))
        #expect(reply.content["rejected_messages"] == ["malformed": 1, "signature": 0, "replay": 0])
        try client.shutDown()
    }

    @Test func helpByAQuestionMarkIsAPage() throws {
        let client = try KernelClient()
        let (reply, said) = try client.execute("?train")
        let page = reply.content["payload"]?.array?.first
        #expect(page?["source"] == "page" && page?["start"] == 0)
        #expect(page?["data"]?["text/plain"]?.string?.hasPrefix("train") == true)
        #expect(said.map(\.label) == ["status:busy", "execute_input", "status:idle"])
        // `help` is part of the results.
        let help = try client.execute("help train")
        #expect(help.reply.content["payload"] == [])
        #expect(help.broadcasts.map(\.label).contains("display_data"))
        try client.shutDown()
    }

    @Test func aTrainingIsOneDisplayThatGrows() throws {
        let client = try KernelClient()
        let (_, said) = try client.execute(
            """
            let d = take(synthetic(), 400, test: 50)
            model Net { input 3x32x32; conv 4, padding: 1; relu; gap; linear 10 }
            let a = train Net, on: d, epochs: 3, batch: 16
            """)
        let displays = said.filter { $0.content["transient"]?["display_id"] != nil }
        #expect(displays.first?.type == "display_data")
        #expect(displays.count > 1 && displays.dropFirst().allSatisfy { $0.type == "update_display_data" })
        #expect(Set(displays.compactMap { $0.content["transient"]?["display_id"]?.string }).count == 1)
        let last = displays.last?.content["data"]
        let text = last?["text/plain"]?.string ?? ""
        #expect(text.hasPrefix("Net trained, 3 epochs: test loss ") && text.contains(", test accuracy "))
        #expect(!text.contains("images/s"))
        #expect(last?["image/svg+xml"]?.string?.contains("test accuracy") == true)
        try client.shutDown()
    }

    /// Without the other's reading a client must get everything; the deaf one's queue is bounded.
    @Test func aSubscriberThatDoesNotReadCostsTheOthersNothing() throws {
        let client = try KernelClient()
        let deaf = try MessageSocket(.subscriber, in: MessageContext(), linger: 0)
        try deaf.connect(try #require(client.sockets[.iopub]).address)
        usleep(200_000)
        let line = String(repeating: "x", count: 20_000)
        let (_, said) = try client.execute("for i in 1...2000 { print i, \"\(line)\" }")
        let text = said.filter { $0.type == "stream" }.compactMap { $0.content["text"]?.string }.joined()
        #expect(text.split(separator: "\n").map { $0.prefix { $0 != " " } } == (1...2000).map { Substring(String($0)) })
        try client.shutDown()
    }
}

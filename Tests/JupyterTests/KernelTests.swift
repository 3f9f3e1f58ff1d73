// Every request over real sockets, and what must not be answered.

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

    @Test func anErrorAbortsWhatIsQueuedAndIsSaidOnce() throws {
        let client = try KernelClient()
        let headers = try ["nosuchname", "1 + 1"].map { try client.send("execute_request", KernelClient.cell($0)) }
        var replies = [try client.receive(.shell), try client.receive(.shell)]
        replies.sort { $0.parent == headers[0] && $1.parent != headers[0] }
        #expect(replies.map { $0.content["status"] } == ["error", "aborted"])
        #expect(replies[0].content["traceback"]?.array?.first?.string?.contains("nosuchname") == true)
        #expect(try client.execute("1 + 1").reply.content["execution_count"] == 2)
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
        ("nosuch_request", "{}", "ename", JSON.string("unknown-request")),
        ("execute_request", "{}", "ename", JSON.string("malformed-request")),
        ("execute_request", "[", "ename", JSON.string("malformed-request")),
        ("complete_request", #"{"code":5}"#, "ename", JSON.string("malformed-request")),
        ("history_request", #"{"hist_access_type":"x"}"#, "status", JSON.string("error")),
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
}

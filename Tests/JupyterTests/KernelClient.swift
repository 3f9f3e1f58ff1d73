// A client of a kernel that runs in this process, over real sockets on loopback.

import Foundation
import Libraries
import Testing

@testable import Jupyter

final class KernelClient {
    struct Received {
        let type: String
        let header: JSON
        let parent: [UInt8]
        let content: JSON

        /// `status:busy` or the type.
        var label: String {
            content["execution_state"]?.string.map { "\(type):\($0)" } ?? type
        }
    }

    let signature = Signature(key: "secret")
    let sockets: [ConnectionFile.Channel: MessageSocket]
    private let path: String
    private let ended = DispatchSemaphore(value: 0)
    private var count = 0

    init(environmentFaults: [String] = [], historyPath: String? = nil) throws {
        path = NSTemporaryDirectory() + "kernel-\(UUID()).json"
        let folder = NSTemporaryDirectory() + "k\(UUID().uuidString.prefix(8))"
        try FileSystem.write(
            """
            {"transport": "ipc", "ip": "\(folder)", "key": "secret", "signature_scheme": "hmac-sha256",
             "shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}
            """, to: path)
        let connection = try ConnectionFile(path: path)
        let (path, ended) = (path, ended)
        Thread.detachNewThread {
            if let kernel = (try? ConnectionFile(path: path)).flatMap({
                try? Kernel($0, historyPath: historyPath, environmentFaults: environmentFaults)
            }) {
                kernel.run()
            }
            ended.signal()
        }
        let context = MessageContext()
        var sockets: [ConnectionFile.Channel: MessageSocket] = [:]
        for (channel, kind) in [
            (ConnectionFile.Channel.iopub, MessageSocket.Kind.subscriber), (.shell, .dealer), (.control, .dealer),
            (.hb, .request), (.stdin, .dealer),
        ] {
            let socket = try MessageSocket(kind, in: context, linger: 0)
            // A question goes to the one whose cell it is.
            if channel == .stdin || channel == .shell { socket.setIdentity(Array("client".utf8)) }
            try socket.connect(connection.address(of: channel))
            sockets[channel] = socket
        }
        self.sockets = sockets
        let welcome = try receive(.iopub)
        #expect(welcome.type == "iopub_welcome")
    }

    /// Ends the kernel and waits for it.
    func shutDown() throws {
        _ = try send("shutdown_request", "{\"restart\":true}", on: .control)
        #expect(try receive(.control).content["restart"] == true)
        #expect(ended.wait(timeout: .now() + 10) == .success)
        try? FileSystem.remove(path)
    }

    /// Sends a request and returns its header's bytes.
    @discardableResult
    func send(_ type: String, _ content: String = "{}", on channel: ConnectionFile.Channel = .shell) throws -> [UInt8] {
        count += 1
        // Unknown keys and odd number forms must come back as they are.
        let header = Array("{\"msg_type\":\"\(type)\", \"msg_id\":\"\(count)\",\"x\":1.50e1}".utf8)
        let empty = Array("{}".utf8)
        let parts = [header, empty, empty, Array(content.utf8)]
        try sockets[channel]?.send(WireMessage(identities: [], parts: parts, signature: signature).frames)
        return header
    }

    func receive(_ channel: ConnectionFile.Channel) throws -> Received {
        let frames = try #require(try sockets[channel]?.receive(within: 20_000))
        let wire = try WireMessage(frames: frames, signature: signature)
        let header = try JSON(parsing: wire.parts[0])
        return Received(
            type: header["msg_type"]?.string ?? "", header: header, parent: wire.parts[1],
            content: try JSON(parsing: wire.parts[3]))
    }

    /// What iopub says because of a request, to its `idle`.
    func broadcasts(of header: [UInt8]) throws -> [Received] {
        var all: [Received] = []
        while all.last?.label != "status:idle" {
            let message = try receive(.iopub)
            if message.parent == header { all.append(message) }
        }
        return all
    }

    /// A request on shell, its reply, and what iopub says.
    func request(_ type: String, _ content: String = "{}") throws -> (reply: Received, broadcasts: [Received]) {
        let header = try send(type, content)
        let reply = try receive(.shell)
        #expect(reply.parent == header)
        return (reply, try broadcasts(of: header))
    }

    func execute(_ code: String) throws -> (reply: Received, broadcasts: [Received]) {
        try request("execute_request", Self.cell(code))
    }

    /// Runs a cell after one that has failed, again and again until it is no longer aborted.
    func executeBehindAnError(_ code: String) throws -> [(reply: Received, broadcasts: [Received])] {
        var all = [try execute(code)]
        while all.last?.reply.content["status"] == "aborted" { all.append(try execute(code)) }
        return all
    }

    static func cell(_ code: String) -> String {
        String(decoding: (["code": .string(code)] as JSON).bytes, as: UTF8.self)
    }
}

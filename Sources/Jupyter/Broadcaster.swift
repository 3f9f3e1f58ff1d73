// iopub: what the kernel says to everybody. One queue in the order of what happened, one thread that sends it. Text is
// gathered for 50 ms or 64 KB into one message, and always goes out before whatever comes behind it, so that `idle` is last.

import Glibc
import Libraries
import Synchronization

final class Broadcaster: Sendable {
    /// Longest time that text waits for more.
    private static let streamDelay = 0.05
    private static let streamBytes = 1 << 16
    /// Bytes of text that may wait to be sent; a cell that prints faster waits.
    private static let pendingLimit = 1 << 22

    private enum Entry: Sendable {
        case message(OutgoingMessage)
        case stream(name: String, text: String, parent: [UInt8], since: Double)
    }

    private struct Queue {
        var entries: [Entry] = []
        var streamBytes = 0
        var isExecuting = false
        var isEnding = false
    }

    private let queue = Mutex(Queue())
    private let wakeup = Wakeup()
    private let socket: MessageSocket
    private let signature: Signature
    private let origin: MessageOrigin

    var session: String { origin.session }

    init(socket: MessageSocket, signature: Signature, origin: MessageOrigin) {
        self.socket = socket
        self.signature = signature
        self.origin = origin
    }

    // MARK: Saying something

    func send(_ message: OutgoingMessage) {
        queue.withLock { $0.entries.append(.message(message)) }
        wakeup.signal()
    }

    func write(_ text: String, to name: String, for request: Request) {
        guard !text.isEmpty else { return }
        let pending = queue.withLock { queue in
            queue.streamBytes += text.utf8.count
            if case .stream(name, var gathered, request.header, let since)? = queue.entries.last,
                gathered.utf8.count < Self.streamBytes
            {
                queue.entries.removeLast()
                gathered += text
                queue.entries.append(.stream(name: name, text: gathered, parent: request.header, since: since))
                return (bytes: queue.streamBytes, isNew: gathered.utf8.count >= Self.streamBytes)
            }
            queue.entries.append(.stream(name: name, text: text, parent: request.header, since: Clock.seconds))
            return (queue.streamBytes, true)
        }
        if pending.isNew { wakeup.signal() }
        if pending.bytes > Self.pendingLimit { waitForRoom() }
    }

    private func waitForRoom() {
        while queue.withLock({ $0.streamBytes > Self.pendingLimit && !$0.isEnding }) { usleep(2000) }
    }

    func busy(_ request: Request, isExecution: Bool = false) {
        queue.withLock {
            if isExecution { $0.isExecuting = true }
            $0.entries.append(.message(request.broadcast("status", ["execution_state": "busy"])))
        }
        wakeup.signal()
    }

    /// After a request that was answered beside a running cell, `busy` is said again, with no parent: JupyterLab's mark
    /// shows the last state, whoever it was for.
    func idle(_ request: Request, isExecution: Bool = false) {
        queue.withLock {
            if isExecution { $0.isExecuting = false }
            $0.entries.append(.message(request.broadcast("status", ["execution_state": "idle"])))
            if $0.isExecuting { $0.entries.append(.message(Self.status("busy"))) }
        }
        wakeup.signal()
    }

    static func status(_ state: String) -> OutgoingMessage {
        OutgoingMessage(
            type: "status", identities: [], parent: Array("{}".utf8), content: ["execution_state": .string(state)])
    }

    /// Everything said so far is still sent.
    func end() {
        queue.withLock { $0.isEnding = true }
        wakeup.signal()
    }

    // MARK: The thread

    func run() {
        var delay = -1
        while true {
            MessageSocket.wait(for: [socket], descriptors: [wakeup.readEnd], milliseconds: delay)
            _ = wakeup.clear()
            welcomeSubscribers()
            let (ready, next, isOver) = takeReady()
            for entry in ready { publish(entry) }
            if isOver { return }
            delay = next
        }
    }

    /// What can go out now, and in how many milliseconds the next can.
    private func takeReady() -> (ready: [Entry], delay: Int, isOver: Bool) {
        queue.withLock { queue in
            var waiting: Entry?
            var delay = -1
            if !queue.isEnding, case .stream(_, let text, _, let since)? = queue.entries.last {
                let left = since + Self.streamDelay - Clock.seconds
                if text.utf8.count < Self.streamBytes, left > 0 {
                    waiting = queue.entries.removeLast()
                    delay = Int(left * 1000) + 1
                }
            }
            let ready = queue.entries
            queue.entries = waiting.map { [$0] } ?? []
            queue.streamBytes = queue.entries.reduce(0) { sum, entry in
                if case .stream(_, let text, _, _) = entry { sum + text.utf8.count } else { sum }
            }
            return (ready, delay, queue.isEnding)
        }
    }

    private func publish(_ entry: Entry) {
        switch entry {
        case .message(let message): publish(message)
        case .stream(let name, let text, let parent, _):
            publish(
                OutgoingMessage(
                    type: "stream", identities: [], parent: parent,
                    content: ["name": .string(name), "text": .string(text)]))
        }
    }

    private func publish(_ message: OutgoingMessage, topic: [UInt8]? = nil) {
        var message = message
        message.identities = [topic ?? Array("kernel.\(origin.session).\(message.type)".utf8)]
        // A failure means that the context is gone; there is nobody left to tell.
        try? socket.send(message.frames(origin, signature: signature))
    }

    /// `iopub_welcome` (protocol 5.5) for each new subscription: a client knows then that it misses nothing.
    private func welcomeSubscribers() {
        while let frames = try? socket.receive() {
            guard let event = frames.first else { continue }
            socket.accept(event)
            guard event.first == 1 else { continue }
            let topic = Array(event.dropFirst())
            let content: JSONObject = ["subscription": .string(String(decoding: topic, as: UTF8.self))]
            publish(
                OutgoingMessage(type: "iopub_welcome", identities: [], parent: Array("{}".utf8), content: content),
                topic: topic)
        }
    }
}

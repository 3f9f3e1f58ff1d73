// iopub: what the kernel says to everybody, in the order of what happened. A sender sends directly where there is room;
// otherwise the message waits in a queue, which a thread empties. Text is gathered for 50 ms or 64 KB into one message,
// and always goes out before whatever comes after it, so that `idle` is last.

import Glibc
import Libraries
import Synchronization

final class Broadcaster: Sendable {
    /// Longest time that text waits for more.
    private static let streamDelay = 0.05
    private static let streamBytes = 1 << 16
    /// Bytes of text that may wait to be sent; a cell that prints faster waits.
    private static let pendingLimit = 1 << 22
    /// Messages that are kept for each subscriber that does not read: of text at most 500 blocks of 64 KB.
    static let highWaterMark: Int32 = 500
    /// Messages of a cell that may be held.
    private static let mostHeld = 32
    /// Seconds that everybody waits for a subscriber that has stopped reading, before it begins to lose messages.
    private static let patience = 1.0

    /// Text that may still grow.
    private struct Stream: Sendable {
        let name: String
        let parent: [UInt8]
        var text: String
        let since: Double
    }

    private struct Queue {
        /// What there was no room for; the thread sends it.
        var messages: ArraySlice<OutgoingMessage> = []
        /// After all messages.
        var stream: Stream?
        /// Bytes of text among `messages`.
        var streamBytes = 0
        /// Whether the socket has been used since somebody looked for subscriptions.
        var hasUsedSocket = false
        /// What a short cell has said so far: see `busy`; `nil` at other times.
        var held: [OutgoingMessage]?
        var isExecuting = false
        var isEnding = false
    }

    /// Guards the socket as well: ZeroMQ allows one thread at a time.
    private let queue = Mutex(Queue())
    private let wakeup = Wakeup()
    private let socket: MessageSocket
    private let signature: Signature
    private let origin: MessageOrigin
    private let descriptor: Int32

    var session: String { origin.session }

    init(socket: MessageSocket, signature: Signature, origin: MessageOrigin) {
        self.socket = socket
        descriptor = socket.descriptor
        self.signature = signature
        self.origin = origin
    }

    private func withQueue<Result>(_ body: (inout Queue) -> Result) -> Result {
        queue.withLock { queue in
            let result = body(&queue)
            // Sending may take notice of a subscription, which the socket's descriptor then no longer signals.
            if queue.hasUsedSocket { welcomeSubscribers(&queue) }
            return result
        }
    }

    // MARK: Saying something

    func send(_ message: OutgoingMessage) { send { _ in [message] } }

    /// - Parameter messages: made under the lock, by what the queue then is.
    private func send(_ messages: (inout Queue) -> [OutgoingMessage]) {
        withQueue { queue in
            let messages = messages(&queue)
            endStream(&queue)
            say(messages, &queue)
        }
    }

    /// Sends at once what there is room for, and leaves the rest to the thread.
    private func say(_ messages: [OutgoingMessage], _ queue: inout Queue) {
        if let held = queue.held {
            queue.held = held + messages
            if held.count >= Self.mostHeld { letGo(&queue) }
            return
        }
        var rest = messages[...]
        let isFirst = queue.messages.isEmpty
        if isFirst {
            queue.hasUsedSocket = true
            // Half of the time of a short cell was the way to a thread that sends.
            while let message = rest.first, (try? socket.sendIfRoom(frames(message))) ?? true { rest.removeFirst() }
        }
        queue.messages += rest
        for message in rest { queue.streamBytes += Self.streamBytes(of: message) }
        if isFirst, !rest.isEmpty { wakeup.signal() }
    }

    private func letGo(_ queue: inout Queue) {
        guard let held = queue.held else { return }
        queue.held = nil
        say(held, &queue)
    }

    /// Sends what a cell has said that turns out not to be short.
    func letGo() {
        let hasStream = withQueue { queue in
            letGo(&queue)
            return queue.stream != nil
        }
        if hasStream { wakeup.signal() }
    }

    /// Puts the gathered text among the messages.
    private func endStream(_ queue: inout Queue) {
        guard let stream = queue.stream else { return }
        queue.stream = nil
        let pieces = Self.pieces(of: stream.text).map { piece in
            OutgoingMessage(
                type: "stream", identities: [], parent: stream.parent,
                content: ["name": .string(stream.name), "text": .string(piece)])
        }
        say(pieces, &queue)
    }

    private static func streamBytes(of message: OutgoingMessage) -> Int {
        message.type == "stream" ? message.content["text"]?.string?.utf8.count ?? 0 : 0
    }

    /// - Parameter parent: the header of the request that the text belongs to.
    func write(_ text: String, to name: String, parent: [UInt8]) {
        guard !text.isEmpty else { return }
        let (isNew, isFull) = withQueue { queue in
            if queue.stream?.name != name || queue.stream?.parent != parent { endStream(&queue) }
            let isNew = queue.stream == nil
            if isNew {
                queue.stream = Stream(name: name, parent: parent, text: text, since: Clock.seconds)
            } else {
                queue.stream?.text += text
            }
            if (queue.stream?.text.utf8.count ?? 0) >= Self.streamBytes { endStream(&queue) }
            return (isNew && queue.held == nil, queue.streamBytes > Self.pendingLimit)
        }
        if isNew { wakeup.signal() }
        if isFull { waitForRoom() }
    }

    private func waitForRoom() {
        while queue.withLock({ $0.streamBytes > Self.pendingLimit && !$0.isEnding }) { usleep(2000) }
    }

    /// - Parameter isHeld: whether what follows waits for `idle`, or for `letGo` if that does not come soon. A short
    ///   cell then wakes ZeroMQ's thread once instead of four times.
    func busy(_ request: Request, isExecution: Bool = false, isHeld: Bool = false) {
        let busy = request.broadcast("status", ["execution_state": "busy"])
        send { queue in
            if isExecution { queue.isExecuting = true }
            if isHeld, queue.held == nil { queue.held = [] }
            return [busy]
        }
    }

    /// After a request that was answered beside a running cell, `busy` is said again, with no parent: JupyterLab's mark
    /// shows the last state, whoever it was for.
    func idle(_ request: Request, isExecution: Bool = false) {
        let idle = request.broadcast("status", ["execution_state": "idle"])
        send { queue in
            if isExecution { queue.isExecuting = false }
            return queue.isExecuting ? [idle, Self.status("busy")] : [idle]
        }
        if isExecution { letGo() }
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

    /// Sends what had to wait, text whose time is over, and `iopub_welcome` to new subscribers.
    func run() {
        var congestion = Congestion()
        var delay = -1
        while true {
            MessageSocket.wait(
                for: [], descriptors: [descriptor, wakeup.readEnd], milliseconds: delay)
            _ = wakeup.clear()
            let isOver: Bool
            (delay, isOver) = tendStream()
            if sendWaiting(&congestion) { delay = 0 } else if isOver { return }
        }
    }

    /// In how many milliseconds the thread must look again, and whether everything has been said.
    private func tendStream() -> (delay: Int, isOver: Bool) {
        withQueue { queue in
            queue.hasUsedSocket = true
            guard let since = queue.stream?.since else { return (-1, queue.isEnding) }
            let left = since + Self.streamDelay - Clock.seconds
            guard queue.isEnding || left <= 0 else { return (Int(left * 1000) + 1, false) }
            endStream(&queue)
            return (-1, queue.isEnding)
        }
    }

    /// - Returns: whether something waited.
    private func sendWaiting(_ congestion: inout Congestion) -> Bool {
        var hasSent = false
        // No other thread takes messages away, so the first stays the first while the lock is free.
        while let message = queue.withLock({ $0.messages.first }) {
            let frames = frames(message)
            hasSent = true
            var isSent = false
            while !isSent {
                let pause = withQueue { queue in
                    queue.hasUsedSocket = true
                    let pause: UInt32
                    (isSent, pause) = congestion.send(frames, by: socket, patience: Self.patience)
                    if isSent {
                        queue.messages.removeFirst()
                        // A slice keeps the memory of what was taken from it.
                        if queue.messages.isEmpty { queue.messages = [] }
                        queue.streamBytes -= Self.streamBytes(of: message)
                    }
                    return pause
                }
                if pause > 0 { usleep(pause) }
            }
        }
        return hasSent
    }

    /// `iopub_welcome` (protocol 5.5) for each new subscription: a client knows then that it misses nothing.
    private func welcomeSubscribers(_ queue: inout Queue) {
        while let received = try? socket.receive() {
            guard let event = received.first else { continue }
            socket.accept(event)
            guard event.first == 1 else { continue }
            let topic = Array(event.dropFirst())
            let content: JSONObject = ["subscription": .string(String(decoding: topic, as: UTF8.self))]
            let welcome = OutgoingMessage(
                type: "iopub_welcome", identities: [topic], parent: Array("{}".utf8), content: content)
            // Before all that waits. Who has no room for it has been welcomed long ago.
            try? socket.sendDropping(frames(welcome))
        }
        queue.hasUsedSocket = false
    }

    // MARK: Messages

    private func frames(_ message: OutgoingMessage) -> [[UInt8]] {
        var message = message
        if message.identities.isEmpty {
            message.identities = [Array("kernel.\(origin.session).\(message.type)".utf8)]
        }
        return message.frames(origin, signature: signature)
    }

    /// A text in blocks of at most 64 KB, each of whole characters: one `print` of a long list must not take more
    /// memory for a subscriber that does not read than many short ones.
    static func pieces(of text: String) -> [String] {
        guard text.utf8.count > streamBytes else { return [text] }
        var pieces: [String] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let block = Array(rest.prefix(streamBytes))
            let whole = rest.count > streamBytes ? StrayOutput.wholeCharacters(block) : block.count
            pieces.append(String(decoding: block[..<whole], as: UTF8.self))
            rest = rest.dropFirst(whole)
        }
        return pieces
    }
}

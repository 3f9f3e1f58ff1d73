// ZeroMQ sockets: multipart messages over loopback, between processes. One thread at a time uses a socket; it may be
// made on one thread and handed to another. Waiting covers sockets and file descriptors together.

import CZeroMQ
import Glibc
import Synchronization

/// A socket call that failed: what was tried, at which address, and why.
public struct MessageSocketError: Error, Sendable, CustomStringConvertible {
    /// `bind`, `connect`, `send`, `receive`, `set`
    public let action: String
    public let address: String
    public let code: Int32
    /// Where the address comes from: `shell_port`.
    public var origin: String?

    public var isAddressInUse: Bool { code == EADDRINUSE }

    public var description: String {
        let reason =
            isAddressInUse
            ? "the \(address.hasPrefix("ipc") ? "path" : "port") is in use by another process"
            : String(cString: zmq_strerror(code))
        return "cannot \(action) \(address)\(origin.map { " (\($0))" } ?? ""): \(reason)"
    }
}

/// What sockets share within a process. Sockets are closed before it ends.
public final class MessageContext: Sendable {
    fileprivate nonisolated(unsafe) let handle: UnsafeMutableRawPointer

    public init() {
        guard let handle = zmq_ctx_new() else { preconditionFailure("no memory for a ZeroMQ context") }
        self.handle = handle
    }

    deinit { zmq_ctx_term(handle) }
}

/// The unchecked part: ZeroMQ asks that one thread at a time uses a socket, which its owner sees to, and debug builds
/// check.
public final class MessageSocket: @unchecked Sendable {
    public enum Kind: Sendable {
        case router, dealer, publisher, subscriber, reply, request
    }

    /// Bytes of one frame.
    private static let largestMessage = 64 << 20

    private let context: MessageContext
    private let handle: UnsafeMutableRawPointer
    private let isInUse = Atomic(false)
    /// Becomes readable when something happens on the socket. Unlike `wait(for:)` with the socket itself, waiting for
    /// it needs no lock against the thread that uses the socket; whatever call that thread makes may take the signal
    /// away.
    public let descriptor: Int32
    /// Where the socket is bound or connected, for messages.
    public private(set) var address = ""

    /// - Parameters:
    ///   - highWaterMark: messages kept for a peer that does not read.
    ///   - linger: milliseconds that unsent messages may take when the socket is closed.
    public init(
        _ kind: Kind, in context: MessageContext, highWaterMark: Int32 = 1000, linger: Int32 = 1000
    ) throws(MessageSocketError) {
        let type =
            switch kind {
            case .router: ZMQ_ROUTER
            case .dealer: ZMQ_DEALER
            case .publisher: ZMQ_XPUB
            case .subscriber: ZMQ_SUB
            case .reply: ZMQ_REP
            case .request: ZMQ_REQ
            }
        guard let handle = zmq_socket(context.handle, type) else {
            throw MessageSocketError(action: "open", address: "a socket", code: zmq_errno())
        }
        var descriptor: Int32 = -1
        var size = MemoryLayout<Int32>.size
        zmq_getsockopt(handle, ZMQ_FD, &descriptor, &size)
        self.context = context
        self.handle = handle
        self.descriptor = descriptor
        set(ZMQ_LINGER, linger)
        set(ZMQ_SNDHWM, highWaterMark)
        set(ZMQ_IPV6, 1)
        // A peer that sends more is cut off, before a signature could be looked at.
        var largest = Int64(Self.largestMessage)
        zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &largest, MemoryLayout<Int64>.size)
        // A router answers a second peer of the same identity with silence instead of cutting off the first.
        if kind == .router { set(ZMQ_ROUTER_HANDOVER, 0) }
        // Each subscription is reported, also a topic that another subscriber has.
        if kind == .publisher {
            set(ZMQ_XPUB_MANUAL, 1)
            set(ZMQ_XPUB_NODROP, 1)
        }
        if kind == .subscriber { zmq_setsockopt(handle, ZMQ_SUBSCRIBE, "", 0) }
    }

    deinit { zmq_close(handle) }

    private func begin() {
        assert(!isInUse.exchange(true, ordering: .acquiring), "two threads use the socket at \(address) at once")
    }

    private func end() { assert(isInUse.exchange(false, ordering: .releasing)) }

    private func set(_ option: Int32, _ value: Int32) {
        var value = value
        zmq_setsockopt(handle, option, &value, MemoryLayout<Int32>.size)
    }

    /// Lets a subscription or its end, as `receive` of a publisher returned it, take effect. Until then the subscriber
    /// gets nothing: what is sent next is the first that it sees.
    public func accept(_ event: [UInt8]) {
        guard let kind = event.first else { return }
        let topic = Array(event.dropFirst())
        begin()
        defer { end() }
        zmq_setsockopt(handle, kind == 1 ? ZMQ_SUBSCRIBE : ZMQ_UNSUBSCRIBE, topic, topic.count)
    }

    /// Whether a message can be received now.
    public var hasInput: Bool {
        var events: Int32 = 0
        var size = MemoryLayout<Int32>.size
        begin()
        defer { end() }
        return zmq_getsockopt(handle, ZMQ_EVENTS, &events, &size) == 0 && events & ZMQ_POLLIN != 0
    }

    /// The name a router knows this peer by; to be set before `connect`.
    public func setIdentity(_ identity: [UInt8]) {
        zmq_setsockopt(handle, ZMQ_ROUTING_ID, identity, identity.count)
    }

    /// `tcp://127.0.0.1:5555` (`:*` takes a free port, see `address`) or `ipc:///path`.
    public func bind(_ address: String) throws(MessageSocketError) {
        // ZeroMQ takes the path of a living socket away without a word.
        if address.hasPrefix("ipc://"), LocalSocket.isServed(String(address.dropFirst(6))) {
            throw MessageSocketError(action: "bind", address: address, code: EADDRINUSE)
        }
        guard zmq_bind(handle, address) == 0 else {
            throw MessageSocketError(action: "bind", address: address, code: zmq_errno())
        }
        var text = [CChar](repeating: 0, count: 512)
        var count = text.count
        zmq_getsockopt(handle, ZMQ_LAST_ENDPOINT, &text, &count)
        self.address = text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? address }
    }

    public func connect(_ address: String) throws(MessageSocketError) {
        guard zmq_connect(handle, address) == 0 else {
            throw MessageSocketError(action: "connect", address: address, code: zmq_errno())
        }
        self.address = address
    }

    // MARK: Messages

    /// Sends the frames as one message. A router drops one for a peer that is gone; a publisher waits for room, see
    /// `sendIfRoom`.
    public func send(_ frames: [[UInt8]]) throws(MessageSocketError) { _ = try send(frames, flags: 0) }

    /// Publishes a message, unless the queue of any subscriber is full: then nobody gets it, and the answer is `false`.
    public func sendIfRoom(_ frames: [[UInt8]]) throws(MessageSocketError) -> Bool {
        try send(frames, flags: ZMQ_DONTWAIT)
    }

    /// Publishes a message to those subscribers whose queues have room; the others lose it.
    public func sendDropping(_ frames: [[UInt8]]) throws(MessageSocketError) {
        set(ZMQ_XPUB_NODROP, 0)
        defer { set(ZMQ_XPUB_NODROP, 1) }
        _ = try send(frames, flags: ZMQ_DONTWAIT)
    }

    /// - Returns: whether there was room.
    private func send(_ frames: [[UInt8]], flags: Int32) throws(MessageSocketError) -> Bool {
        begin()
        defer { end() }
        for (index, frame) in frames.enumerated() {
            let more = index + 1 < frames.count ? ZMQ_SNDMORE : 0
            while zmq_send(handle, frame, frame.count, flags | more) < 0 {
                let code = zmq_errno()
                if code == EAGAIN, index == 0 { return false }
                guard code == EINTR else { throw MessageSocketError(action: "send", address: address, code: code) }
            }
        }
        return true
    }

    /// The next message, or `nil` where there is none now.
    public func receive() throws(MessageSocketError) -> [[UInt8]]? {
        begin()
        defer { end() }
        var frames: [[UInt8]] = []
        // A small message is within the structure itself, which therefore needs one place.
        let message = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)
        defer { message.deallocate() }
        while true {
            zmq_msg_init(message)
            defer { zmq_msg_close(message) }
            if zmq_msg_recv(message, handle, ZMQ_DONTWAIT) < 0 {
                let code = zmq_errno()
                if code == EINTR { continue }
                if code == EAGAIN { return nil }
                throw MessageSocketError(action: "receive", address: address, code: code)
            }
            let count = zmq_msg_size(message)
            frames.append(Array(UnsafeRawBufferPointer(start: zmq_msg_data(message), count: count)))
            if zmq_msg_more(message) == 0 { return frames }
        }
    }

    /// The next message, waited for; `nil` when none came in time.
    public func receive(within milliseconds: Int) throws(MessageSocketError) -> [[UInt8]]? {
        if let message = try receive() { return message }
        Self.wait(for: [self], milliseconds: milliseconds)
        return try receive()
    }

    /// Returns when a socket has a message, a descriptor something to read, or the time is over (-1: never). A signal
    /// changes nothing: who wants to hear of it has its handler write to a descriptor.
    public static func wait(for sockets: [MessageSocket], descriptors: [Int32] = [], milliseconds: Int) {
        var items = sockets.map { zmq_pollitem_t(socket: $0.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0) }
        items += descriptors.map { zmq_pollitem_t(socket: nil, fd: $0, events: Int16(ZMQ_POLLIN), revents: 0) }
        let deadline = Clock.seconds + Double(milliseconds) / 1000
        var left = milliseconds
        while zmq_poll(&items, Int32(items.count), left) < 0, zmq_errno() == EINTR {
            if milliseconds >= 0 { left = max(0, Int((deadline - Clock.seconds) * 1000)) }
        }
    }
}

// A server of one file on the loopback interface, which can be told to misbehave.

import Foundation
import Synchronization

public final class LoopbackServer: Sendable {
    /// How a client learns where the body ends.
    public enum Length: Sendable {
        /// By `Content-Length`.
        case told
        /// By the end of the connection.
        case untold
        /// Not at all: the body is sent again and again.
        case endless
    }

    public struct Behavior: Sendable {
        /// Whether a request for the rest of the file is answered with the rest.
        public var hasRanges = true
        /// Closes the connection after so many bytes of the body, though more were promised.
        public var cutAfter: Int?
        /// Says nothing after the head, until the client leaves.
        public var hangs = false
        public var length = Length.told

        public init(hasRanges: Bool = true, cutAfter: Int? = nil, hangs: Bool = false, length: Length = .told) {
            self.length = length
            self.hasRanges = hasRanges
            self.cutAfter = cutAfter
            self.hangs = hangs
        }
    }

    public let port: Int
    private let listener: Int32
    private let body: [UInt8]
    private let behavior: Mutex<Behavior>
    private let starts = Mutex<[Int]>([])

    public init(_ body: [UInt8], _ behavior: Behavior = Behavior()) {
        self.body = body
        self.behavior = Mutex(behavior)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (listener, size) = (listener, length)
        let port = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                precondition(bind(listener, address, size) == 0 && listen(listener, 8) == 0, "no loopback")
                getsockname(listener, address, &length)
                return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_port }
            }
        }
        self.port = Int(UInt16(bigEndian: port))
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                Thread.detachNewThread { self.answer(client) }
            }
        }
    }

    /// An address of the file. Every path gives it.
    public var url: String { "http://127.0.0.1:\(port)/file.tar.gz" }

    /// From which byte each request so far wanted the file.
    public var requests: [Int] { starts.withLock { $0 } }

    public func behave(_ new: Behavior) { behavior.withLock { $0 = new } }

    /// Refuses connections from now on.
    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func answer(_ client: Int32) {
        defer { close(client) }
        var request = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !request.contains("\r\n\r\n") {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            request += String(decoding: buffer[..<count], as: UTF8.self)
        }
        let behavior = behavior.withLock { $0 }
        let range = request.lowercased().split(separator: "\r\n").first { $0.hasPrefix("range: bytes=") }
        let wanted = range.flatMap { Int($0.dropFirst(13).prefix { $0.isNumber }) } ?? 0
        starts.withLock { $0.append(wanted) }
        let start = behavior.hasRanges ? wanted : 0
        guard start < body.count || start == 0 else {
            return write("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n", to: client)
        }
        let rest = body[start...]
        let status =
            start > 0
            ? "206 Partial Content\r\nContent-Range: bytes \(start)-\(body.count - 1)/\(body.count)" : "200 OK"
        let length = behavior.length == .told ? "Content-Length: \(rest.count)\r\n" : ""
        write("HTTP/1.1 \(status)\r\n\(length)Connection: close\r\n\r\n", to: client)
        if behavior.hangs {
            _ = recv(client, &buffer, 1, 0)
        } else {
            send(Array(rest.prefix(behavior.cutAfter ?? rest.count)), to: client)
            while behavior.length == .endless, send(body, to: client) {}
        }
    }

    private func write(_ text: String, to client: Int32) { send(Array(text.utf8), to: client) }

    /// - Returns: whether the client is still there.
    @discardableResult
    private func send(_ bytes: [UInt8], to client: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(client, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}

/// A folder that is gone when the test is over.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init() {
        path = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID().uuidString)").path
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// What is in it, hidden files left out.
    public var files: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }
}

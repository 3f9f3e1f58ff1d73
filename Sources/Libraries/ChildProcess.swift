// Another program that this one starts and talks with in lines: over one socket, which is its standard input and output
// (unix(7)), so that each side sees when the other has ended, however it ended.

import CTimer
@preconcurrency import Glibc
import Synchronization

public final class ChildProcess {
    private let process: pid_t
    private var socket: Int32
    private var received = LineBuffer()
    private var ending: Ending?

    /// Those that nobody asks for any more and that had not ended then: until somebody waits for them they are in the
    /// table of processes.
    private static let unasked = Mutex<Set<pid_t>>([])

    public enum Ending: Sendable, Equatable {
        case exited(Int32)
        /// Killed by a signal, as by the system where memory is short.
        case killed(signal: Int32)
    }

    /// Lines are at most so long; what writes longer ones is not what was started.
    private static let longestLine = 256 << 20

    /// - Parameters:
    ///   - path: of the program, which is not looked for in `PATH`.
    ///   - environment: variables that it has besides those of this process, or in their place.
    ///   - without: which variables of this process it does not have.
    public init(
        _ path: String, _ arguments: [String], environment: [String: String] = [:],
        without: (_ name: Substring) -> Bool = { _ in false }
    ) throws(FileError) {
        Self.unasked.withLock { unasked in unasked = unasked.filter { waitpid($0, nil, WNOHANG) == 0 } }
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &pair) == 0 else { throw FileError("start", path) }
        let (own, others) = (pair[0], pair[1])
        defer { close(others) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, others, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, others, STDOUT_FILENO)
        // Of a shell's pipes somebody may wait for the end.
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // Threads of this process have signals blocked, and some are ignored here. That of a terminal which is gone
        // stays ignored where `nohup` has said so.
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        sigdelset(&all, SIGHUP)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let words = ([path] + arguments).map { strdup($0) }
        let variables = Self.environment(with: environment, without: without).map { strdup($0) }
        defer { for text in words + variables { free(text) } }
        var process = pid_t()
        let code = posix_spawn(&process, path, &actions, &attributes, words + [nil], variables + [nil])
        guard code == 0 else {
            close(own)
            throw FileError("start", path, reason: String(cString: strerror(code)))
        }
        (self.process, socket) = (process, own)
    }

    deinit {
        closeSocket()
        if ended(within: 0) == nil { Self.unasked.withLock { _ = $0.insert(process) } }
    }

    private static func environment(with others: [String: String], without: (Substring) -> Bool) -> [String] {
        var result: [String] = []
        var next = environ
        while let text = next.pointee {
            let variable = String(cString: text)
            let name = variable.prefix { $0 != "=" }
            if others[String(name)] == nil, !without(name) { result.append(variable) }
            next += 1
        }
        return result + others.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }

    // MARK: Lines

    /// Whether more may come from it.
    public var isOpen: Bool { socket >= 0 }

    /// Sends a line. What has ended does not get it, which `isOpen` tells.
    public func write(_ line: [UInt8]) {
        var rest = (line + [UInt8(ascii: "\n")])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Its standard input ends here; it may write still.
    public func endInput() { if socket >= 0 { shutdown(socket, Int32(SHUT_WR)) } }

    /// The lines that have come, without waiting. What is left of one at its end is no line.
    public func read(_ line: ([UInt8]) -> Void) {
        guard socket >= 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var isOpen = true
        while isOpen {
            let count = recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN || errno == EWOULDBLOCK { break }
            isOpen = count > 0 && received.count < Self.longestLine
            if count > 0 { received.append(buffer[..<count]) }
        }
        received.takeLines().forEach(line)
        if !isOpen { closeSocket() }
    }

    private func closeSocket() {
        if socket >= 0 { close(socket) }
        socket = -1
    }

    // MARK: The end

    /// Ends it at once, whatever it does.
    public func kill() {
        if ending == nil { Glibc.kill(process, SIGKILL) }
        // What it has started itself may keep the other side open.
        closeSocket()
    }

    /// How it ended, if it has within so many seconds.
    public func ended(within seconds: Double) -> Ending? {
        let limit = Clock.seconds + seconds
        while ending == nil {
            var status: Int32 = 0
            let result = waitpid(process, &status, WNOHANG)
            if result == process {
                let signal = status & 0x7F
                ending = signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
            } else if result < 0, errno != EINTR {
                ending = .exited(-1)
            } else if Clock.seconds < limit {
                usleep(2000)
            } else {
                break
            }
        }
        return ending
    }

    /// Waits until one of them has a line or has ended, for so many seconds at most.
    public static func wait(for processes: [ChildProcess], seconds: Double) {
        var places = processes.filter { $0.socket >= 0 }.map {
            pollfd(fd: $0.socket, events: Int16(POLLIN), revents: 0)
        }
        _ = poll(&places, nfds_t(places.count), Int32((1000 * max(0, seconds)).rounded(.up)))
    }
}

// The executable at a terminal, as a person uses it: keys go in, and what is shown is waited for, never slept for.

import Foundation

final class PseudoTerminal {
    struct Failure: Error { let message: String }

    /// Everything shown so far, without carriage returns and the sequences that only move the cursor or set colours.
    private(set) var shown = ""
    /// The same with all sequences, since the last cell that was waited for.
    private(set) var raw = ""
    private let master: Int32
    private let process: pid_t
    private var isOver = false
    /// How far `waitFor` has read: each text is looked for after the one before.
    private var position: String.Index

    init(
        _ arguments: [String] = [], environment: [String: String] = [:], columns: UInt16 = 80, rows: UInt16 = 24,
        executable: String = Tandem.path
    ) throws {
        position = shown.startIndex
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        // The calls of unlockpt and ptsname, which Glibc's module leaves out: TIOCSPTLCK and TIOCGPTN (ioctl_tty(2)).
        var (locked, number): (Int32, UInt32) = (0, 0)
        guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
            throw Failure(message: "no pseudo-terminal")
        }
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)

        // POSIX_SPAWN_SETSID: a new session, whose first opened terminal is this one: then Ctrl-C becomes a signal.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        posix_spawnattr_setflags(&attributes, 0x80 | Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        // The test's own threads may block or ignore what a terminal sends.
        var (none, interrupt) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigemptyset(&interrupt)
        sigaddset(&interrupt, SIGINT)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &interrupt)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/pts/\(number)", O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        defer {
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&actions)
        }
        let settings = ["TERM": "xterm"].merging(environment) { $1 }
        let all = ProcessInfo.processInfo.environment.merging(settings) { $1 }
        let argv = ([executable] + arguments).map { strdup($0) } + [nil]
        let envp = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var process = pid_t()
        guard posix_spawn(&process, executable, &actions, &attributes, argv, envp) == 0 else {
            throw Failure(message: "cannot start \(executable)")
        }
        self.process = process
    }

    deinit {
        if !isOver {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        close(master)
    }

    static let enter = "\r"
    static let controlC = "\u{3}"
    static let controlD = "\u{4}"
    static let tab = "\t"

    func type(_ keys: String) {
        let bytes = Array(keys.utf8)
        _ = write(master, bytes, bytes.count)
    }

    var hasColors: Bool { raw.contains(#/\u{1B}\[[0-9;]*m/#) }

    func send(_ signal: Int32) { kill(process, signal) }

    /// As somebody who drags an edge of the window: the programs in it get SIGWINCH.
    func resize(columns: UInt16, rows: UInt16 = 24) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    }

    /// No file grows any more, as on a disk that others have filled; or all do again.
    func setDisk(isFull: Bool) throws {
        let limit = "--fsize=\(isFull ? "0" : "unlimited"):unlimited"
        let result = try Tandem.run("/usr/bin/env", ["prlimit", "--pid", "\(process)", limit])
        guard result.code == 0 else { throw Failure(message: result.error) }
    }

    /// Returns when `text` has been shown behind what was waited for before.
    func waitFor(_ text: String, seconds: Double = 60) throws {
        let end = Date(timeIntervalSinceNow: seconds)
        while true {
            if let found = shown.range(of: text, range: position..<shown.endIndex) {
                position = found.upperBound
                return
            }
            guard Date() < end, read(until: end) else {
                throw Failure(message: "`\(text)` was not shown; there was:\n\(shown.suffix(2000))")
            }
        }
    }

    /// What a cell that was typed or pasted has shown when the prompt is back. Readline switches bracketed paste off
    /// where the typed text has ended, and on again with the next prompt.
    func outputOfCell(seconds: Double = 60) throws -> String {
        let end = Date(timeIntervalSinceNow: seconds)
        let (begin, prompt) = ("\u{1B}[?2004l", "\u{1B}[?2004h")
        raw = ""
        while true {
            if let start = raw.range(of: begin),
                let stop = raw.range(of: prompt, range: start.upperBound..<raw.endIndex)
            {
                guard raw[stop.upperBound...].contains("> ") else {
                    _ = read(until: end)
                    continue
                }
                // Text without an end waits for more; an empty line ends it.
                if raw[stop.upperBound...].hasPrefix("   ...> ") {
                    raw = ""
                    type(Self.enter)
                    continue
                }
                return String(raw[start.upperBound..<stop.lowerBound])
            }
            guard Date() < end, read(until: end) else {
                throw Failure(message: "the cell does not end:\n\(shown.suffix(2000))")
            }
        }
    }

    /// The exit code; a process that continues is an error.
    func exitCode(seconds: Double = 60) throws -> Int32 {
        let end = Date(timeIntervalSinceNow: seconds)
        while Date() < end {
            if !read(until: Date(timeIntervalSinceNow: 0.02)) { usleep(2000) }
            var status: Int32 = 0
            guard waitpid(process, &status, WNOHANG) == process else { continue }
            isOver = true
            return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
        }
        throw Failure(message: "it does not end; there was:\n\(shown.suffix(2000))")
    }

    /// Takes what comes next; false where nothing came.
    private func read(until end: Date) -> Bool {
        var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&descriptor, 1, Int32(max(0, end.timeIntervalSinceNow * 1000))) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Foundation.read(master, &buffer, buffer.count)
        guard count > 0 else { return false }
        raw += String(
            String.UnicodeScalarView(
                String(decoding: buffer[..<count], as: UTF8.self).unicodeScalars.filter { $0 != "\r" }))
        let offset = shown.distance(from: shown.startIndex, to: position)
        // Scalars, because "\r\n" is one character.
        let scalars = String(decoding: buffer[..<count], as: UTF8.self).unicodeScalars.filter { $0 != "\r" }
        shown += String(String.UnicodeScalarView(scalars)).replacing(#/\u{1B}\[[0-9;?]*[A-Za-z]/#, with: "")
        position = shown.index(shown.startIndex, offsetBy: min(offset, shown.count))
        return true
    }
}

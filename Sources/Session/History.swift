// The cells of all sessions: for the up arrow in a console and for history requests.

import Experiments
import Libraries
import Synchronization

public final class History: Sendable {
    public struct Entry: Hashable, Sendable {
        public let session: Int
        public let line: Int
        public let input: String
        public let output: String?
    }

    private struct State {
        var file: TandemDatabase
        var session: Int
        /// The file that another process held when it was to be opened: until it is free, `file` is in memory.
        var awaited: String?
        /// Records that wait because another process holds the file.
        var unwritten: [Record] = []
    }

    private let state: Mutex<State>
    /// The most records that wait.
    private static let mostUnwritten = 1000

    /// The number of this session in the file.
    public var session: Int { state.withLock(\.session) }

    /// Opens the file for a new session. Where it cannot be used (a folder that cannot be written) the history lives as
    /// long as the session, and `failure` says why; a damaged one is set aside, which `failure` says as well. One that
    /// another process holds is taken as soon as it is free.
    public init(_ path: String?) {
        var failure: String?
        var awaited: String?
        var opened: (file: TandemDatabase, session: Int)?
        do throws(DatabaseError) { opened = try Self.open(path, patience) } catch {
            if error.kind == .busy { awaited = path }
            failure = "\(path ?? "the history") cannot be used\(awaited == nil ? "" : " yet"): \(error.message)"
        }
        if let path, let aside = opened?.file.setAside { failure = "\(path) was damaged: it is now \(aside)" }
        // In memory this fails only without memory.
        guard let (file, session) = opened ?? (try? Self.open(nil, patience)) else {
            preconditionFailure("no memory for a history")
        }
        state = Mutex(State(file: file, session: session, awaited: awaited))
        self.failure = failure
    }

    /// A session that has waited so long for another process begins without its history.
    private let patience = Patience(0.5)

    private static func open(
        _ path: String?, _ patience: Patience
    ) throws(DatabaseError) -> (file: TandemDatabase, session: Int) {
        let file = try TandemDatabase(path, patience: patience)
        try file.database.execute("INSERT INTO sessions (started) VALUES (?)", [.text(Clock.timestamp)])
        return (file, file.database.lastInsertedRow)
    }

    /// Opens the file that another process held, and adds the cells since then.
    private func takeAwaited(_ state: inout State) {
        guard let path = state.awaited, let (file, session) = try? Self.open(path, patience) else { return }
        let rows = state.file.database.readableRows("SELECT line, input, output FROM history ORDER BY number")
        let isTaken: Void? = try? file.database.transaction { () throws(DatabaseError) in
            for row in rows {
                try file.database.execute(
                    "INSERT INTO history (session, line, input, output, number) VALUES (?, ?, ?, ?, \(Self.nextNumber))",
                    [.integer(session)] + row)
            }
        }
        // Otherwise it is tried again with the next cell.
        if isTaken != nil { state = State(file: file, session: session, unwritten: state.unwritten) }
    }

    private static let nextNumber = "(SELECT coalesce(max(number), 0) + 1 FROM history)"
    /// In the order in which cells were entered, over all sessions.
    private static let newestFirst = "ORDER BY number DESC, session DESC, line DESC"

    /// The file of all sessions; `nil` where `TANDEM_HOME` cannot be meant.
    public static var standardPath: String? { TandemDatabase.standardPath }

    /// Why the file is not used, or where a damaged one was moved.
    public let failure: String?

    // MARK: Writing

    public enum Record: Sendable {
        case input(String, line: Int)
        case output(String, line: Int)

        fileprivate var text: String {
            switch self {
            case .input(let text, _), .output(let text, _): text
            }
        }
    }

    /// Bytes of a cell or of its output; longer ones are not stored.
    static let byteLimit = 100_000
    /// How many cells are kept, and how many bytes.
    static let (cellLimit, totalLimit) = (20_000, 20_000_000)

    /// Stores cells of this session and their outputs, in one transaction. A cell that is not remembered is no
    /// reason to stop a session.
    public func add(_ records: [Record]) {
        let records = records.filter { $0.text.utf8.count <= Self.byteLimit }
        guard !records.isEmpty else { return }
        if !hasPruned.exchange(true, ordering: .relaxed) { prune() }
        write(records)
    }

    /// Writes what could not be written before. To be called before the process ends.
    ///
    /// - Returns: what is lost, and why.
    @discardableResult
    public func close() -> String? {
        patience.renew()
        guard let reason = write([]) else { return nil }
        return "the last cells are not kept in the history: \(reason)"
    }

    /// - Returns: why they wait for the next time.
    @discardableResult
    private func write(_ records: [Record]) -> String? {
        state.withLock { state in
            takeAwaited(&state)
            guard !records.isEmpty || !state.unwritten.isEmpty else { return nil }
            let (file, session, records) = (state.file, state.session, state.unwritten + records)
            state.unwritten = records.suffix(Self.mostUnwritten)
            do throws(DatabaseError) {
                try file.database.transaction { () throws(DatabaseError) in
                    for record in records {
                        switch record {
                        case .input(let text, let line):
                            try file.database.execute(
                                """
                                INSERT OR REPLACE INTO history (session, line, input, number)
                                VALUES (?, ?, ?, \(Self.nextNumber))
                                """,
                                [.integer(session), .integer(line), .text(text)])
                        case .output(let text, let line):
                            try file.database.execute(
                                "UPDATE history SET output = ? WHERE session = ? AND line = ?",
                                [.text(text), .integer(session), .integer(line)])
                        }
                    }
                }
            } catch { return error.message }
            state.unwritten = []
            patience.renew()
            return nil
        }
    }

    /// Old cells are removed once a session, with its first cell, so that the start does not wait.
    private let hasPruned = Atomic<Bool>(false)

    /// Removes the oldest cells that are too many or too much, and those that an older Tandem kept whatever their
    /// length.
    private func prune() {
        state.withLock { state in
            let file = state.file
            try? file.database.transaction { () throws(DatabaseError) in
                let bytes = "length(CAST(input AS BLOB)) + length(CAST(coalesce(output, '') AS BLOB))"
                try file.database.execute(
                    "DELETE FROM history WHERE length(CAST(input AS BLOB)) > ?", [.integer(Self.byteLimit)])
                try file.database.execute(
                    "UPDATE history SET output = NULL WHERE length(CAST(output AS BLOB)) > ?",
                    [.integer(Self.byteLimit)])
                try file.database.execute(
                    """
                    DELETE FROM history WHERE (session, line) IN (SELECT session, line FROM (
                        SELECT session, line, row_number() OVER newest AS place, sum(\(bytes)) OVER newest AS total
                        FROM history WINDOW newest AS (\(Self.newestFirst))
                    ) WHERE place > ? OR total > ?)
                    """, [.integer(Self.cellLimit), .integer(Self.totalLimit)])
            }
            giveBackRoom(file.database)
        }
    }

    /// What was removed stays in the file as free pages; where these are more than the rest, the file is written again.
    private func giveBackRoom(_ database: Database) {
        func number(_ name: String) -> Int { (try? database.execute("PRAGMA \(name)"))?.first?.first?.integer ?? 0 }
        let (free, all) = (number("freelist_count"), number("page_count"))
        if free > all / 2, free * number("page_size") > 1 << 20 { _ = try? database.execute("VACUUM") }
    }

    // MARK: Reading; the oldest first

    /// The last cells of all sessions.
    public func tail(_ count: Int) -> [Entry] {
        Array(read("\(Self.newestFirst) LIMIT ?", [.integer(max(0, count))]).reversed())
    }

    /// Lines `start ..< stop` of a session; without `stop` to its end. 0 is this session, -1 the one before it.
    public func range(session: Int, start: Int, stop: Int?) -> [Entry] {
        let wanted = session <= 0 ? self.session + session : session
        return read(
            "WHERE session = ? AND line >= ? AND line < ? ORDER BY line",
            [.integer(wanted), .integer(start), .integer(stop ?? .max)])
    }

    /// The last `count` cells that match a pattern with `*` and `?`; of equal ones the last where `isUnique`.
    public func search(_ pattern: String, count: Int?, isUnique: Bool) -> [Entry] {
        // SQLite's GLOB takes exponential time for patterns with many stars.
        let pattern = Array(pattern.unicodeScalars)
        var found: [Entry] = []
        var seen: Set<String> = []
        for entry in read(Self.newestFirst, []) {
            if let count, found.count >= count { break }
            guard Self.matches(Array(entry.input.unicodeScalars), pattern) else { continue }
            if isUnique, !seen.insert(entry.input).inserted { continue }
            found.append(entry)
        }
        return found.reversed()
    }

    /// A glob over the whole text. Each `*` is tried again one character later, so the work is at most text times
    /// pattern.
    static func matches(_ text: [Unicode.Scalar], _ pattern: [Unicode.Scalar]) -> Bool {
        var textIndex = 0
        var patternIndex = 0
        var star: (pattern: Int, text: Int)?
        while textIndex < text.count {
            if patternIndex < pattern.count, pattern[patternIndex] == "*" {
                star = (patternIndex, textIndex)
                patternIndex += 1
            } else if patternIndex < pattern.count,
                pattern[patternIndex] == "?" || pattern[patternIndex] == text[textIndex]
            {
                patternIndex += 1
                textIndex += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                patternIndex = last.pattern + 1
                textIndex = last.text + 1
            } else {
                return false
            }
        }
        return pattern[patternIndex...].allSatisfy { $0 == "*" }
    }

    private func read(_ condition: String, _ values: [DatabaseValue]) -> [Entry] {
        let rows = state.withLock {
            (try? $0.file.database.execute("SELECT session, line, input, output FROM history \(condition)", values))
                ?? []
        }
        return rows.map {
            Entry(
                session: $0[0].integer ?? 0, line: $0[1].integer ?? 0, input: $0[2].text ?? "", output: $0[3].text)
        }
    }
}

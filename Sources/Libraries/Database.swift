// SQLite: one file that several processes read and write at once (write-ahead log), and that survives the end of any of
// them.

import CSQLite
import Glibc

public struct DatabaseError: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable {
        /// Another process holds the file for longer than it was waited for.
        case busy
        /// The file is no database, or its pages contradict each other.
        case damaged
        /// A newer program made it.
        case newer
        /// Nothing may be written there.
        case notWritable
        /// The disk is full.
        case full
        /// A file would be larger than the process may write.
        case tooLarge
        /// A folder, a pipe or a device is in its place.
        case obstructed
        case other
    }

    public let kind: Kind
    /// SQLite's own sentence, and the system's of what could not be read or written.
    public let message: String
    public var description: String { message }

    public init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }
}

/// What is in a column.
public enum DatabaseValue: Hashable, Sendable {
    case null
    case integer(Int)
    case number(Double)
    case text(String)
    case bytes([UInt8])

    public var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    public var text: String? { if case .text(let value) = self { value } else { nil } }
    public var bytes: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }
    public var number: Double? {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }
}

/// An open database. Used by one thread at a time.
public final class Database: @unchecked Sendable {
    // Unchecked: its owner guards it by a lock; SQLite itself is built to be called from any thread.
    private let handle: OpaquePointer
    private let patience: Patience

    /// Opens the file, or makes it.
    ///
    /// - Parameters:
    ///   - patience: how long another writer is waited for.
    ///   - reading: how a file is opened that cannot be written.
    public init(_ path: String, patience: Patience = Patience(0.5), reading: Reading? = nil) throws(DatabaseError) {
        try Self.checkKind(path)
        var handle: OpaquePointer?
        let flags =
            reading != nil ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let code = sqlite3_open_v2(
            reading.map { "file:\(Self.escaped(path))?immutable=\($0 == .alone ? 1 : 0)" } ?? path, &handle,
            flags | SQLITE_OPEN_FULLMUTEX, nil)
        guard code == SQLITE_OK, let handle else {
            let error = Self.error(code, handle)
            sqlite3_close_v2(handle)
            throw error
        }
        self.handle = handle
        self.patience = patience
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_handler(
            handle,
            { patience, count in
                guard let patience else { return 0 }
                let pause: UInt32 = 5000
                let waited = Double(count) * Double(pause) * 1e-6
                if Unmanaged<Patience>.fromOpaque(patience).takeUnretainedValue().hasEnded(after: waited) { return 0 }
                usleep(pause)
                return 1
            }, Unmanaged.passUnretained(patience).toOpaque())
        if reading != nil { return }
        // Readers then see the last whole state while another process writes. An error here closes the file: `deinit`
        // runs.
        try execute("PRAGMA journal_mode = WAL")
        try execute("PRAGMA synchronous = NORMAL")
    }

    public enum Reading: Sendable {
        /// With what others have written next to it.
        case withOthers
        /// Nobody writes it, and nothing beside it is looked at.
        case alone
    }

    deinit { sqlite3_close_v2(handle) }

    /// Whether the file could be opened for reading alone, though writing was asked for.
    public var isReadOnly: Bool { sqlite3_db_readonly(handle, "main") == 1 }

    /// Runs a statement for all its rows, `?` taking the values in order.
    @discardableResult
    public func execute(_ sql: String, _ values: [DatabaseValue] = []) throws(DatabaseError) -> [[DatabaseValue]] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw lastError }
        defer { sqlite3_finalize(statement) }
        for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1), of: statement) }
        var rows: [[DatabaseValue]] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: rows.append((0..<sqlite3_column_count(statement)).map { Self.column($0, of: statement) })
            case SQLITE_DONE: return rows
            default: throw lastError
            }
        }
    }

    /// The rows of a query as far as they can be read: what is damaged ends them.
    public func readableRows(_ sql: String) -> [[DatabaseValue]] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { return [] }
        defer { sqlite3_finalize(statement) }
        var rows: [[DatabaseValue]] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            rows.append((0..<sqlite3_column_count(statement)).map { Self.column($0, of: statement) })
        }
        return rows
    }

    /// SQLite would wait for a pipe, and nothing could stop it.
    private static func checkKind(_ path: String) throws(DatabaseError) {
        for file in [path] + ["-wal", "-shm", "-journal"].map({ path + $0 }) {
            var status = stat()
            guard lstat(file, &status) == 0 else { continue }
            let isReached = stat(file, &status) == 0
            let kind: String
            switch status.st_mode & S_IFMT {
            case S_IFREG: continue
            case _ where !isReached: kind = "a link to a file that is not there"
            case S_IFDIR: kind = "a folder"
            case S_IFIFO: kind = "a pipe"
            case S_IFCHR, S_IFBLK: kind = "a device"
            default: kind = "a socket"
            }
            throw DatabaseError(kind: .obstructed, message: "\(file) is \(kind), not a file: move it away")
        }
    }

    /// For a URI: all but plain letters, digits and `/` as `%20`.
    private static func escaped(_ path: String) -> String {
        path.utf8.map { byte in
            let isPlain =
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "/._-".utf8.contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + [byte].hexadecimal
        }.joined()
    }

    /// All of `body`, or nothing: what fails leaves the file as it was.
    public func transaction<Result>(_ body: () throws(DatabaseError) -> Result) throws(DatabaseError) -> Result {
        // At once as a writer, so that two processes wait for each other here and not in the middle.
        try execute("BEGIN IMMEDIATE")
        do throws(DatabaseError) {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            _ = try? execute("ROLLBACK")
            throw error
        }
    }

    /// The row number of the last insertion.
    public var lastInsertedRow: Int { Int(sqlite3_last_insert_rowid(handle)) }

    private func bind(_ value: DatabaseValue, at place: Int32, of statement: OpaquePointer?) throws(DatabaseError) {
        // SQLite copies what it is given before the call returns.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        let code: Int32 =
            switch value {
            case .null: sqlite3_bind_null(statement, place)
            case .integer(let value): sqlite3_bind_int64(statement, place, Int64(value))
            case .number(let value): sqlite3_bind_double(statement, place, value)
            case .text(let value): sqlite3_bind_text(statement, place, value, Int32(value.utf8.count), transient)
            case .bytes(let value): sqlite3_bind_blob(statement, place, value, Int32(value.count), transient)
            }
        guard code == SQLITE_OK else { throw lastError }
    }

    private static func column(_ index: Int32, of statement: OpaquePointer?) -> DatabaseValue {
        switch sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: return .integer(Int(sqlite3_column_int64(statement, index)))
        case SQLITE_FLOAT: return .number(sqlite3_column_double(statement, index))
        case SQLITE_TEXT:
            guard let text = sqlite3_column_text(statement, index) else { return .text("") }
            let count = Int(sqlite3_column_bytes(statement, index))
            return .text(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            let count = Int(sqlite3_column_bytes(statement, index))
            guard let bytes = sqlite3_column_blob(statement, index) else { return .bytes([]) }
            return .bytes(Array(UnsafeRawBufferPointer(start: bytes, count: count)))
        default: return .null
        }
    }

    private var lastError: DatabaseError { Self.error(sqlite3_extended_errcode(handle), handle) }

    private static func error(_ code: Int32, _ handle: OpaquePointer?) -> DatabaseError {
        let kind: DatabaseError.Kind =
            switch code & 0xFF {
            case SQLITE_BUSY, SQLITE_LOCKED: .busy
            case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged
            case SQLITE_FULL: .full
            case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_IOERR: .notWritable
            default: .other
            }
        // What failed is not in SQLite's own sentence.
        let number = code & 0xFF == SQLITE_IOERR ? handle.map { sqlite3_system_errno($0) } ?? 0 : 0
        if number == EFBIG { return DatabaseError(kind: .tooLarge, message: FileError.reason(number)) }
        let text = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
        return DatabaseError(kind: kind, message: number == 0 ? text : "\(text): \(FileError.reason(number))")
    }
}

// The database `tandem.sqlite` in the data folder: the history of all sessions, and the index of all runs. Its tables,
// how a file of an older version gets them, and how a damaged one is repaired. Several processes may use it at once.

import Libraries
import Synchronization

/// Used under a lock by its owner, as `Database` is.
public final class TandemDatabase: Sendable {
    public let database: Database
    /// Whether it was opened where nothing can be written.
    let isReadOnly: Bool
    /// Where the damaged file that it replaces was moved.
    public let setAside: String?
    private let path: String?
    /// The file's identity, independent of its name; `nil` in memory.
    private let identity: FileIdentity?

    /// A change of the file's tables: the statement that makes it, and what is known of the columns by it.
    private enum Change {
        case table(String, [(name: String, type: String)], constraint: String? = nil, options: String = "")
        case column(String, type: String, of: String)
        case index(String, on: String, String)
        case renaming(String, to: String)

        var statement: String {
            switch self {
            case .table(let name, let columns, let constraint, let options):
                let parts = columns.map { "\($0.name) \($0.type)" } + [constraint].compactMap { $0 }
                return "CREATE TABLE \(name) (\(parts.joined(separator: ", ")))\(options)"
            case .column(let name, let type, let table): return "ALTER TABLE \(table) ADD COLUMN \(name) \(type)"
            case .index(let name, let table, let column): return "CREATE INDEX \(name) ON \(table) (\(column))"
            case .renaming(let table, let name): return "ALTER TABLE \(table) RENAME TO \(name)"
            }
        }

        func apply(to tables: inout [String: Set<String>]) {
            switch self {
            case .table(let name, let columns, _, _): tables[name] = Set(columns.map(\.name))
            case .column(let name, _, let table): tables[table]?.insert(name)
            case .index: break
            case .renaming(let table, let name): tables[name] = tables.removeValue(forKey: table)
            }
        }
    }

    /// What each version of the file added to the one before. A file of a later version than the last is left alone.
    private static let migrations: [[Change]] = [
        [
            .table("sessions", [("id", "INTEGER PRIMARY KEY"), ("started", "TEXT NOT NULL")]),
            .table(
                "history",
                [
                    ("session", "INTEGER NOT NULL"), ("line", "INTEGER NOT NULL"), ("input", "TEXT NOT NULL"),
                    ("output", "TEXT"),
                ],
                constraint: "PRIMARY KEY (session, line)", options: " WITHOUT ROWID"),
        ],
        [
            // What a list of runs shows. The order is that of `number`: clocks are set back.
            .table(
                "runs",
                [
                    ("number", "INTEGER PRIMARY KEY AUTOINCREMENT"), ("key", "TEXT NOT NULL UNIQUE"),
                    ("identity", "TEXT NOT NULL"), ("stem", "TEXT NOT NULL"), ("name", "TEXT"),
                    ("model", "TEXT NOT NULL"), ("seed", "TEXT NOT NULL"), ("dataset", "TEXT NOT NULL"),
                    ("state", "TEXT NOT NULL"), ("started", "INTEGER NOT NULL"), ("seconds", "REAL"),
                    ("planned", "INTEGER NOT NULL"), ("epochs", "INTEGER NOT NULL"), ("accuracy", "REAL"),
                    ("loss", "REAL"),
                ]),
            .index("runs_by_identity", on: "runs", "identity"),
            .index("runs_by_stem", on: "runs", "stem"),
            // All that is known of each, and one number per test image.
            .table(
                "records",
                [
                    ("key", "TEXT NOT NULL PRIMARY KEY"), ("record", "TEXT NOT NULL"),
                    ("predictions", "BLOB NOT NULL"), ("checksum", "TEXT NOT NULL"),
                ]),
        ],
        // Whether a run was found again from its files: the database that knew whether it was named is lost.
        [.column("found", type: "INTEGER NOT NULL DEFAULT 0", of: "runs")],
        // The order in which cells were entered: sessions run at the same time. 0 in those of an older file.
        [
            .column("number", type: "INTEGER NOT NULL DEFAULT 0", of: "history"),
            .index("history_by_number", on: "history", "number"),
        ],
        [
            // Records are files from here on: those that stand here still wait for it. And by which engine's arithmetic
            // a run was trained.
            .renaming("records", to: "unfiled"),
            .column("arithmetic", type: "INTEGER NOT NULL DEFAULT 1", of: "runs"),
        ],
    ]
    private static let tables = ["sessions", "history", "runs", "records", "unfiled"]

    /// Opens the file, or makes it. A damaged one is set aside, and what can be read of it goes into a new one.
    ///
    /// - Parameters:
    ///   - path: `nil` keeps everything in memory, for as long as this lives.
    ///   - patience: how long to wait for another process that holds it.
    public convenience init(_ path: String?, patience: Patience = Patience(0.5)) throws(DatabaseError) {
        guard let path else {
            try self.init(opening: nil, patience: patience)
            return
        }
        do throws(FileError) {
            try FileSystem.createDirectories(FileSystem.folder(of: path), isPrivate: true)
            Self.makePrivate(path)
        } catch {
            throw DatabaseError(kind: error.isObstructed ? .obstructed : .notWritable, message: error.reason)
        }
        let isNew = !FileSystem.isThere(path)
        do throws(DatabaseError) {
            try self.init(opening: path, patience: patience)
        } catch {
            guard error.kind == .damaged else { throw error }
            try self.init(replacing: path, patience: patience)
        }
        // An earlier version had one for all machines.
        let shared = FileSystem.join(FileSystem.folder(of: path), Self.sharedName)
        if isNew, shared != path, let earlier = try? Database(shared, reading: .withOthers) { salvage(from: earlier) }
    }

    /// Opens a file in a folder that cannot be written, for reading alone.
    init(readingOnly path: String) throws(DatabaseError) {
        (isReadOnly, setAside, self.path) = (true, nil, path)
        identity = FileSystem.identity(path)
        // What another process has written next to it cannot be read everywhere.
        let database = try Database(path, reading: .withOthers)
        let isReadable = (try? database.execute("SELECT count(*) FROM sqlite_schema")) != nil
        self.database = isReadable ? database : try Database(path, reading: .alone)
        let version = try Self.version(of: self.database)
        guard Self.readableVersions.contains(version) else {
            throw DatabaseError(kind: .notWritable, message: "it is of another version, and cannot be written")
        }
        guard try Self.hasTables(ofVersion: version, self.database) else {
            throw DatabaseError(kind: .notWritable, message: "it is damaged, and cannot be written")
        }
        // Views supply what it lacks, for this connection alone.
        if version < 5 {
            let missing = version == 2 ? "0 AS found, 1 AS arithmetic" : "1 AS arithmetic"
            try self.database.execute("CREATE TEMP VIEW runs AS SELECT *, \(missing) FROM main.runs")
            try self.database.execute("CREATE TEMP VIEW unfiled AS SELECT * FROM main.records")
        }
    }

    /// Versions that can be read where they cannot be brought to the last one.
    private static let readableVersions = 2...migrations.count

    private init(opening path: String?, setAside: String? = nil, patience: Patience) throws(DatabaseError) {
        if let path, !FileSystem.isThere(path) {
            // SQLite gives the files next to it the mode of this one.
            do throws(FileError) { try FileSystem.createFile(path, isPrivate: true) } catch {
                throw DatabaseError(kind: .notWritable, message: error.reason)
            }
        }
        database = try Database(path ?? ":memory:", patience: patience)
        guard !database.isReadOnly else {
            throw DatabaseError(kind: .notWritable, message: "the file or its disk is read-only")
        }
        try Self.migrate(database)
        isReadOnly = false
        self.setAside = setAside
        if let path, let setAside { Self.asides.withLock { $0[path] = setAside } }
        self.path = path
        identity = path.flatMap { FileSystem.identity($0) }
    }

    private static func migrate(_ database: Database) throws(DatabaseError) {
        // Usually nothing is to be done, and there is nothing to wait for.
        if try version(of: database) == migrations.count, try hasTables(ofVersion: migrations.count, database) {
            return
        }
        try database.transaction { () throws(DatabaseError) in
            let version = try version(of: database)
            guard version <= migrations.count else {
                throw DatabaseError(
                    kind: .newer,
                    message: "it is of version \(version), made by a newer Tandem; this one reads \(migrations.count)")
            }
            guard try hasTables(ofVersion: version, database) else {
                throw DatabaseError(kind: .damaged, message: "its tables are not those of its version")
            }
            for change in migrations[version...].joined() { try database.execute(change.statement) }
            try database.execute("PRAGMA user_version = \(migrations.count)")
        }
    }

    private static func version(of database: Database) throws(DatabaseError) -> Int {
        let version = try database.execute("PRAGMA user_version").first?.first?.integer ?? 0
        guard version >= 0 else { throw DatabaseError(kind: .damaged, message: "its version is \(version)") }
        return version
    }

    // MARK: Tables

    /// The columns of each table in a file of a version.
    private static func columns(ofVersion version: Int) -> [String: Set<String>] {
        var tables: [String: Set<String>] = [:]
        for change in migrations[..<version].joined() { change.apply(to: &tables) }
        return tables
    }

    /// Whether the tables are those that a file of this version has: a file without them, or with another program's of
    /// the same names, is damaged as well. Of a later version nothing is known.
    private static func hasTables(ofVersion version: Int, _ database: Database) throws(DatabaseError) -> Bool {
        guard 0...migrations.count ~= version else { return true }
        var found: [String: Set<String>] = [:]
        for row in try database.execute(
            "SELECT m.name, c.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c WHERE m.type = 'table'")
        {
            if let table = row[0].text, let column = row[1].text { found[table, default: []].insert(column) }
        }
        let wanted = columns(ofVersion: version)
        // Of a file without a version, which another program may have made, none of the tables may be there.
        return tables.allSatisfy { table in
            wanted[table].map { $0.isSubset(of: found[table] ?? []) } ?? (found[table] == nil || version > 0)
        }
    }

    /// Whether an error in use is caused by damage: of the pages, or of tables that are gone.
    func isDamage(_ error: DatabaseError) -> Bool {
        switch error.kind {
        case .damaged: true
        case .other: (try? Self.hasTables(ofVersion: Self.migrations.count, database)) == false && !isReadOnly
        case .busy, .newer, .notWritable, .full, .tooLarge, .obstructed: false
        }
    }

    /// In the data folder.
    public static var standardPath: String? { Environment.dataFolder.map { path(in: $0) } }

    static func path(in folder: String) -> String {
        FileSystem.join(folder, name(host: NetworkFileSystem.contains(folder) ? Machine.host : nil))
    }

    /// `tandem.sqlite`, or `tandem-n7.sqlite`: processes on several machines must not share one (SQLite, "How To
    /// Corrupt An SQLite Database File", section 2.1), so that on a network file system each machine has an index of
    /// its own. What it is an index of are files.
    ///
    /// - Parameter host: of the machine, where it has its own.
    static func name(host: String?) -> String {
        guard let host else { return sharedName }
        let name = host.unicodeScalars.prefix(60).map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                || scalar == "-" || scalar == "." ? Character(scalar) : "_"
        }
        return "tandem-\(String(name)).sqlite"
    }

    private static let sharedName = "tandem.sqlite"

    /// Whether other machines have one of their own next to it.
    static func isOfOneMachine(_ path: String) -> Bool { FileSystem.name(of: path) != sharedName }

    /// Whether a file is of some machine's database.
    private static func isAnyDatabaseFile(_ name: String) -> Bool {
        if isDatabaseFile(name, of: sharedName) { return true }
        guard name.hasPrefix("tandem-"), let end = name.firstRange(of: ".sqlite")?.upperBound else { return false }
        return isDatabaseFile(name, of: String(name[..<end]))
    }

    // MARK: Privacy

    /// Cells, runs and weights are for their owner alone, also those of an older Tandem. A folder that holds other
    /// things as well is the person's own, and stays as it is.
    private static func makePrivate(_ path: String) {
        let folder = FileSystem.folder(of: path)
        let names = (try? FileSystem.list(folder)) ?? []
        let folders = ["runs", "results", "claims", "queue"]
        let ours = names.filter { isAnyDatabaseFile($0) || folders.contains($0) || $0 == "history.txt" }
        // Who opens the runs looks at what is in their folders.
        for name in ours where !folders.contains(name) { FileSystem.makePrivate(FileSystem.join(folder, name)) }
        if ours.count == names.count { FileSystem.makePrivate(folder) }
    }

    /// `tandem.sqlite`, what SQLite writes next to it, the lock of a repair, and what was set aside:
    /// `tandem.sqlite.damaged-2-wal`.
    private static func isDatabaseFile(_ name: String, of file: String) -> Bool {
        guard name.hasPrefix(file) else { return false }
        var ending = name.dropFirst(file.count)
        for beside in ["-wal", "-shm", "-journal"] where ending.hasSuffix(beside) {
            ending = ending.dropLast(beside.count)
            break
        }
        return ending.isEmpty || ending == ".lock" || TandemDatabase.isDamagedEnding(ending.dropFirst())
    }

    /// Whether a file was set aside by `freePath` under this ending: `damaged`, `damaged-2`.
    static func isDamagedEnding(_ ending: some StringProtocol) -> Bool {
        guard ending.hasPrefix("damaged") else { return false }
        let number = ending.dropFirst("damaged".count)
        return number.isEmpty || number.first == "-" && Int(number.dropFirst()) != nil
    }

    // MARK: Damage

    /// Where the damaged file at a path was moved, until it is reported: the history may open the file before the runs
    /// do.
    private static let asides = Mutex<[String: String]>([:])

    static func takeSetAside(_ path: String) -> String? { asides.withLock { $0.removeValue(forKey: path) } }

    /// Sets a damaged file aside, unless another process has done so meanwhile.
    private convenience init(replacing path: String, patience: Patience) throws(DatabaseError) {
        // Only one of the processes that find the damage repairs it.
        let lock = try Self.repairLock(path, patience)
        defer { withExtendedLifetime(lock != nil) {} }
        if try Self.isWhole(path, patience) {
            try self.init(opening: path, patience: patience)
            return
        }
        let aside = Self.freePath("\(path).damaged")
        for ending in ["", "-wal", "-shm"] where FileSystem.exists(path + ending) {
            do throws(FileError) { try FileSystem.rename(path + ending, to: aside + ending) } catch {
                throw DatabaseError(kind: .notWritable, message: error.description)
            }
        }
        try self.init(opening: path, setAside: aside, patience: patience)
        if let damaged = try? Database(aside, patience: patience) { salvage(from: damaged) }
    }

    private static func repairLock(_ path: String, _ patience: Patience) throws(DatabaseError) -> FileLock? {
        do throws(FileError) {
            if let lock = try FileLock("\(path).lock", patience: patience) { return lock }
        } catch {
            throw DatabaseError(kind: .notWritable, message: error.description)
        }
        throw DatabaseError(kind: .busy, message: "another process repairs it")
    }

    /// Opens a file that was found damaged in use.
    static func reopened(_ path: String, patience: Patience) throws(DatabaseError) -> TandemDatabase {
        try isWhole(path, patience)
            ? TandemDatabase(path, patience: patience) : TandemDatabase(replacing: path, patience: patience)
    }

    /// - Throws: where another process holds it: nothing can be said of it then.
    private static func isWhole(_ path: String, _ patience: Patience) throws(DatabaseError) -> Bool {
        do throws(DatabaseError) {
            let database = try Database(path, patience: patience)
            guard try database.execute("PRAGMA integrity_check(1)").first?.first?.text == "ok" else { return false }
            // In one state of the file: another process may bring it to a new version meanwhile.
            try database.execute("BEGIN")
            defer { _ = try? database.execute("COMMIT") }
            return try hasTables(ofVersion: version(of: database), database)
        } catch {
            if error.kind == .busy { throw error }
            return false
        }
    }

    /// Whether its path is another file's by now, or nobody's: it was removed, or set aside by another process.
    var isReplaced: Bool { path.map { FileSystem.identity($0) != identity } ?? false }

    /// Takes rows of a damaged or replaced file, from both ends of each table to where they cannot be read.
    ///
    /// - Parameter onlyRuns: without the history.
    func salvage(from damaged: Database, onlyRuns: Bool = false) {
        for table in Self.tables where !onlyRuns || !["sessions", "history"].contains(table) {
            let columns = damaged.readableRows("SELECT name FROM pragma_table_info('\(table)')").compactMap(
                \.first?.text)
            // What it was called in earlier versions.
            let target = table == "records" ? "unfiled" : table
            let own = Set(
                database.readableRows("SELECT name FROM pragma_table_info('\(target)')").compactMap(\.first?.text))
            guard let first = columns.first, own.isSuperset(of: columns) else { continue }
            let places = Array(repeating: "?", count: columns.count).joined(separator: ", ")
            for order in ["", " ORDER BY \(first) DESC"] {
                for row in damaged.readableRows("SELECT * FROM \(table)\(order)") {
                    _ = try? database.execute(
                        "INSERT OR IGNORE INTO \(target) (\(columns.joined(separator: ", "))) VALUES (\(places))", row)
                }
            }
        }
    }

    /// The path, with a number after it where there is such a file already.
    static func freePath(_ path: String) -> String {
        var (free, number) = (path, 1)
        while FileSystem.exists(free) {
            number += 1
            free = "\(path)-\(number)"
        }
        return free
    }
}

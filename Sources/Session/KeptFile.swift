// The one file in which a session's lasting things stand, `tandem.sqlite` in the data folder: its tables, and how a file of an older
// version gets them. Several kernels may hold it at once.

import Libraries

/// Used under a lock by its owner, as `Database` is.
public final class KeptFile: Sendable {
    let database: Database

    /// What each version of the file added to the one before. A file of a later version than the last is left alone.
    private static let migrations: [[String]] = [
        [
            "CREATE TABLE sessions (id INTEGER PRIMARY KEY, started TEXT NOT NULL)",
            """
            CREATE TABLE history (
                session INTEGER NOT NULL, line INTEGER NOT NULL, input TEXT NOT NULL, output TEXT,
                PRIMARY KEY (session, line)
            ) WITHOUT ROWID
            """,
        ]
    ]

    /// - Parameter path: `nil` keeps everything in memory, for as long as this lives.
    public init(_ path: String?) throws(DatabaseError) {
        if let path { try? FileSystem.createDirectories(FileSystem.folder(of: path)) }
        database = try Database(path ?? ":memory:")
        let database = database
        try database.transaction { () throws(DatabaseError) in
            let version = try database.execute("PRAGMA user_version").first?.first?.integer ?? 0
            guard version <= Self.migrations.count else {
                throw DatabaseError(
                    kind: .other,
                    message:
                        "it is of version \(version), made by a newer Tandem; this one reads \(Self.migrations.count)")
            }
            for statement in Self.migrations[version...].joined() { try database.execute(statement) }
            try database.execute("PRAGMA user_version = \(Self.migrations.count)")
        }
    }

    /// `tandem.sqlite` in the data folder.
    public static var standardPath: String { FileSystem.join(Environment.dataFolder, "tandem.sqlite") }
}

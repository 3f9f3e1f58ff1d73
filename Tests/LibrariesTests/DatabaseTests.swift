import Foundation
import TestSupport
import Testing

@testable import Libraries

struct DatabaseTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.path + "/a.sqlite" }

    private func error(_ work: () throws(DatabaseError) -> Void) -> DatabaseError? {
        do throws(DatabaseError) {
            try work()
            return nil
        } catch { return error }
    }

    @Test func valuesComeBackAsTheyWere() throws {
        let database = try Database(path)
        try database.execute("CREATE TABLE t (a, b, c, d, e)")
        let row: [DatabaseValue] = [.integer(.max), .number(0.1), .text("größe \u{0} 🇫🇷"), .bytes([0, 255]), .null]
        try database.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?)", row)
        #expect(try Database(path).execute("SELECT * FROM t") == [row])
        #expect(database.lastInsertedRow == 1)
    }

    @Test func aTransactionIsAllOrNothing() throws {
        let database = try Database(path)
        try database.execute("CREATE TABLE t (a UNIQUE)")
        let failure = error { () throws(DatabaseError) in
            try database.transaction { () throws(DatabaseError) in
                try database.execute("INSERT INTO t VALUES (1)")
                try database.execute("INSERT INTO t VALUES (1)")
            }
        }
        #expect(failure?.message.contains("UNIQUE") == true)
        #expect(try database.execute("SELECT * FROM t").isEmpty)
        _ = try database.transaction { () throws(DatabaseError) in try database.execute("INSERT INTO t VALUES (1)") }
        #expect(try database.execute("SELECT a FROM t") == [[.integer(1)]])
    }

    @Test func twoProcessesMayHoldIt() throws {
        let (one, other) = (try Database(path), try Database(path, patience: Patience(0.05)))
        try one.execute("CREATE TABLE t (a)")
        try one.execute("BEGIN IMMEDIATE")
        try one.execute("INSERT INTO t VALUES (1)")
        // A reader sees the last whole state, a second writer is told.
        #expect(try other.execute("SELECT count(*) FROM t") == [[.integer(0)]])
        #expect(error { () throws(DatabaseError) in try other.execute("INSERT INTO t VALUES (2)") }?.kind == .busy)
        try one.execute("COMMIT")
        #expect(try other.execute("SELECT count(*) FROM t") == [[.integer(1)]])
    }

    @Test func whoIsInterruptedDoesNotWait() throws {
        let (one, other) = (try Database(path), try Database(path, patience: Patience(600, isCancelled: { true })))
        try one.execute("BEGIN IMMEDIATE")
        #expect(error { () throws(DatabaseError) in try other.execute("CREATE TABLE t (a)") }?.kind == .busy)
        try one.execute("COMMIT")
        try other.execute("CREATE TABLE t (a)")
    }

    @Test func whatIsNoDatabaseSaysSo() throws {
        try FileSystem.write("no database at all, but a text of some length", to: path)
        #expect(error { () throws(DatabaseError) in _ = try Database(path) }?.kind == .damaged)
        #expect(error { () throws(DatabaseError) in _ = try Database("/nowhere/at/all") }?.kind == .notWritable)
    }
}

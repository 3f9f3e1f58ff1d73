// The cells of all sessions, kept in one file.

import Foundation
import Libraries
import Testing

@testable import Session

struct HistoryTests {
    private let path = NSTemporaryDirectory() + "history-\(UUID())/tandem.sqlite"

    @Test func sessionsFollowEachOther() {
        let first = History(path)
        first.add([.input("print 1", line: 1)])
        first.add([.input("let größe = 2", line: 2)])
        first.add([.output("1", line: 1)])
        let second = History(path)
        second.add([.input("print 3", line: 1)])
        #expect((first.session, second.session) == (1, 2))
        #expect(second.tail(2).map(\.input) == ["let größe = 2", "print 3"])
        #expect(second.range(session: 0, start: 1, stop: nil).map(\.input) == ["print 3"])
        #expect(second.range(session: -1, start: 1, stop: 2).map(\.output) == ["1"])
        #expect(second.range(session: 1, start: 2, stop: nil).map(\.line) == [2])
        #expect(second.range(session: 7, start: 1, stop: nil).isEmpty)
        #expect(second.tail(0).isEmpty && second.tail(-3).isEmpty && second.tail(99).count == 3)
        // Two kernels at once: each sees what the other has written.
        #expect(first.tail(1).map(\.input) == ["print 3"])
    }

    @Test func cellsOfTwoSessionsStandInTheOrderInWhichTheyWereEntered() {
        let (first, second) = (History(path), History(path))
        for number in 1...4 {
            (number % 2 == 1 ? second : first).add([.input("print \(number)", line: (number + 1) / 2)])
        }
        second.add([.output("3", line: 2)])
        #expect(History(path).tail(3).map(\.input) == ["print 2", "print 3", "print 4"])
        #expect(first.search("print*", count: 3, isUnique: false).map(\.input) == ["print 2", "print 3", "print 4"])
        #expect(first.range(session: 0, start: 1, stop: nil).map(\.input) == ["print 2", "print 4"])
    }

    @Test func cellsOfAFileWithoutNumbersComeFirstInTheOrderOfTheirSessions() throws {
        try FileSystem.createDirectories(FileSystem.folder(of: path))
        do {
            let database = try Database(path)
            for statement in [
                "CREATE TABLE sessions (id INTEGER PRIMARY KEY, started TEXT NOT NULL)",
                """
                CREATE TABLE history (session INTEGER NOT NULL, line INTEGER NOT NULL, input TEXT NOT NULL, output TEXT,
                PRIMARY KEY (session, line)) WITHOUT ROWID
                """,
                "INSERT INTO sessions VALUES (1, 'then'), (2, 'then')",
                "INSERT INTO history VALUES (2, 1, 'print 2', '2'), (1, 1, 'print 1', '1')", "PRAGMA user_version = 1",
            ] { try database.execute(statement) }
        }
        let history = History(path)
        history.add([.input("print 3", line: 1)])
        #expect(history.failure == nil && history.tail(9).map(\.input) == ["print 1", "print 2", "print 3"])
        #expect(history.tail(9).map(\.output) == ["1", "2", nil])
    }

    @Test func searchTakesPatterns() {
        let history = History(nil)
        for (line, input) in ["print 1", "train Net", "print 1", "print 2"].enumerated() {
            history.add([.input(input, line: line + 1)])
        }
        #expect(history.search("print*", count: nil, isUnique: false).map(\.line) == [1, 3, 4])
        #expect(history.search("print*", count: nil, isUnique: true).map(\.line) == [3, 4])
        #expect(history.search("print*", count: 2, isUnique: false).map(\.line) == [3, 4])
        #expect(history.search("*", count: 1, isUnique: false).map(\.input) == ["print 2"])
        #expect(history.search("", count: nil, isUnique: false).isEmpty)
    }

    @Test(arguments: [
        ("*60000*", "1 + 60000", true), ("*6000?", "1 + 60000", true), ("1*", "2", false), ("", "", true),
        ("?", "", false), ("a*b*c", "axxbxxbxc", true), ("a*b", "ab\n", false),
        (String(repeating: "a*", count: 40) + "b", String(repeating: "a", count: 4000), false),
    ])
    func patternsMatchTheWholeText(pattern: String, text: String, isFound: Bool) {
        #expect(History.matches(Array(text.unicodeScalars), Array(pattern.unicodeScalars)) == isFound)
    }

    @Test func whatIsTooLongIsNotKept() {
        let history = History(path)
        let long = String(repeating: "ä", count: History.byteLimit / 2 + 1)
        history.add([.input(long, line: 1), .input("print 1", line: 2), .output(long, line: 2)])
        #expect(history.tail(9) == [.init(session: 1, line: 2, input: "print 1", output: nil)])
        history.add([.input(String(long.dropLast()), line: 3)])
        #expect(history.tail(1).first?.line == 3)
    }

    @Test func theOldestCellsGo() throws {
        _ = History(path)
        let count = History.cellLimit + 50
        do {
            let database = try Database(path)
            try database.transaction { () throws(DatabaseError) in
                for line in 1...count {
                    try database.execute(
                        "INSERT INTO history (session, line, input) VALUES (1, ?, 'x')", [.integer(line)])
                }
                // An older Tandem kept these as well.
                for line in 1...3 {
                    let long = String(repeating: "x", count: 1_500_000)
                    try database.execute(
                        "INSERT INTO history (session, line, input, output) VALUES (0, ?, ?, ?)",
                        [.integer(line), .text(line == 1 ? "y" : long), .text(long)])
                }
            }
        }
        let before = try #require(FileSystem.size(path))
        let history = History(path)
        history.add([.input("print 1", line: 1)])
        let lines = history.range(session: 1, start: 0, stop: nil).map(\.line)
        #expect(lines == Array(51...count))
        #expect(history.range(session: -history.session, start: 0, stop: nil).isEmpty)
        #expect(history.tail(1).map(\.input) == ["print 1"])
        do { try Database(path).execute("PRAGMA wal_checkpoint(TRUNCATE)") }
        #expect(before > 4_000_000 && FileSystem.size(path) ?? before < 3_000_000)
    }

    @Test func cellsTakeNoMoreRoomThanALimit() throws {
        _ = History(path)
        do {
            let database = try Database(path)
            let text = String(repeating: "x", count: History.byteLimit)
            try database.transaction { () throws(DatabaseError) in
                for line in 1...(History.totalLimit / History.byteLimit + 5) {
                    try database.execute(
                        "INSERT INTO history (session, line, input) VALUES (1, ?, ?)", [.integer(line), .text(text)])
                }
            }
        }
        let history = History(path)
        history.add([.input("print 1", line: 1)])
        #expect(history.range(session: 1, start: 0, stop: nil).first?.line == 6)
    }

    @Test func whatIsNoDatabaseIsNamedAndSetAside() throws {
        try FileSystem.createDirectories(FileSystem.folder(of: path))
        try FileSystem.write("no database at all, but a text of some length", to: path)
        let history = History(path)
        #expect(history.failure == "\(path) was damaged: it is now \(path).damaged")
        history.add([.input("print 1", line: 1)])
        #expect(history.tail(1).map(\.input) == ["print 1"])
        #expect(try FileSystem.readText("\(path).damaged").hasPrefix("no database"))
        #expect(History(path).failure == nil && History(path).tail(1).map(\.input) == ["print 1"])
    }

    @Test func aFileThatAnotherProcessHoldsIsTakenWhenItIsFree() throws {
        _ = History(path)
        let other = try Database(path)
        try other.execute("BEGIN EXCLUSIVE")
        let history = History(path)
        #expect(history.failure?.contains("cannot be used yet: database is locked") == true)
        history.add([.input("print 1", line: 1)])
        #expect(history.tail(1).map(\.input) == ["print 1"])
        try other.execute("COMMIT")
        history.add([.input("print 2", line: 2)])
        #expect(History(path).tail(9).map(\.input) == ["print 1", "print 2"])
    }

    @Test func whatAnotherProcessKeptFromBeingWrittenIsWrittenAtTheEnd() throws {
        let history = History(path)
        history.add([.input("print 1", line: 1)])
        let other = try Database(path)
        try other.execute("BEGIN IMMEDIATE")
        history.add([.input("print 2", line: 2)])
        try other.execute("COMMIT")
        history.close()
        #expect(History(path).tail(9).map(\.input) == ["print 1", "print 2"])
    }

    @Test func aFileOfALaterVersionIsLeftAlone() throws {
        _ = History(path)
        try Database(path).execute("PRAGMA user_version = 99")
        #expect(History(path).failure?.contains("it is of version 99, made by a newer Tandem") == true)
        #expect(try Database(path).execute("PRAGMA user_version") == [[.integer(99)]])
    }
}

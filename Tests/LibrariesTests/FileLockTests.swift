// Locks on files: of several that take, remove and ask at once, one has it.

import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Libraries

@Suite struct FileLockTests {
    private let folder = TemporaryFolder()
    private var path: String { "\(folder.path)/x.lock" }

    private func isFree() throws -> Bool { try FileLock(path, isCancelled: { true }) != nil }

    @Test func oneAtATimeHasIt() throws {
        do {
            let lock = try FileLock(path, isCancelled: { true })
            #expect(try lock != nil && !isFree())
            #expect(FileLock.isHeld(path))
        }
        #expect(!FileLock.isHeld(path) && FileSystem.exists(path))
        #expect(try isFree())
        #expect(!FileLock.isHeld("\(folder.path)/nothing"))
    }

    /// Its holder removes the file while another waits for it: that one has the lock of the file that all others see.
    @Test func aLockIsThatOfTheFileInItsPlace() throws {
        for _ in 0..<50 {
            guard let first = try FileLock(path, isCancelled: { true }) else { return #expect(Bool(false)) }
            let (path, waits, done) = (path, DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let isAlone = Mutex(false)
            Thread {
                do {
                    let second = try? FileLock(path) {
                        waits.signal()
                        return false
                    }
                    let third = try? FileLock(path, isCancelled: { true })
                    isAlone.withLock { $0 = second != nil && third == nil && FileLock.isHeld(path) }
                }
                done.signal()
            }.start()
            waits.wait()
            first.remove()
            done.wait()
            #expect(isAlone.withLock { $0 })
        }
    }

    @Test func whoAsksKeepsNobodyFromIt() throws {
        let (path, turns) = (path, 2000)
        #expect(try isFree())
        let wronglyHeld = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 3) { place in
            for _ in 0..<turns where FileLock.isHeld(path) { wronglyHeld.add(1, ordering: .relaxed) }
        }
        #expect(wronglyHeld.load(ordering: .relaxed) == 0)
        let missed = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 3) { place in
            for _ in 0..<turns {
                if place > 0 {
                    _ = FileLock.isHeld(path)
                } else if (try? FileLock(path, isCancelled: { true })) == nil {
                    missed.add(1, ordering: .relaxed)
                }
            }
        }
        #expect(missed.load(ordering: .relaxed) == 0)
    }

    /// Holds a lock in another process, while `body` runs.
    private func held(by arguments: [String], _ body: () throws -> Void) throws {
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        (process.arguments, process.standardInput, process.standardOutput) = (arguments, input, output)
        try process.run()
        defer {
            // It waits for a line of input, and ends without one.
            try? input.fileHandleForWriting.close()
            process.waitUntilExit()
        }
        #expect(output.fileHandleForReading.readData(ofLength: 1) == Data("h".utf8))
        try body()
    }

    private static let openFileLock = """
        import fcntl, os, struct, sys
        file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.fcntl(file, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
        os.write(1, b"h")
        sys.stdin.read()
        """

    @Test func aLockOfAnotherProcessIsSeenAndNotTaken() throws {
        try held(by: ["python3", "-c", Self.openFileLock, path]) {
            #expect(FileLock.isHeld(path))
            let isFree = try isFree()
            #expect(!isFree)
        }
        #expect(!FileLock.isHeld(path))
        #expect(try isFree())
    }

    /// An older Tandem locks with `flock` alone: it is not seen, but what it holds is not taken, and it sees ours.
    @Test func aLockOfAnOlderTandemIsNotTaken() throws {
        try held(by: ["flock", path, "sh", "-c", "printf h; read line"]) {
            let isFree = try isFree()
            #expect(!isFree)
            #expect(!FileLock.isHeld(path), "who waited in vain holds nothing")
        }
        let lock = try FileLock(path, isCancelled: { true })
        let older = Process()
        older.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        older.arguments = ["flock", "--shared", "--nonblock", path, "true"]
        try older.run()
        older.waitUntilExit()
        #expect(older.terminationStatus == 1)
        let isOurs = lock != nil
        #expect(isOurs)
    }

    @Test func patienceEndsAndIsNotHadTwice() throws {
        let lock = try FileLock(path, isCancelled: { true })
        let patience = Patience(0.05)
        #expect(!patience.hasEnded(after: 0.04))
        #expect(try FileLock(path, patience: patience) == nil)
        #expect(patience.hasEnded(after: 0))
        patience.renew()
        #expect(!patience.hasEnded(after: 0))
        #expect(Patience(60, isCancelled: { true }).hasEnded(after: 0))
        withExtendedLifetime(lock != nil) {}
    }
}

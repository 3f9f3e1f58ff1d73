// Claims on a shared folder: one process of all has one, a dead one's is taken at once on its own machine, and after a
// time without a change on others.

import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Libraries

@Suite struct ClaimFileTests {
    private let folder = TemporaryFolder()
    private var path: String { "\(folder.path)/claim" }

    private func acquire(isStale: (ClaimFile.Holder) -> Bool = { _ in false }) throws -> ClaimFile.Answer {
        try ClaimFile.acquire(path, Array("me".utf8), isStale: isStale)
    }

    /// As a process of another machine writes it.
    private func writeOthers(_ beat: Int) throws {
        try FileSystem.write("ffffffff \(beat)\nn7", to: path)
    }

    @Test func oneOfAllHasIt() throws {
        guard case .granted(let claim) = try acquire() else { return #expect(Bool(false), "not granted") }
        guard case .held(let holder) = try acquire(isStale: { _ in true }) else { return #expect(Bool(false), "twice") }
        #expect(holder.isOfThisMachine && String(decoding: holder.text, as: UTF8.self).hasPrefix("me "))
        #expect(ClaimFile.Holder(ofFileAt: path) == holder)
        claim.remove()
        #expect(folder.files.isEmpty)
        guard case .granted = try acquire() else { return #expect(Bool(false), "not granted again") }
        #expect(folder.files == ["claim"])
    }

    @Test func ofThreadsThatAskAtOnceOneHasIt() throws {
        for _ in 0..<20 {
            let path = path
            let granted = Mutex<[ClaimFile]>([])
            DispatchQueue.concurrentPerform(iterations: 8) { _ in
                if case .granted(let claim)? = try? ClaimFile.acquire(path, [], isStale: { _ in true }) {
                    granted.withLock { $0.append(claim) }
                }
            }
            let claims = granted.withLock { $0 }
            #expect(claims.count == 1)
            claims.first?.remove()
            #expect(folder.files.isEmpty)
        }
    }

    /// A process that was killed holds no lock any more, whatever its file says.
    @Test(arguments: ["", "{", "{\"host\":\"vm\",\"process\":7}", "\(Boot.name) 12\nme\n"])
    func thatOfADeadProcessIsTakenAtOnce(text: String) throws {
        try FileSystem.write(text, to: path)
        guard case .granted(let claim) = try acquire() else { return #expect(Bool(false), "not granted") }
        #expect(folder.files == ["claim"])
        guard case .held = try acquire() else { return #expect(Bool(false), "twice") }
        claim.remove()
    }

    @Test func thatOfAnotherMachineIsTakenOnceItIsStale() throws {
        try writeOthers(3)
        var seen: [[UInt8]] = []
        guard
            case .held(let holder) = try acquire(isStale: {
                seen.append($0.bytes)
                return false
            })
        else { return #expect(Bool(false), "taken from one that lives") }
        #expect(!holder.isOfThisMachine && holder.text == Array("n7".utf8))
        #expect(seen == [Array("ffffffff 3\nn7".utf8)])
        guard case .granted(let claim) = try acquire(isStale: { _ in true }) else {
            return #expect(Bool(false), "left to one that is lost")
        }
        #expect(folder.files == ["claim"] && claim.beat(Array("me".utf8)))
    }

    /// Two look at the same lost one: the slower must not take away what the faster has put there.
    @Test func oneThatAnotherHasTakenMeanwhileIsPutBack() throws {
        try writeOthers(3)
        guard
            case .held(let holder) = try acquire(isStale: { holder in
                // The faster one.
                if holder.bytes == Array("ffffffff 3\nn7".utf8) {
                    try? FileSystem.write("eeeeeeee 0\nn8", to: self.path)
                }
                return holder.bytes == Array("ffffffff 3\nn7".utf8)
            })
        else { return #expect(Bool(false), "taken from one that lives") }
        #expect(holder.text == Array("n8".utf8) && folder.files == ["claim"])
    }

    @Test func aBeatChangesItAndSaysWhetherItIsStillOurs() throws {
        guard case .granted(let claim) = try acquire() else { return #expect(Bool(false), "not granted") }
        let first = try FileSystem.read(path, limit: 10_000)
        #expect(claim.beat(Array("epoch 3".utf8)))
        let second = try FileSystem.read(path, limit: 10_000)
        #expect(first != second && first.count == second.count)
        try FileSystem.write("eeeeeeee 0\nn8", to: path)
        #expect(!claim.beat(Array("epoch 4".utf8)))
        claim.remove()
        #expect(folder.files == ["claim"], "what is another's stays")
    }
}

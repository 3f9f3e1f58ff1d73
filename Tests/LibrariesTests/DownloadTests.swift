import Foundation
import TestSupport
import Testing

@testable import Libraries

@Suite struct DownloadTests {
    private let folder = TemporaryFolder()
    private let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    private var path: String { folder.path + "/file" }
    private let limit = 1_000_000

    private func failure(_ work: () throws(DownloadError) -> Void) -> DownloadError? {
        do throws(DownloadError) {
            try work()
            return nil
        } catch { return error }
    }

    @Test func aFileArrivesWhole() throws {
        let server = LoopbackServer(body)
        var last = Download.Progress(received: 0, total: 0)
        let isResumed = try Download.fetch(server.url, to: path, byteLimit: limit, progress: { last = $0 })
        #expect(!isResumed)
        #expect(try FileSystem.read(path) == body)
        #expect(folder.files == ["file"])
        #expect(last.received == body.count && last.total == body.count)
    }

    @Test func aBrokenDownloadGoesOnWhereItStopped() throws {
        let server = LoopbackServer(body, .init(cutAfter: 100_000))
        let error = failure { () throws(DownloadError) in try Download.fetch(server.url, to: path, byteLimit: limit) }
        #expect(error?.kind == .incomplete)
        #expect(error?.fix == "try again: what has arrived is kept, and the rest is fetched")
        #expect(folder.files == ["file.part"])
        let kept = try #require(FileSystem.size(path + ".part"))
        #expect(kept == 100_000)
        server.behave(.init())
        #expect(try Download.fetch(server.url, to: path, byteLimit: limit))
        #expect(server.requests == [0, kept])
        #expect(try FileSystem.read(path) == body)
    }

    /// As long as the file or longer (status 416), or from a server that knows no ranges (status 200).
    @Test(arguments: [(300_000, true), (300_001, true), (1000, false), (300_001, false)])
    func aPartThatCannotBeContinuedIsFetchedAnew(partSize: Int, hasRanges: Bool) throws {
        try FileSystem.write([UInt8](repeating: 7, count: partSize), to: path + ".part")
        let server = LoopbackServer(body, .init(hasRanges: hasRanges))
        #expect(try !Download.fetch(server.url, to: path, byteLimit: limit))
        #expect(try FileSystem.read(path) == body)
    }

    /// An archive whose size is known has no room for the part that was kept and the whole.
    @Test func aPartThatCannotBeContinuedIsFetchedAnewWhereTheSizeIsKnown() throws {
        try FileSystem.write([UInt8](repeating: 7, count: 1000), to: path + ".part")
        let server = LoopbackServer(body, .init(hasRanges: false))
        #expect(try !Download.fetch(server.url, to: path, byteLimit: body.count))
        #expect(try FileSystem.read(path) == body)
    }

    /// Whether the server tells how much it sends, or sends without an end; and with a part of an earlier try.
    @Test(arguments: [LoopbackServer.Length.told, .untold, .endless], [0, 1000])
    func whatIsTooLargeIsLeftAndNothingStays(_ length: LoopbackServer.Length, _ partSize: Int) throws {
        if partSize > 0 { try FileSystem.write(Array(body.prefix(partSize)), to: path + ".part") }
        let server = LoopbackServer(body, .init(length: length))
        var most = 0
        let error = failure { () throws(DownloadError) in
            try Download.fetch(server.url, to: path, byteLimit: 299_999, progress: { most = max(most, $0.received) })
        }
        #expect(error?.kind == .tooLarge && most < 300_000)
        #expect(error?.message.hasSuffix("larger than the 299999 bytes that are expected at most") == true)
        #expect(folder.files == [])
        // Of exactly this size it is fine.
        guard length != .endless else { return }
        try Download.fetch(server.url, to: path, byteLimit: 300_000)
        #expect(try FileSystem.read(path) == body)
    }

    @Test func whatHasFilledTheDiskDoesNotStay() throws {
        // A disk without room, where the system lets us make one; else a place that cannot be written.
        if mknod(path + ".part", S_IFCHR | 0o600, 1 << 8 | 7) != 0 { symlink("/dev/full", path + ".part") }
        let server = LoopbackServer(body)
        let error = failure { () throws(DownloadError) in try Download.fetch(server.url, to: path, byteLimit: limit) }
        #expect(error?.kind == .cannotWrite && folder.files == [])
    }

    /// As a part to be continued, and as one that starts over.
    @Test(arguments: [3, 0, 2_000_000])
    func aFileOfAnotherNameIsNotWrittenTo(size: Int) throws {
        let own = [UInt8](repeating: 7, count: size)
        try FileSystem.write(own, to: folder.path + "/own")
        #expect(link(folder.path + "/own", path + ".part") == 0)
        let server = LoopbackServer(body)
        #expect(try !Download.fetch(server.url, to: path, byteLimit: limit))
        #expect(try FileSystem.read(folder.path + "/own") == own)
        #expect(try FileSystem.read(path) == body)
    }

    @Test func aPipeIsNoFileToWaitFor() {
        let pipe = folder.path + "/a pipe"
        mkfifo(pipe, 0o600)
        for address in ["file://\(pipe.replacing(" ", with: "%20"))", "FILE:/dev/zero", "file://localhost/dev/zero"] {
            let error = failure { () throws(DownloadError) in try Download.fetch(address, to: path, byteLimit: limit) }
            #expect(error?.kind == .badAddress)
        }
    }

    /// libcurl copies a file without a look at its size: 60 GB of nothing to the limit.
    @Test func aFileThatIsTooLargeIsNotBegun() throws {
        let large = folder.path + "/large"
        try FileSystem.write([1], to: large)
        #expect(truncate(large, 60 << 30) == 0)
        var isBegun = false
        let error = failure { () throws(DownloadError) in
            try Download.fetch("file://\(large)", to: path, byteLimit: limit, progress: { _ in isBegun = true })
        }
        #expect(error?.kind == .tooLarge && !isBegun)
        #expect(error?.reason == "it is larger than the \(limit) bytes that are expected at most")
    }

    @Test func aRefusedConnectionSaysWhatToDo() {
        let server = LoopbackServer([])
        server.stop()
        let error = failure { () throws(DownloadError) in try Download.fetch(server.url, to: path, byteLimit: limit) }
        #expect(error?.kind == .noConnection)
        #expect(error?.description.contains(server.url) == true)
        #expect(folder.files == [])
        #expect(error?.fix.hasPrefix("check the network") == true)
    }

    @Test func aSilentServerIsLeft() {
        let server = LoopbackServer(body, .init(hangs: true))
        let error = failure { () throws(DownloadError) in
            try Download.fetch(server.url, to: path, byteLimit: limit, timeouts: .init(connecting: 1, silent: 1))
        }
        #expect(error?.kind == .timedOut)
    }

    @Test func aDownloadIsCancelledAtOnce() {
        let server = LoopbackServer(body, .init(hangs: true))
        let start = Clock.seconds
        let error = failure { () throws(DownloadError) in
            try Download.fetch(server.url, to: path, byteLimit: limit, isCancelled: { Clock.seconds - start > 0.2 })
        }
        #expect(error?.kind == .cancelled)
        #expect(Clock.seconds - start < 5)
    }

    /// `uRL using bad…` is no word.
    @Test func anAcronymKeepsItsLetters() {
        let error = failure { () throws(DownloadError) in
            try Download.fetch("http://[::1", to: path, byteLimit: limit)
        }
        #expect(error?.reason.hasPrefix("URL ") == true)
        #expect("Connection refused".lowercasedFirst == "connection refused" && "A file".lowercasedFirst == "a file")
        #expect("SSL error".lowercasedFirst == "SSL error" && "I/O error".lowercasedFirst == "I/O error")
    }

    @Test(arguments: ["", "gopher://127.0.0.1/x", "file:///nowhere/at/all"])
    func whatIsNoAddressIsSaid(address: String) {
        let error = failure { () throws(DownloadError) in try Download.fetch(address, to: path, byteLimit: limit) }
        #expect(error?.kind == .badAddress)
    }
}

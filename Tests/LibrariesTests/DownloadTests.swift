import TestSupport
import Testing

@testable import Libraries

@Suite struct DownloadTests {
    private let folder = TemporaryFolder()
    private let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    private var path: String { folder.path + "/file" }

    private func failure(_ work: () throws(DownloadError) -> Void) -> DownloadError? {
        do throws(DownloadError) {
            try work()
            return nil
        } catch { return error }
    }

    @Test func aFileArrivesWhole() throws {
        let server = LoopbackServer(body)
        var last = Download.Progress(received: 0, total: 0)
        let isResumed = try Download.fetch(server.url, to: path, progress: { last = $0 })
        #expect(!isResumed)
        #expect(try FileSystem.read(path) == body)
        #expect(folder.files == ["file"])
        #expect(last.received == body.count && last.total == body.count)
    }

    @Test func aBrokenDownloadGoesOnWhereItStopped() throws {
        let server = LoopbackServer(body, .init(cutAfter: 100_000))
        let error = failure { () throws(DownloadError) in try Download.fetch(server.url, to: path) }
        #expect(error?.kind == .incomplete)
        #expect(error?.fix == "try again: what has arrived is kept, and the rest is fetched")
        #expect(folder.files == ["file.part"])
        let kept = try #require(FileSystem.size(path + ".part"))
        #expect(kept == 100_000)
        server.behave(.init())
        #expect(try Download.fetch(server.url, to: path))
        #expect(server.requests == [0, kept])
        #expect(try FileSystem.read(path) == body)
    }

    /// As long as the file or longer (status 416), or from a server that knows no ranges (status 200).
    @Test(arguments: [(300_000, true), (300_001, true), (1000, false), (300_001, false)])
    func aPartThatCannotBeContinuedIsFetchedAnew(partSize: Int, hasRanges: Bool) throws {
        try FileSystem.write([UInt8](repeating: 7, count: partSize), to: path + ".part")
        let server = LoopbackServer(body, .init(hasRanges: hasRanges))
        #expect(try !Download.fetch(server.url, to: path))
        #expect(try FileSystem.read(path) == body)
    }

    @Test func aRefusedConnectionSaysWhatToDo() {
        let server = LoopbackServer([])
        server.stop()
        let error = failure { () throws(DownloadError) in try Download.fetch(server.url, to: path) }
        #expect(error?.kind == .noConnection)
        #expect(error?.description.contains(server.url) == true)
        #expect(error?.fix.hasPrefix("check the network") == true)
    }

    @Test func aSilentServerIsLeft() {
        let server = LoopbackServer(body, .init(hangs: true))
        let error = failure { () throws(DownloadError) in
            try Download.fetch(server.url, to: path, patience: .init(connecting: 1, silent: 1))
        }
        #expect(error?.kind == .timedOut)
    }

    @Test func aDownloadIsCancelledAtOnce() {
        let server = LoopbackServer(body, .init(hangs: true))
        let start = Clock.seconds
        let error = failure { () throws(DownloadError) in
            try Download.fetch(server.url, to: path, isCancelled: { Clock.seconds - start > 0.2 })
        }
        #expect(error?.kind == .cancelled)
        #expect(Clock.seconds - start < 5)
    }

    @Test(arguments: ["", "gopher://127.0.0.1/x", "file:///nowhere/at/all"])
    func whatIsNoAddressIsSaid(address: String) {
        let error = failure { () throws(DownloadError) in try Download.fetch(address, to: path) }
        #expect(error?.kind == .badAddress)
    }
}

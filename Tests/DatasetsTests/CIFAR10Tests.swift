import Foundation
import Libraries
import Runtime
import TestSupport
import Testing

@testable import Datasets

/// Sets `TANDEM_DATA`, so that these tests run one after the other.
@Suite(.serialized) struct CIFAR10Tests {
    private static let names = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]
    let folder = TemporaryFolder()

    init() { setenv("TANDEM_DATA", folder.path, 1) }

    /// A folder `cifar-10-batches-bin` in which image i of every file has label i mod 10 and pixels of that value.
    private func makeBatches(in folder: String) throws {
        var bytes = [UInt8](repeating: 0, count: 30_730_000)
        bytes.withUnsafeMutableBytes { bytes in
            for image in 0..<10_000 {
                memset(bytes.baseAddress.unsafelyUnwrapped + image * 3073, Int32(image % 10), 3073)
            }
        }
        try FileSystem.createDirectories(folder + "/cifar-10-batches-bin")
        for name in Self.names { try FileSystem.write(bytes, to: folder + "/cifar-10-batches-bin/" + name) }
    }

    private func makeArchive() throws -> [UInt8] {
        let work = TemporaryFolder()
        try makeBatches(in: work.path)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-ec", "cd \(work.path); tar c cifar-10-batches-bin | gzip -1 > a.tar.gz"]
        try process.run()
        process.waitUntilExit()
        return try FileSystem.read(work.path + "/a.tar.gz")
    }

    private func failure(_ work: () throws(DatasetError) -> Dataset) -> DatasetError? {
        do throws(DatasetError) {
            _ = try work()
            return nil
        } catch { return error }
    }

    @Test func anArchiveIsFetchedOnceAndThenCached() throws {
        let archive = try makeArchive()
        let checksum = Digest.sha256(archive).hexadecimal
        let server = LoopbackServer(archive, .init(cutAfter: 1000))

        // The connection breaks: the part is kept, nothing else.
        let broken = failure { () throws(DatasetError) in try CIFAR.ten.load(url: server.url, sha256: checksum) }
        guard case .download(let error) = broken, error.kind == .incomplete else {
            Issue.record("\(String(describing: broken))")
            return
        }
        let store = "\(folder.path)/cifar-10-\(checksum.prefix(12))"
        #expect(try FileSystem.list(store) == [".lock", "cifar-10-binary.tar.gz.part"])

        // The rest arrives.
        server.behave(.init())
        var received = 0
        let data = try CIFAR.ten.load(url: server.url, sha256: checksum, progress: { received = $0.received })
        #expect(received == archive.count)
        #expect(server.requests == [0, 1000])
        #expect(data.training.count == 50_000 && data.test.count == 10_000)
        #expect(data.training.label(49_999) == 9)
        #expect(try data.training.image(23).allSatisfy { $0 == 3 })
        #expect(try FileSystem.list(store) == [".lock", "cifar-10-batches-bin"])

        // The cache needs no server.
        server.stop()
        #expect(try CIFAR.ten.load(url: server.url, sha256: checksum).test.count == 10_000)
    }

    @Test func aWrongChecksumLeavesNothing() {
        let server = LoopbackServer(Array("no archive at all".utf8))
        let error = failure { () throws(DatasetError) in try CIFAR.ten.load(url: server.url) }
        guard case .wrongChecksum = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains(server.url) == true)
        #expect(error?.description.contains("with `sha256:`") == true)
        #expect(folder.files == [])
    }

    @Test func aKeptPartOfAnotherFileIsThrownAway() throws {
        let body = Array("whole, but no archive".utf8)
        let checksum = Digest.sha256(body).hexadecimal
        let store = "\(folder.path)/cifar-10-\(checksum.prefix(12))"
        try FileSystem.createDirectories(store)
        try FileSystem.write("other", to: store + "/cifar-10-binary.tar.gz.part")
        let server = LoopbackServer(body)
        let error = failure { () throws(DatasetError) in try CIFAR.ten.load(url: server.url, sha256: checksum) }
        #expect(server.requests == [5, 0])
        guard case .archive = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try FileSystem.list(store) == [".lock"])
    }

    @Test func whatThePersonKeepsInTheDataFolderStays() throws {
        let archive = try makeArchive()
        let checksum = Digest.sha256(archive).hexadecimal
        let store = "\(folder.path)/cifar-10-\(checksum.prefix(12))"
        try FileSystem.createDirectories(store + "/unpacking")
        try FileSystem.write("mine", to: store + "/unpacking/file")

        // A file of the archive's name that is not it: an error, and it stays.
        try FileSystem.write("mine", to: store + "/cifar-10-binary.tar.gz")
        let error = failure { () throws(DatasetError) in try CIFAR.ten.load(sha256: checksum) }
        #expect(error?.message.contains("\(store)/cifar-10-binary.tar.gz is damaged: its checksum is") == true)
        #expect(try FileSystem.readText(store + "/cifar-10-binary.tar.gz") == "mine")

        // The archive itself: used without a download, and it stays.
        try FileSystem.write(archive, to: store + "/cifar-10-binary.tar.gz")
        #expect(try CIFAR.ten.load(sha256: checksum).test.count == 10_000)
        #expect(
            try FileSystem.list(store)
                == [".lock", "cifar-10-batches-bin", "cifar-10-binary.tar.gz", "unpacking"])
        #expect(try FileSystem.readText(store + "/unpacking/file") == "mine")
    }

    @Test func withoutANetworkItSaysWhatToDo() {
        let server = LoopbackServer([])
        server.stop()
        setenv("TANDEM_CIFAR10_URL", server.url, 1)
        defer { unsetenv("TANDEM_CIFAR10_URL") }
        let error = failure { () throws(DatasetError) in try CIFAR.ten.load() }
        #expect(error?.message.contains(server.url) == true)
        #expect(error?.fix.contains("check the network") == true)
        #expect(error?.fix.contains("TANDEM_DATA") == true)
    }

    @Test func aDownloadCanBeStopped() {
        let server = LoopbackServer([1, 2, 3], .init(hangs: true))
        let cancellation = Cancellation()
        cancellation.cancel()
        let error = failure { () throws(DatasetError) in
            try CIFAR.ten.load(url: server.url, cancellation: cancellation)
        }
        guard case .cancelled = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func fewerImagesAreTheFirstOnes() throws {
        try makeBatches(in: folder.path)
        let data = try CIFAR.ten.load()
        let few = data.taking(25, test: 3)
        #expect(few.training.labels == Array(data.training.labels.prefix(25)))
        #expect(few.training.labels == (0..<25).map { $0 % 10 } && few.test.labels == [0, 1, 2])
        #expect(data.shownImages(.test, 4) == [0, 1, 2, 3])
    }

    @Test func damagedFilesAreNamed() throws {
        try makeBatches(in: folder.path)
        let batches = folder.path + "/cifar-10-batches-bin"
        #expect(try CIFAR.ten.load().training.count == 50_000)
        #expect(try CIFAR.ten.load(from: batches).training.count == 50_000)

        // One label that does not exist.
        let handle = try #require(FileHandle(forUpdatingAtPath: batches + "/test_batch.bin"))
        try handle.seek(toOffset: 3073 * 17)
        try handle.write(contentsOf: [10])
        try handle.close()
        #expect(
            failure { () throws(DatasetError) in try CIFAR.ten.load() }?.message
                == "\(batches)/test_batch.bin is damaged: image 17 has the label 10, above 9")

        truncate(batches + "/data_batch_3.bin", 1_000_000)
        let short = failure { () throws(DatasetError) in try CIFAR.ten.load() }
        #expect(
            short?.message
                == "\(batches)/data_batch_3.bin is damaged: it has 1000000 bytes instead of 30730000")
        #expect(short?.fix == "remove \(batches), and it is downloaded again")

        try FileSystem.remove(batches + "/data_batch_2.bin")
        #expect(
            failure { () throws(DatasetError) in try CIFAR.ten.load(from: folder.path) }?.message
                == "\(batches)/data_batch_2.bin is damaged: it is missing")
    }

    @Test func aFolderWithoutTheDataIsAnError() {
        let error = failure { () throws(DatasetError) in try CIFAR.ten.load(from: folder.path) }
        #expect(error?.message == "there is no cifar-10-batches-bin in \(folder.path)")
    }

    @Test(arguments: ["", "abc", String(repeating: "g", count: 64)])
    func whatIsNoChecksumIsSaid(text: String) {
        let error = failure { () throws(DatasetError) in try CIFAR.ten.load(sha256: text) }
        #expect(error?.message == "`sha256:` is not a SHA-256")
    }

    /// CIFAR-100 with 40 and 20 images: image i is of class i mod 100, in group i mod 20, and all its pixels are i.
    @Test func aHundredClassesAndTheirGroups() throws {
        func file(_ count: Int) -> [UInt8] {
            (0..<count).flatMap { image -> [UInt8] in
                let labels: [UInt8] = [UInt8(image % 20), UInt8(image % 100)]
                return labels + [UInt8](repeating: UInt8(image), count: 3072)
            }
        }
        let source = "\(folder.path)/source/cifar-100-binary"
        try FileSystem.createDirectories(source)
        try FileSystem.write(file(40), to: source + "/train.bin")
        try FileSystem.write(file(20), to: source + "/test.bin")
        try FileSystem.write(
            (0..<100).map { "fine\($0)" }.joined(separator: "\n") + "\n", to: source + "/fine_label_names.txt")
        try FileSystem.write(
            (0..<20).map { "group\($0)" }.joined(separator: "\n"), to: source + "/coarse_label_names.txt")
        for (hasFineLabels, classes) in [(true, 100), (false, 20)] {
            var set = CIFAR.hundred(hasFineLabels: hasFineLabels)
            set.imagesPerFile = (40, 20)
            let data = try set.load(from: "\(folder.path)/source")
            #expect(data.classNames.count == classes)
            #expect(data.training.label(37) == (hasFineLabels ? 37 : 17))
            #expect(try data.training.image(37).allSatisfy { $0 == 37 })
            #expect((data.training.count, data.test.count) == (40, 20))
        }
        // The published sum is an MD5.
        let wrong = LoopbackServer(Array("no archive at all".utf8))
        let error = failure { () throws(DatasetError) in
            try CIFAR.hundred(hasFineLabels: true).load(url: wrong.url)
        }
        #expect(error?.message.contains("03b5dce01913d631647c71ecec9e9cb8 was expected") == true)
        #expect(error?.message.contains("have the MD5") == true)
    }
}

import Foundation
import Libraries
import Runtime
import TestSupport
import Testing

@testable import Datasets

/// Files as SciPy and gzip write them: make-arrays.py.
let arrayFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Arrays").path

/// Pixel (channel, row, column) of image i in make-arrays.py.
func madeImage(_ index: Int, channels: Int, height: Int, width: Int) -> [UInt8] {
    (0..<channels).flatMap { channel in
        (0..<height).flatMap { row in
            (0..<width).map { UInt8((5 * row + 3 * $0 + 50 * channel + 7 * index) % 256) }
        }
    }
}

/// A file cut short, or with some bytes changed: mostly among the first ones, where sizes are.
func damaged(_ whole: [UInt8], round: Int, front: Int, _ random: inout SplitMix) -> [UInt8] {
    var bytes = whole
    if round % 4 == 0 {
        bytes.removeLast(Int(random.next() % UInt64(bytes.count)))
    } else {
        let reach = round % 4 == 1 ? bytes.count : min(bytes.count, front)
        for _ in 0..<1 + round % 3 {
            bytes[Int(random.next() % UInt64(reach))] = UInt8(truncatingIfNeeded: random.next())
        }
    }
    return bytes
}

func datasetFailure(_ work: () throws(DatasetError) -> Dataset) -> DatasetError? {
    do throws(DatasetError) {
        _ = try work()
        return nil
    } catch { return error }
}

struct PublishedSetTests {
    private let folder = TemporaryFolder()

    private func copy(_ set: String) throws -> String {
        let copy = "\(folder.path)/copy-\(set)"
        try FileManager.default.copyItem(atPath: "\(arrayFolder)/\(set)", toPath: copy)
        return copy
    }

    private func change(_ path: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try FileSystem.read(path)
        change(&bytes)
        try FileSystem.write(bytes, to: path)
    }

    @Test func digitsAreReadPackedAndUnpacked() throws {
        // The folder with a folder of the set's name, or the folder itself.
        for place in [arrayFolder, "\(arrayFolder)/mnist"] {
            let data = try PublishedSet.mnist.load(from: place)
            #expect(data.training.labels == (0..<20).map { $0 % 10 } && data.test.labels == Array(0..<10))
            #expect((data.channels, data.height, data.width) == (1, 28, 28))
            for index in 0..<10 {
                let made = madeImage(index, channels: 1, height: 28, width: 28)
                #expect(try data.training.image(index) == made)
                #expect(try data.test.image(index) == made)
            }
            #expect(data.normalization.mean == [0.1307] && data.normalization.deviation == [0.3081])
        }
    }

    @Test func houseNumbersAreReadPackedAndUnpackedWithTenAsZero() throws {
        let data = try PublishedSet.svhn.load(from: "\(arrayFolder)/svhn")
        #expect(data.training.labels == (0..<12).map { $0 % 10 } && data.test.labels == Array(0..<4))
        #expect((data.channels, data.height, data.width) == (3, 32, 32))
        for index in 0..<4 {
            let made = madeImage(index, channels: 3, height: 32, width: 32)
            #expect(try data.training.image(index) == made)
            #expect(try data.test.image(index) == made)
        }
    }

    @Test(
        arguments: [
            (0, [0x1F], "it is no IDX file: it begins with 1f000803"),
            (2, [0x0D], "its values are not bytes"),
            (3, [0x01], "its values have 1 dimensions, and 3 were expected"),
            (4, [0, 0, 0, 0], "it holds no images"),
            (4, [0, 0, 0, 9], "it has 10 labels for 9 images"),
            (8, [0, 0, 0, 14], "its images are 14x28, and 28x28 was expected"),
            (8, [0x7F, 0xFF, 0xFF, 0xFF], "its images are 2147483647x28, and 28x28 was expected"),
        ] as [(Int, [UInt8], String)])
    func aDamagedHeaderIsNamed(_ place: Int, _ bytes: [UInt8], _ reason: String) throws {
        let copy = try copy("mnist")
        try change("\(copy)/t10k-images.idx3-ubyte") {
            $0.replaceSubrange(place..<place + bytes.count, with: bytes)
        }
        let error = datasetFailure { () throws(DatasetError) in try PublishedSet.mnist.load(from: copy) }
        #expect(error?.message.hasSuffix("is damaged: \(reason)") == true, "\(error?.message ?? "")")
    }

    @Test func whatAnnouncesMoreThanItHoldsTakesNoMemory() throws {
        let copy = try copy("mnist")
        for (name, place) in [("t10k-images.idx3-ubyte", 4), ("t10k-labels-idx1-ubyte", 4)] {
            try change("\(copy)/\(name)") { $0.replaceSubrange(place..<place + 4, with: [255, 255, 255, 255]) }
        }
        let error = datasetFailure { () throws(DatasetError) in try PublishedSet.mnist.load(from: copy) }
        #expect(error?.message.contains("it announces 4294967295x28x28 values and is too short for them") == true)
    }

    @Test func truncatedAndLongerFilesAreNamed() throws {
        for name in ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images.idx3-ubyte"] {
            let copy = try copy("mnist")
            defer { try? FileSystem.removeTree(copy) }
            try change("\(copy)/\(name)") { $0.removeLast(9) }
            let short = datasetFailure { () throws(DatasetError) in try PublishedSet.mnist.load(from: copy) }
            #expect(
                short?.message.hasPrefix("\(copy)/\(name) is damaged: it ") == true,
                "\(name): \(short?.message ?? "read")")
        }
        let copy = try copy("mnist")
        try change("\(copy)/t10k-labels-idx1-ubyte") { $0.append(1) }
        let long = datasetFailure { () throws(DatasetError) in try PublishedSet.mnist.load(from: copy) }
        #expect(long?.message.contains("it holds more than it announces") == true)
        try change("\(copy)/t10k-labels-idx1-ubyte") {
            $0[$0.count - 2] = 10
            $0.removeLast()
        }
        let label = datasetFailure { () throws(DatasetError) in try PublishedSet.mnist.load(from: copy) }
        #expect(label?.message.contains("image 9 has the label 10, above 9") == true)
    }

    @Test func aWrongSumOfAPackedFileIsNoticed() throws {
        let copy = try copy("mnist")
        // The last eight bytes are the sum and the size.
        try change("\(copy)/train-labels-idx1-ubyte.gz") { $0[$0.count - 8] ^= 1 }
        let error = datasetFailure { () throws(DatasetError) in try PublishedSet.mnist.load(from: copy) }
        #expect(error?.message.contains("incorrect data check") == true)
    }

    /// An empty stream: one byte of a block, its sum and its size.
    private static let emptyStream: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]

    @Test func severalPackedStreamsAreOneFileAndNothingElseMayFollow() throws {
        let copy = try copy("mnist")
        let path = "\(copy)/train-images-idx3-ubyte.gz"
        try change(path) { $0 = Self.emptyStream + $0 + Self.emptyStream }
        #expect(try PublishedSet.mnist.load(from: copy).training.count == 20)
        let whole = try FileSystem.read(path)
        for rest in [[0], [1, 2, 3], [0x1F, 0x8C, 8], Array(Self.emptyStream.dropLast())] as [[UInt8]] {
            try FileSystem.write(whole + rest, to: path)
            let error = datasetFailure { () throws(DatasetError) in try PublishedSet.mnist.load(from: copy) }
            #expect(error?.message.hasPrefix("\(path) is damaged: ") == true, "\(rest): \(error?.message ?? "read")")
        }
    }

    @Test func anotherKindThanAFileIsNamed() throws {
        for (name, set) in [("mnist", PublishedSet.mnist), ("svhn", .svhn)] {
            let copy = try copy(name)
            for file in try FileSystem.list(copy) {
                let path = "\(copy)/\(file)"
                let bytes = try FileSystem.read(path)
                try FileSystem.remove(path)
                #expect(mkfifo(path, 0o600) == 0)
                let pipe = datasetFailure { () throws(DatasetError) in try set.load(from: copy) }
                #expect(pipe?.message == "cannot read \(path): it is a pipe")
                try FileSystem.remove(path)
                try FileSystem.createDirectories(path)
                let folder = datasetFailure { () throws(DatasetError) in try set.load(from: copy) }
                #expect(folder?.message == "cannot read \(path): is a directory")
                try FileSystem.removeTree(path)
                try FileSystem.write(bytes, to: path)
            }
        }
    }

    /// Files with holes, which hold nothing.
    @Test func imagesBeyondTheMemoryAreRefusedBeforeTheirLabelsAreRead() throws {
        let copy = try copy("mnist")
        let count = 400_000_000
        for (name, header, size) in [("t10k-images.idx3-ubyte", 16, 28 * 28), ("t10k-labels-idx1-ubyte", 8, 1)] {
            try change("\(copy)/\(name)") {
                $0.replaceSubrange(4..<8, with: [0x17, 0xD7, 0x84, 0x00])
                if size == 1 { $0[8] = 200 }
            }
            #expect(truncate("\(copy)/\(name)", off_t(header + count * size)) == 0)
        }
        let error = datasetFailure { () throws(DatasetError) in try PublishedSet.mnist.load(from: copy) }
        guard case .outOfMemory = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.fix == "free memory, or name a folder whose files hold fewer images")
    }

    /// An array of bytes in a MATLAB file, and what follows it there.
    private func array(_ name: String, _ sizes: [Int], _ values: [UInt8], rest: [UInt8] = []) -> [UInt8] {
        func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        func element(_ kind: Int, _ bytes: [UInt8]) -> [UInt8] {
            number(kind) + number(bytes.count) + bytes + [UInt8](repeating: 0, count: (8 - bytes.count % 8) % 8)
        }
        return element(
            14,
            element(6, number(9) + number(0)) + element(5, sizes.flatMap(number)) + element(1, Array(name.utf8))
                + element(2, values) + rest)
    }

    @Test func digitsAreReadOnlyWhereTheyAreAsManyAsTheImages() throws {
        let copy = try copy("svhn")
        let path = "\(copy)/test_32x32.mat"
        let header = Array(try FileSystem.read(path)[..<128])
        func message(_ arrays: [UInt8]...) throws -> String {
            try FileSystem.write(header + arrays.flatMap { $0 }, to: path)
            return datasetFailure { () throws(DatasetError) in try PublishedSet.svhn.load(from: copy) }?.message
                ?? "read"
        }
        func images(_ count: Int) -> [UInt8] {
            array("X", [32, 32, 3, count], [UInt8](repeating: 1, count: 3072 * count))
        }
        func digits(_ count: Int, _ digit: UInt8 = 1, rest: [UInt8] = []) -> [UInt8] {
            array("y", [count, 1], [UInt8](repeating: digit, count: count), rest: rest)
        }
        #expect(try message(digits(2), images(2)) == "read")
        // None of them is a digit.
        for digits in [digits(5000, 0), digits(1, 0)] {
            let count = digits.count > 1000 ? 5000 : 1
            #expect(
                try message(digits, images(2)) == "\(path) is damaged: it has \(count) digits for 2 images")
            #expect(
                try message(images(2), digits) == "\(path) is damaged: it has \(count) digits for 2 images")
        }
        #expect(try message(images(2), digits(2), images(2)).hasSuffix("it holds `X` more than once"))
        #expect(try message(images(2), digits(2), digits(2)).hasSuffix("it holds `y` more than once"))
        #expect(
            try message(images(2), digits(2, rest: [UInt8](repeating: 0, count: 8)))
                .hasSuffix("it holds more than it announces"))
    }

    @Test func emptyElementsOfAMATLABFileAreFew() throws {
        let copy = try copy("svhn")
        let path = "\(copy)/test_32x32.mat"
        let whole = try FileSystem.read(path)
        func message(empty count: Int) throws -> String {
            try FileSystem.write(whole + [UInt8](repeating: 0, count: 8 * count), to: path)
            return datasetFailure { () throws(DatasetError) in try PublishedSet.svhn.load(from: copy) }?.message
                ?? "read"
        }
        #expect(try message(empty: 9_998) == "read")
        #expect(
            try message(empty: 9_999)
                == "\(path) is damaged: it has more than 10,000 elements, too many to be arrays")
    }

    @Test func aWrongSumOfAPackedArrayIsNoticed() throws {
        let copy = try copy("svhn")
        let path = "\(copy)/train_32x32.mat"
        try change(path) {
            let byteCount = Int($0[132..<136].littleEndian)
            $0[136 + byteCount - 1] ^= 1
        }
        let error = datasetFailure { () throws(DatasetError) in try PublishedSet.svhn.load(from: copy) }
        #expect(error?.message == "\(path) is damaged: incorrect data check")
    }

    @Test func theDescriptionHasTheFolderThatWasRead() throws {
        let (folder, name) = (FileSystem.folder(of: arrayFolder), FileSystem.name(of: arrayFolder))
        let data = try PublishedSet.svhn.load(from: arrayFolder, written: name)
        let description = try #require(data.description)
        #expect(description.source == .published(.svhn, archive: nil, folder: name))
        #expect(DataDescription(.object(description.json)) == description)
        let made = try description.made(in: folder, opensFiles: true, cancellation: Cancellation())
        #expect(try made.digest() == data.digest() && made.description == description)
    }

    @Test func otherMATLABFilesAreNamed() throws {
        let copy = try copy("svhn")
        let path = "\(copy)/test_32x32.mat"
        let whole = try FileSystem.read(path)
        func message(_ work: (inout [UInt8]) -> Void) throws -> String {
            var bytes = whole
            work(&bytes)
            try FileSystem.write(bytes, to: path)
            return datasetFailure { () throws(DatasetError) in try PublishedSet.svhn.load(from: copy) }?.message
                ?? "read"
        }
        #expect(
            try message {
                $0.replaceSubrange(0..<10, with: "MATLAB 7.3".utf8)
                $0[125] = 2
            }.contains("version 7.3"))
        #expect(try message { $0[0] = 0 }.contains("it is no MATLAB file"))
        #expect(try message { $0.removeLast(100) }.contains("it is truncated"))
        // Sizes of `X`: 32x32x3x4.
        #expect(try message { $0[160] = 31 }.contains("`X` is 31x32x3x4, and 32x32x3"))
        #expect(try message { $0[175] = 127 }.contains("and is too short for them"))
        #expect(try message { $0[172] = 3 }.contains("`X` has 12288 values instead of 9216"))
        #expect(try message { $0[$0.count - 1] = 0x7F }.contains("the digit of image 3 is none of 1 to 10"))
        #expect(try message { $0.removeSubrange(128...) } == "\(path) is damaged: it holds no images `X`")
    }

    /// A thousand changes of one byte, and every length: an error or data, and never the end of the process.
    @Test(arguments: ["mnist", "svhn"])
    func whateverAFileHoldsEndsNoProcess(_ name: String) throws {
        let set = try #require(PublishedSet(rawValue: name))
        let copy = try copy(name)
        var random = SplitMix(state: 3)
        for file in try FileSystem.list(copy) {
            let whole = try FileSystem.read("\(copy)/\(file)")
            for round in 0..<120 {
                let bytes = damaged(whole, round: round, front: 240, &random)
                try FileSystem.write(bytes, to: "\(copy)/\(file)")
                let error = datasetFailure { () throws(DatasetError) in try set.load(from: copy) }
                if let error { #expect(error.message.contains(copy), "\(error)") }
            }
            try FileSystem.write(whole, to: "\(copy)/\(file)")
        }
    }
}

/// These ask for the data folder, which that suite sets.
extension CIFAR10Tests {
    @Test func theFoldersOfTorchvisionAreFoundInTheDataFolder() throws {
        try FileSystem.createDirectories("\(folder.path)/FashionMNIST")
        try FileManager.default.copyItem(
            atPath: "\(arrayFolder)/mnist", toPath: "\(folder.path)/FashionMNIST/raw")
        let data = try PublishedSet.fashionMNIST.load(downloads: false)
        #expect(data.className(9) == "Ankle boot" && data.training.count == 20)
        // The files have the same names, and are not taken for MNIST.
        let error = datasetFailure { () throws(DatasetError) in try PublishedSet.mnist.load(downloads: false) }
        #expect(error?.message == "there is no train-images-idx3-ubyte in \(folder.path)")
    }

    /// Each before anything is downloaded: there is nothing at the address.
    @Test(arguments: ["svhn", "cifar-10"]) func whatIsInTheWayOfADownloadIsNamed(_ set: String) throws {
        let sum = String(repeating: "ab", count: 32)
        let nowhere = "file:///nowhere"
        func message() -> String? {
            datasetFailure { () throws(DatasetError) in
                set == "svhn"
                    ? try PublishedSet.svhn.load(url: nowhere, sha256: sum)
                    : try CIFAR.ten.load(url: nowhere, sha256: sum)
            }?.message
        }
        let store = "\(folder.path)/\(set)-\(sum.prefix(12))"
        let place = set == "svhn" ? store : "\(store)/cifar-10-batches-bin"
        let wanted = set == "svhn" ? "train_32x32.mat" : "data_batch_1.bin"
        try FileSystem.createDirectories(place)
        #expect(message()?.hasPrefix("cannot download file:///nowhere") == true)
        try FileSystem.write("mine", to: "\(place)/notes")
        #expect(message() == "\(place) is in the way of the download: there is no \(wanted) in it")
        #expect(try FileSystem.readText("\(place)/notes") == "mine")
        try FileSystem.removeTree(place)
        try FileSystem.write("mine", to: place)
        #expect(message() == "\(place) is in the way of the download: it is no folder")
        try FileSystem.remove(place)
        // Links: in the place of the set, and in that of the folder where it is put together.
        let other = "\(folder.path)/other"
        try FileSystem.createDirectories(other)
        for link in [place, set == "svhn" ? "\(folder.path)/.tandem-svhn-\(sum.prefix(12))" : store] {
            try FileSystem.removeTree(link)
            for target in [other, "\(folder.path)/nothing"] {
                #expect(symlink(target, link) == 0)
                #expect(message() == "\(link) is in the way of the download: it is a link")
                try FileSystem.remove(link)
            }
        }
        #expect(try FileSystem.list(other) == [])
    }

    @Test func filesAreDownloadedOnceCheckedAndCached() throws {
        let names = ["train_32x32.mat", "test_32x32.mat"]
        let files = try names.map { try FileSystem.read("\(arrayFolder)/svhn/\($0)") }
        let sum = Digest.sha256(files[0] + files[1]).hexadecimal
        let source = "file://\(arrayFolder)/svhn"
        // They are not the published ones.
        guard
            case .wrongChecksum(_, let expected, _, _) = datasetFailure({ () throws(DatasetError) in
                try PublishedSet.svhn.load(url: source)
            })
        else {
            Issue.record("files of another sum are taken")
            return
        }
        #expect(expected == "e26dedcc434d2e4c54c9b2d4a06d8373")
        #expect(!FileSystem.exists("\(folder.path)/svhn"))
        let other = String(repeating: "0", count: 64)
        guard
            case .wrongChecksum = datasetFailure({ () throws(DatasetError) in
                try PublishedSet.svhn.load(url: source, sha256: other)
            })
        else {
            Issue.record("files of another sum are taken")
            return
        }
        #expect(try PublishedSet.svhn.load(url: source, sha256: sum).training.count == 12)
        let cached = "\(folder.path)/svhn-\(sum.prefix(12))"
        #expect(try FileSystem.list(cached).sorted() == names.sorted())
        // The cache needs no source.
        let data = try PublishedSet.svhn.load(url: "file:///nowhere", sha256: sum)
        #expect(data.test.count == 4)
        #expect(data.description?.source == .published(.svhn, archive: sum, folder: nil))
        #expect(data.description.flatMap { DataDescription(.object($0.json)) } == data.description)
    }
}

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
        #expect(error?.message.contains("it announces 4294967295 values and is too short for them") == true)
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
                var bytes = whole
                if round % 4 == 0 {
                    bytes.removeLast(Int(random.next() % UInt64(bytes.count)))
                } else {
                    // Mostly in front, where sizes are.
                    let reach = round % 4 == 1 ? bytes.count : min(bytes.count, 240)
                    for _ in 0..<1 + round % 3 {
                        bytes[Int(random.next() % UInt64(reach))] = UInt8(truncatingIfNeeded: random.next())
                    }
                }
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
        #expect(data.description?.source == .published(.svhn, archive: sum))
        #expect(data.description.flatMap { DataDescription(.object($0.json)) } == data.description)
    }
}

import Foundation
import Libraries
import Runtime
import TestSupport
import Testing

@testable import Datasets

/// Reads what NumPy has saved: make-arrays.py.
struct ArrayTests {
    private static let folder = "\(arrayFolder)/numpy"
    private let folder = TemporaryFolder()

    private func load(_ files: String...) throws(DatasetError) -> Dataset {
        try ArrayImages(files: files).load(in: Self.folder)
    }

    private func sorted(_ data: Dataset) throws -> [[UInt8]] {
        let images = try (0..<data.training.count).map(data.training.image) + (0..<data.test.count).map(data.test.image)
        return images.sorted { $0[0] < $1[0] }
    }

    @Test(arguments: ["first.npy", "last.npy", "float32.npy"])
    func colorsAreReadInEachOrderAndVersion(_ file: String) throws {
        let data = try load(file, "y.npy")
        #expect((data.channels, data.height, data.width) == (3, 6, 5))
        #expect(try sorted(data) == (0..<20).map { madeImage($0, channels: 3, height: 6, width: 5) })
    }

    @Test(arguments: ["gray.npy", "float64.npy"])
    func oneChannelIsReadAsBytesAndDecimals(_ file: String) throws {
        let data = try load(file, "y-big-endian.npy")
        #expect((data.channels, data.height, data.width) == (1, 6, 5))
        #expect(try sorted(data) == (0..<20).map { madeImage($0, channels: 1, height: 6, width: 5) })
        #expect(data.normalization.mean == [0.5] && data.normalization.deviation == [0.5])
    }

    @Test(arguments: [ArrayImages.Channels.first, .last])
    func channelsAreWhereTheyAreSaidToBe(_ channels: ArrayImages.Channels) throws {
        try FileSystem.write(try FileSystem.read("\(Self.folder)/both.npy"), to: "\(folder.path)/x.npy")
        // Six labels of 32 bits.
        let header = "{'descr': '<i4', 'fortran_order': False, 'shape': (6,), }"
        try FileSystem.write(
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
                + (0..<6).flatMap { [UInt8($0 / 3), 0, 0, 0] }, to: "\(folder.path)/y.npy")
        let data = try ArrayImages(files: ["x.npy", "y.npy"], channels: channels).load(in: folder.path)
        #expect((data.channels, data.height, data.width) == (3, channels == .first ? 6 : 3, channels == .first ? 3 : 6))
        let made = madeImage(0, channels: 3, height: 6, width: 3)
        // (3, 6, 3) with the channels last: rows of three pixels become columns.
        let expected = channels == .first ? made : (0..<3).flatMap { c in (0..<18).map { made[3 * $0 + c] } }
        #expect(try sorted(data)[0] == expected)
    }

    @Test func testImagesAreThoseOfTheFileOrHeldOutOfEachClass() throws {
        let packed = try load("parts.npz")
        #expect((packed.training.count, packed.test.count) == (20, 8))
        #expect(packed.test.labels == [0, 1, 2, 3, 0, 1, 2, 3])
        // Sorted by class, with six images of the first two and four of the others.
        let cut = try load("first.npy", "y.npy")
        #expect((cut.training.count, cut.test.count) == (16, 4))
        #expect(cut.test.labels == [0, 1, 2, 3])
        #expect(cut.taking(8).training.labels == [0, 0, 1, 1, 2, 2, 3, 3])
        #expect(Set(cut.shownImages(.training, 4).map(cut.training.label)).count == 4)
        let files = try ArrayImages(files: ["first.npy", "y.npy"], testFiles: ["last.npy", "y-column.npy"])
            .load(in: Self.folder)
        #expect((files.training.count, files.test.count) == (20, 20))
        #expect(try files.test.image(3) == files.training.image(3))
    }

    @Test func theDescriptionMakesTheSameDataAgain() throws {
        let arrays = ArrayImages(
            files: ["first.npy", "y.npy"], testShare: 0.25, seed: 3, channels: .first,
            classNames: ["a", "b", "c", "d"])
        let data = try arrays.load(in: Self.folder).from(.arrays(arrays)).taking(8)
        let description = try #require(data.description)
        #expect(DataDescription(.object(description.json)) == description)
        let again = try description.made(in: Self.folder, opensFiles: true, cancellation: Cancellation())
        #expect(try again.digest() == data.digest() && again.classNames == data.classNames)
        // What somebody else has described opens no files here.
        #expect(throws: DatasetError.self) {
            try description.made(in: Self.folder, opensFiles: false, cancellation: Cancellation())
        }
    }

    @Test(arguments: [
        ("signed.npy", "float32 from -1 to", "(127.5 * (x + 1)).round().astype(np.uint8)"),
        ("sixteenths.npy", "float64 from 0 to 16", "((x - x.min()) / (x.max() - x.min()) * 255).round()"),
        ("whole.npy", "int64 from 0 to", "`x.astype(np.uint8)`"),
        ("booleans.npy", "bool from 0 to 1", "255 * x.astype"),
        ("flat.npy", "its shape is (20, 30)", "in one of these shapes"),
        ("both.npy", "whose channels may be first or last", "`channels: first` or `channels: last`"),
        ("fortran.npy", "in Fortran's order", "np.ascontiguousarray(x)"),
        ("fortran.npz", "in Fortran's order", "`np.savez(\"fortran.npz\", x=np.ascontiguousarray(x), y=y)`"),
        ("twice.npz", "it holds several arrays called y", "each array by a name of its own"),
        ("nan.npy", "float32 from 0 to 1, and some are NaN", "(255 * np.nan_to_num(x)).round().astype(np.uint8)"),
        ("nan-signed.npy", "from -10 to 10, and some are NaN", "((np.nan_to_num(x) - -10) / (10 - -10) * 255).round()"),
        ("no-number.npy", "float64 of which none is a number", "np.nan_to_num(x)"),
        ("other.npz", "holds a, b, and none are called images and labels", "np.savez("),
    ])
    func whatIsNoImageSaysHowToSaveIt(_ file: String, _ reason: String, _ fix: String) {
        let error = datasetFailure { () throws(DatasetError) in
            file.hasSuffix("npz") ? try load(file) : try load(file, "y.npy")
        }
        #expect(
            error?.message.contains(reason) == true && error?.fix.contains(fix) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        ("y-float.npy", "label 1 is 0.5"), ("one-hot.npy", "its shape is (20, 4)"),
        ("objects.npy", "of the type `|O`"), ("gray.npy", "its shape is (20, 6, 5)"),
        ("texts.npy", "of the type `<U3`"),
    ])
    func whatIsNoLabelIsNamed(_ file: String, _ reason: String) {
        let error = datasetFailure { () throws(DatasetError) in try load("gray.npy", file) }
        #expect(error?.message.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func classesThatAreNamedInTheLabelsAreNumberedAndNamedHere() {
        let error = datasetFailure { () throws(DatasetError) in try load("gray.npy", "texts.npy") }
        #expect(error?.fix.contains("`np.unique(y, return_inverse=True)[1]`") == true)
        #expect(error?.fix.contains("`classes: [...]`") == true)
    }

    @Test func whatAnnouncesMoreThanItHoldsTakesNoMemory() throws {
        for shape in ["(20, 60000, 50000)", "(99999999999, 6, 5)", "(9223372036854775807, 9223372036854775807, 3)"] {
            let whole = try FileSystem.read("\(Self.folder)/gray.npy")
            let header = String(decoding: whole[10..<128], as: UTF8.self).replacingOccurrences(
                of: "(20, 6, 5)", with: shape)
            let bytes = Array(whole[..<8]) + [UInt8(header.utf8.count), 0] + Array(header.utf8) + whole[128...]
            try FileSystem.write(bytes, to: "\(folder.path)/x.npy")
            let error = datasetFailure { () throws(DatasetError) in
                try ArrayImages(files: ["x.npy", "\(Self.folder)/y.npy"]).load(in: folder.path)
            }
            #expect(error != nil)
        }
    }

    /// Changes of some bytes, and other lengths: an error or data, and never the end of the process.
    @Test(arguments: ["gray.npy", "float32.npy", "plain.npz", "parts.npz"])
    func whateverAFileHoldsEndsNoProcess(_ file: String) throws {
        let whole = try FileSystem.read("\(Self.folder)/\(file)")
        var random = SplitMix(state: 7)
        for round in 0..<150 {
            let bytes = damaged(whole, round: round, front: 160, &random)
            try FileSystem.write(bytes, to: "\(folder.path)/\(file)")
            let files = file.hasSuffix("npz") ? [file] : [file, "\(Self.folder)/y.npy"]
            let error = datasetFailure { () throws(DatasetError) in try ArrayImages(files: files).load(in: folder.path)
            }
            if let error { #expect(!error.message.isEmpty && !error.fix.isEmpty) }
        }
    }
}

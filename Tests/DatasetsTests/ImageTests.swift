// Pictures in files, in other sizes, in folders; images changed at random. What is right is what Pillow made
// (make-images.py).

import Foundation
import Libraries
import Runtime
import TestSupport
import Testing

@testable import Datasets

let images = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Images")

/// `[H, W, 3]`
private struct Picture {
    let height: Int
    let width: Int
    let pixels: [UInt8]

    init(_ name: String) throws {
        let bytes = [UInt8](try Data(contentsOf: images.appending(path: name + ".rgb")))
        (height, width) = (Int(bytes[0]) + 256 * Int(bytes[1]), Int(bytes[2]) + 256 * Int(bytes[3]))
        pixels = Array(bytes.dropFirst(4))
    }

    /// The largest difference to pixels `[H, W, 3]`.
    func difference(of other: [UInt8]) -> Int {
        other.count == pixels.count ? zip(pixels, other).map { abs(Int($0) - Int($1)) }.max() ?? 0 : .max
    }

    /// The largest difference to an image of planes.
    func difference(_ planes: [UInt8]) -> Int {
        let size = height * width
        guard planes.count == 3 * size else { return .max }
        return (0..<size).flatMap { place in
            (0..<3).map { abs(Int(planes[$0 * size + place]) - Int(pixels[3 * place + $0])) }
        }.max() ?? 0
    }
}

struct ImageDecodingTests {
    @Test(arguments: [
        "plain.png", "large.png", "grey.png", "palette.png", "bits.png", "sixteen.png", "deep.png", "alpha.png",
        "see-through.png", "interlaced.png", "gamma.png", "plain.jpg", "grey.jpeg", "progressive.jpg", "cmyk.jpg",
        "quarter.jpg",
    ])
    func isWhatPillowReads(_ name: String) throws {
        let picture = try Picture(name)
        let image = try DecodedImage(contentsOf: images.appending(path: name).path)
        #expect((image.height, image.width) == (picture.height, picture.width))
        #expect(picture.difference(of: image.pixels) == 0)
    }

    @Test(arguments: [
        "bytes-behind.jpg", "bytes-between.jpg", "bad-exif.jpg", "fill-bytes.jpg", "unknown-marker.jpg", "bad-code.jpg",
        "ends-early.jpg",
    ])
    func aJPEGWithWarningsIsWhatPillowReads(_ name: String) throws {
        let image = try DecodedImage(contentsOf: images.appending(path: name).path)
        #expect(try Picture(name).difference(of: image.pixels) == 0)
    }

    @Test func aJPEGWithoutItsEndIsReadWhereNoPixelIsMissing() throws {
        let whole = [UInt8](try Data(contentsOf: images.appending(path: "plain.jpg")))
        for cut in [1, 2] { #expect(try DecodedImage(Array(whole.dropLast(cut))).pixels == DecodedImage(whole).pixels) }
        for cut in [8, 60, 200] {
            do throws(ImageError) {
                _ = try DecodedImage(Array(whole.dropLast(cut)))
                Issue.record("read without its last \(cut) bytes")
            } catch { #expect(error.message == "it is truncated") }
        }
    }

    /// Cut at a scan's boundary, libjpeg gives all pixels without a warning, and their detail is missing.
    @Test func aProgressiveJPEGWithoutItsLastScansIsCutOff() throws {
        let whole = [UInt8](try Data(contentsOf: images.appending(path: "progressive.jpg")))
        let scans = whole.indices.dropLast().filter { whole[$0] == 0xFF && whole[$0 + 1] == 0xDA }
        let tables = whole.indices.dropLast().filter { whole[$0] == 0xFF && whole[$0 + 1] == 0xC4 }
        #expect(scans.count > 2)
        for cut in scans.dropFirst() + tables.filter({ $0 > scans[0] }) + [whole.count - 20] {
            do throws(ImageError) {
                _ = try DecodedImage(Array(whole[..<cut]))
                Issue.record("read of its first \(cut) bytes")
            } catch { #expect(error.message == "it is truncated") }
        }
        #expect(try DecodedImage(Array(whole.dropLast(2))).pixels == DecodedImage(whole).pixels)
    }

    @Test func whatStandsBehindAJPEGIsNoPartOfIt() throws {
        let whole = [UInt8](try Data(contentsOf: images.appending(path: "plain.jpg")))
        do throws(ImageError) {
            _ = try DecodedImage(whole.dropLast(200) + whole)
            Issue.record("the end of another JPEG was taken for its own")
        } catch { #expect(error.message == "it is truncated") }
        // Any bytes may be after the end, and a bad code is read as by Pillow.
        let odd = [UInt8](try Data(contentsOf: images.appending(path: "bad-code.jpg")))
        let image = try DecodedImage(odd + [1, 2, 0xFF, 0xDA, 3, 4, 0xFF, 0xE0])
        #expect(try Picture("bad-code.jpg").difference(of: image.pixels) == 0)
    }

    @Test func whatIsNoImageSaysSo() throws {
        func message(_ bytes: [UInt8]) -> String? {
            do throws(ImageError) {
                _ = try DecodedImage(bytes)
                return nil
            } catch { return error.message }
        }
        #expect(message([]) == "it is empty")
        #expect(message(Array("GIF89a".utf8)) == "it is a GIF")
        #expect(message(Array("RIFF____WEBPVP8 ".utf8)) == "it is a WebP")
        #expect(message(Array("BM".utf8) + [UInt8](repeating: 0, count: 60)) == "it is a BMP")
        #expect(message(Array("text".utf8)) == "it is neither a JPEG nor a PNG")
        for name in ["plain.png", "plain.jpg", "palette.png"] {
            let whole = [UInt8](try Data(contentsOf: images.appending(path: name)))
            for count in [3, 20, whole.count / 2] {
                #expect(message(Array(whole[..<count])) != nil, "\(name), \(count) bytes")
            }
        }
    }

    /// A header of 60,000 x 60,000 pixels does not ask for memory.
    @Test func morePixelsThanPillowReadsAreRefused() throws {
        var png = [UInt8](try Data(contentsOf: images.appending(path: "plain.png")))
        png.replaceSubrange(16..<24, with: [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60])
        // The checksum of the header.
        png.replaceSubrange(29..<33, with: [0x0F, 0xB0, 0xE2, 0x15])
        var jpeg = [UInt8](try Data(contentsOf: images.appending(path: "plain.jpg")))
        let size = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 }) + 5
        jpeg.replaceSubrange(size..<size + 4, with: [0xEA, 0x60, 0xEA, 0x60])
        for bytes in [png, jpeg] {
            do throws(ImageError) {
                _ = try DecodedImage(bytes)
                Issue.record("read")
            } catch { #expect(error.message == "it claims to have 60000x60000 pixels, more than 178 million") }
        }
    }

    @Test func aFileWithoutAnEndIsNoImage() throws {
        let folder = TemporaryFolder()
        let (link, pipe) = ("\(folder.path)/zero.png", "\(folder.path)/pipe.png")
        #expect(symlink("/dev/zero", link) == 0 && mkfifo(pipe, 0o600) == 0)
        let sparse = "\(folder.path)/sparse.jpg"
        try FileSystem.write([0xFF, 0xD8], to: sparse)
        #expect(truncate(sparse, 60 << 30) == 0)
        for (path, reason) in [(link, "it is a device"), (pipe, "it is a pipe"), (sparse, "64424509440 bytes")] {
            do throws(ImageError) {
                _ = try DecodedImage(contentsOf: path)
                Issue.record("read")
            } catch { #expect(error.message.contains(reason)) }
        }
    }
}

struct ResamplingTests {
    @Test(arguments: [(12, 18), (9, 7), (48, 80), (24, 37)])
    func isPillowsBilinear(_ height: Int, _ width: Int) throws {
        let image = try DecodedImage(contentsOf: images.appending(path: "plain.png").path)
        let resized = Resampling.resized(
            image.pixels, channels: 3, height: image.height, width: image.width, layout: (1, 3 * image.width, 3),
            to: (height, width), window: (0..<height, 0..<width))
        #expect(try Picture("resized-\(height)x\(width)").difference(resized) == 0)
    }

    @Test(arguments: [
        ("plain.png", 16), ("plain.jpg", 23), ("large.png", 31), ("large.png", 96), ("tall.png", 20), ("plain.png", 40),
    ])
    func aFolderHasTorchvisionsPixels(_ name: String, _ size: Int) throws {
        let image = try DecodedImage(contentsOf: images.appending(path: name).path)
        #expect(try Picture("\(name)-\(size)").difference(image.fitted(height: size, width: size)) == 0)
    }

    @Test func whatIsTooLargeForTheMemoryIsRefused() {
        let data = Synthetic.make(training: 10, test: 2)
        let side = 4_000_000
        #expect(throws: DatasetError.self) { try data.resized(height: side, width: side) }
        let cancellation = Cancellation()
        cancellation.cancel()
        #expect(throws: DatasetError.self) { try data.resized(height: 40, width: 40, cancellation: cancellation) }
    }

    @Test func aDataSetKeepsItsLabels() throws {
        let data = Synthetic.make(training: 20, test: 10)
        let small = try data.split(share: 0.5, seed: 1).resized(height: 8, width: 6)
        #expect((small.height, small.width) == (8, 6))
        #expect(small.training.labels == data.split(share: 0.5, seed: 1).training.labels)
        #expect((small.training.count, small.validation.count, small.test.count) == (10, 10, 10))
    }
}

struct SplitTests {
    @Test func everyImageIsInOnePart() throws {
        let data = Synthetic.make(training: 50, test: 5)
        let split = data.split(share: 0.9, seed: 3)
        #expect((split.training.count, split.validation.count, split.test.count) == (45, 5, 5))
        let parts = try [split.training, split.validation].flatMap { part in
            try (0..<part.count).map { try part.image($0) }
        }
        let all = try (0..<50).map { try data.training.image($0) }
        #expect(Set(parts) == Set(all))
        #expect(try split.digest() != data.digest())
        #expect(try split.digest() == data.split(share: 0.9, seed: 3).digest())
        #expect(try split.digest() != data.split(share: 0.9, seed: 4).digest())
        #expect(split.taking(10).training.labels == Array(split.training.labels.prefix(10)))
    }

    /// Runs are kept by what they were trained on: another order would train all of them anew.
    @Test func theSameImagesArePutAsideEverywhere() throws {
        let split = Synthetic.make(training: 50, test: 5).split(share: 0.9, seed: 3)
        let digest = try split.digest()
        #expect(digest == "e45d8004d68f4c75219f730ec6e48dd8cf4f7d880808475d6665445762b3f073")
    }
}

struct FoldTests {
    /// 103 images: uneven for folds and classes alike.
    private let data = Synthetic.make(training: 103, test: 5).split(share: 0.95, seed: 2)

    @Test(arguments: [2, 3, 5, 7]) func everyTrainingImageIsTestedOnce(_ count: Int) throws {
        let folds = data.folds(count, seed: 3)
        #expect(folds.count == count)
        func images(_ part: ImageSet) throws -> [[UInt8]] { try (0..<part.count).map { try part.image($0) } }
        let all = try images(data.training)
        let tested = try folds.flatMap { try images($0.test) }
        #expect(tested.count == all.count && Set(tested) == Set(all))
        for fold in folds {
            #expect(try Set(images(fold.training)) == Set(all).subtracting(try images(fold.test)))
            #expect(fold.training.count + fold.test.count == data.training.count && fold.validation.count == 0)
        }
    }

    /// As in `StratifiedKFold`.
    @Test(arguments: [2, 3, 5, 7]) func foldsDifferByAtMostOneImageOfAClassAndOfAll(_ count: Int) {
        let folds = data.folds(count, seed: 3)
        func spread(_ numbers: [Int]) -> Int { (numbers.max() ?? 0) - (numbers.min() ?? 0) }
        #expect(spread(folds.map(\.test.count)) <= 1)
        for label in data.classNames.indices {
            #expect(spread(folds.map { $0.test.labels.count(where: { $0 == label }) }) <= 1)
        }
    }

    /// Runs are kept by what they were trained on.
    @Test func theSeedDrawsThem() throws {
        let digests = try data.folds(5, seed: 3).map { try $0.digest() }
        let again = try data.folds(5, seed: 3).map { try $0.digest() }
        #expect(again == digests && Set(digests).count == 5)
        #expect(try data.folds(5, seed: 4)[0].digest() != digests[0])
    }

    @Test func aFoldIsMadeAgainFromItsDescription() throws {
        let data = try Synthetic.make(cancellation: Cancellation()).taking(100, test: 40).split(share: 0.8, seed: 5)
        let fold = try data.folds(4, seed: 6)[2].taking(50, test: 7).resized(height: 8, width: 8)
        let description = try #require(fold.description)
        let read = try #require(DataDescription(.object(description.json)))
        #expect(read == description && read.testCount == 7)
        let made = try read.made(in: "/", opensFiles: false, cancellation: Cancellation())
        #expect(try made.digest() == fold.digest() && made.name == "synthetic fold 3 of 4")
        #expect(data.folds(4, seed: 6)[2].description?.testCount == nil)
    }

    @Test(arguments: [
        (4, 4), (-1, 4), (0, 1), (0, 1 << 62),
    ]) func aFoldThatCannotBeIsNoDescription(_ fold: Int, _ count: Int) throws {
        let data = try Synthetic.make(cancellation: Cancellation())
        var description = try #require(data.description)
        description.steps = [.fold(fold, of: count, seed: 1)]
        guard let read = DataDescription(.object(description.json)) else { return }
        #expect(throws: DatasetError.self) {
            try read.made(in: "/", opensFiles: false, cancellation: Cancellation())
        }
    }
}

struct AugmentationTests {
    private let data: Dataset = {
        var data = Synthetic.make(training: 40, test: 4)
        data.normalization = Normalization(mean: [0, 0, 0], deviation: [1, 1, 1]) ?? .imageNet
        return data
    }()

    /// The image as the network sees it, `[C, H, W]`.
    private func written(_ data: Dataset, _ image: Int, epoch: Int, seed: UInt64 = 1) throws -> [Float] {
        var values = [Float](repeating: -9, count: 3072)
        try values.withUnsafeMutableBufferPointer {
            try data.writeTrainingImage(
                image, epoch: epoch, seed: seed, to: $0.baseAddress.unsafelyUnwrapped, planeStride: 1024, rowStride: 32,
                columnStride: 1)
        }
        return values
    }

    private func mirrored(_ values: [Float]) -> [Float] {
        (0..<96).flatMap { row in values[row * 32..<(row + 1) * 32].reversed() }
    }

    @Test func aboutHalfAreMirrored() throws {
        var flipping = data
        flipping.augmentation = Augmentation(Flip.random)
        var count = 0
        for image in 0..<40 {
            for epoch in 1...5 {
                let (plain, seen) = (try written(data, image, epoch: epoch), try written(flipping, image, epoch: epoch))
                #expect(seen == plain || seen == mirrored(plain))
                count += seen == plain ? 0 : 1
            }
        }
        #expect((70...130).contains(count))
    }

    @Test func aCropIsTheImageShiftedOverBlack() throws {
        var cropping = data
        cropping.augmentation = Augmentation(Crop(4))
        var shifts: Set<[Int]> = []
        for image in 0..<40 {
            let (plain, seen) = (try written(data, image, epoch: 1), try written(cropping, image, epoch: 1))
            let found = (-4...4).flatMap { down in (-4...4).map { [down, $0] } }.first { shift in
                (0..<3072).allSatisfy { place in
                    let (y, x) = (place / 32 % 32 + shift[0], place % 32 + shift[1])
                    let isInside = (0..<32).contains(y) && (0..<32).contains(x)
                    return seen[place] == (isInside ? plain[place / 1024 * 1024 + y * 32 + x] : 0)
                }
            }
            shifts.insert(try #require(found))
        }
        #expect(shifts.count > 20)
    }

    /// The outermost pixels are not repeated; a shift by more than the image is mirrored again.
    @Test(arguments: [4, 100]) func aReflectedBorderIsTheImageMirroredAtItsEdges(_ padding: Int) throws {
        var cropping = data
        cropping.augmentation = Augmentation(Crop(padding, border: .reflect))
        let seesaw = Array(0..<32) + (1..<31).reversed()
        var shifts: Set<[Int]> = []
        for image in 0..<10 {
            let (plain, seen) = (try written(data, image, epoch: 1), try written(cropping, image, epoch: 1))
            let all = -min(padding, 31)...min(padding, 31)
            let found = all.flatMap { down in all.map { [down, $0] } }.first { shift in
                (0..<3072).allSatisfy { place in
                    let y = seesaw[(place / 32 % 32 + shift[0] + 62) % 62]
                    let x = seesaw[(place % 32 + shift[1] + 62) % 62]
                    return seen[place] == plain[place / 1024 * 1024 + y * 32 + x]
                }
            }
            shifts.insert(try #require(found))
        }
        #expect(shifts.count > 5)
    }

    @Test func aBorderOfAnotherKindIsAnotherDataSet() throws {
        var (black, reflected) = (data, data)
        black.augmentation = Augmentation(Crop(4))
        reflected.augmentation = Augmentation(Crop(4, border: .reflect))
        #expect(black.augmentation != reflected.augmentation)
        #expect(try black.digest() != reflected.digest())
        #expect(Augmentation(Crop(0, border: .reflect)).isNone)
    }

    @Test func aCutoutIsABlankSquare() throws {
        var cutting = data
        cutting.normalization = .imageNet
        cutting.augmentation = Augmentation(Cutout(8))
        let seen = try written(cutting, 7, epoch: 2)
        let places = (0..<1024).filter { seen[$0] == 0 }
        let (rows, columns) = (Set(places.map { $0 / 32 }), Set(places.map { $0 % 32 }))
        #expect(places.count == rows.count * columns.count && rows.count <= 8 && columns.count <= 8 && places.count > 8)
    }

    @Test func seedEpochAndImageDecide() throws {
        var all = data
        all.augmentation = Augmentation(Flip.random, Crop(4), Cutout(8))
        #expect(try written(all, 3, epoch: 1) == written(all, 3, epoch: 1))
        #expect(try written(all, 3, epoch: 1) != written(all, 3, epoch: 2))
        #expect(try written(all, 3, epoch: 1, seed: 1) != written(all, 3, epoch: 1, seed: 2))
        #expect(try all.digest() != data.digest())
    }
}

struct ImageFolderTests {
    private let folder = TemporaryFolder()

    private func copy(_ name: String, _ path: String) throws {
        let target = "\(folder.path)/\(path)"
        try FileSystem.createDirectories(FileSystem.folder(of: target))
        try FileSystem.write(try FileSystem.read(images.appending(path: name).path), to: target)
    }

    private func failure(_ path: String) -> String? {
        do throws(DatasetError) {
            _ = try ImageFolder.load(path, height: 8, width: 8, testShare: 0.2, seed: 1)
            return nil
        } catch { return error.message }
    }

    @Test func whatCannotBeReadIsNoMatterOfRoomOnTheDisk() throws {
        for action in ["read", "list", "use"] {
            #expect(!DatasetError.file(FileError(action, "/proc", reason: "permission denied")).fix.contains("disk"))
        }
        #expect(DatasetError.file(FileError("write", "/x", reason: "permission denied")).fix.contains("disk"))
    }

    @Test func foldersAreClasses() throws {
        for index in 0..<8 { try copy("plain.png", "pets/dog/\(index).png") }
        for index in 0..<2 { try copy("plain.jpg", "pets/cat/\(index).JPG") }
        try copy("grey.png", "pets/.hidden/1.png")
        try FileSystem.write("notes", to: "\(folder.path)/pets/dog/notes.txt")
        let data = try ImageFolder.load("\(folder.path)/pets", height: 8, width: 12, testShare: 0.2, seed: 1)
        #expect(data.name == "pets" && data.classNames == ["cat", "dog"])
        #expect((data.training.count, data.test.count) == (8, 2))
        #expect(data.training.labels.count { $0 == 1 } + data.test.labels.count { $0 == 1 } == 8)
        // Decoded when they are needed, the images are the same.
        let files = try ImageFolder.load(
            "\(folder.path)/pets", height: 8, width: 12, testShare: 0.2, seed: 1, memoryLimit: 0)
        #expect(files.training.isInFiles && !data.training.isInFiles)
        for index in 0..<8 { #expect(try files.training.image(index) == data.training.image(index)) }
    }

    /// Forty images of each of four classes, the last of three.
    private func fourClasses() throws -> Dataset {
        for (name, count) in [("a", 40), ("b", 40), ("c", 40), ("d", 3)] {
            for index in 0..<count { try copy("plain.png", "four/train/\(name)/\(index).png") }
            for index in 0..<5 { try copy("plain.png", "four/test/\(name)/\(index).png") }
        }
        return try ImageFolder.load("\(folder.path)/four", height: 2, width: 2, testShare: 0.2, seed: 1)
    }

    private func counts(_ part: ImageSet) -> [Int] { (0..<4).map { label in part.labels.count { $0 == label } } }

    @Test func aPartOfAFolderIsDrawnEvenlyOverItsClasses() throws {
        let data = try fourClasses()
        let taken = data.taking(30, test: 8, seed: 1)
        #expect(counts(taken.training) == [9, 9, 9, 3] && counts(taken.test) == [2, 2, 2, 2])
        #expect(counts(data.taking(2, seed: 1).training).max() == 1)
        #expect(counts(data.taking(2, seed: 1).training) == counts(data.taking(2, seed: 1).training))
        #expect(Set((1...20).map { counts(data.taking(2, seed: $0).training) }).count > 1)
        #expect(counts(data.taking(123, seed: 4).training) == [40, 40, 40, 3])
        // A part of a part, and what is shown.
        #expect(counts(taken.taking(4).training) == [1, 1, 1, 1])
        #expect(Set(data.shownImages(.training, 8).map(data.training.label)) == [0, 1, 2, 3])
        let split = data.split(share: 0.9, seed: 1)
        #expect(counts(split.validation) == [4, 4, 4, 1] && counts(split.training) == [36, 36, 36, 2])
        #expect(try split.resized(height: 4, width: 4).isDrawnByClass)
    }

    /// Which images are drawn is a matter of the seed.
    @Test func theSeedDrawsImagesOfAFolder() throws {
        let labels = (0..<40).map { UInt8($0 / 10) }
        let set = ImageSet(pixels: (0..<40).map { UInt8($0) }, labels: labels)
        #expect(set.evenly(8, seed: 1) == set.evenly(8, seed: 1))
        #expect(set.evenly(8, seed: 1) != set.evenly(8, seed: 2))
        #expect(set.evenly(8, seed: 1) == set.evenly(8, seed: 1).sorted())
        #expect(set.evenly(share: 0.2, seed: 1) != set.evenly(share: 0.2, seed: 2))
        #expect(set.evenly(share: 0.2, seed: 1).count == 8)
        #expect(set.evenly(100, seed: 1) == Array(0..<40) && set.evenly(0, seed: 1).isEmpty)
    }

    /// One class after the other gets one image more, which is slow for many classes.
    private func roundByRound(_ counts: [Int], _ number: Int, seed: UInt64) -> [Int] {
        var (quotas, left) = (counts.map { _ in 0 }, number)
        while left > 0 {
            let open = counts.indices.filter { quotas[$0] < counts[$0] }
            let order = shuffledOrder(count: open.count, seed: seed, epoch: 0).map { open[$0] }
            for index in open.count <= left ? order[...] : order.prefix(left) { quotas[index] += 1 }
            left -= min(left, open.count)
        }
        return quotas
    }

    private func set(_ counts: [Int]) -> ImageSet {
        ImageSet(.memory([]), labels: counts.enumerated().flatMap { [UInt16](repeating: UInt16($0), count: $1) })
    }

    private func drawn(_ images: [Int], of counts: [Int]) -> [Int] {
        let labels = set(counts).labels
        var drawn = counts.map { _ in 0 }
        for image in images { drawn[labels[image]] += 1 }
        return drawn
    }

    @Test func whatIsDrawnEvenlyIsDrawnRoundByRound() {
        for seed in 1...40 as ClosedRange<UInt64> {
            let counts = (0..<Int(seed % 9 + 1)).map { 1 + ($0 * 7 + Int(seed) * 5) % 13 }
            for number in 0...counts.reduce(0, +) {
                let images = set(counts).evenly(number, seed: seed)
                #expect(drawn(images, of: counts) == roundByRound(counts, number, seed: seed))
            }
        }
    }

    /// Quotas are not summed up for each class, nor dealt out one by one.
    @Test func anImageFolderMayHaveThousandsOfClasses() {
        let counts = (0..<9000).map { 1 + $0 % 3 }
        let set = set(counts)
        #expect(set.evenly(share: 0.5, seed: 1).count == 9000)
        #expect(set.evenly(10_000, seed: 1).count == 10_000)
    }

    /// All files are read for it, which may take minutes.
    @Test func theDigestOfAFolderCanBeInterrupted() throws {
        for name in ["a", "b"] { for index in 0..<3 { try copy("plain.png", "odd/\(name)/\(index).png") } }
        for limit in [0, ImageFolder.memoryLimit] {
            let data = try ImageFolder.load(
                "\(folder.path)/odd", height: 4, width: 4, testShare: 0.2, seed: 1, memoryLimit: limit)
            let cancellation = Cancellation()
            #expect(try data.digest(unless: cancellation) == data.digest())
            #expect(try data.hasSameImages(as: data, in: .training, unless: cancellation))
            cancellation.cancel()
            #expect(throws: DatasetError.self) { try data.digest(unless: cancellation) }
            #expect(throws: DatasetError.self) { try data.hasSameImages(as: data, in: .training, unless: cancellation) }
        }
    }

    private func notes(_ path: String) throws -> [String] {
        var notes: [String] = []
        _ = try ImageFolder.load(
            "\(folder.path)/\(path)", height: 4, width: 4, testShare: 0.2, seed: 1, note: { notes.append($0) })
        return notes
    }

    private let bothParts = "each class of two images or more has one in both parts"

    @Test func whatIsLeftOutOfAFolderIsNamed() throws {
        for name in ["a", "b"] { for index in 0..<3 { try copy("plain.png", "odd/\(name)/\(index).png") } }
        #expect(try notes("odd") == ["2 of 6 images are held out for testing, 33 % and not 20 %: \(bothParts)"])
        for file in ["a/x.webp", "a/y.bmp", "b/z.tif", "b/w.gif", "b/v.txt", "labels.csv"] {
            try FileSystem.write("other", to: "\(folder.path)/odd/\(file)")
        }
        try copy("plain.png", "odd/.git/1.png")
        try copy("plain.png", "odd/a/._1.png")
        try FileSystem.createDirectories("\(folder.path)/odd/none")
        try copy("plain.png", "odd/b/more/1.png")
        #expect(
            try notes("odd") == [
                "left out (no JPEG or PNG by their names): labels.csv, a/x.webp, a/y.bmp, b/v.txt and 2 more",
                "left out (hidden): .git, a/._1.png",
                "a folder within a class is read as part of it, as torchvision does",
                "2 of 7 images are held out for testing, 29 % and not 20 %: \(bothParts)",
                "classes without any image: none",
            ])
        let data = try ImageFolder.load("\(folder.path)/odd", height: 4, width: 4, testShare: 0.2, seed: 1)
        #expect(data.training.count + data.test.count == 7)
    }

    @Test func aThirdPartOfAFolderIsNamed() throws {
        for part in ["Train", "test", "val"] {
            for name in ["a", "b"] { try copy("plain.png", "three/\(part)/\(name)/1.png") }
        }
        try FileSystem.createDirectories("\(folder.path)/three/test/a")
        try FileSystem.remove("\(folder.path)/three/test/b/1.png")
        #expect(
            try notes("three") == [
                "left out (next to `Train`): val; `test` is tested on", "classes without any test image: b",
            ])
        // A part for training alone.
        for name in ["a", "b"] { for index in 0..<5 { try copy("plain.png", "one/train/\(name)/\(index).png") } }
        let data = try ImageFolder.load("\(folder.path)/one", height: 4, width: 4, testShare: 0.2, seed: 1)
        #expect(data.classNames == ["a", "b"] && data.training.count == 8 && data.test.count == 2)
        // Beside other classes a train is a class.
        for name in ["train", "ship"] { for index in 0..<5 { try copy("plain.png", "ways/\(name)/\(index).png") } }
        #expect(
            try ImageFolder.load("\(folder.path)/ways", height: 4, width: 4, testShare: 0.2, seed: 1).classNames == [
                "ship", "train",
            ])
    }

    /// Names are bytes: the order is Python's, and what only looks the same is another class.
    @Test func classesAreToldApartByTheirBytes() throws {
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        for name in ["cafz", composed, decomposed] { try copy("plain.png", "bytes/train/\(name)/1.png") }
        for name in ["cafz", composed] { try copy("plain.png", "bytes/test/\(name)/1.png") }
        let data = try ImageFolder.load("\(folder.path)/bytes", height: 4, width: 4, testShare: 0.2, seed: 1)
        #expect(data.classNames.map { Array($0.utf8) } == [decomposed, "cafz", composed].map { Array($0.utf8) })
        #expect(data.test.labels == [1, 2])
        try copy("plain.png", "accents/train/\(composed)/1.png")
        try copy("plain.png", "accents/test/\(decomposed)/1.png")
        #expect(failure("\(folder.path)/accents")?.contains("in two ways (NFC and NFD)") == true)
    }

    @Test func namesThatAreNotUTF8AreNamedWithTheReason() throws {
        for name in ["a", "b"] { for index in 0..<5 { try copy("plain.png", "raw/\(name)/\(index).png") } }
        func rawPath(_ name: [UInt8]) -> [CChar] {
            (Array("\(folder.path)/raw/".utf8) + name + [0]).map { CChar(bitPattern: $0) }
        }
        #expect(mkdir(rawPath([0xFF, 0xFE]), 0o700) == 0)
        let file = open(rawPath(Array("a/".utf8) + [0xE9, 0x74, 0xE9] + Array(".png".utf8)), O_CREAT | O_WRONLY, 0o600)
        #expect(file >= 0 && close(file) == 0)
        let raw = "\(folder.path)/raw"
        #expect(
            try notes("raw") == [
                "left out (the name is not UTF-8: rename it): \(raw)/\\xFF\\xFE, \(raw)/a/\\xE9t\\xE9.png"
            ])
    }

    @Test func whatTheCutLeavesWithoutImagesIsNamed() throws {
        for (name, count) in [("a", 10), ("b", 10), ("d", 1)] {
            for index in 0..<count { try copy("plain.png", "cut/\(name)/\(index).png") }
        }
        #expect(try notes("cut") == ["classes without any test image: d"])
        for name in ["a", "b"] { try copy("plain.png", "ones/\(name)/1.png") }
        try copy("plain.png", "ones/c/1.png")
        #expect(
            try notes("ones") == [
                "0 of 3 images are held out for testing, 0 % and not 20 %: a class of one image has none for testing",
                "classes without any test image: a, b, c",
            ])
        let ones = try ImageFolder.load("\(folder.path)/ones", height: 4, width: 4, testShare: 0.2, seed: 1)
        let split = ones.split(share: 0.5, seed: 1)
        #expect(split.training.count + split.validation.count == 3 && split.validation.count > 0)
    }

    @Test(arguments: ["dev", "testing", "Eval"]) func aPartForTestingHasManyNames(_ part: String) throws {
        for part in ["train", part] { for name in ["a", "b"] { try copy("plain.png", "many/\(part)/\(name)/1.png") } }
        let data = try ImageFolder.load("\(folder.path)/many", height: 4, width: 4, testShare: 0.2, seed: 1)
        #expect(data.classNames == ["a", "b"] && data.test.count == 2)
    }

    @Test func aPartWithoutPartnerIsNoClass() throws {
        for part in ["train", "train_small"] {
            for name in ["a", "b"] { try copy("plain.png", "small/\(part)/\(name)/1.png") }
        }
        #expect(failure("\(folder.path)/small")?.hasSuffix("train_small has no name of such a folder") == true)
        try copy("plain.png", "alone/test/a/1.png")
        #expect(failure("\(folder.path)/alone")?.contains("have no folder for training next to them") == true)
        // A class may be called so.
        try copy("plain.png", "ways/train/steam/1.png")
        try copy("plain.png", "ways/ship/1.png")
        #expect(try notes("ways").contains { $0.hasPrefix("`train` is read as a class") })
    }

    @Test func aLinkToTheFolderAboveHasNoEnd() throws {
        try copy("plain.png", "loop/a/1.png")
        #expect(symlink("..", "\(folder.path)/loop/a/up") == 0)
        #expect(failure("\(folder.path)/loop")?.contains("nested deeper than 16") == true)
    }

    @Test func partsMayHaveFoldersOfTheirOwn() throws {
        for part in ["train", "val"] { for name in ["a", "b"] { try copy("plain.png", "set/\(part)/\(name)/1.png") } }
        let data = try ImageFolder.load("\(folder.path)/set", height: 8, width: 8, testShare: 0.2, seed: 1)
        #expect((data.training.count, data.test.count) == (2, 2))
        try copy("plain.png", "set/val/c/1.png")
        #expect(failure("\(folder.path)/set")?.contains("has a class c") == true)
    }

    @Test func whatIsWrongNamesThePlace() throws {
        try copy("plain.png", "gif/a/1.png")
        try FileSystem.write("GIF89a", to: "\(folder.path)/gif/a/2.jpg")
        #expect(failure("\(folder.path)/gif")?.hasSuffix("gif/a/2.jpg cannot be read: it is a GIF") == true)
        #expect(failure("\(folder.path)/gif/a/1.png")?.hasSuffix("1.png is a file, not a folder") == true)
        #expect(failure("\(folder.path)/nowhere")?.contains("there is no folder") == true)
        try FileSystem.createDirectories("\(folder.path)/empty")
        #expect(failure("\(folder.path)/empty")?.contains("holds no folders") == true)
        try FileSystem.createDirectories("\(folder.path)/none/a")
        #expect(failure("\(folder.path)/none")?.contains("there is no image") == true)
        try copy("plain.png", "bad/a/1.png")
        try FileSystem.write("no image", to: "\(folder.path)/bad/a/2.png")
        #expect(
            failure("\(folder.path)/bad")?.hasSuffix("bad/a/2.png is damaged: it is neither a JPEG nor a PNG") == true)
    }
}

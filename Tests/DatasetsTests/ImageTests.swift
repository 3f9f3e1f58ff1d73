// Pictures in files, in other sizes, in folders; images changed at random. What is right is what Pillow made (make-images.py).

import Foundation
import Libraries
import Runtime
import TestSupport
import Testing

@testable import Datasets

private let images = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Images")

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
        ("plain.png", 0), ("grey.png", 0), ("palette.png", 0), ("bits.png", 0), ("sixteen.png", 0), ("alpha.png", 1),
        ("plain.jpg", 1), ("grey.jpeg", 1), ("progressive.jpg", 1), ("cmyk.jpg", 2),
    ])
    func isWhatPillowReads(_ name: String, _ tolerance: Int) throws {
        let picture = try Picture(name)
        let image = try DecodedImage(contentsOf: images.appending(path: name).path, atLeast: (1000, 1000))
        #expect((image.height, image.width) == (picture.height, picture.width))
        #expect(picture.difference(image.planes) <= tolerance, "\(name)")
    }

    @Test func aLargeJPEGIsDecodedSmaller() throws {
        let path = images.appending(path: "plain.jpg").path
        #expect(try DecodedImage(contentsOf: path, atLeast: (6, 9)).height == 6)
        #expect(try DecodedImage(contentsOf: path, atLeast: (12, 12)).height == 12)
        #expect(try DecodedImage(contentsOf: path, atLeast: (13, 12)).height == 24)
    }

    @Test func whatIsNoImageSaysSo() throws {
        func message(_ bytes: [UInt8]) -> String? {
            do throws(ImageError) {
                _ = try DecodedImage(bytes, atLeast: (8, 8))
                return nil
            } catch { return error.message }
        }
        #expect(message([]) == "it is empty")
        #expect(message(Array("GIF89a".utf8)) == "it is neither a JPEG nor a PNG")
        for name in ["plain.png", "plain.jpg", "palette.png"] {
            let whole = [UInt8](try Data(contentsOf: images.appending(path: name)))
            for count in [3, 20, whole.count / 2] {
                #expect(message(Array(whole[..<count])) != nil, "\(name), \(count) bytes")
            }
        }
        // A header of 60,000 x 60,000 pixels must not ask for memory.
        var huge = [UInt8](try Data(contentsOf: images.appending(path: "plain.png")))
        huge.replaceSubrange(16..<24, with: [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60])
        #expect(message(huge) != nil)
    }
}

struct ResamplingTests {
    @Test(arguments: [(12, 18), (9, 7), (48, 80), (24, 37)])
    func isPillowsBilinear(_ height: Int, _ width: Int) throws {
        let image = try DecodedImage(contentsOf: images.appending(path: "plain.png").path, atLeast: (1, 1))
        let resized = Resampling.resized(
            image.planes, channels: 3, height: image.height, width: image.width, to: height, width)
        #expect(try Picture("resized-\(height)x\(width)").difference(resized) <= 1)
    }

    @Test func aDataSetKeepsItsLabels() {
        let data = Synthetic.make(training: 20, test: 10)
        let small = data.split(share: 0.5, seed: 1).resized(height: 8, width: 6)
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
        #expect(split.digest() != data.digest())
        #expect(split.digest() == data.split(share: 0.9, seed: 3).digest())
        #expect(split.digest() != data.split(share: 0.9, seed: 4).digest())
        #expect(split.taking(10).training.labels == Array(split.training.labels.prefix(10)))
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
        flipping.augmentation = Augmentation(flips: true)
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
        cropping.augmentation = Augmentation(crop: 4)
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

    @Test func aCutoutIsABlankSquare() throws {
        var cutting = data
        cutting.normalization = .imageNet
        cutting.augmentation = Augmentation(cutout: 8)
        let seen = try written(cutting, 7, epoch: 2)
        let places = (0..<1024).filter { seen[$0] == 0 }
        let (rows, columns) = (Set(places.map { $0 / 32 }), Set(places.map { $0 % 32 }))
        #expect(places.count == rows.count * columns.count && rows.count <= 8 && columns.count <= 8 && places.count > 8)
    }

    @Test func seedEpochAndImageDecide() throws {
        var all = data
        all.augmentation = Augmentation(flips: true, crop: 4, cutout: 8)
        #expect(try written(all, 3, epoch: 1) == written(all, 3, epoch: 1))
        #expect(try written(all, 3, epoch: 1) != written(all, 3, epoch: 2))
        #expect(try written(all, 3, epoch: 1, seed: 1) != written(all, 3, epoch: 1, seed: 2))
        #expect(all.digest() != data.digest())
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

    @Test func partsMayHaveFoldersOfTheirOwn() throws {
        for part in ["train", "val"] { for name in ["a", "b"] { try copy("plain.png", "set/\(part)/\(name)/1.png") } }
        let data = try ImageFolder.load("\(folder.path)/set", height: 8, width: 8, testShare: 0.2, seed: 1)
        #expect((data.training.count, data.test.count) == (2, 2))
        try copy("plain.png", "set/val/c/1.png")
        #expect(failure("\(folder.path)/set")?.contains("has a class c") == true)
    }

    @Test func whatIsWrongNamesThePlace() throws {
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

// Images that are redrawn: pixel by pixel against torchvision's (make-redrawn.py), and what is drawn by chance against
// its definition, by chi-square tests over 100,000 draws.

import Foundation
import Libraries
import Runtime
import TestSupport
import Testing

@testable import Datasets

/// Images one below the other, as `[C, H, W]` each.
private struct Sheet {
    let results: [[UInt8]]

    init(_ name: String, channels: Int, height: Int) throws {
        let sheet = try DecodedImage(contentsOf: images.appending(path: "redrawn-\(name).png").path)
        let width = sheet.width
        results = (0..<sheet.height / height).map { index in
            (0..<channels * height * width).map { place in
                let (channel, row, column) = (place / (height * width), place / width % height, place % width)
                return sheet.pixels[((index * height + row) * width + column) * 3 + channel]
            }
        }
    }
}

/// An image that can be redrawn again and again.
private struct Original {
    let channels: Int
    let height: Int
    let width: Int
    let bytes: [UInt8]

    /// A window of a picture.
    init(_ name: String, gray: Bool = false, rows: Range<Int>? = nil, columns: Range<Int>? = nil) throws {
        let image = try DecodedImage(contentsOf: images.appending(path: name).path)
        let (rows, columns) = (rows ?? 0..<image.height, columns ?? 0..<image.width)
        channels = gray ? 1 : 3
        (height, width) = (rows.count, columns.count)
        var bytes: [UInt8] = []
        for channel in 0..<channels {
            for row in rows {
                for column in columns { bytes.append(image.pixels[(row * image.width + column) * 3 + channel]) }
            }
        }
        self.bytes = bytes
    }

    init(height: Int, width: Int, color: [UInt8]) {
        (channels, self.height, self.width) = (color.count, height, width)
        bytes = color.flatMap { [UInt8](repeating: $0, count: height * width) }
    }

    static func plain() throws -> Original { try Original("plain.png") }
    static func gray() throws -> Original { try Original("grey.png", gray: true) }

    func redrawn(_ change: (inout Canvas) -> Void) -> [UInt8] {
        var room = bytes + [UInt8](repeating: 77, count: bytes.count)
        return room.withUnsafeMutableBufferPointer { room in
            var canvas = Canvas(
                room.baseAddress.unsafelyUnwrapped, channels: channels, height: height, width: width)
            change(&canvas)
            return Array(UnsafeBufferPointer(start: canvas.pixels, count: bytes.count))
        }
    }

    /// How many bytes differ from the results of torchvision, of each change.
    func differences(_ sheet: String, _ changes: [(inout Canvas) -> Void]) throws -> [Int] {
        let expected = try Sheet(sheet, channels: channels, height: height).results
        #expect(expected.count == changes.count)
        return zip(expected, changes).map { expected, change in
            zip(expected, redrawn(change)).count { $0 != $1 }
        }
    }
}

struct RedrawingTests {
    private static let draws = 100_000

    private func random(_ image: Int) -> ImageRandom { ImageRandom(seed: 5, image: image, epoch: 1) }

    // MARK: Zoom

    @Test func aZoomedWindowHasTorchvisionsPixels() throws {
        for (original, sheet) in [(try Original.plain(), "zoom"), (try .gray(), "zoom-gray")] {
            let windows = [
                (0, 0, original.height, original.width), (3, 5, 12, 16), (0, 0, 24, 20), (4, 1, 20, 20), (2, 36, 7, 1),
                (23, 0, 1, 9),
            ]
            let changes = windows.map { window in
                { (canvas: inout Canvas) in
                    canvas.enlarge(
                        Zoom.Window(top: window.0, left: window.1, height: window.2, width: window.3))
                }
            }
            #expect(try original.differences(sheet, changes) == windows.map { _ in 0 })
        }
    }

    /// `RandomResizedCrop.get_params`, written a second time.
    private func window(_ scale: ClosedRange<Double>, _ generator: inout SplitMix) -> (Int, Int, Int, Int) {
        for _ in 0..<10 {
            let area = 32 * 40 * Double.random(in: scale, using: &generator)
            let ratio = exp(Double.random(in: log(0.75)...log(4.0 / 3), using: &generator))
            let (width, height) = (
                Int((area * ratio).squareRoot().rounded()), Int((area / ratio).squareRoot().rounded())
            )
            if width <= 40, height <= 32 {
                return (
                    Int.random(in: 0...32 - height, using: &generator),
                    Int.random(in: 0...40 - width, using: &generator),
                    height, width
                )
            }
        }
        return (0, 0, 32, 40)
    }

    @Test(arguments: [0.08...1.0, 0.5...0.9])
    func windowsAreDrawnAsTorchvisions(_ scale: ClosedRange<Double>) {
        var generator = SplitMix(state: 2026)
        var (found, expected) = ([Int](repeating: 0, count: 164), [Int](repeating: 0, count: 164))
        for image in 0..<Self.draws {
            let own = Zoom(scale).window(random(image), height: 32, width: 40)
            let other = window(scale, &generator)
            for (offset, value) in [own.top, own.left, own.height, own.width].enumerated() {
                found[offset * 41 + value] += 1
            }
            for (offset, value) in [other.0, other.1, other.2, other.3].enumerated() {
                expected[offset * 41 + value] += 1
            }
        }
        for part in 0..<4 {
            let places = part * 41..<part * 41 + 41
            #expect(abs(deviation(Array(found[places]), from: Array(expected[places]))) < 4, "\(scale), \(part)")
        }
    }

    @Test func whereNoWindowFitsTheLargestAtTheCenterIsTaken() {
        let whole = Zoom(1...1)
        #expect(whole.window(random(1), height: 20, width: 60) == .init(top: 0, left: 16, height: 20, width: 27))
        #expect(whole.window(random(1), height: 61, width: 20) == .init(top: 17, left: 0, height: 27, width: 20))
    }

    // MARK: Rotations

    private static let angles = [0, 7.25, -15, 33.3, 90, -90, 179.5, 180, -120, 0.001]

    @Test func aRotatedImageHasTorchvisionsPixels() throws {
        let square = try Original("large.png", rows: 0..<20, columns: 0..<20)
        let originals = [(try Original.plain(), "rotate"), (try .gray(), "rotate-gray"), (square, "rotate-square")]
        for (original, sheet) in originals {
            let changes = Self.angles.map { angle in { (canvas: inout Canvas) in canvas.rotate(degrees: angle) } }
            #expect(try original.differences(sheet, changes) == Self.angles.map { _ in 0 })
        }
    }

    @Test func anglesAreUniform() {
        var counts = [Int](repeating: 0, count: 40)
        for image in 0..<Self.draws {
            let angle = Rotate(15).angle(random(image))
            #expect(abs(angle) <= 15)
            counts[min(39, Int((angle + 15) / 30 * 40))] += 1
        }
        #expect(abs(deviation(counts, Array(repeating: 1.0 / 40, count: 40))) < 4)
    }

    // MARK: Colors

    private static let factors: [(Float, Float, Float)] = [
        (0.6, 1.4, 0.75), (1.3, 0.7, 1.4), (0.9, 1.1, 0), (1.25, 0, 1), (0, 1.2, 2.5), (1.39, 3, 0.61),
    ]

    @Test func colorsChangeAsTorchvisions() throws {
        for (original, sheet) in [(try Original.plain(), "color"), (try .gray(), "color-gray")] {
            let changes = zip(Color.orders, Self.factors).map { order, factors in
                { (canvas: inout Canvas) in canvas.change(order, factors) }
            }
            #expect(try original.differences(sheet, changes) == Self.factors.map { _ in 0 })
        }
    }

    @Test func factorsAreUniformAndEachOrderIsAsLikely() {
        for (range, low) in [(0.4, 0.6), (1.5, 0)] {
            var counts = [[Int]](repeating: Array(repeating: 0, count: 20), count: 3)
            var orders = [Int](repeating: 0, count: 6)
            for image in 0..<Self.draws {
                let (order, factors) = Color(range).draw(random(image))
                orders[order] += 1
                for (place, factor) in [factors.0, factors.1, factors.2].enumerated() {
                    counts[place][min(19, Int((Double(factor) - low) / (1 + range - low) * 20))] += 1
                }
            }
            #expect(Set(Color.orders.map { $0.map(\.rawValue) }).count == 6)
            #expect(abs(deviation(orders, Array(repeating: 1.0 / 6, count: 6))) < 4)
            for counts in counts { #expect(abs(deviation(counts, Array(repeating: 0.05, count: 20))) < 4) }
        }
    }

    // MARK: RandAugment

    @Test func eachOperationHasTorchvisionsPixels() throws {
        let originals = [
            (try Original.plain(), "randaugment"), (try .gray(), "randaugment-gray"),
            (try Original("large.png", rows: 0..<20, columns: 0..<20), "randaugment-noise"),
            (Original(height: 8, width: 8, color: [40, 90, 200]), "randaugment-flat"),
            (try Original("plain.png", rows: 3..<5, columns: 3..<9), "randaugment-thin"),
        ]
        for (original, sheet) in originals {
            var (names, changes) = ([String](), [(inout Canvas) -> Void]())
            for magnitude in [0, 3, 9, 14, 20, 30] {
                for operation in RandAugment.Operation.allCases {
                    let isSigned = (RandAugment.Operation.shearX.rawValue...RandAugment.Operation.sharpness.rawValue)
                        .contains(operation.rawValue)
                    for isNegative in isSigned ? [false, true] : [false] {
                        names.append("\(operation) \(magnitude) \(isNegative)")
                        changes.append { $0.change(operation, magnitude: magnitude, isNegative: isNegative) }
                    }
                }
            }
            let wrong = zip(names, try original.differences(sheet, changes)).filter { $0.1 > 0 }
            #expect(wrong.isEmpty, "\(sheet): \(wrong)")
        }
    }

    @Test func operationsAreDrawnEvenlyAndApart() {
        // The first, the second, and both together, each with its direction.
        var counts = [Int](repeating: 0, count: 28 * 28)
        for image in 0..<Self.draws {
            let draws = (0..<2).map { RandAugment(operations: 2, magnitude: 9).draw(random(image), $0) }
            let places = draws.map { 2 * $0.operation.rawValue + ($0.isNegative ? 1 : 0) }
            counts[places[0] * 28 + places[1]] += 1
        }
        #expect(abs(deviation(counts, Array(repeating: 1 / 784.0, count: 784))) < 4)
    }

    // MARK: Images of a training

    private func written(_ data: Dataset, _ image: Int, epoch: Int = 1) throws -> [Float] {
        let size = data.height * data.width
        var values = [Float](repeating: -9, count: data.channels * size)
        try values.withUnsafeMutableBufferPointer {
            try data.writeTrainingImage(
                image, epoch: epoch, seed: 1, to: $0.baseAddress.unsafelyUnwrapped, planeStride: size,
                rowStride: data.width, columnStride: 1)
        }
        return values
    }

    @Test func anImageIsRedrawnThenMovedThenNormalized() throws {
        var data = Synthetic.make(training: 20, test: 4)
        let changes: [any RedrawingTransform] = [
            Zoom(0.3...0.9), Rotate(20), Color(0.5), RandAugment(operations: 2, magnitude: 12),
        ]
        let redrawn = try (0..<20).flatMap { image in
            var room = try data.training.image(image) + data.training.image(image)
            return room.withUnsafeMutableBufferPointer { room in
                var canvas = Canvas(room.baseAddress.unsafelyUnwrapped, channels: 3, height: 32, width: 32)
                for change in changes { change.redraw(&canvas, ImageRandom(seed: 1, image: image, epoch: 2)) }
                return Array(UnsafeBufferPointer(start: canvas.pixels, count: 3072))
            }
        }
        var expected = Dataset(
            name: "redrawn", classNames: data.classNames, channels: 3, height: 32, width: 32,
            training: ImageSet(pixels: redrawn, labels: data.training.labels.map { UInt8($0) }), test: data.test)
        expected.augmentation = Augmentation(Flip.random, Crop(3))
        data.augmentation = Augmentation(Crop(3), changes[3], changes[2], changes[1], changes[0], Flip.random)
        for image in 0..<20 { #expect(try written(data, image, epoch: 2) == written(expected, image, epoch: 2)) }
    }

    @Test func whatIsDrawnIsAnotherInEachEpochAndOfEachImage() throws {
        for transform in [Zoom(0.2...0.8), Rotate(30), Color(0.5)] as [any Transform] {
            var data = Synthetic.make(training: 20, test: 4)
            data.augmentation = Augmentation(transform)
            let first = try written(data, 3)
            #expect(try written(data, 3) == first)
            #expect(try written(data, 3, epoch: 2) != first)
            data.augmentation = Augmentation()
            #expect(try written(data, 3) != first)
        }
    }

    @Test func theBytesOfWhatIsSeenAreThoseOfTheImage() throws {
        for normalization in [Normalization.imageNet, Normalization(mean: [9, -3, 0], deviation: [0.01, 40, 1])] {
            var data = Synthetic.make(training: 20, test: 4)
            data.normalization = try #require(normalization)
            data.augmentation = Augmentation(Flip.random)
            for image in 0..<20 {
                let plain = try data.training.image(image)
                let mirrored = (0..<96).flatMap { row in plain[row * 32..<(row + 1) * 32].reversed() }
                let seen = try data.trainingImage(image, epoch: 1, seed: 1)
                #expect(seen == plain || seen == mirrored)
            }
        }
    }
}

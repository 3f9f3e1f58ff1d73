// Images of one size with a label each: one part of a data set. Bytes in memory, or files that are decoded when they
// are needed.

import Libraries
import Runtime

/// Where the bytes of images are.
enum ImageStorage: Sendable {
    /// `[count, C, H, W]`, 0...255.
    case memory([UInt8])
    case files(ImageFiles)
}

public struct ImageSet: Sendable {
    public let count: Int
    /// The classes of the images, all that are stored.
    private let classes: [UInt16]
    private(set) var storage: ImageStorage
    /// Which of the stored images these are, in this order; `nil`: the first `count`.
    private let selection: [Int]?

    /// - Parameters:
    ///   - pixels: `[count, C, H, W]`, 0...255.
    ///   - labels: the class of each image.
    public init(pixels: [UInt8], labels: [UInt8]) {
        precondition(labels.isEmpty ? pixels.isEmpty : pixels.count % labels.count == 0, "one label per image")
        self.init(.memory(pixels), labels: labels.map { UInt16($0) })
    }

    init(_ storage: ImageStorage, labels: [UInt16]) {
        (self.storage, classes, count, selection) = (storage, labels, labels.count, nil)
    }

    private init(_ whole: ImageSet, count: Int, selection: [Int]?) {
        (storage, classes) = (whole.storage, whole.classes)
        (self.count, self.selection) = (count, selection)
    }

    /// Of all images that are stored, these or not.
    var storedCount: Int { classes.count }

    public static let empty = ImageSet(pixels: [], labels: [])

    // MARK: Parts of it; nothing is copied

    /// The first images, or all where there are no more.
    public func prefix(_ number: Int) -> ImageSet {
        let count = min(max(0, number), count)
        return ImageSet(self, count: count, selection: selection.map { Array($0.prefix(count)) })
    }

    /// Where the images of each class are, in the order of the classes; classes without an image are left out.
    public var placesByClass: [[Int]] {
        var places: [Int: [Int]] = [:]
        for index in 0..<count { places[label(index), default: []].append(index) }
        return places.sorted { $0.key < $1.key }.map(\.value)
    }

    /// This many images in their order, drawn by the seed: of each class as many as of any other, as far as it has
    /// them.
    public func evenly(_ number: Int, seed: UInt64) -> [Int] {
        let classes = placesByClass
        // What every class gives that has so many.
        var (level, left) = (0, min(max(0, number), count))
        for (index, size) in classes.map(\.count).sorted().enumerated() {
            let open = classes.count - index
            let step = min(size - level, left / open)
            level += step
            left -= step * open
            if level < size { break }
        }
        var quotas = classes.map { min($0.count, level) }
        // What does not go round goes to classes that the seed draws.
        let open = classes.indices.filter { quotas[$0] < classes[$0].count }
        for place in shuffledOrder(count: open.count, seed: seed, epoch: 0).prefix(left) { quotas[open[place]] += 1 }
        return drawn(quotas, seed: seed)
    }

    /// A share of each class, in their order, drawn by the seed. Rounded so that the sum is right, but of each class
    /// that has two images at least one is drawn and one is not.
    public func evenly(share: Double, seed: UInt64) -> [Int] {
        let classes = placesByClass
        let wanted = Int((Double(count) * share).rounded())
        // 40 * 0.1 may come out a bit below 4.
        let exact = classes.map { (Double($0.count) * share * 1e6).rounded() / 1e6 }
        let bounds = classes.map { $0.count < 2 ? 0...0 : 1...$0.count - 1 }
        var quotas = zip(exact, bounds).map { min(max(Int($0), $1.lowerBound), $1.upperBound) }
        // The largest remainders first.
        let order = classes.indices.sorted {
            (exact[$1] - exact[$1].rounded(.down), $0) < (exact[$0] - exact[$0].rounded(.down), $1)
        }
        var left = wanted - quotas.reduce(0, +)
        for index in order where left > 0 && quotas[index] < bounds[index].upperBound {
            quotas[index] += 1
            left -= 1
        }
        return drawn(quotas, seed: seed)
    }

    private func drawn(_ quotas: [Int], seed: UInt64) -> [Int] {
        zip(quotas, shuffledPlacesByClass(seed: seed)).flatMap { $1.prefix($0) }.sorted()
    }

    /// Where the images of each class are, in an order that the seed draws.
    func shuffledPlacesByClass(seed: UInt64) -> [[Int]] {
        var rank = [Int](repeating: 0, count: count)
        for (place, image) in shuffledOrder(count: count, seed: seed, epoch: 0).enumerated() { rank[image] = place }
        return placesByClass.map { places in places.sorted { rank[$0] < rank[$1] } }
    }

    /// These images, in this order.
    func selecting(_ images: [Int]) -> ImageSet {
        ImageSet(self, count: images.count, selection: images.map(stored))
    }

    /// Whether they are decoded each time they are needed.
    public var isInFiles: Bool { if case .files = storage { true } else { false } }

    // MARK: Images

    /// Its place among all that are stored.
    func stored(_ index: Int) -> Int {
        precondition(index >= 0 && index < count, "no image \(index) among \(count)")
        return selection?[index] ?? index
    }

    public func label(_ index: Int) -> Int { Int(classes[stored(index)]) }

    public var labels: [Int] { (0..<count).map(label) }

    /// Calls `body` with the bytes of an image, `[C, H, W]`.
    ///
    /// - Throws: where its file cannot be read or is no image.
    func withBytes<Result>(
        of index: Int, _ body: (UnsafePointer<UInt8>) -> Result
    ) throws(DatasetError) -> Result {
        switch storage {
        case .memory(let pixels):
            let size = pixels.count / max(1, classes.count)
            let first = stored(index) * size
            return pixels.withUnsafeBufferPointer { body($0.baseAddress.unsafelyUnwrapped + first) }
        case .files(let files):
            let pixels = try files.pixels(of: stored(index))
            return pixels.withUnsafeBufferPointer { body($0.baseAddress.unsafelyUnwrapped) }
        }
    }

    /// The bytes of one image, `[C, H, W]`.
    public func image(_ index: Int) throws(DatasetError) -> [UInt8] {
        switch storage {
        case .memory(let pixels):
            let size = pixels.count / max(1, classes.count)
            let first = stored(index) * size
            return Array(pixels[first..<first + size])
        case .files(let files): return try files.pixels(of: stored(index))
        }
    }

    // MARK: What else a data set asks of it

    /// The same images, stored in another way.
    func over(_ storage: ImageStorage) -> ImageSet {
        var copy = self
        copy.storage = storage
        return copy
    }

    /// What tells images apart, one for each: the path of a file, or a hash of pixels.
    ///
    /// - Throws: once it is cancelled, and nothing else.
    func marks(unless cancellation: Cancellation) throws(DatasetError) -> [ImageMark] {
        var marks: [ImageMark] = []
        marks.reserveCapacity(count)
        switch storage {
        case .files(let files): for index in 0..<count { marks.append(.file(files.paths[stored(index)])) }
        case .memory(let pixels):
            let size = pixels.count / max(1, classes.count)
            for index in 0..<count {
                if cancellation.isCancelled { throw .cancelled }
                let first = stored(index) * size
                var hasher = Hasher()
                pixels.withUnsafeBytes {
                    hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[first..<first + size]))
                }
                marks.append(.pixels(hasher.finalize()))
            }
        }
        return marks
    }

    /// All pixels in their order; of files the bytes they hold.
    ///
    /// - Throws: once it is cancelled, which is asked for each image.
    func updateDigest(
        _ digest: inout Digest, imageSize: Int, unless cancellation: Cancellation
    ) throws(DatasetError) {
        if cancellation.isCancelled { throw .cancelled }
        switch storage {
        case .memory(let pixels):
            pixels.withUnsafeBytes { bytes in
                if selection == nil {
                    digest.update(UnsafeRawBufferPointer(rebasing: bytes[0..<count * imageSize]))
                } else {
                    for index in 0..<count {
                        let first = stored(index) * imageSize
                        digest.update(UnsafeRawBufferPointer(rebasing: bytes[first..<first + imageSize]))
                    }
                }
            }
        case .files(let files):
            // How images are decoded decides too: this is its second way.
            digest.update("decoded 2\n")
            for index in 0..<count {
                do throws(FileError) {
                    digest.update(
                        try FileSystem.read(
                            files.paths[stored(index)], limit: DecodedImage.byteLimit,
                            isCancelled: { cancellation.isCancelled }))
                } catch {
                    if error.isCancelled { throw .cancelled }
                    digest.update("cannot be read: \(error.reason)\n")
                }
            }
        }
    }
}

enum ImageMark: Hashable {
    case file(String)
    case pixels(Int)
}

extension ImageSet {
    /// Whether both hold the same bytes in memory, image by image.
    func hasPixels(of other: ImageSet) -> Bool {
        guard count == other.count, case .memory(let mine) = storage, case .memory(let others) = other.storage,
            storedCount > 0, other.storedCount > 0
        else { return false }
        let size = mine.count / storedCount
        guard others.count / other.storedCount == size else { return false }
        return (0..<count).allSatisfy { image in
            let (a, b) = (size * stored(image), size * other.stored(image))
            return mine[a..<a + size] == others[b..<b + size]
        }
    }
}

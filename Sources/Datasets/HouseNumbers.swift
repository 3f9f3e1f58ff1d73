// A part of SVHN: a MATLAB file with the images `X`, [32, 32, 3, count], and the digits `y`, of which 10 means 0.

import Libraries
import Runtime

enum HouseNumbers {
    private static let (side, channels) = (32, 3)

    static func read(
        _ path: String, fix: String, _ cancellation: Cancellation
    ) throws(DatasetError) -> ImageSet {
        var (images, digits): (MATLABFile.Array?, MATLABFile.Array?)
        try MATLABFile.read(path, fix: fix, cancellation) { array throws(DatasetError) in
            switch array.name {
            case "X" where images == nil: images = array
            case "y" where digits == nil: digits = array
            case "X", "y": throw array.file.damaged("it holds `\(array.name)` more than once")
            default: break
            }
        }
        let file = try DataFile(path, fix: fix)
        guard let images else { throw file.damaged("it holds no images `X`") }
        guard let digits else { throw file.damaged("it holds no digits `y`") }
        // A small file can announce, and unpack to, a thousand times its size: both sizes are held against each other
        // before anything is read.
        let (count, digitCount) = (try imageCount(images), try self.digitCount(digits))
        guard digitCount == count else { throw file.damaged("it has \(digitCount) digits for \(count) images") }
        return ImageSet(
            pixels: try readPixels(images, count: count, cancellation),
            labels: try readLabels(digits, count: count, cancellation))
    }

    private static func imageCount(_ array: MATLABFile.Array) throws(DatasetError) -> Int {
        let file = array.file
        // MATLAB leaves a last size of 1 out.
        let sizes = array.sizes.count == 3 ? array.sizes + [1] : array.sizes
        guard sizes.count == 4, Array(sizes[..<3]) == [side, side, channels], sizes[3] > 0 else {
            throw file.damaged(
                "`X` is \(array.sizes.map(String.init).joined(separator: "x")), and 32x32x3 and a number of images was expected"
            )
        }
        guard array.kind == .uint8 else { throw file.damaged("the values of `X` are not bytes") }
        let count = try file.count(sizes)
        guard array.byteCount == count else {
            throw file.damaged("`X` has \(array.byteCount) values instead of \(count)")
        }
        return sizes[3]
    }

    private static func digitCount(_ array: MATLABFile.Array) throws(DatasetError) -> Int {
        let longSizes = array.sizes.filter { $0 != 1 }
        let count = longSizes.first ?? 1
        guard longSizes.count <= 1, array.byteCount == count * array.kind.byteCount else {
            throw array.file.damaged("`y` is no list of digits")
        }
        return count
    }

    /// MATLAB counts the first size fastest: an image is its colors, each column by column.
    private static func readPixels(
        _ array: MATLABFile.Array, count: Int, _ cancellation: Cancellation
    ) throws(DatasetError) -> [UInt8] {
        let area = side * side
        let size = channels * area
        var pixels = [UInt8](repeating: 0, count: count * size)
        for start in stride(from: 0, to: pixels.count, by: size) {
            if cancellation.isCancelled { throw .cancelled }
            let image = try array.file.read(size)
            for channel in 0..<channels {
                let plane = start + channel * area
                for place in 0..<area {
                    pixels[plane + place] = image[channel * area + place % side * side + place / side]
                }
            }
        }
        try array.expectEnd()
        return pixels
    }

    private static func readLabels(
        _ array: MATLABFile.Array, count: Int, _ cancellation: Cancellation
    ) throws(DatasetError) -> [UInt8] {
        let (file, size, run) = (array.file, array.kind.byteCount, 1 << 12)
        var labels: [UInt8] = []
        labels.reserveCapacity(count)
        for start in stride(from: 0, to: count, by: run) {
            if cancellation.isCancelled { throw .cancelled }
            let bytes = try file.read(min(run, count - start) * size)
            for place in stride(from: 0, to: bytes.count, by: size) {
                let value = array.kind.value(bytes[place..<place + size].littleEndian)
                guard 1...10 ~= value, value == value.rounded() else {
                    throw file.damaged("the digit of image \(labels.count) is none of 1 to 10")
                }
                labels.append(value == 10 ? 0 : UInt8(value))
            }
        }
        try array.expectEnd()
        return labels
    }
}

// A part of SVHN: a MATLAB file with the images `X`, [32, 32, 3, count], and the digits `y`, of which 10 means 0.

import Libraries
import Runtime

enum HouseNumbers {
    private static let (side, channels) = (32, 3)

    static func read(
        _ path: String, fix: String, _ cancellation: Cancellation
    ) throws(DatasetError) -> ImageSet {
        var pixels: [UInt8]?
        var labels: [UInt8]?
        try MATLABFile.read(path, fix: fix, cancellation) { array throws(DatasetError) in
            switch array.name {
            case "X": pixels = try readPixels(array, cancellation)
            case "y": labels = try readLabels(array)
            default: break
            }
        }
        let file = try DataFile(path, fix: fix)
        guard let pixels else { throw file.damaged("it holds no images `X`") }
        guard let labels else { throw file.damaged("it holds no digits `y`") }
        let count = pixels.count / (side * side * channels)
        guard labels.count == count else { throw file.damaged("it has \(labels.count) digits for \(count) images") }
        return ImageSet(pixels: pixels, labels: labels)
    }

    /// MATLAB counts the first size fastest: an image is its colors, each column by column.
    private static func readPixels(
        _ array: MATLABFile.Array, _ cancellation: Cancellation
    ) throws(DatasetError) -> [UInt8] {
        let (file, area) = (array.file, side * side)
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
        var pixels = [UInt8](repeating: 0, count: count)
        for start in stride(from: 0, to: count, by: channels * area) {
            if cancellation.isCancelled { throw .cancelled }
            let image = try file.read(channels * area)
            for channel in 0..<channels {
                let plane = start + channel * area
                for place in 0..<area {
                    pixels[plane + place] = image[channel * area + place % side * side + place / side]
                }
            }
        }
        return pixels
    }

    private static func readLabels(_ array: MATLABFile.Array) throws(DatasetError) -> [UInt8] {
        let file = array.file
        let count = try file.count(array.sizes, valueSize: array.kind.byteCount)
        guard array.sizes.count(where: { $0 != 1 }) <= 1, array.byteCount == count * array.kind.byteCount else {
            throw file.damaged("`y` is no list of digits")
        }
        var labels: [UInt8] = []
        labels.reserveCapacity(count)
        for index in 0..<count {
            let value = array.kind.value(try file.read(array.kind.byteCount).littleEndian)
            guard 1...10 ~= value, value == value.rounded() else {
                throw file.damaged("the digit of image \(index) is none of 1 to 10")
            }
            labels.append(value == 10 ? 0 : UInt8(value))
        }
        return labels
    }
}

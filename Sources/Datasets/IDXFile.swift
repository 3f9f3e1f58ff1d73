// Files of MNIST's format (IDX, http://yann.lecun.com/exdb/mnist): bytes with their sizes in front, packed by gzip or
// not.

import Libraries
import Runtime

enum IDXFile {
    /// Images of one channel, `[count, 1, H, W]`, with their labels.
    static func images(
        _ path: String, labels labelPath: String, height: Int, width: Int, classCount: Int, fix: String,
        _ cancellation: Cancellation
    ) throws(DatasetError) -> ImageSet {
        let file = try DataFile(path, fix: fix)
        let sizes = try readSizes(file, rank: 3)
        guard sizes[1] == height, sizes[2] == width else {
            throw file.damaged("its images are \(sizes[1])x\(sizes[2]), and \(height)x\(width) was expected")
        }
        guard sizes[0] > 0 else { throw file.damaged("it holds no images") }
        let labelFile = try DataFile(labelPath, fix: fix)
        let labelCount = try readSizes(labelFile, rank: 1)[0]
        guard labelCount == sizes[0] else {
            throw labelFile.damaged("it has \(labelCount) labels for \(sizes[0]) images")
        }
        // Before the labels are read: of what is refused nothing is.
        _ = try file.count(sizes)
        let labels = try labelFile.bytes([labelCount], cancellation)
        try labelFile.expectEnd()
        try labelFile.check(labels, classCount: classCount)
        let pixels = try file.bytes(sizes, cancellation)
        try file.expectEnd()
        return ImageSet(pixels: pixels, labels: labels)
    }

    /// Two zeros, the kind of the values, how many sizes there are; the sizes.
    private static func readSizes(_ file: DataFile, rank: Int) throws(DatasetError) -> [Int] {
        let magic = try file.read(4)
        guard magic[0] == 0, magic[1] == 0 else {
            throw file.damaged("it is no IDX file: it begins with \(magic.hexadecimal)")
        }
        guard magic[2] == 8 else { throw file.damaged("its values are not bytes") }
        guard magic[3] == rank else {
            throw file.damaged("its values have \(magic[3]) dimensions, and \(rank) were expected")
        }
        var sizes: [Int] = []
        for _ in 0..<rank { sizes.append(try file.read(4).reduce(0) { $0 << 8 | Int($1) }) }
        return sizes
    }
}

extension DataFile {
    func check(_ labels: [UInt8], classCount: Int) throws(DatasetError) {
        guard let index = labels.firstIndex(where: { $0 >= classCount }) else { return }
        throw damaged("image \(index) has the label \(labels[index]), above \(classCount - 1)")
    }
}

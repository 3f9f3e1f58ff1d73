// Where activations are: blocks of 16 channels with a halo of zeros (see CKernels/include/kernels.h, "Layout").

import CKernels
import Network

/// Zeros around a map, in pixels, for readers that reach over its edge.
struct Halo: Hashable {
    var top = 0
    var left = 0
    var bottom = 0
    var right = 0

    func union(_ other: Halo) -> Halo {
        Halo(
            top: max(top, other.top), left: max(left, other.left), bottom: max(bottom, other.bottom),
            right: max(right, other.right))
    }
}

/// A batch of maps `[N, C, H, W]`, or of flat vectors, which are maps of 1x1.
struct BlockedMap {
    let channels: Int
    let height: Int
    let width: Int
    let imageStride: Int
    let blockStride: Int
    let rowStride: Int
    /// The value (0, 0, 0, 0).
    let base: UnsafeMutablePointer<Float>

    /// - Parameter base: room for `count` floats, zero where the halo is.
    init(_ shape: Shape, halo: Halo = Halo(), at base: UnsafeMutablePointer<Float>) {
        let strides = Strides(shape, halo)
        channels = shape.channels
        height = shape.height
        width = shape.width
        (rowStride, blockStride, imageStride) = (strides.row, strides.block, strides.image)
        self.base = base + (halo.top * rowStride + halo.left * 16)
    }

    /// Floats that `images` maps of this shape take.
    static func count(_ shape: Shape, images: Int, halo: Halo = Halo()) -> Int {
        images * Strides(shape, halo).image
    }

    /// Whether a map of this shape can be addressed: the kernels read its rows and columns by offsets of 32 bits.
    static func isAddressable(_ shape: Shape, images: Int, halo: Halo) -> Bool {
        func side(_ sizes: Int...) -> Int {
            sizes.allSatisfy { $0 <= largestSide } ? sizes.reduce(0, +) : .max
        }
        let (height, width) = (side(halo.top, shape.height, halo.bottom), side(halo.left, shape.width, halo.right))
        guard height <= largestSide, width <= largestSide, height * width * 16 <= Int(Int32.max) else { return false }
        let (count, overflow) = Strides(shape, halo).image.multipliedReportingOverflow(by: images)
        return !overflow && count <= largestCount
    }

    /// In pixels, with the halo: tables have an entry for each row and each column.
    private static let largestSide = 1 << 22
    /// In floats: all maps of a network can then be counted.
    private static let largestCount = 1 << 48

    private struct Strides {
        let row: Int
        let block: Int
        let image: Int

        init(_ shape: Shape, _ halo: Halo) {
            row = (halo.left + shape.width + halo.right) * 16
            block = (halo.top + shape.height + halo.bottom) * row
            // Flat vectors are often a power of two long: sixteen more floats keep their rows out of the same cache
            // sets.
            image = (shape.channels + 15) / 16 * block + (shape.height * shape.width == 1 ? 16 : 0)
        }
    }

    /// Blocks of 16 channels.
    var blocks: Int { (channels + 15) / 16 }
    var area: Int { height * width }
    /// Whether its rows follow each other without a halo between them.
    var isWhole: Bool { rowStride == width * 16 }

    func at(image: Int, block: Int = 0) -> UnsafeMutablePointer<Float> {
        base + (image * imageStride + block * blockStride)
    }

    func row(_ row: Int, image: Int, block: Int = 0) -> UnsafeMutablePointer<Float> {
        at(image: image, block: block) + row * rowStride
    }

    var kernelMap: tandem_map {
        tandem_map(base: base, image: imageStride, block: blockStride, row: rowStride)
    }
}

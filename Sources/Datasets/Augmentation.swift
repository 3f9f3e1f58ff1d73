// Training images changed at random, as torchvision's RandomCrop with padding and RandomHorizontalFlip do it, and Cutout (DeVries
// and Taylor 2017). A pure function of (seed, epoch, image): no state, and nothing depends on who asks.

import Runtime

public struct Augmentation: Hashable, Sendable {
    /// Whether half of the images are mirrored.
    public var flips: Bool
    /// Pixels of black around the image, from which a window of its size is cut; 0: none.
    public var crop: Int
    /// The side of a square that is set to the channels' mean; 0: none. Parts of it may lie outside.
    public var cutout: Int

    public init(flips: Bool = false, crop: Int = 0, cutout: Int = 0) {
        (self.flips, self.crop, self.cutout) = (flips, crop, cutout)
    }

    public var isNone: Bool { self == Augmentation() }

    /// What is done to one image.
    struct Change {
        let isMirrored: Bool
        /// Added to the place in the result, for the place in the image.
        let (down, right): (Int, Int)
        /// Rows and columns of the result that are blank.
        let blank: (rows: Range<Int>, columns: Range<Int>)

        /// Where the value at (y, x) of the result comes from; `nil`: from the black around the image.
        @inline(__always)
        func source(_ y: Int, _ x: Int, height: Int, width: Int) -> (y: Int, x: Int)? {
            let (row, column) = (y + down, (isMirrored ? width - 1 - x : x) + right)
            return row >= 0 && row < height && column >= 0 && column < width ? (row, column) : nil
        }
    }

    func change(image: Int, epoch: Int, seed: UInt64, height: Int, width: Int) -> Change {
        let element = UInt32(truncatingIfNeeded: image)
        let step = UInt32(truncatingIfNeeded: epoch)
        func words(_ stream: UInt32) -> SIMD4<UInt32> {
            RandomStream(seed: seed, role: .augmentation, stream: stream, step: step).words(at: element)
        }
        /// 0 ..< count, from 32 random bits.
        func draw(_ word: UInt32, _ count: Int) -> Int { Int((UInt64(word) * UInt64(count)) >> 32) }
        let first = words(0)
        let (down, right) = (draw(first.y, 2 * crop + 1) - crop, draw(first.z, 2 * crop + 1) - crop)
        var blank = (rows: 0..<0, columns: 0..<0)
        if cutout > 0 {
            let second = words(1)
            let (top, left) = (draw(second.x, height) - cutout / 2, draw(second.y, width) - cutout / 2)
            blank = (
                max(0, top)..<max(0, min(height, top + cutout)), max(0, left)..<max(0, min(width, left + cutout))
            )
        }
        return Change(isMirrored: flips && first.x & 1 == 1, down: down, right: right, blank: blank)
    }
}

// Test-time augmentation: an image is measured as the mean of the network's outputs for several views of it.

import Runtime

/// Each takes the outputs before the softmax, as Jordan ("94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024) does.
public enum Views: String, CaseIterable, Sendable {
    /// The image and its mirror image.
    case mirror
    /// The same, which count half, and of the image moved by a pixel to either corner, with a reflected border, which
    /// count a quarter each.
    case multicrop

    var all: [View] {
        func pair(_ weight: Double, shift: Int = 0) -> [View] {
            [View(weight: weight / 2, shift: shift), View(weight: weight / 2, shift: shift, isMirrored: true)]
        }
        return switch self {
        case .mirror: pair(1)
        case .multicrop: pair(0.5) + pair(0.25, shift: -1) + pair(0.25, shift: 1)
        }
    }

    public var count: Int { all.count }
    /// The smallest height and width of an image that it can show.
    public var smallestSide: Int { self == .multicrop ? 2 : 1 }
}

struct View {
    /// What its outputs count; all views together 1.
    let weight: Double
    /// From how far below and to the right each pixel comes, at most 1 in size. Where that is outside, it is reflected.
    let shift: Int
    /// After that.
    var isMirrored = false

    /// Makes image `image` of a map its view.
    func apply(to map: BlockedMap, image: Int) {
        guard shift != 0 || isMirrored else { return }
        func reflected(_ place: Int, _ size: Int) -> Int {
            place < 0 ? -place : place < size ? place : 2 * size - 2 - place
        }
        let (height, width) = (map.height, map.width)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: height * width * 16) { copy in
            guard let copy = copy.baseAddress else { return }
            for block in 0..<map.blocks {
                for row in 0..<height {
                    (copy + row * width * 16).update(from: map.row(row, image: image, block: block), count: width * 16)
                }
                for row in 0..<height {
                    let target = map.row(row, image: image, block: block)
                    let source = copy + reflected(row + shift, height) * width * 16
                    for column in 0..<width {
                        let from = reflected((isMirrored ? width - 1 - column : column) + shift, width)
                        (target + column * 16).update(from: source + from * 16, count: 16)
                    }
                }
            }
        }
    }
}

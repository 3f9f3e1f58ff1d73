// Sums over the images and pixels of a batch for each channel: in double, over groups of images, which are joined in
// order, so that they do not depend on the number of threads.

struct ChannelSums {
    private let blocks: Int
    private let channels: Int
    /// Sums of each channel.
    private let number: Int
    /// For each group of images and each block, the sums one after the other, sixteen channels each.
    private let partials: UnsafeMutablePointer<Double>

    /// Images whose sums are taken by one tile: a constant of the algorithm, it decides the order of sums.
    private static let group = 4

    /// - Parameters:
    ///   - number: sums of each channel.
    ///   - images: the largest batch.
    init(_ number: Int, of map: BlockedMap, images: Int, arena: inout Arena) {
        self.number = number
        (blocks, channels) = (map.blocks, map.channels)
        let count = (images + Self.group - 1) / Self.group * map.blocks * number * 16
        // Two floats' room for a double.
        partials = UnsafeMutableRawPointer(arena.reserve(2 * count)).bindMemory(to: Double.self, capacity: count)
    }

    /// Calls `add` for each block of each image with the sums of its group: the first of sixteen channels, then the
    /// second, to which it adds.
    func add(_ step: Step, _ add: (_ image: Int, _ block: Int, _ sums: UnsafeMutablePointer<Double>) -> Void) {
        let groups = (step.images + Self.group - 1) / Self.group
        let (blocks, images, partials, count) = (blocks, step.images, partials, number * 16)
        step.forEachTile(groups * blocks) { tile, _ in
            let (group, block) = (tile / blocks, tile % blocks)
            let sums = partials + tile * count
            sums.update(repeating: 0, count: count)
            for image in group * Self.group..<min((group + 1) * Self.group, images) { add(image, block, sums) }
        }
    }

    /// Joins the groups' sums in order; channels that pad the last block are left out.
    func forEachChannel(_ step: Step, _ body: (_ channel: Int, _ sum: (_ number: Int) -> Double) -> Void) {
        let groups = (step.images + Self.group - 1) / Self.group
        for channel in 0..<channels {
            body(channel) { sum in
                var total = 0.0
                for group in 0..<groups {
                    total += partials[((group * blocks + channel / 16) * number + sum) * 16 + channel % 16]
                }
                return total
            }
        }
    }
}

// One step, as each pass sees it: how many images, and the loops over them.

import CKernels
import Runtime

/// Which images of a training batch an executor is given, where several share one batch.
public struct BatchPart: Hashable, Sendable {
    /// Images of the whole batch.
    public var batchSize: Int
    /// What they count together: the loss is the sum of theirs divided by this.
    public var weight: Double
    /// The place of the first image in the whole batch, which dropout's random numbers depend on.
    public var firstImage: Int

    /// - Parameter weight: `nil` where each counts 1.
    public init(batchSize: Int, weight: Double? = nil, firstImage: Int = 0) {
        self.batchSize = batchSize
        self.weight = weight ?? Double(batchSize)
        self.firstImage = firstImage
    }
}

/// What a step hands to each pass.
struct Step {
    let kernels: tandem_kernel_table
    private let pool: ThreadPool
    private let cancellation: Cancellation
    /// Images in this batch, at most those the plan was made for.
    let images: Int
    /// Which part of the training batch they are; `nil` in evaluation.
    let part: BatchPart?
    /// Training steps done before this one.
    let number: Int
    /// Whether something learns by the gradient of a pass's input in this epoch.
    private(set) var needsInputGradient = true

    init(
        kernels: tandem_kernel_table, pool: ThreadPool, cancellation: Cancellation, images: Int, part: BatchPart?,
        number: Int
    ) {
        self.kernels = kernels
        self.pool = pool
        self.cancellation = cancellation
        self.images = images
        self.part = part
        self.number = number
    }

    func with(inputGradient isNeeded: Bool) -> Step {
        var step = self
        step.needsInputGradient = isNeeded
        return step
    }

    /// Whether what is written of this map goes past the caches: it is larger than they are, and before such a store
    /// the line is not read.
    func isStreamed(_ map: BlockedMap) -> Bool { images * map.imageStride * 4 > Self.cacheBytes }
    private static let cacheBytes = 24 << 20

    var isTraining: Bool { part != nil }
    var isCancelled: Bool { cancellation.isCancelled }

    /// `ThreadPool.forEachTile`, where a cancelled step leaves out what is not begun.
    func forEachTile(_ count: Int, _ body: (_ tile: Int, _ worker: Int) -> Void) {
        pool.forEachTile(count, cancellation: cancellation, body)
    }
}

extension Step {
    /// Calls `body` for each block of 16 channels of each image. Blocks of small maps share a tile: to take one costs
    /// as much as some hundred values.
    func forEachBlock(of map: BlockedMap, _ body: (_ image: Int, _ block: Int) -> Void) {
        let blocks = map.blocks
        let count = images * blocks
        let run = max(1, 4096 / (map.area * 16))
        forEachTile((count + run - 1) / run) { tile, _ in
            for index in tile * run..<min((tile + 1) * run, count) { body(index / blocks, index % blocks) }
        }
    }

    /// Sets the lanes after the last channel of an image to zero.
    func clearPadding(of map: BlockedMap, image: Int) {
        guard map.channels % 16 != 0 else { return }
        kernels.clear_lanes(
            map.at(image: image, block: map.blocks - 1), map.rowStride, Int32(map.height), Int32(map.width),
            Int32(map.channels % 16))
    }

    /// `forEachBlock`, line by line of each.
    func forEachRow(of map: BlockedMap, _ body: (_ image: Int, _ block: Int, _ row: Int) -> Void) {
        forEachBlock(of: map) { image, block in
            for row in 0..<map.height { body(image, block, row) }
        }
    }

    /// The same with the floats of each line, where all lines of a block are one if they follow each other.
    func forEachRun(
        of map: BlockedMap, isWhole: Bool, _ body: (_ image: Int, _ block: Int, _ row: Int, _ count: Int64) -> Void
    ) {
        let (rows, count) = isWhole ? (1, map.area * 16) : (map.height, map.width * 16)
        forEachBlock(of: map) { image, block in
            for row in 0..<rows { body(image, block, row, Int64(count)) }
        }
    }
}

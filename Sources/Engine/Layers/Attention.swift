// Scaled dot-product attention (Vaswani et al. 2017, section 3.2) over the places of each image, head by head, as
// `nn.MultiheadAttention` between its two projections, which are products of their own. Queries, keys and values of a
// head are taken from the map as matrices, and all products are those of tiles. Scores are computed for some queries at
// a time and kept for none: the backward pass computes them again.

import CKernels
import Network

struct AttentionPlan: PassPlan {
    /// Places, channels of a head, heads.
    let places: Int
    let size: Int
    let heads: Int

    /// - Parameter output: the map of all heads' sums.
    init(_ settings: Layer.Attention, output: Shape) {
        places = output.height * output.width
        heads = settings.heads
        size = output.channels / heads
    }

    var needs: PassNeeds {
        PassNeeds(readsInput: true, threadScratch: AttentionMatrices.count(places: places, size: size))
    }

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        Attention(self, ports, scratch: site.scratch)
    }
}

/// Matrices of one head of one image, in the scratch of a thread: a map is [columns / 16][row][16], as tiles are
/// multiplied, a panel [columns / 32][row][32], as weights are.
private struct AttentionMatrices {
    /// Queries whose scores are computed together: with 200 places they stay in the second-level cache.
    static let queries = 64
    /// From one block of a map of scores to the next: sixteen floats more than it holds, as powers of two would fall
    /// on the same lines of the cache.
    static let scoreBlock = queries * 16 + 16

    let places: Int
    let size: Int
    private let base: UnsafeMutablePointer<Float>

    init(places: Int, size: Int, at base: UnsafeMutablePointer<Float>) {
        (self.places, self.size, self.base) = (places, size, base)
    }

    /// Places in whole tiles of 8, and in whole panels.
    private static func rows(_ places: Int) -> Int { (places + 7) / 8 * 8 }
    private static func padded(_ count: Int) -> Int { (count + 31) / 32 * 32 }

    private static func mapCount(places: Int, size: Int) -> Int { padded(size) * rows(places) }
    private static func turnedCount(places: Int, size: Int) -> Int { padded(places) * size }
    private static func scoreCount(places: Int) -> Int { padded(places) / 16 * scoreBlock }

    static func count(places: Int, size: Int) -> Int {
        7 * mapCount(places: places, size: size) + 2 * turnedCount(places: places, size: size)
            + 2 * scoreCount(places: places)
    }

    private var mapCount: Int { Self.mapCount(places: places, size: size) }
    private var turnedCount: Int { Self.turnedCount(places: places, size: size) }

    /// From one block of a map, and from one panel, to the next.
    var mapBlock: Int { Self.rows(places) * 16 }
    var panel: Int { places * 32 }
    /// Of panels that are turned: [places / 32][channel][32].
    var turnedPanel: Int { size * 32 }

    /// Maps of queries, and of the sums or their gradient.
    var queries: UnsafeMutablePointer<Float> { base }
    var sums: UnsafeMutablePointer<Float> { base + mapCount }
    /// The gradient of the queries.
    var queryGradient: UnsafeMutablePointer<Float> { base + 2 * mapCount }
    /// Panels.
    var keys: UnsafeMutablePointer<Float> { base + 3 * mapCount }
    var values: UnsafeMutablePointer<Float> { base + 4 * mapCount }
    var keyGradient: UnsafeMutablePointer<Float> { base + 5 * mapCount }
    var valueGradient: UnsafeMutablePointer<Float> { base + 6 * mapCount }
    var turnedKeys: UnsafeMutablePointer<Float> { base + 7 * mapCount }
    var turnedValues: UnsafeMutablePointer<Float> { turnedKeys + turnedCount }
    /// Maps of some queries' shares, [place / 16][query][16], and of their gradient.
    var shares: UnsafeMutablePointer<Float> { turnedValues + turnedCount }
    var shareGradient: UnsafeMutablePointer<Float> { shares + Self.scoreCount(places: places) }
}

final class Attention: SinglePass {
    let ports: Ports
    private let plan: AttentionPlan
    private let scratch: Scratch
    /// By which queries are multiplied, as the scores are then too.
    private let factor: Float

    init(_ plan: AttentionPlan, _ ports: Ports, scratch: Scratch) {
        (self.plan, self.ports, self.scratch) = (plan, ports, scratch)
        factor = Float(1 / Double(plan.size).squareRoot())
    }

    /// Which of the three parts of the input, each as wide as the output.
    private enum Part: Int {
        case queries, keys, values
    }

    private func channels(of head: Int, _ part: Part = .queries, in map: BlockedMap, _ image: Int) -> tandem_channels {
        tandem_channels(
            base: map.at(image: image), block: map.blockStride, row: map.rowStride, height: Int32(map.height),
            width: Int32(map.width), first: Int32(part.rawValue * output.channels + head * plan.size),
            count: Int32(plan.size))
    }

    /// Calls `body` for each head of each image.
    private func forEachHead(
        _ step: Step, _ body: (_ image: Int, _ head: Int, _ matrices: AttentionMatrices) -> Void
    ) {
        let (heads, plan, scratch) = (plan.heads, plan, scratch)
        step.forEachTile(step.images * heads) { tile, worker in
            body(
                tile / heads, tile % heads,
                AttentionMatrices(places: plan.places, size: plan.size, at: scratch.of(worker)))
        }
    }

    /// Calls `body` with the first of some queries and how many they are. One head of a large map takes seconds: a
    /// cancelled step leaves out the rest of it.
    private func forEachChunk(_ step: Step, _ body: (_ first: Int, _ count: Int) -> Void) {
        for first in stride(from: 0, to: plan.places, by: AttentionMatrices.queries) where !step.isCancelled {
            body(first, min(AttentionMatrices.queries, plan.places - first))
        }
    }

    /// Takes what both passes multiply: queries, keys and values of a head.
    private func take(_ image: Int, _ head: Int, to matrices: AttentionMatrices, _ kernels: tandem_kernel_table) {
        var queries = channels(of: head, .queries, in: input, image)
        var keys = channels(of: head, .keys, in: input, image)
        var values = channels(of: head, .values, in: input, image)
        kernels.take_channels(&queries, factor, 16, matrices.mapBlock, matrices.queries)
        kernels.take_channels(&keys, 1, 32, matrices.panel, matrices.keys)
        kernels.take_channels(&values, 1, 32, matrices.panel, matrices.values)
        turn(matrices.keys, to: matrices.turnedKeys, matrices, kernels)
    }

    private func turn(
        _ panels: UnsafeMutablePointer<Float>, to turned: UnsafeMutablePointer<Float>, _ matrices: AttentionMatrices,
        _ kernels: tandem_kernel_table
    ) {
        for first in stride(from: 0, to: plan.places, by: 32) {
            kernels.transpose_panel(
                panels, Int32(plan.size), Int32(plan.places), 1, Int32(first),
                turned + first / 32 * matrices.turnedPanel)
        }
    }

    /// The products of some rows of a map, in whole tiles, with panels.
    private func multiply(
        _ x: UnsafePointer<Float>, block: Int, inner: Int, rows: Int, by panels: UnsafePointer<Float>, panel: Int,
        columns: Int, to y: UnsafeMutablePointer<Float>, _ yBlock: Int, _ kernels: tandem_kernel_table
    ) {
        var product = tandem_tile_product()
        (product.x, product.w, product.y) = (x, panels, y)
        (product.x_block, product.w_panel, product.y_block) = (block, panel, yBlock)
        (product.positions, product.channels) = (1, Int32(inner))
        (product.panels, product.tiles) = (Int32((columns + 31) / 32), Int32((rows + 7) / 8 * 8))
        kernels.tile_product(&product)
    }

    /// The shares of some queries.
    private func computeShares(
        _ first: Int, _ count: Int, _ matrices: AttentionMatrices, _ kernels: tandem_kernel_table
    ) {
        multiply(
            matrices.queries + first * 16, block: matrices.mapBlock, inner: plan.size, rows: count,
            by: matrices.turnedKeys, panel: matrices.turnedPanel, columns: plan.places, to: matrices.shares,
            AttentionMatrices.scoreBlock, kernels)
        kernels.softmax_rows(matrices.shares, AttentionMatrices.scoreBlock, Int32(count), Int32(plan.places))
    }

    func forward(_ step: Step) {
        let (output, plan, kernels) = (output, plan, step.kernels)
        forEachHead(step) { [self] image, head, matrices in
            take(image, head, to: matrices, kernels)
            forEachChunk(step) { first, count in
                computeShares(first, count, matrices, kernels)
                multiply(
                    matrices.shares, block: AttentionMatrices.scoreBlock, inner: plan.places, rows: count,
                    by: matrices.values, panel: matrices.panel, columns: plan.size,
                    to: matrices.sums + first * 16, matrices.mapBlock, kernels)
            }
            var sums = channels(of: head, in: output, image)
            kernels.put_channels(&sums, 1, 16, matrices.mapBlock, matrices.sums)
        }
        step.forEachTile(step.images) { image, _ in step.clearPadding(of: output, image: image) }
    }

    func backward(_ step: Step) {
        guard let inputGradient else { return }
        let (gradient, plan, kernels) = (outputGradient, plan, step.kernels)
        let scoreBlock = AttentionMatrices.scoreBlock
        forEachHead(step) { [self] image, head, matrices in
            take(image, head, to: matrices, kernels)
            turn(matrices.values, to: matrices.turnedValues, matrices, kernels)
            var sums = channels(of: head, in: gradient, image)
            kernels.take_channels(&sums, 1, 16, matrices.mapBlock, matrices.sums)
            forEachChunk(step) { first, count in
                computeShares(first, count, matrices, kernels)
                let (queries, ofSums) = (matrices.queries + first * 16, matrices.sums + first * 16)
                addProduct(
                    of: matrices.shares, and: ofSums, rows: count, isFirst: first == 0, to: matrices.valueGradient,
                    matrices, kernels)
                multiply(
                    ofSums, block: matrices.mapBlock, inner: plan.size, rows: count, by: matrices.turnedValues,
                    panel: matrices.turnedPanel, columns: plan.places, to: matrices.shareGradient, scoreBlock, kernels)
                kernels.softmax_rows_gradient(
                    matrices.shares, matrices.shareGradient, scoreBlock, Int32(count), Int32(plan.places))
                multiply(
                    matrices.shareGradient, block: scoreBlock, inner: plan.places, rows: count, by: matrices.keys,
                    panel: matrices.panel, columns: plan.size, to: matrices.queryGradient + first * 16,
                    matrices.mapBlock, kernels)
                addProduct(
                    of: matrices.shareGradient, and: queries, rows: count, isFirst: first == 0,
                    to: matrices.keyGradient, matrices, kernels)
            }
            var queries = channels(of: head, .queries, in: inputGradient, image)
            var keys = channels(of: head, .keys, in: inputGradient, image)
            var values = channels(of: head, .values, in: inputGradient, image)
            kernels.put_channels(&queries, factor, 16, matrices.mapBlock, matrices.queryGradient)
            kernels.put_channels(&keys, 1, 32, matrices.panel, matrices.keyGradient)
            kernels.put_channels(&values, 1, 32, matrices.panel, matrices.valueGradient)
        }
        step.forEachTile(step.images) { image, _ in step.clearPadding(of: inputGradient, image: image) }
    }

    /// Panels (+)= scores' × map, summed over some queries.
    private func addProduct(
        of scores: UnsafePointer<Float>, and map: UnsafePointer<Float>, rows: Int, isFirst: Bool,
        to panels: UnsafeMutablePointer<Float>, _ matrices: AttentionMatrices, _ kernels: tandem_kernel_table
    ) {
        var job = tandem_tile_gradient()
        (job.x, job.dy, job.dw) = (scores, map, panels)
        (job.x_block, job.dy_block, job.dw_panel) = (AttentionMatrices.scoreBlock, matrices.mapBlock, matrices.panel)
        (job.positions, job.channels, job.panels) = (1, Int32(plan.places), Int32((plan.size + 31) / 32))
        (job.tiles, job.accumulate) = (Int32(rows), isFirst ? 0 : 1)
        kernels.tile_gradient(&job)
    }
}

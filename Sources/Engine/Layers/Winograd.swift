// Convolution 3x3 with stride 1 by Winograd's minimal filtering (Lavin and Gray 2016): maps are cut into tiles, tiles
// and weights are transformed, and the convolution becomes a product at each position of the transform. The three
// passes are adjoint to each other, so the gradient of the weights is summed in the transformed domain and both
// backward passes share the transforms of the input and of the output's gradient.
//
// Two schedules compute the same. By tiles: a job takes some tiles through all three stages in the second-level cache,
// with transformed weights that all jobs share. By panels: for small maps with many channels, where the transformed
// weights are larger than the tiles; a job takes 32 output channels and transforms their weights itself, without
// writing them back.

import CKernels
import Network
import Runtime

/// How a layer is cut, which follows from shapes alone: the order of the weight gradient's sums depends on it.
struct WinogradTiling {
    /// Outputs of a tile in each direction: 4 or 2.
    let size: Int
    let inputs: Int
    let outputs: Int
    let rows: Int
    let columns: Int
    /// Outputs of the tiles in the last row and in the last column: what is left of the map.
    let lastRows: Int
    let lastColumns: Int
    /// The batch by which the schedule is chosen.
    let batchSize: Int
    /// The most images that a step has.
    let images: Int

    init(size: Int, input: Shape, output: Shape, batchSize: Int, images: Int) {
        self.size = size
        inputs = input.channels
        outputs = output.channels
        rows = (output.height + size - 1) / size
        columns = (output.width + size - 1) / size
        lastRows = output.height - (rows - 1) * size
        lastColumns = output.width - (columns - 1) * size
        self.batchSize = batchSize
        self.images = images
    }

    /// Bytes that partial sums of the weight gradient may take in all.
    private static let partialBytes = 32 << 20

    var positions: Int { (size + 2) * (size + 2) }
    var tilesPerImage: Int { rows * columns }
    var tiles: Int { images * tilesPerImage }
    var inputPanels: Int { (inputs + 31) / 32 }
    var outputPanels: Int { (outputs + 31) / 32 }

    /// The kinds of tiles among those from `first` on.
    func kinds(_ first: Int, _ count: Int) -> tandem_tile_kinds {
        let (from, to) = (kindCounts(before: first), kindCounts(before: first + count))
        var (slot, slots) = (0, SIMD8<Int32>())
        for kind in 0..<4 {
            slots[kind] = Int32(slot)
            slot += to[kind] - from[kind]
        }
        return tandem_tile_kinds(
            size: Int32(size), last_rows: Int32(lastRows), last_columns: Int32(lastColumns),
            slots: (slots[0], slots[1], slots[2], slots[3], Int32(slot)))
    }

    /// How many of the first `count` tiles are in the last column, in neither, in the last row, and in both, where
    /// these are smaller than the others.
    private func kindCounts(before count: Int) -> SIMD4<Int> {
        let (images, rest) = count.quotientAndRemainder(dividingBy: tilesPerImage)
        let (row, column) = rest.quotientAndRemainder(dividingBy: columns)
        let inLastRow = lastRows < size ? images * columns + (row == rows - 1 ? column : 0) : 0
        let inLastColumn = lastColumns < size ? images * rows + row : 0
        let inBoth = lastRows < size && lastColumns < size ? images : 0
        return SIMD4(
            inLastColumn - inBoth, count - inLastRow - inLastColumn + inBoth, inLastRow - inBoth, inBoth)
    }

    // MARK: Schedules

    var isForwardByTiles: Bool { batchSize * tilesPerImage >= 256 }

    /// Groups of images whose weight gradients are summed apart.
    var groups: Int { min(batchSize, 8, max(4, (8 << 20) / partialCount / 4)) }

    var isBackwardByTiles: Bool { tilesPerImage >= 9 && groups * partialCount * 4 <= Self.partialBytes }

    /// Tiles that a job of the forward pass, and of the backward pass, transforms at once.
    var forwardChunk: Int { 32 }
    var backwardChunk: Int { inputs + outputs <= 128 ? 64 : 32 }
    /// Images whose tiles are transformed at once where jobs are panels: all where these take 24 MB at most, else runs
    /// of as many as stay in the cache that threads share, and at least so many tiles that reading the weights again
    /// costs little. In batches of 1,024 the backward pass of 256 channels at 7x7 takes 187 ms with 12 MB, 200 with 3,
    /// and 245 with all at once; that of 256 channels at 8x8 in batches of 64 (19 MB) 17.3 ms with all at once, and
    /// 19.1 in two runs.
    var panelImages: Int {
        let bytes = positions * (inputs + outputs) * 4 * tilesPerImage
        guard images * bytes > 2 * Self.mapBytes else { return images }
        // Weights that no cache holds are read and written once for each run.
        let leastTiles = 4 * partialCount > Self.mapBytes ? 256 : 64
        let most = max(1, Self.mapBytes / bytes, (leastTiles + tilesPerImage - 1) / tilesPerImage)
        let runs = (images + most - 1) / most
        return (images + runs - 1) / runs
    }
    private static let mapBytes = 12 << 20
    var panelTiles: Int { panelImages * tilesPerImage }
    /// Input channels whose weights a job by panels transforms at once, and blocks whose gradients it sums at once.
    static let channelChunk = 64
    static let gradientBlocks = 2

    // MARK: Memory, in floats. Sixteen more for each position keep them out of the same cache sets.

    /// Room for tiles: products take eight at a time from where a kind of them begins, so up to seven slots more are
    /// touched.
    func slots(_ tiles: Int) -> Int {
        (tiles + 7) / 8 * 8 + (lastRows < size || lastColumns < size ? 8 : 0)
    }
    func position(blocks: Int, tiles: Int) -> Int { blocks * slots(tiles) * 16 + 16 }
    var weightPosition: Int { outputPanels * inputs * 32 + 16 }
    var transposedPosition: Int { inputPanels * outputs * 32 + 16 }
    /// Transformed weights, or their gradient.
    var partialCount: Int { positions * weightPosition }
    var transposedCount: Int { positions * transposedPosition }
    var biasCount: Int { outputPanels * 32 }
    /// Transformed maps of the images that are transformed at once.
    var inputMapCount: Int { positions * position(blocks: 2 * inputPanels, tiles: panelTiles) }
    var outputMapCount: Int { positions * position(blocks: 2 * outputPanels, tiles: panelTiles) }

    /// What each thread needs: room for tiles of inputs, of outputs and of their gradients, and for a piece of weights.
    var threadCount: Int {
        let chunk = max(forwardChunk, backwardChunk)
        let byTiles =
            2 * positions * position(blocks: 2 * inputPanels, tiles: chunk)
            + positions * position(blocks: 2 * outputPanels, tiles: chunk)
        let byPanels = positions * (position(blocks: 2, tiles: panelTiles) + Self.channelChunk * 32 + 16)
        return max(byTiles, byPanels) + Self.channelChunk * 288
    }

    /// What all threads share: transformed weights, transformed maps, or partial gradients.
    var sharedCount: Int {
        let forward = isForwardByTiles ? partialCount : inputMapCount
        let backward =
            isBackwardByTiles
            ? max(partialCount, transposedCount) + groups * (partialCount + biasCount)
            : inputMapCount + outputMapCount + biasCount + (panelImages < images ? transposedCount + partialCount : 0)
        return max(forward, backward)
    }
}

struct WinogradPlan: PassPlan {
    let tiling: WinogradTiling
    let input: Shape
    let padding: Extent
    let tensors: [ParameterTensor]
    /// Whether the maximum of each window of 2x2 is taken before the output is written.
    var takesMaxima = false

    var needs: PassNeeds {
        PassNeeds(
            inputHalo: Halo(top: padding.height, left: padding.width, bottom: padding.height, right: padding.width),
            readsInput: true, takesReLU: true,
            threadScratch: tiling.threadCount, sharedScratch: tiling.sharedCount)
    }

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        Winograd(
            tiling, ports, parameters: site.parameters.product(tensors), padding: padding, hasReLU: hasReLU,
            winners: takesMaxima ? Winners(of: ports.output, images: site.images, in: &site.arena) : nil,
            scratch: site.scratch)
    }

    func takingMaxima() -> (any PassPlan)? {
        guard !takesMaxima else { return nil }
        var plan = self
        plan.takesMaxima = true
        return plan
    }
}

/// Which value of its window each value of a pooled map was.
struct Winners {
    let base: UnsafeMutablePointer<UInt8>
    let image: Int
    let block: Int
    let row: Int

    init(of map: BlockedMap, images: Int, in arena: inout Arena) {
        row = map.width * 16
        block = map.height * row
        image = map.blocks * block
        let count = images * image
        base = UnsafeMutableRawPointer(arena.reserve((count + 3) / 4)).assumingMemoryBound(to: UInt8.self)
    }
}

final class Winograd: SinglePass {
    private let tiling: WinogradTiling
    let ports: Ports
    private let parameters: ProductParameters
    private let padding: Extent
    private let hasReLU: Bool
    private let winners: Winners?
    private let scratch: Scratch

    init(
        _ tiling: WinogradTiling, _ ports: Ports,
        parameters: ProductParameters, padding: Extent, hasReLU: Bool, winners: Winners?, scratch: Scratch
    ) {
        self.tiling = tiling
        self.ports = ports
        self.parameters = parameters
        self.padding = padding
        self.hasReLU = hasReLU
        self.winners = winners
        self.scratch = scratch
    }

    // MARK: Forward

    func forward(_ step: Step) {
        if tiling.isForwardByTiles { forwardByTiles(step) } else { forwardByPanels(step) }
    }

    private func forwardByTiles(_ step: Step) {
        let transformed = transformWeights(step)
        let tiles = step.images * tiling.tilesPerImage
        let chunk = tiling.forwardChunk
        let stride = tiling.slots(chunk) * 16
        let xPosition = tiling.position(blocks: input.blocks, tiles: chunk)
        let yPosition = tiling.position(blocks: 2 * tiling.outputPanels, tiles: chunk)
        let transforms = transforms(step)
        step.forEachTile((tiles + chunk - 1) / chunk) { [self] job, worker in
            let some = Tiles(tiling, job * chunk, min(chunk, tiles - job * chunk))
            let x = Transformed(scratch.of(worker), position: xPosition, block: stride)
            let y = Transformed(x.base + tiling.positions * xPosition, position: yPosition, block: stride)
            transformInput(transforms, blocks: 0..<input.blocks, some, to: x)
            multiply(
                step, x, Transformed(transformed, position: tiling.weightPosition, block: tiling.inputs * 32), to: y,
                channels: tiling.inputs, panels: tiling.outputPanels, some)
            writeOutput(step, transforms, blocks: 0..<output.blocks, some, from: y)
        }
    }

    private func forwardByPanels(_ step: Step) {
        let stride = tiling.slots(tiling.panelTiles) * 16
        let channelChunk = WinogradTiling.channelChunk
        let x = Transformed(
            scratch.shared, position: tiling.position(blocks: 2 * tiling.inputPanels, tiles: tiling.panelTiles),
            block: stride)
        let yPosition = tiling.position(blocks: 2, tiles: tiling.panelTiles)
        let transforms = transforms(step)
        forEachRunOfImages(step) { some in
            step.forEachTile(input.blocks) { [self] block, _ in
                transformInput(transforms, blocks: block..<block + 1, some, to: x.from(block: block))
            }
            step.forEachTile(tiling.outputPanels) { [self] panel, worker in
                let y = Transformed(scratch.of(worker), position: yPosition, block: stride)
                let weights = Transformed(
                    y.base + tiling.positions * yPosition, position: channelChunk * 32 + 16)
                for channel in Swift.stride(from: 0, to: tiling.inputs, by: channelChunk) {
                    let channels = min(channelChunk, tiling.inputs - channel)
                    transforms.weights(
                        parameters.weights + (panel * tiling.inputs + channel) * 288, Int64(channels), weights.base,
                        weights.position)
                    multiply(
                        step, x.from(block: channel / 16), weights, to: y, channels: channels, panels: 1, some,
                        isAdded: channel > 0)
                }
                let blocks = 2 * panel..<min(2 * panel + 2, output.blocks)
                writeOutput(step, transforms, blocks: blocks, some, from: y)
            }
        }
    }

    /// Images whose transformed tiles fit in memory together, in order.
    private func forEachRunOfImages(_ step: Step, _ body: (_ tiles: Tiles) -> Void) {
        for first in stride(from: 0, to: step.images, by: tiling.panelImages) where !step.isCancelled {
            let count = min(tiling.panelImages, step.images - first)
            body(Tiles(tiling, first * tiling.tilesPerImage, count * tiling.tilesPerImage))
        }
    }

    // MARK: Backward

    func backward(_ step: Step) {
        if tiling.isBackwardByTiles { backwardByTiles(step) } else { backwardByPanels(step) }
    }

    private func backwardByTiles(_ step: Step) {
        let chunk = tiling.backwardChunk
        let blockStride = tiling.slots(chunk) * 16
        let xPosition = tiling.position(blocks: 2 * tiling.inputPanels, tiles: chunk)
        let yPosition = tiling.position(blocks: 2 * tiling.outputPanels, tiles: chunk)
        let inputGradient = inputGradient(in: step)
        let transposed = inputGradient == nil ? nil : transformTransposedWeights(step, to: scratch.shared)
        let partials = scratch.shared + max(tiling.partialCount, tiling.transposedCount)
        let biasPartials = partials + tiling.groups * tiling.partialCount
        let biasCount = tiling.biasCount
        let groups = min(tiling.groups, step.images)
        let transforms = transforms(step)
        step.forEachTile(groups) { [self] group, worker in
            let x = Transformed(scratch.of(worker), position: xPosition, block: blockStride)
            let dx = Transformed(x.base + tiling.positions * xPosition, position: xPosition, block: blockStride)
            let dy = Transformed(dx.base + tiling.positions * xPosition, position: yPosition, block: blockStride)
            let partial = Transformed(
                partials + group * tiling.partialCount, position: tiling.weightPosition, block: tiling.inputs * 32)
            let bias = biasPartials + group * biasCount
            bias.update(repeating: 0, count: biasCount)
            let start = group * step.images / groups * tiling.tilesPerImage
            let end = (group + 1) * step.images / groups * tiling.tilesPerImage
            clearOddBlock(of: dy)
            for first in stride(from: start, to: end, by: chunk) where !step.isCancelled {
                let some = Tiles(tiling, first, min(chunk, end - first))
                transformOutputGradient(transforms, blocks: 0..<output.blocks, some, to: dy, bias: bias)
                if parameters.weightGradient != nil {
                    transformInput(transforms, blocks: 0..<input.blocks, some, to: x)
                    sumWeightGradient(
                        step, x, dy, to: partial, channels: tiling.inputs, panels: tiling.outputPanels, some,
                        isAdded: first > start)
                }
                guard let inputGradient, let transposed else { continue }
                multiply(
                    step, dy, transposed, to: dx, channels: tiling.outputs, panels: tiling.inputPanels, some)
                addInputGradient(transforms, inputGradient, blocks: 0..<input.blocks, some, from: dx)
            }
        }
        if let weightGradient = parameters.weightGradient {
            joinPartials(step, partials, groups, to: weightGradient)
        }
        guard let biasGradient = parameters.biasGradient else { return }
        step.kernels.sum_partials(biasPartials, biasCount, Int32(groups), biasGradient, Int64(biasCount))
    }

    /// Sums the groups' gradients of transformed weights and transforms them back.
    private func joinPartials(
        _ step: Step, _ partials: UnsafeMutablePointer<Float>, _ groups: Int,
        to weightGradient: UnsafeMutablePointer<Float>
    ) {
        let rows = tiling.outputPanels * tiling.inputs
        let chunk = 16
        let position = chunk * 32 + 16
        let transforms = transforms(step)
        step.forEachTile((rows + chunk - 1) / chunk) { [self] job, worker in
            let sums = scratch.of(worker)
            let (first, count) = (job * chunk, min(chunk, rows - job * chunk))
            for index in 0..<tiling.positions {
                step.kernels.sum_partials(
                    partials + (index * tiling.weightPosition + first * 32), tiling.partialCount, Int32(groups),
                    sums + index * position, Int64(count * 32))
            }
            transforms.weights_gradient(sums, position, Int64(count), weightGradient + first * 288)
        }
    }

    private func backwardByPanels(_ step: Step) {
        let blockStride = tiling.slots(tiling.panelTiles) * 16
        let x = Transformed(
            scratch.shared, position: tiling.position(blocks: 2 * tiling.inputPanels, tiles: tiling.panelTiles),
            block: blockStride)
        let dy = Transformed(
            x.base + tiling.inputMapCount,
            position: tiling.position(blocks: 2 * tiling.outputPanels, tiles: tiling.panelTiles), block: blockStride)
        let bias = dy.base + tiling.outputMapCount
        bias.update(repeating: 0, count: tiling.biasCount)
        let inputGradient = inputGradient(in: step)
        // What is used for one run of images is not worth keeping.
        let hasRuns = step.images > tiling.panelImages
        let transposed =
            hasRuns && inputGradient != nil ? transformTransposedWeights(step, to: bias + tiling.biasCount) : nil
        let sums = hasRuns ? bias + tiling.biasCount + tiling.transposedCount : nil
        let transforms = transforms(step)
        let inputBlocks = parameters.weightGradient == nil ? 0 : input.blocks
        clearOddBlock(of: dy)
        forEachRunOfImages(step) { some in
            step.forEachTile(output.blocks + inputBlocks) { [self] job, _ in
                if job < output.blocks {
                    transformOutputGradient(
                        transforms, blocks: job..<job + 1, some, to: dy.from(block: job), bias: bias)
                } else {
                    let block = job - output.blocks
                    transformInput(transforms, blocks: block..<block + 1, some, to: x.from(block: block))
                }
            }
            if let inputGradient { dataGradientByPanels(step, inputGradient, dy, some, transposed) }
            if let weightGradient = parameters.weightGradient {
                weightGradientByPanels(step, x, dy, some, sums, to: weightGradient)
            }
        }
        if let sums, let weightGradient = parameters.weightGradient {
            joinPartials(step, sums, 1, to: weightGradient)
        }
        parameters.biasGradient?.update(from: bias, count: tiling.biasCount)
    }

    private func dataGradientByPanels(
        _ step: Step, _ inputGradient: BlockedMap, _ dy: Transformed, _ tiles: Tiles, _ transposed: Transformed?
    ) {
        let channelChunk = WinogradTiling.channelChunk
        let xPosition = tiling.position(blocks: 2, tiles: tiling.panelTiles)
        let transforms = transforms(step)
        step.forEachTile(tiling.inputPanels) { [self] panel, worker in
            let dx = Transformed(
                scratch.of(worker), position: xPosition, block: tiling.slots(tiling.panelTiles) * 16)
            if let transposed {
                multiply(
                    step, dy, transposed.from(block: panel), to: dx, channels: tiling.outputs, panels: 1, tiles)
            } else {
                let weights = Transformed(
                    dx.base + tiling.positions * xPosition, position: channelChunk * 32 + 16)
                let panels = weights.base + tiling.positions * weights.position
                for channel in stride(from: 0, to: tiling.outputs, by: channelChunk) {
                    let channels = min(channelChunk, tiling.outputs - channel)
                    step.kernels.transpose_panel(
                        parameters.weights + channel / 32 * tiling.inputs * 288, Int32(channels), Int32(tiling.inputs),
                        9, Int32(panel * 32), panels)
                    transforms.weights(panels, Int64(channels), weights.base, weights.position)
                    multiply(
                        step, dy.from(block: channel / 16), weights, to: dx, channels: channels, panels: 1, tiles,
                        isAdded: channel > 0)
                }
            }
            let blocks = 2 * panel..<min(2 * panel + 2, input.blocks)
            addInputGradient(transforms, inputGradient, blocks: blocks, tiles, from: dx)
        }
    }

    /// - Parameter sums: of all images, in the transformed domain, where these are not all of them.
    private func weightGradientByPanels(
        _ step: Step, _ x: Transformed, _ dy: Transformed, _ tiles: Tiles, _ sums: UnsafeMutablePointer<Float>?,
        to weightGradient: UnsafeMutablePointer<Float>
    ) {
        let blocksAtOnce = WinogradTiling.gradientBlocks
        let runs = (input.blocks + blocksAtOnce - 1) / blocksAtOnce
        let transforms = transforms(step)
        step.forEachTile(tiling.outputPanels * runs) { [self] job, worker in
            let (panel, block) = (job / runs, job % runs * blocksAtOnce)
            let channels = min(16 * blocksAtOnce, tiling.inputs - 16 * block)
            let row = panel * tiling.inputs + block * 16
            let to =
                sums.map { Transformed($0 + row * 32, position: tiling.weightPosition) }
                ?? Transformed(scratch.of(worker), position: 16 * blocksAtOnce * 32 + 16)
            sumWeightGradient(
                step, x.from(block: block), dy.from(block: 2 * panel), to: to, channels: channels, panels: 1, tiles,
                isAdded: tiles.first > 0)
            if sums == nil {
                transforms.weights_gradient(to.base, to.position, Int64(channels), weightGradient + row * 288)
            }
        }
    }

    // MARK: Products

    /// Values in the transformed domain: from one position to the next, and from one block of channels or panel to the
    /// next.
    private struct Transformed {
        let base: UnsafeMutablePointer<Float>
        let position: Int
        let block: Int

        /// - Parameter block: irrelevant where there is only one.
        init(_ base: UnsafeMutablePointer<Float>, position: Int, block: Int = 0) {
            self.base = base
            self.position = position
            self.block = block
        }

        func from(block index: Int) -> Self { Self(base + index * block, position: position, block: block) }
    }

    /// Tiles that are transformed together.
    private struct Tiles {
        let first: Int
        let count: Int
        let kinds: tandem_tile_kinds

        init(_ tiling: WinogradTiling, _ first: Int, _ count: Int) {
            self.first = first
            self.count = count
            kinds = tiling.kinds(first, count)
        }
    }

    /// At each position, tiles times panels of weights, stored or added.
    private func multiply(
        _ step: Step, _ x: Transformed, _ weights: Transformed, to y: Transformed, channels: Int, panels: Int,
        _ tiles: Tiles, isAdded: Bool = false
    ) {
        var product = tandem_tile_product(
            x: x.base, w: weights.base, y: y.base, x_position: x.position, x_block: x.block,
            w_position: weights.position, w_panel: weights.block, y_position: y.position, y_block: y.block,
            positions: Int32(tiling.positions), channels: Int32(channels), panels: Int32(panels),
            tiles: Int32(tiles.count), accumulate: isAdded ? 1 : 0, kinds: tiles.kinds)
        step.kernels.tile_product(&product)
    }

    /// At each position, the gradient of panels of weights over tiles, stored or added.
    private func sumWeightGradient(
        _ step: Step, _ x: Transformed, _ dy: Transformed, to dw: Transformed, channels: Int, panels: Int,
        _ tiles: Tiles, isAdded: Bool
    ) {
        var gradient = tandem_tile_gradient(
            x: x.base, dy: dy.base, dw: dw.base, x_position: x.position, x_block: x.block, dy_position: dy.position,
            dy_block: dy.block, dw_position: dw.position, dw_panel: dw.block, positions: Int32(tiling.positions),
            channels: Int32(channels), panels: Int32(panels), tiles: Int32(tiles.count), accumulate: isAdded ? 1 : 0,
            kinds: tiles.kinds)
        step.kernels.tile_gradient(&gradient)
    }

    // MARK: Transforms

    private func transforms(_ step: Step) -> tandem_winograd {
        tiling.size == 4 ? step.kernels.winograd4 : step.kernels.winograd2
    }

    /// - Parameter winners: of the output and its gradient, where these are pooled.
    private func kernelTiling(
        _ map: BlockedMap, _ tiles: Tiles, padding: Extent = Extent(0), position: Int, winners: Winners? = nil,
        isStreamed: Bool = false
    ) -> tandem_tiling {
        tandem_tiling(
            map: map.kernelMap, kinds: tiles.kinds, height: Int32(map.height), width: Int32(map.width),
            tile_rows: Int32(tiling.rows), tile_columns: Int32(tiling.columns), padding_top: Int32(padding.height),
            padding_left: Int32(padding.width), position: position,
            winners: winners?.base,
            winners_image: winners?.image ?? 0, winners_block: winners?.block ?? 0, winners_row: winners?.row ?? 0,
            streams: isStreamed ? 1 : 0)
    }

    private func transformInput(
        _ transforms: tandem_winograd, blocks: Range<Int>, _ tiles: Tiles, to values: Transformed
    ) {
        var tiling = kernelTiling(input, tiles, padding: padding, position: values.position)
        for block in blocks {
            transforms.input(
                &tiling, Int32(block), Int64(tiles.first), Int64(tiles.count),
                values.from(block: block - blocks.lowerBound).base)
        }
    }

    private func transformOutputGradient(
        _ transforms: tandem_winograd, blocks: Range<Int>, _ tiles: Tiles, to values: Transformed,
        bias: UnsafeMutablePointer<Float>
    ) {
        var tiling = kernelTiling(outputGradient, tiles, position: values.position, winners: winners)
        var mask = output.kernelMap
        for block in blocks {
            let to = values.from(block: block - blocks.lowerBound).base
            let (first, count) = (Int64(tiles.first), Int64(tiles.count))
            if hasReLU, winners == nil {
                transforms.output_gradient(&tiling, &mask, Int32(block), first, count, to, bias + block * 16)
            } else {
                transforms.output_gradient(&tiling, nil, Int32(block), first, count, to, bias + block * 16)
            }
        }
    }

    private func writeOutput(
        _ step: Step, _ transforms: tandem_winograd, blocks: Range<Int>, _ tiles: Tiles, from values: Transformed
    ) {
        var tiling = kernelTiling(
            output, tiles, position: values.position, winners: winners, isStreamed: step.isStreamed(output))
        for block in blocks {
            transforms.output(
                &tiling, Int32(block), Int64(tiles.first), Int64(tiles.count),
                values.from(block: block - blocks.lowerBound).base, parameters.bias.map { $0 + block * 16 },
                hasReLU ? 1 : 0)
        }
    }

    private func addInputGradient(
        _ transforms: tandem_winograd, _ gradient: BlockedMap, blocks: Range<Int>, _ tiles: Tiles,
        from values: Transformed
    ) {
        var tiling = kernelTiling(gradient, tiles, padding: padding, position: values.position)
        for block in blocks {
            transforms.input_gradient(
                &tiling, Int32(block), Int64(tiles.first), Int64(tiles.count),
                values.from(block: block - blocks.lowerBound).base)
        }
    }

    /// The upper half of a last panel that has only one block: it counts as zero in the gradient of the weights.
    private func clearOddBlock(of values: Transformed) {
        guard output.blocks % 2 == 1 else { return }
        let upper = values.from(block: output.blocks)
        for index in 0..<tiling.positions {
            (upper.base + index * upper.position).update(repeating: 0, count: upper.block)
        }
    }

    // MARK: Weights

    /// All weights for the forward pass, [position][K/32][C][32] in the shared memory.
    private func transformWeights(_ step: Step) -> UnsafeMutablePointer<Float> {
        let (rows, chunk, to) = (tiling.outputPanels * tiling.inputs, 32, scratch.shared)
        let transforms = transforms(step)
        step.forEachTile((rows + chunk - 1) / chunk) { [self] job, _ in
            let first = job * chunk
            transforms.weights(
                parameters.weights + first * 288, Int64(min(chunk, rows - first)), to + first * 32,
                tiling.weightPosition)
        }
        return to
    }

    /// All weights for the gradient of the input, [position][C/32][K][32] .
    private func transformTransposedWeights(_ step: Step, to: UnsafeMutablePointer<Float>) -> Transformed {
        let chunk = 32
        let chunks = (tiling.outputs + chunk - 1) / chunk
        let transforms = transforms(step)
        step.forEachTile(tiling.inputPanels * chunks) { [self] job, worker in
            let (panel, first) = (job / chunks, job % chunks * chunk)
            let count = min(chunk, tiling.outputs - first)
            let transposed = scratch.of(worker)
            step.kernels.transpose_panel(
                parameters.weights + first / 32 * tiling.inputs * 288, Int32(count), Int32(tiling.inputs), 9,
                Int32(panel * 32), transposed)
            transforms.weights(
                transposed, Int64(count), to + (panel * tiling.outputs + first) * 32, tiling.transposedPosition)
        }
        return Transformed(to, position: tiling.transposedPosition, block: tiling.outputs * 32)
    }
}

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

    /// The zeros that reading whole tiles needs around the input.
    func halo(input: Shape, padding: Extent) -> Halo {
        Halo(
            top: padding.height, left: padding.width,
            bottom: max(0, rows * size + 2 - padding.height - input.height),
            right: max(0, columns * size + 2 - padding.width - input.width))
    }

    // MARK: Schedules

    var isForwardByTiles: Bool { batchSize * tilesPerImage >= 256 }

    /// Groups of images whose weight gradients are summed apart.
    var groups: Int { min(batchSize, 8, max(4, (8 << 20) / partialCount / 4)) }

    var isBackwardByTiles: Bool { tilesPerImage >= 9 && groups * partialCount * 4 <= Self.partialBytes }

    /// Tiles that a job of the forward pass, and of the backward pass, transforms at once.
    var forwardChunk: Int { 32 }
    var backwardChunk: Int { inputs + outputs <= 128 ? 64 : 32 }
    /// Tiles of a job by panels; for the gradient of the input they are whole images.
    var panelChunk: Int { max(1, 256 / tilesPerImage) * tilesPerImage }
    /// Input channels whose weights a job by panels transforms at once, and blocks whose gradients it sums at once.
    static let channelChunk = 64
    static let gradientBlocks = 2

    // MARK: Memory, in floats. Sixteen more for each position keep them out of the same cache sets.

    func position(blocks: Int, tiles: Int) -> Int { blocks * ((tiles + 7) / 8 * 8) * 16 + 16 }
    var weightPosition: Int { outputPanels * inputs * 32 + 16 }
    var transposedPosition: Int { inputPanels * outputs * 32 + 16 }
    /// Transformed weights, or their gradient.
    var partialCount: Int { positions * weightPosition }

    /// What each thread needs: room for tiles of inputs, of outputs and of their gradients, and for a piece of weights.
    var threadCount: Int {
        let chunk = max(forwardChunk, backwardChunk)
        let byTiles =
            2 * positions * position(blocks: 2 * inputPanels, tiles: chunk)
            + positions * position(blocks: 2 * outputPanels, tiles: chunk)
        let byPanels = positions * (position(blocks: 2, tiles: panelChunk) + Self.channelChunk * 32 + 16)
        return max(byTiles, byPanels) + Self.channelChunk * 288
    }

    /// What all threads share: transformed weights, transformed maps, or partial gradients.
    var sharedCount: Int {
        let weights = max(partialCount, positions * transposedPosition)
        let maps =
            positions
            * (position(blocks: 2 * inputPanels, tiles: tiles) + position(blocks: 2 * outputPanels, tiles: tiles))
        let byTiles = weights + groups * (partialCount + outputPanels * 32)
        let isAlwaysByTiles = isForwardByTiles && isBackwardByTiles
        return isAlwaysByTiles ? byTiles : max(maps, isBackwardByTiles ? byTiles : weights)
    }
}

struct WinogradPlan: PassPlan {
    let tiling: WinogradTiling
    let input: Shape
    let padding: Extent
    let tensors: [ParameterTensor]

    var needs: PassNeeds {
        PassNeeds(
            inputHalo: tiling.halo(input: input, padding: padding), readsInput: true, takesReLU: true,
            threadScratch: tiling.threadCount, sharedScratch: tiling.sharedCount)
    }

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        Winograd(
            tiling, ports, parameters: site.parameters.product(tensors), padding: padding, hasReLU: hasReLU,
            scratch: site.scratch)
    }
}

final class Winograd: SinglePass {
    private let tiling: WinogradTiling
    let ports: Ports
    private let parameters: ProductParameters
    private let padding: Extent
    private let hasReLU: Bool
    private let scratch: Scratch

    init(
        _ tiling: WinogradTiling, _ ports: Ports,
        parameters: ProductParameters, padding: Extent, hasReLU: Bool, scratch: Scratch
    ) {
        self.tiling = tiling
        self.ports = ports
        self.parameters = parameters
        self.padding = padding
        self.hasReLU = hasReLU
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
        let xPosition = tiling.position(blocks: input.blocks, tiles: chunk)
        let yPosition = tiling.position(blocks: 2 * tiling.outputPanels, tiles: chunk)
        let transforms = transforms(step)
        step.forEachTile((tiles + chunk - 1) / chunk) { [self] job, worker in
            let (first, count) = (job * chunk, min(chunk, tiles - job * chunk))
            let x = scratch.of(worker)
            let y = x + tiling.positions * xPosition
            transformInput(transforms, blocks: 0..<input.blocks, first, count, to: x, xPosition, chunk)
            multiply(
                step, Transformed(x, position: xPosition, block: chunk * 16),
                Transformed(transformed, position: tiling.weightPosition, block: tiling.inputs * 32),
                to: Transformed(y, position: yPosition, block: chunk * 16), channels: tiling.inputs,
                panels: tiling.outputPanels, tiles: count)
            writeOutput(transforms, blocks: 0..<output.blocks, first, count, from: y, yPosition, chunk)
        }
    }

    private func forwardByPanels(_ step: Step) {
        let tiles = step.images * tiling.tilesPerImage
        let padded = (tiling.tiles + 7) / 8 * 8
        let xPosition = tiling.position(blocks: input.blocks, tiles: tiling.tiles)
        let transforms = transforms(step)
        transformWholeInput(step, to: scratch.shared, xPosition, padded)
        let (chunk, channelChunk) = (tiling.panelChunk, WinogradTiling.channelChunk)
        let yStride = (chunk + 7) / 8 * 8
        let yPosition = tiling.position(blocks: 2, tiles: chunk)
        let chunks = (tiles + chunk - 1) / chunk
        step.forEachTile(tiling.outputPanels * chunks) { [self] job, worker in
            let (panel, first) = (job / chunks, job % chunks * chunk)
            let count = min(chunk, tiles - first)
            let y = scratch.of(worker)
            let weights = y + tiling.positions * yPosition
            for channel in stride(from: 0, to: tiling.inputs, by: channelChunk) {
                let channels = min(channelChunk, tiling.inputs - channel)
                transforms.weights(
                    parameters.weights + (panel * tiling.inputs + channel) * 288, Int64(channels), weights,
                    channelChunk * 32 + 16)
                multiply(
                    step,
                    Transformed(
                        scratch.shared + (channel / 16 * padded + first) * 16, position: xPosition, block: padded * 16),
                    Transformed(weights, position: channelChunk * 32 + 16),
                    to: Transformed(y, position: yPosition, block: yStride * 16), channels: channels, panels: 1,
                    tiles: count, isAdded: channel > 0)
            }
            let blocks = 2 * panel..<min(2 * panel + 2, output.blocks)
            writeOutput(transforms, blocks: blocks, first, count, from: y, yPosition, yStride)
        }
    }

    // MARK: Backward

    func backward(_ step: Step) {
        if tiling.isBackwardByTiles { backwardByTiles(step) } else { backwardByPanels(step) }
    }

    private func backwardByTiles(_ step: Step) {
        let transformed = inputGradient == nil ? nil : transformTransposedWeights(step)
        let chunk = tiling.backwardChunk
        let xPosition = tiling.position(blocks: 2 * tiling.inputPanels, tiles: chunk)
        let yPosition = tiling.position(blocks: 2 * tiling.outputPanels, tiles: chunk)
        let partials = scratch.shared + max(tiling.partialCount, tiling.positions * tiling.transposedPosition)
        let biasPartials = partials + tiling.groups * tiling.partialCount
        let biasCount = tiling.outputPanels * 32
        let groups = min(tiling.groups, step.images)
        let transforms = transforms(step)
        step.forEachTile(groups) { [self] group, worker in
            let x = scratch.of(worker)
            let dx = x + tiling.positions * xPosition
            let dy = dx + tiling.positions * xPosition
            let partial = partials + group * tiling.partialCount
            let bias = biasPartials + group * biasCount
            bias.update(repeating: 0, count: biasCount)
            let start = group * step.images / groups * tiling.tilesPerImage
            let end = (group + 1) * step.images / groups * tiling.tilesPerImage
            clearOddBlock(of: dy, yPosition, chunk)
            for first in stride(from: start, to: end, by: chunk) where !step.isCancelled {
                let count = min(chunk, end - first)
                transformOutputGradient(
                    transforms, blocks: 0..<output.blocks, first, count, to: dy, yPosition, chunk, bias: bias)
                let gradient = Transformed(dy, position: yPosition, block: chunk * 16)
                if parameters.weightGradient != nil {
                    transformInput(transforms, blocks: 0..<input.blocks, first, count, to: x, xPosition, chunk)
                    sumWeightGradient(
                        step, Transformed(x, position: xPosition, block: chunk * 16), gradient,
                        to: Transformed(partial, position: tiling.weightPosition, block: tiling.inputs * 32),
                        channels: tiling.inputs, panels: tiling.outputPanels, tiles: count, isAdded: first > start)
                }
                guard let inputGradient, let transformed else { continue }
                multiply(
                    step, gradient,
                    Transformed(transformed, position: tiling.transposedPosition, block: tiling.outputs * 32),
                    to: Transformed(dx, position: xPosition, block: chunk * 16), channels: tiling.outputs,
                    panels: tiling.inputPanels, tiles: count)
                addInputGradient(
                    transforms, inputGradient, blocks: 0..<input.blocks, first, count, from: dx, xPosition, chunk)
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
        let padded = (tiling.tiles + 7) / 8 * 8
        let xPosition = tiling.position(blocks: 2 * tiling.inputPanels, tiles: tiling.tiles)
        let yPosition = tiling.position(blocks: 2 * tiling.outputPanels, tiles: tiling.tiles)
        let (x, dy) = (scratch.shared, scratch.shared + tiling.positions * xPosition)
        let tiles = step.images * tiling.tilesPerImage
        let transforms = transforms(step)
        step.forEachTile(output.blocks) { [self] block, worker in
            let sum = scratch.of(worker)
            sum.update(repeating: 0, count: 16)
            transformOutputGradient(
                transforms, blocks: block..<block + 1, 0, tiles, to: dy + block * padded * 16, yPosition, padded,
                bias: sum - block * 16)
            parameters.biasGradient.map { ($0 + block * 16).update(from: sum, count: 16) }
        }
        clearOddBlock(of: dy, yPosition, padded)
        if let inputGradient { dataGradientByPanels(step, inputGradient, dy, yPosition) }
        guard let weightGradient = parameters.weightGradient else { return }
        transformWholeInput(step, to: x, xPosition, padded)
        let blocksAtOnce = WinogradTiling.gradientBlocks
        let runs = (input.blocks + blocksAtOnce - 1) / blocksAtOnce
        step.forEachTile(tiling.outputPanels * runs) { [self] job, worker in
            let (panel, block) = (job / runs, job % runs * blocksAtOnce)
            let channels = min(16 * blocksAtOnce, tiling.inputs - 16 * block)
            let sums = scratch.of(worker)
            let position = 16 * blocksAtOnce * 32 + 16
            sumWeightGradient(
                step, Transformed(x + block * padded * 16, position: xPosition, block: padded * 16),
                Transformed(dy + 2 * panel * padded * 16, position: yPosition, block: padded * 16),
                to: Transformed(sums, position: position), channels: channels, panels: 1, tiles: tiles, isAdded: false)
            transforms.weights_gradient(
                sums, position, Int64(channels), weightGradient + (panel * tiling.inputs + block * 16) * 288)
        }
    }

    private func dataGradientByPanels(
        _ step: Step, _ inputGradient: BlockedMap, _ dy: UnsafeMutablePointer<Float>, _ yPosition: Int
    ) {
        let padded = (tiling.tiles + 7) / 8 * 8
        let tiles = step.images * tiling.tilesPerImage
        let (chunk, channelChunk) = (tiling.panelChunk, WinogradTiling.channelChunk)
        let xStride = (chunk + 7) / 8 * 8
        let xPosition = tiling.position(blocks: 2, tiles: chunk)
        let chunks = (tiles + chunk - 1) / chunk
        let transforms = transforms(step)
        step.forEachTile(tiling.inputPanels * chunks) { [self] job, worker in
            let (panel, first) = (job / chunks, job % chunks * chunk)
            let count = min(chunk, tiles - first)
            let dx = scratch.of(worker)
            let weights = dx + tiling.positions * xPosition
            let transposed = weights + tiling.positions * (channelChunk * 32 + 16)
            for channel in stride(from: 0, to: tiling.outputs, by: channelChunk) {
                let channels = min(channelChunk, tiling.outputs - channel)
                step.kernels.transpose_panel(
                    parameters.weights + channel / 32 * tiling.inputs * 288, Int32(channels), Int32(tiling.inputs), 9,
                    Int32(panel * 32), transposed)
                transforms.weights(transposed, Int64(channels), weights, channelChunk * 32 + 16)
                multiply(
                    step,
                    Transformed(dy + (channel / 16 * padded + first) * 16, position: yPosition, block: padded * 16),
                    Transformed(weights, position: channelChunk * 32 + 16),
                    to: Transformed(dx, position: xPosition, block: xStride * 16), channels: channels, panels: 1,
                    tiles: count, isAdded: channel > 0)
            }
            let blocks = 2 * panel..<min(2 * panel + 2, input.blocks)
            addInputGradient(transforms, inputGradient, blocks: blocks, first, count, from: dx, xPosition, xStride)
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
    }

    /// At each position, tiles times panels of weights, stored or added.
    private func multiply(
        _ step: Step, _ x: Transformed, _ weights: Transformed, to y: Transformed, channels: Int, panels: Int,
        tiles: Int, isAdded: Bool = false
    ) {
        var product = tandem_tile_product(
            x: x.base, w: weights.base, y: y.base, x_position: x.position, x_block: x.block,
            w_position: weights.position, w_panel: weights.block, y_position: y.position, y_block: y.block,
            positions: Int32(tiling.positions), channels: Int32(channels), panels: Int32(panels),
            tiles: Int32((tiles + 7) / 8 * 8), accumulate: isAdded ? 1 : 0)
        step.kernels.tile_product(&product)
    }

    /// At each position, the gradient of panels of weights over tiles, stored or added.
    private func sumWeightGradient(
        _ step: Step, _ x: Transformed, _ dy: Transformed, to dw: Transformed, channels: Int, panels: Int, tiles: Int,
        isAdded: Bool
    ) {
        var gradient = tandem_tile_gradient(
            x: x.base, dy: dy.base, dw: dw.base, x_position: x.position, x_block: x.block, dy_position: dy.position,
            dy_block: dy.block, dw_position: dw.position, dw_panel: dw.block, positions: Int32(tiling.positions),
            channels: Int32(channels), panels: Int32(panels), tiles: Int32(tiles), accumulate: isAdded ? 1 : 0)
        step.kernels.tile_gradient(&gradient)
    }

    // MARK: Transforms

    private func transforms(_ step: Step) -> tandem_winograd {
        tiling.size == 4 ? step.kernels.winograd4 : step.kernels.winograd2
    }

    private func kernelTiling(_ map: BlockedMap, padding: Extent = Extent(0), position: Int) -> tandem_tiling {
        tandem_tiling(
            map: map.kernelMap, height: Int32(map.height), width: Int32(map.width), tile_rows: Int32(tiling.rows),
            tile_columns: Int32(tiling.columns), padding_top: Int32(padding.height),
            padding_left: Int32(padding.width), position: position)
    }

    private func transformInput(
        _ transforms: tandem_winograd, blocks: Range<Int>, _ first: Int, _ count: Int,
        to values: UnsafeMutablePointer<Float>, _ position: Int, _ blockTiles: Int
    ) {
        var tiling = kernelTiling(input, padding: padding, position: position)
        for block in blocks {
            transforms.input(
                &tiling, Int32(block), Int64(first), Int64(count),
                values + (block - blocks.lowerBound) * blockTiles * 16)
        }
    }

    private func transformWholeInput(
        _ step: Step, to values: UnsafeMutablePointer<Float>, _ position: Int, _ blockTiles: Int
    ) {
        let (tiles, transforms) = (step.images * tiling.tilesPerImage, transforms(step))
        step.forEachTile(input.blocks) { [self] block, _ in
            transformInput(
                transforms, blocks: block..<block + 1, 0, tiles, to: values + block * blockTiles * 16, position,
                blockTiles)
        }
    }

    private func transformOutputGradient(
        _ transforms: tandem_winograd, blocks: Range<Int>, _ first: Int, _ count: Int,
        to values: UnsafeMutablePointer<Float>, _ position: Int, _ blockTiles: Int, bias: UnsafeMutablePointer<Float>
    ) {
        var tiling = kernelTiling(outputGradient, position: position)
        var mask = output.kernelMap
        for block in blocks {
            let to = values + (block - blocks.lowerBound) * blockTiles * 16
            if hasReLU {
                transforms.output_gradient(
                    &tiling, &mask, Int32(block), Int64(first), Int64(count), to, bias + block * 16)
            } else {
                transforms.output_gradient(
                    &tiling, nil, Int32(block), Int64(first), Int64(count), to, bias + block * 16)
            }
        }
    }

    private func writeOutput(
        _ transforms: tandem_winograd, blocks: Range<Int>, _ first: Int, _ count: Int,
        from values: UnsafeMutablePointer<Float>, _ position: Int, _ blockTiles: Int
    ) {
        var tiling = kernelTiling(output, position: position)
        for block in blocks {
            transforms.output(
                &tiling, Int32(block), Int64(first), Int64(count),
                values + (block - blocks.lowerBound) * blockTiles * 16, parameters.bias.map { $0 + block * 16 },
                hasReLU ? 1 : 0)
        }
    }

    private func addInputGradient(
        _ transforms: tandem_winograd, _ gradient: BlockedMap, blocks: Range<Int>, _ first: Int, _ count: Int,
        from values: UnsafeMutablePointer<Float>, _ position: Int, _ blockTiles: Int
    ) {
        var tiling = kernelTiling(gradient, padding: padding, position: position)
        for block in blocks {
            transforms.input_gradient(
                &tiling, Int32(block), Int64(first), Int64(count),
                values + (block - blocks.lowerBound) * blockTiles * 16)
        }
    }

    /// The upper half of a last panel that has only one block: it counts as zero in the gradient of the weights.
    private func clearOddBlock(of values: UnsafeMutablePointer<Float>, _ position: Int, _ blockTiles: Int) {
        guard output.blocks % 2 == 1 else { return }
        for index in 0..<tiling.positions {
            (values + (index * position + output.blocks * blockTiles * 16)).update(repeating: 0, count: blockTiles * 16)
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

    /// All weights for the gradient of the input, [position][C/32][K][32] in the shared memory.
    private func transformTransposedWeights(_ step: Step) -> UnsafeMutablePointer<Float> {
        let (chunk, to) = (32, scratch.shared)
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
        return to
    }
}

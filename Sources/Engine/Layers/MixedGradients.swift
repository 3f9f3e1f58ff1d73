// The backward pass of linear layers and convolutions of 1x1 in mixed precision: matrix products of pixels with
// weights, or with the gradient, whose factors are rounded to bfloat16, in pairs, and whose sums are in float32
// (Kalamkar et al. 2019). Weights stay in float32 and are rounded panel by panel when they are used. The forward pass
// stays in float32: if it were rounded, one ReLU in a thousand would flip, and the gradient of the network would be off
// by 4 % instead of 0.5 %.

import CKernels
import Network

final class MixedGradients {
    private let ports: Ports
    private let parameters: ProductParameters
    private let scratch: Scratch

    /// Pixels a tile computes with one rounded panel.
    private static let pixels = 512
    /// Rows of a panel that the data gradient transposes at once.
    private static let transposedRows = 256
    /// Pairs of pixels that a tile of the weight gradient reads again for each eight channels: within the second-level
    /// cache.
    private static let pairs = 1024
    /// Blocks of channels of a tile of the weight gradient.
    private static let blocks = 8

    /// Of the only tap.
    private let offsets = OffsetTable([(0, 0)])

    init(_ ports: Ports, parameters: ProductParameters, scratch: Scratch) {
        self.ports = ports
        self.parameters = parameters
        self.scratch = scratch
    }

    // MARK: Memory, in floats

    /// A rounded panel, and room to transpose.
    static func threadCount(inputs: Int, outputs: Int) -> Int {
        (max(inputs, outputs) + 1) / 2 * 32 + transposedRows * 32
    }

    /// Rounded maps: of the input, or of both sides for the weight gradient.
    static func sharedCount(input: Shape, output: Shape, images: Int) -> Int {
        let pairs = images * input.height * ((input.width + 1) / 2)
        return ((input.channels + 15) / 16 + (output.channels + 15) / 16) * 16 * pairs
    }

    /// Pairs of channels of a map, [block][image][row][column][8], in the shared memory.
    private func packChannels(_ step: Step, _ map: BlockedMap) -> tandem_map {
        let (images, kernels, shared) = (step.images, step.kernels, scratch.shared)
        step.forEachBlock(of: map) { image, block in
            for row in 0..<map.height {
                kernels.pack_channels(
                    map.row(row, image: image, block: block), Int64(map.width),
                    shared + ((block * images + image) * map.height + row) * map.width * 8)
            }
        }
        return tandem_map(base: shared, image: map.area * 8, block: images * map.area * 8, row: map.width * 8)
    }

    /// Pairs of pixels of a map, [block][pair][16]. Rows of an odd width end with half a pair; the pixels of vectors
    /// are images.
    private func packPixels(_ step: Step, _ map: BlockedMap, to target: UnsafeMutablePointer<Float>) {
        let (images, kernels) = (step.images, step.kernels)
        let pairs = pairCount(step)
        if map.area == 1 {
            step.forEachTile(map.blocks) { block, _ in
                kernels.pack_rows(
                    map.at(image: 0, block: block), map.imageStride, Int64(images), 1, target + block * pairs * 16)
            }
            return
        }
        let pairsOfRow = (map.width + 1) / 2
        step.forEachRow(of: map) { image, block, row in
            kernels.pack_rows(
                map.row(row, image: image, block: block), 16, Int64(map.width), 1,
                target + (block * pairs + (image * map.height + row) * pairsOfRow) * 16)
        }
    }

    private func pairCount(_ step: Step) -> Int {
        let input = ports.input
        return input.area == 1 ? (step.images + 1) / 2 : step.images * input.height * ((input.width + 1) / 2)
    }

    // MARK: Passes

    /// From the gradient of the output, after the mask of its ReLU, to those of the weights and of the input.
    func run(_ step: Step) {
        if let weightGradient = parameters.weightGradient { sumWeightGradient(step, to: weightGradient) }
        if let inputGradient = ports.inputGradient { dataGradient(step, inputGradient) }
    }

    private func dataGradient(_ step: Step, _ inputGradient: BlockedMap) {
        let packed = packChannels(step, ports.outputGradient)
        let (input, output, parameters) = (ports.input, ports.output, parameters)
        forEachPanel(step, of: inputGradient) { panel, pixels, worker in
            let weights = scratch.of(worker)
            let transposed = weights + (max(input.channels, output.channels) + 1) / 2 * 32
            for first in stride(from: 0, to: output.channels, by: Self.transposedRows) {
                let rows = min(Self.transposedRows, output.channels - first)
                step.kernels.transpose_panel(
                    parameters.weights + first / 32 * input.channels * 32, Int32(rows), Int32(input.channels), 1,
                    Int32(panel * 32), transposed)
                step.kernels.pack_rows(transposed, 32, Int64(rows), 2, weights + first / 2 * 32)
            }
            var product = product(packed, inputGradient, channels: output.channels)
            step.kernels.mixed_product(
                &product, weights, nil, inputGradient.base + 2 * panel * inputGradient.blockStride,
                Int32(min(2, inputGradient.blocks - 2 * panel)), Int64(pixels.lowerBound), Int64(pixels.count))
        }
    }

    private func sumWeightGradient(_ step: Step, to target: UnsafeMutablePointer<Float>) {
        let pairs = pairCount(step)
        let (x, dy) = (scratch.shared, scratch.shared + ports.input.blocks * pairs * 16)
        packPixels(step, ports.input, to: x)
        packPixels(step, ports.outputGradient, to: dy)
        let (input, output, kernels) = (ports.input, ports.output, step.kernels)
        let runs = (input.blocks + Self.blocks - 1) / Self.blocks
        step.forEachTile((output.blocks + 1) / 2 * runs) { tile, _ in
            let (panel, run) = (tile / runs, tile % runs)
            var job = tandem_weight_gradient()
            (job.images, job.height) = (1, 1)
            (job.x_column_step, job.dy_column_step, job.dy_block) = (16, 16, pairs * 16)
            job.dw_channel = 32
            for first in stride(from: 0, to: pairs, by: Self.pairs) {
                job.width = Int32(min(Self.pairs, pairs - first))
                job.dy = UnsafePointer(dy + (2 * panel * pairs + first) * 16)
                let channels = run * Self.blocks * 16..<min((run + 1) * Self.blocks * 16, input.channels)
                for channel in stride(from: channels.lowerBound, to: channels.upperBound, by: 8) {
                    job.channels = Int32(min(8, channels.upperBound - channel))
                    job.x = UnsafePointer(x + (channel / 16 * pairs + first) * 16 + channel % 16)
                    kernels.mixed_weight_gradient(
                        &job, target + (panel * input.channels + channel) * 32,
                        Int32(min(2, output.blocks - 2 * panel)), first > 0 ? 1 : 0)
                }
            }
        }
    }

    // MARK: Products

    /// Calls `body` for each panel of 32 channels of a map and some of its pixels.
    private func forEachPanel(
        _ step: Step, of map: BlockedMap, _ body: (_ panel: Int, _ pixels: Range<Int>, _ worker: Int) -> Void
    ) {
        let pixels = step.images * map.area
        let chunks = (pixels + Self.pixels - 1) / Self.pixels
        step.forEachTile((map.blocks + 1) / 2 * chunks) { tile, worker in
            let first = tile % chunks * Self.pixels
            body(tile / chunks, first..<min(first + Self.pixels, pixels), worker)
        }
    }

    private func product(_ x: tandem_map, _ y: BlockedMap, channels: Int) -> tandem_product {
        var product = tandem_product()
        product.x = x
        product.y = y.kernelMap
        product.height = Int32(y.height)
        product.width = Int32(y.width)
        product.x_row_step = x.row
        product.x_column_step = 8
        product.y_row_step = y.rowStride
        product.y_column_step = 16
        product.channels = Int32((channels + 1) / 2)
        product.taps = 1
        product.x_offsets = offsets.x
        product.w_offsets = offsets.w
        product.w_channel = 32
        return product
    }
}

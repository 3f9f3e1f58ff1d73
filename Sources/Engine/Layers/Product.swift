// Convolution and linear layers: both are products of weight panels with pixels, a linear layer being a convolution of
// 1x1 over a map of 1x1. Direct and blocked; every sum runs over input channels and taps in a fixed order.

import CKernels
import Network
import Runtime

/// A window that slides: its taps in the order of PyTorch's weights, and where it starts.
struct Window: Hashable {
    var kernel = Extent(1)
    var stride = Extent(1)
    var dilation = Extent(1)
    /// Zeros before the first row and column.
    var padding = Extent(0)

    init() {}

    init(_ convolution: Layer.Convolution) {
        kernel = convolution.kernel
        stride = convolution.stride
        dilation = convolution.dilation
        switch convolution.padding {
        case .exactly(let extent): padding = extent
        case .same:
            padding = Extent(dilation.height * (kernel.height - 1) / 2, dilation.width * (kernel.width - 1) / 2)
        }
    }

    /// The halo that reading all windows of the output needs around the input.
    func halo(input: Shape, output: Shape) -> Halo {
        func after(_ outputs: Int, _ stride: Int, _ kernel: Int, _ dilation: Int, _ padding: Int, _ inputs: Int) -> Int
        {
            max(0, (outputs - 1) * stride + (kernel - 1) * dilation - padding - (inputs - 1))
        }
        return Halo(
            top: padding.height, left: padding.width,
            bottom: after(output.height, stride.height, kernel.height, dilation.height, padding.height, input.height),
            right: after(output.width, stride.width, kernel.width, dilation.width, padding.width, input.width))
    }

    /// The halo that the data gradient needs around the gradient of the output.
    func gradientHalo(input: Shape, output: Shape) -> Halo {
        var halo = Halo()
        for phase in phases(input: input) {
            for tap in phase.taps {
                halo.top = max(halo.top, -tap.row)
                halo.left = max(halo.left, -tap.column)
                halo.bottom = max(halo.bottom, phase.height - 1 + tap.row - (output.height - 1))
                halo.right = max(halo.right, phase.width - 1 + tap.column - (output.width - 1))
            }
        }
        return halo
    }

    /// Pixels of the input that the same taps of the window reach: with stride s there are s x s such sets. Pixel
    /// `(row + s q, column + s r)` gets the gradient of output `(q + tap.row, r + tap.column)` through each tap.
    struct Phase: Hashable {
        struct Tap: Hashable {
            let index: Int
            let row: Int
            let column: Int
        }

        let row: Int
        let column: Int
        let height: Int
        let width: Int
        let taps: [Tap]
    }

    func phases(input: Shape) -> [Phase] {
        var phases: [Phase] = []
        for row in 0..<min(stride.height, input.height) {
            for column in 0..<min(stride.width, input.width) {
                var taps: [Phase.Tap] = []
                for y in 0..<kernel.height {
                    for x in 0..<kernel.width {
                        let fromRow = row + padding.height - y * dilation.height
                        let fromColumn = column + padding.width - x * dilation.width
                        guard fromRow % stride.height == 0, fromColumn % stride.width == 0 else { continue }
                        taps.append(
                            Phase.Tap(
                                index: y * kernel.width + x, row: fromRow / stride.height,
                                column: fromColumn / stride.width))
                    }
                }
                phases.append(
                    Phase(
                        row: row, column: column, height: (input.height - row + stride.height - 1) / stride.height,
                        width: (input.width - column + stride.width - 1) / stride.width, taps: taps))
            }
        }
        return phases
    }
}

final class Product: LayerPass {
    private let input: Map
    private let inputGradient: Map?
    private let output: Map
    private let outputGradient: Map
    private let parameters: ProductParameters
    private let window: Window
    private let hasReLU: Bool

    private let taps: Int
    private let forwardOffsets: OffsetTable
    private let phases: [(phase: Window.Phase, offsets: OffsetTable)]
    /// A transposed panel for each thread.
    private let scratch: Scratch
    /// Sums of the bias gradient for each group of images.
    private let biasPartials: UnsafeMutablePointer<Float>

    /// Pixels a forward tile computes: the panel stays in the second-level cache over many of them.
    private static let forwardPixels = 512
    /// Pixels a tile of the data gradient computes at least: it transposes its panel first, at 7 % of its time with 512.
    private static let gradientPixels = 2048
    /// Images whose bias gradients are summed by one tile: a constant of the algorithm, it decides the order of sums.
    private static let biasGroup = 8
    /// Bytes of maps that a tile of the weight gradient reads again for each tap: within the second-level cache.
    private static let weightGradientBytes = 256 << 10

    init(
        input: Map, inputGradient: Map?, output: Map, outputGradient: Map, parameters: ProductParameters,
        window: Window, hasReLU: Bool, images: Int, scratch: Scratch, arena: inout Arena
    ) {
        self.input = input
        self.inputGradient = inputGradient
        self.output = output
        self.outputGradient = outputGradient
        self.parameters = parameters
        self.window = window
        self.hasReLU = hasReLU
        taps = window.kernel.height * window.kernel.width
        var offsets: [(x: Int, w: Int)] = []
        for y in 0..<window.kernel.height {
            for x in 0..<window.kernel.width {
                let row = y * window.dilation.height - window.padding.height
                let column = x * window.dilation.width - window.padding.width
                offsets.append((row * input.rowStride + column * 16, offsets.count * 32))
            }
        }
        forwardOffsets = OffsetTable(offsets)
        if let inputGradient {
            let shape = Shape([input.channels, inputGradient.height, inputGradient.width])
            phases = window.phases(input: shape).map { phase in
                let table = phase.taps.map { ($0.row * outputGradient.rowStride + $0.column * 16, $0.index * 32) }
                return (phase, OffsetTable(table))
            }
        } else {
            phases = []
        }
        self.scratch = scratch
        biasPartials = arena.reserve((images + Self.biasGroup - 1) / Self.biasGroup * output.blocks * 16)
    }

    /// Floats of scratch that a thread needs for this layer.
    static func scratchCount(outputs: Int, taps: Int, images: Int) -> Int {
        max(channelChunk(outputs: outputs, taps: taps) * taps, images) * 32
    }

    /// Outputs whose weights the data gradient transposes at once, a multiple of 32: what fits into the first-level cache is
    /// used there by all pixels of the tile.
    private static func channelChunk(outputs: Int, taps: Int) -> Int {
        min((outputs + 31) / 32 * 32, max(32, 256 / taps / 32 * 32))
    }

    // MARK: Forward

    func forward(_ step: Step) {
        var product = tandem_product()
        product.x = input.kernelMap
        product.y = output.kernelMap
        product.height = Int32(output.height)
        product.width = Int32(output.width)
        product.x_row_step = window.stride.height * input.rowStride
        product.x_column_step = window.stride.width * 16
        product.y_row_step = output.rowStride
        product.y_column_step = 16
        product.channels = Int32(input.channels)
        product.taps = Int32(taps)
        product.x_offsets = forwardOffsets.x
        product.w_offsets = forwardOffsets.w
        product.w_channel = taps * 32
        product.has_relu = hasReLU ? 1 : 0

        let pixels = step.images * output.area
        let chunks = (pixels + Self.forwardPixels - 1) / Self.forwardPixels
        let panels = (output.blocks + 1) / 2
        let panelCount = input.channels * taps * 32
        let (output, parameters, kernels) = (output, parameters, step.kernels)
        step.forEachTile(panels * chunks) { tile, _ in
            let (panel, chunk) = (tile / chunks, tile % chunks)
            let first = chunk * Self.forwardPixels
            withUnsafePointer(to: product) { product in
                kernels.product(
                    product, parameters.weights + panel * panelCount, parameters.bias.map { $0 + panel * 32 },
                    output.base + 2 * panel * output.blockStride, Int32(min(2, output.blocks - 2 * panel)),
                    Int64(first), Int64(min(Self.forwardPixels, pixels - first)))
            }
        }
    }

    // MARK: Backward

    func backward(_ step: Step) {
        maskAndSumBias(step)
        weightGradient(step)
        if let inputGradient { dataGradient(step, inputGradient) }
    }

    private func maskAndSumBias(_ step: Step) {
        guard hasReLU || parameters.biasGradient != nil else { return }
        let groups = (step.images + Self.biasGroup - 1) / Self.biasGroup
        let (output, gradient, partials, kernels) = (output, outputGradient, biasPartials, step.kernels)
        let (blocks, images, hasReLU) = (output.blocks, step.images, hasReLU)
        step.forEachTile(groups * blocks) { tile, _ in
            let (group, block) = (tile / blocks, tile % blocks)
            let sum = partials + tile * 16
            sum.update(repeating: 0, count: 16)
            for image in group * Self.biasGroup..<min((group + 1) * Self.biasGroup, images) {
                kernels.mask_and_sum(
                    gradient.at(image: image, block: block), gradient.rowStride,
                    hasReLU ? output.at(image: image, block: block) : nil, output.rowStride, Int32(output.height),
                    Int32(output.width), sum)
            }
        }
        guard let biasGradient = parameters.biasGradient else { return }
        for channel in 0..<blocks * 16 {
            var sum: Float = 0
            for group in 0..<groups { sum += partials[group * blocks * 16 + channel] }
            biasGradient[channel] = sum
        }
    }

    private func weightGradient(_ step: Step) {
        let (input, gradient, output, window) = (input, outputGradient, output, window)
        let (taps, images, kernels) = (taps, step.images, step.kernels)
        let (weightGradient, x) = (parameters.weightGradient, forwardOffsets.x)
        let blocks = input.blocks
        let panels = (output.blocks + 1) / 2
        // A linear layer has many blocks with little to do in each.
        let run = taps == 1 ? 32 : 1
        let scratch = scratch
        let runs = (blocks + run - 1) / run
        let bytesPerImage = 4 * (input.blockStride + 2 * gradient.blockStride)
        let chunk = max(1, Self.weightGradientBytes / bytesPerImage)
        step.forEachTile(panels * runs) { tile, worker in
            let panel = tile / runs
            let firstBlock = tile % runs * run
            let vectors = Int32(min(2, output.blocks - 2 * panel))
            var job = tandem_weight_gradient()
            job.x_image = input.imageStride
            job.x_row_step = window.stride.height * input.rowStride
            job.x_column_step = window.stride.width * 16
            job.dy_image = gradient.imageStride
            job.dy_block = gradient.blockStride
            job.dy_row = gradient.rowStride
            job.dy_column_step = 16
            job.height = Int32(output.height)
            job.width = Int32(output.width)
            job.dw_channel = taps * 32
            if output.area == 1, taps == 1 {
                // The images take the place of the columns, which the kernel's innermost loop runs over; the panel's gradient is
                // packed, for rows in 64 pages are slower to read 4,096 times.
                Self.weightGradientOfVectors(
                    &job, input: input, gradient: gradient, images: images, panel: panel,
                    blocks: firstBlock..<min(firstBlock + run, blocks), packed: scratch.of(worker), kernels,
                    target: weightGradient + panel * input.channels * 32, vectors)
                return
            }
            for block in firstBlock..<min(firstBlock + run, blocks) {
                for image in stride(from: 0, to: images, by: chunk) {
                    job.images = Int32(min(chunk, images - image))
                    job.dy = UnsafePointer(gradient.at(image: image, block: 2 * panel))
                    for tap in 0..<taps {
                        for channel in stride(from: block * 16, to: min(block * 16 + 16, input.channels), by: 8) {
                            job.channels = Int32(min(8, input.channels - channel))
                            job.x = UnsafePointer(
                                input.at(image: image, block: block) + (Int(x[tap]) + channel % 16))
                            let target = weightGradient + ((panel * input.channels + channel) * taps + tap) * 32
                            withUnsafePointer(to: job) {
                                kernels.weight_gradient($0, target, vectors, image > 0 ? 1 : 0)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func weightGradientOfVectors(
        _ job: inout tandem_weight_gradient, input: Map, gradient: Map, images: Int, panel: Int, blocks: Range<Int>,
        packed: UnsafeMutablePointer<Float>, _ kernels: tandem_kernel_table, target: UnsafeMutablePointer<Float>,
        _ vectors: Int32
    ) {
        for image in 0..<images {
            for half in 0..<Int(vectors) {
                (packed + image * 32 + half * 16).update(
                    from: gradient.at(image: image, block: 2 * panel + half), count: 16)
            }
        }
        job.dy = UnsafePointer(packed)
        (job.dy_block, job.dy_column_step) = (16, 32)
        (job.images, job.width, job.x_column_step) = (1, Int32(images), input.imageStride)
        for channel in stride(from: blocks.lowerBound * 16, to: min(blocks.upperBound * 16, input.channels), by: 8) {
            job.channels = Int32(min(8, input.channels - channel))
            job.x = UnsafePointer(input.at(image: 0, block: channel / 16) + channel % 16)
            kernels.weight_gradient(&job, target + channel * 32, vectors, 0)
        }
    }

    private func dataGradient(_ step: Step, _ inputGradient: Map) {
        let (input, output, gradient, window) = (input, output, outputGradient, window)
        let (taps, kernels, weights) = (taps, step.kernels, parameters.weights)
        let (phases, scratch) = (phases, scratch)
        let panels = (inputGradient.blocks + 1) / 2
        let channelChunk = Self.channelChunk(outputs: output.channels, taps: taps)
        let chunk = max(1, Self.gradientPixels / inputGradient.area)
        let images = step.images
        let chunks = (images + chunk - 1) / chunk
        step.forEachTile(panels * chunks) { tile, worker in
            let (panel, first) = (tile / chunks, tile % chunks * chunk)
            let here = min(chunk, images - first)
            let transposed = scratch.of(worker)
            var product = tandem_product()
            product.x = gradient.kernelMap
            product.y = inputGradient.kernelMap
            product.x_row_step = gradient.rowStride
            product.x_column_step = 16
            product.y_row_step = window.stride.height * inputGradient.rowStride
            product.y_column_step = window.stride.width * 16
            product.w_channel = taps * 32
            for channel in stride(from: 0, to: output.channels, by: channelChunk) {
                let channels = min(channelChunk, output.channels - channel)
                kernels.transpose_panel(
                    weights + channel / 32 * input.channels * taps * 32, Int32(channels), Int32(input.channels),
                    Int32(taps), Int32(panel * 32), transposed)
                product.x.base = gradient.at(image: 0, block: channel / 16)
                product.channels = Int32(channels)
                product.accumulate = channel > 0 ? 1 : 0
                for (phase, offsets) in phases {
                    product.height = Int32(phase.height)
                    product.width = Int32(phase.width)
                    product.taps = Int32(phase.taps.count)
                    product.x_offsets = offsets.x
                    product.w_offsets = offsets.w
                    let corner = phase.row * inputGradient.rowStride + phase.column * 16
                    let area = phase.height * phase.width
                    withUnsafePointer(to: product) { product in
                        kernels.product(
                            product, transposed, nil,
                            inputGradient.base + (2 * panel * inputGradient.blockStride + corner),
                            Int32(min(2, inputGradient.blocks - 2 * panel)), Int64(first * area), Int64(here * area))
                    }
                }
            }
        }
    }
}

/// Offsets of taps as the kernels read them.
final class OffsetTable {
    let x: UnsafePointer<Int32>
    let w: UnsafePointer<Int32>
    private let memory: UnsafeMutablePointer<Int32>

    init(_ offsets: [(x: Int, w: Int)]) {
        memory = .allocate(capacity: 2 * offsets.count + 1)
        for (index, offset) in offsets.enumerated() {
            memory[index] = Int32(offset.x)
            memory[offsets.count + index] = Int32(offset.w)
        }
        x = UnsafePointer(memory)
        w = UnsafePointer(memory + offsets.count)
    }

    deinit { memory.deallocate() }
}

// Convolution and linear layers: both are products of weight panels with pixels, a linear layer being a convolution of
// 1x1 over a map of 1x1. Direct and blocked; every sum runs over input channels and taps in a fixed order.

import CKernels
import Network
import Runtime

struct ProductPlan: PassPlan {
    let input: Shape
    let output: Shape
    let window: Window
    let groups: Int
    /// Whether its backward pass multiplies numbers of 16 bits.
    let isMixed: Bool
    /// Its weight, where the gradient of that waits for the update.
    let lateWeight: ParameterTensor?
    /// The largest batch.
    let images: Int
    let tensors: [ParameterTensor]

    var needs: PassNeeds {
        let (inputs, outputs) = (input.channels, output.channels)
        var needs = PassNeeds(
            inputHalo: window.halo(input: input, output: output),
            gradientHalo: window.gradientHalo(input: input, output: output), readsInput: true, takesReLU: true,
            overwritesGradientOfReLU: true,
            threadScratch: Product.scratchCount(
                outputs: outputs, taps: window.kernel.height * window.kernel.width, images: images))
        needs.lateWeight = lateWeight
        if lateWeight != nil { needs.threadScratch += Product.weightRun * 16 * 32 }
        if isMixed {
            needs.threadScratch = max(
                needs.threadScratch, MixedGradients.threadCount(inputs: inputs, outputs: outputs))
            needs.sharedScratch = MixedGradients.sharedCount(input: input, output: output, images: images)
        }
        return needs
    }

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        Product(
            ports, parameters: site.parameters.product(tensors), window: window, groups: groups, hasReLU: hasReLU,
            isMixed: isMixed, images: site.images, scratch: site.scratch, arena: &site.arena)
    }
}

final class Product: SinglePass, LatePass {
    let ports: Ports
    private let parameters: ProductParameters
    private let window: Window
    private let hasReLU: Bool

    private let taps: Int
    private let forwardOffsets: OffsetTable
    private let phases: [(phase: Window.Phase, offsets: OffsetTable)]
    /// `nil` where every output reads every input.
    private let grouping: Grouping?
    /// The backward pass in mixed precision, where that is asked for.
    private let mixed: MixedGradients?
    /// A transposed panel for each thread.
    private let scratch: Scratch
    private let bias: BiasGradient
    /// Where each row (channel, tap) of the weights reads, in an input of so few channels that those of one tap fill no
    /// tile.
    private let fewChannelRows: OffsetTable?

    /// Pixels a forward tile computes: the panel stays in the second-level cache over many of them.
    private static let forwardPixels = 512
    /// Channels of vectors that a forward tile multiplies at once: those of all images, and their weights, stay in the
    /// second-level cache.
    private static let vectorChannels = 512
    /// Pixels a tile of the data gradient computes at least: it transposes its panel first, at 7 % of its time with
    /// 512.
    private static let gradientPixels = 2048
    /// Blocks of inputs that a tile of a linear layer's weight gradient computes: there are many with little to do in
    /// each.
    static let weightRun = 32
    /// Bytes of maps that a tile of the weight gradient reads again for each tap: within the second-level cache.
    private static let weightGradientBytes = 256 << 10

    init(
        _ ports: Ports, parameters: ProductParameters, window: Window, groups: Int, hasReLU: Bool, isMixed: Bool,
        images: Int, scratch: Scratch, arena: inout Arena
    ) {
        self.ports = ports
        self.parameters = parameters
        self.window = window
        self.hasReLU = hasReLU
        self.scratch = scratch
        mixed = isMixed ? MixedGradients(ports, parameters: parameters, scratch: scratch) : nil
        taps = window.kernel.height * window.kernel.width
        forwardOffsets = window.forwardOffsets(ports.input)
        phases = window.phaseOffsets(ports)
        bias = BiasGradient(parameters, output: ports.output, hasReLU: hasReLU, images: images, arena: &arena)
        let (inputs, tapOffsets, tapCount) = (ports.input.channels, forwardOffsets.x, taps)
        fewChannelRows =
            groups == 1 && inputs < 8
            ? OffsetTable((0..<inputs * taps).map { (Int(tapOffsets[$0 % tapCount]) + $0 / tapCount, 0) }) : nil
        grouping =
            groups == 1
            ? nil
            : Grouping(
                groups: groups, inputs: ports.input.channels, outputs: ports.output.channels, taps: taps,
                parameters: parameters, arena: &arena)
    }

    /// Whether it is a linear layer, with much of a panel for each image.
    private var isOfVectors: Bool { output.area == 1 && taps == 1 }

    /// Input channels that a panel of 32 outputs reads.
    private func inputs(of panel: Int) -> Range<Int> { grouping?.inputs(of: panel) ?? 0..<input.channels }

    /// Floats of scratch that a thread needs for this layer.
    static func scratchCount(outputs: Int, taps: Int, images: Int) -> Int {
        max(channelChunk(outputs: outputs, taps: taps) * taps, images) * 32
    }

    /// Outputs whose weights the data gradient transposes at once, a multiple of 32: what fits into the first-level
    /// cache is used there by all pixels of the tile.
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
        product.taps = Int32(taps)
        product.x_offsets = forwardOffsets.x
        product.w_offsets = forwardOffsets.w
        product.w_channel = taps * 32
        product.has_relu = hasReLU ? 1 : 0

        let pixels = step.images * output.area
        let chunks = (pixels + Self.forwardPixels - 1) / Self.forwardPixels
        let panels = (output.blocks + 1) / 2
        let panelCount = input.channels * taps * 32
        grouping?.expand(step)
        let (input, output, parameters, kernels, grouping) = (input, output, parameters, step.kernels, grouping)
        step.forEachTile(panels * chunks) { [self] tile, _ in
            let (chunk, panel) = (tile / panels, tile % panels)
            let first = chunk * Self.forwardPixels
            var product = product
            let channels = inputs(of: panel)
            let weights = UnsafePointer(
                grouping?.denseWeights(of: panel) ?? parameters.weights + panel * panelCount)
            let part = isOfVectors ? Self.vectorChannels : channels.count
            for channel in stride(from: channels.lowerBound, to: channels.upperBound, by: part) {
                let isFirst = channel == channels.lowerBound
                product.x.base = input.at(image: 0, block: channel / 16)
                product.channels = Int32(min(part, channels.upperBound - channel))
                product.accumulate = isFirst ? 0 : 1
                product.has_relu = hasReLU && channel + part >= channels.upperBound ? 1 : 0
                kernels.product(
                    &product, weights + (channel - channels.lowerBound) * taps * 32,
                    isFirst ? parameters.bias.map { UnsafePointer($0 + panel * 32) } : nil,
                    output.base + 2 * panel * output.blockStride, Int32(min(2, output.blocks - 2 * panel)),
                    Int64(first), Int64(min(Self.forwardPixels, pixels - first)))
            }
        }
    }

    // MARK: Backward

    func backward(_ step: Step) {
        bias.sum(step, outputGradient)
        if let mixed {
            mixed.run(step)
            return
        }
        if let weightGradient = parameters.weightGradient { sumWeightGradient(step, to: weightGradient) }
        if let inputGradient = inputGradient(in: step) { dataGradient(step, inputGradient) }
    }

    /// The first layer's, mostly: three channels and nine taps are 27 rows, four tiles of eight; tap by tap they would
    /// be nine.
    private func weightGradientOfRows(
        _ step: Step, _ rows: OffsetTable, to weightGradient: UnsafeMutablePointer<Float>
    ) {
        let (input, output, gradient) = (input, output, outputGradient)
        let (images, kernels, count) = (step.images, step.kernels, input.channels * taps)
        let chunk = chunkOfImages
        let groups = (count + 7) / 8
        var job = job
        job.dw_channel = 32
        step.forEachTile((output.blocks + 1) / 2 * groups) { tile, _ in
            let (panel, row) = (tile / groups, tile % groups * 8)
            var job = job
            job.channels = Int32(min(8, count - row))
            for image in stride(from: 0, to: images, by: chunk) {
                job.images = Int32(min(chunk, images - image))
                job.dy = UnsafePointer(gradient.at(image: image, block: 2 * panel))
                job.x = UnsafePointer(input.at(image: image))
                kernels.weight_gradient_rows(
                    &job, rows.x + row, weightGradient + (panel * count + row) * 32,
                    Int32(min(2, output.blocks - 2 * panel)), image > 0 ? 1 : 0)
            }
        }
    }

    /// Images whose maps, read again for each tap, stay in the second-level cache.
    private var chunkOfImages: Int {
        max(1, Self.weightGradientBytes / (4 * (input.blockStride + 2 * outputGradient.blockStride)))
    }

    /// What the jobs of the weight gradient have in common.
    private var job: tandem_weight_gradient {
        var job = tandem_weight_gradient()
        job.x_image = input.imageStride
        job.x_row_step = window.stride.height * input.rowStride
        job.x_column_step = window.stride.width * 16
        job.dy_image = outputGradient.imageStride
        job.dy_block = outputGradient.blockStride
        job.dy_row = outputGradient.rowStride
        job.dy_column_step = 16
        job.height = Int32(output.height)
        job.width = Int32(output.width)
        job.dw_channel = taps * 32
        return job
    }

    private func sumWeightGradient(_ step: Step, to weightGradient: UnsafeMutablePointer<Float>) {
        if let fewChannelRows { return weightGradientOfRows(step, fewChannelRows, to: weightGradient) }
        if isOfVectors, grouping == nil {
            return weightGradientOfVectors(step, place: { start, _ in weightGradient + start }, body: { _, _, _ in })
        }
        let (input, gradient, output) = (input, outputGradient, output)
        let (taps, images, kernels) = (taps, step.images, step.kernels)
        let x = forwardOffsets.x
        let blocks = input.blocks
        let panels = (output.blocks + 1) / 2
        let run = taps == 1 ? Self.weightRun : 1
        let runs = (blocks + run - 1) / run
        let chunk = chunkOfImages
        let job = job
        let grouping = grouping
        step.forEachTile(panels * runs) { [self] tile, _ in
            let panel = tile / runs
            let firstBlock = tile % runs * run
            let read = inputs(of: panel)
            let vectors = Int32(min(2, output.blocks - 2 * panel))
            var job = job
            let target =
                grouping?.denseWeights(of: panel) ?? weightGradient + panel * input.channels * taps * 32
            for block in firstBlock..<min(firstBlock + run, blocks) where read.overlaps(block * 16..<block * 16 + 16) {
                for image in stride(from: 0, to: images, by: chunk) {
                    job.images = Int32(min(chunk, images - image))
                    job.dy = UnsafePointer(gradient.at(image: image, block: 2 * panel))
                    for tap in 0..<taps {
                        for channel in stride(from: block * 16, to: min(block * 16 + 16, read.upperBound), by: 8) {
                            job.channels = Int32(min(8, read.upperBound - channel))
                            job.x = UnsafePointer(
                                input.at(image: image, block: block) + (Int(x[tap]) + channel % 16))
                            kernels.weight_gradient(
                                &job, target + ((channel - read.lowerBound) * taps + tap) * 32, vectors,
                                image > 0 ? 1 : 0)
                        }
                    }
                }
            }
        }
        grouping?.collectGradient(step, to: weightGradient)
    }

    func forEachWeightGradient(
        _ step: Step, _ body: (_ start: Int, _ gradient: UnsafePointer<Float>, _ count: Int) -> Void
    ) {
        weightGradientOfVectors(step, place: { _, room in room }, body: body)
    }

    /// The images take the place of the columns, which the kernel's innermost loop runs over; a panel's gradient is
    /// packed, for rows in 64 pages are slower to read 4,096 times.
    ///
    /// - Parameters:
    ///   - place: where a part is written, by where it begins in the tensor, and room for it in the thread's scratch,
    ///     which there is where the gradient waits for the update.
    ///   - body: gets each part once it is there: where it begins, its values, and how many they are.
    private func weightGradientOfVectors(
        _ step: Step, place: (_ start: Int, _ room: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float>,
        body: (_ start: Int, _ gradient: UnsafePointer<Float>, _ count: Int) -> Void
    ) {
        let (input, gradient, output, scratch) = (input, outputGradient, output, scratch)
        let (images, kernels) = (step.images, step.kernels)
        let runs = (input.blocks + Self.weightRun - 1) / Self.weightRun
        var job = job
        (job.dy_block, job.dy_column_step) = (16, 32)
        (job.images, job.width, job.x_column_step) = (1, Int32(images), input.imageStride)
        let common = job
        step.forEachTile((output.blocks + 1) / 2 * runs) { tile, worker in
            let panel = tile / runs
            let first = tile % runs * Self.weightRun * 16
            let channels = first..<min(first + Self.weightRun * 16, input.channels)
            let vectors = min(2, output.blocks - 2 * panel)
            let packed = scratch.of(worker)
            for image in 0..<images {
                for half in 0..<vectors {
                    (packed + image * 32 + half * 16).update(
                        from: gradient.at(image: image, block: 2 * panel + half), count: 16)
                }
            }
            var job = common
            job.dy = UnsafePointer(packed)
            let start = (panel * input.channels + first) * 32
            let target = place(start, packed + images * 32)
            for channel in stride(from: first, to: channels.upperBound, by: 8) {
                job.channels = Int32(min(8, channels.upperBound - channel))
                job.x = UnsafePointer(input.at(image: 0, block: channel / 16) + channel % 16)
                kernels.weight_gradient(&job, target + (channel - first) * 32, Int32(vectors), 0)
            }
            body(start, target, channels.count * 32)
        }
    }

    private func dataGradient(_ step: Step, _ inputGradient: BlockedMap) {
        let (input, output, gradient, window) = (input, output, outputGradient, window)
        let (taps, kernels, weights) = (taps, step.kernels, parameters.weights)
        let (phases, scratch) = (phases, scratch)
        let panels = (inputGradient.blocks + 1) / 2
        let channelChunk = Self.channelChunk(outputs: output.channels, taps: taps)
        let chunk = max(1, Self.gradientPixels / inputGradient.area)
        let images = step.images
        let chunks = (images + chunk - 1) / chunk
        grouping?.expandTransposed(step)
        let grouping = grouping
        step.forEachTile(panels * chunks) { tile, worker in
            let (panel, first) = (tile % panels, tile / panels * chunk)
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
            let written = grouping?.outputs(of: panel) ?? 0..<output.channels
            for channel in stride(from: written.lowerBound, to: written.upperBound, by: channelChunk) {
                let channels = min(channelChunk, written.upperBound - channel)
                let panelWeights: UnsafeMutablePointer<Float>
                if let grouping {
                    panelWeights = grouping.transposedWeights(of: panel) + (channel - written.lowerBound) * taps * 32
                } else {
                    panelWeights = transposed
                    kernels.transpose_panel(
                        weights + channel / 32 * input.channels * taps * 32, Int32(channels), Int32(input.channels),
                        Int32(taps), Int32(panel * 32), transposed)
                }
                product.x.base = gradient.at(image: 0, block: channel / 16)
                product.channels = Int32(channels)
                product.accumulate = channel > written.lowerBound ? 1 : 0
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
                            product, panelWeights, nil,
                            inputGradient.base + (2 * panel * inputGradient.blockStride + corner),
                            Int32(min(2, inputGradient.blocks - 2 * panel)), Int64(first * area), Int64(here * area))
                    }
                }
            }
        }
    }
}

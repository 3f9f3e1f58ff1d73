// A convolution in which each channel has a filter of its own (`groups:` as many as channels): nothing is summed over
// channels, so a vector of sixteen channels is multiplied by sixteen filters, tap by tap.

import CKernels
import Network

struct DepthwisePlan: PassPlan {
    let input: Shape
    let output: Shape
    let window: Window
    let tensors: [ParameterTensor]

    var needs: PassNeeds {
        PassNeeds(
            inputHalo: window.halo(input: input, output: output),
            gradientHalo: window.gradientHalo(input: input, output: output), readsInput: true, takesReLU: true,
            overwritesGradientOfReLU: true)
    }

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        Depthwise(
            ports, parameters: site.parameters.product(tensors), window: window, hasReLU: hasReLU, images: site.images,
            arena: &site.arena)
    }
}

final class Depthwise: SinglePass {
    let ports: Ports
    private let parameters: ProductParameters
    private let window: Window
    private let hasReLU: Bool
    private let taps: Int
    private let forwardOffsets: OffsetTable
    private let phases: [(phase: Window.Phase, offsets: OffsetTable)]
    private let bias: BiasGradient
    /// The gradient of each group of images.
    private let partials: UnsafeMutablePointer<Float>

    /// Images whose gradients are summed by one tile: a constant of the algorithm, it decides the order of sums.
    private static let group = 4

    init(
        _ ports: Ports, parameters: ProductParameters, window: Window, hasReLU: Bool, images: Int, arena: inout Arena
    ) {
        self.ports = ports
        self.parameters = parameters
        self.window = window
        self.hasReLU = hasReLU
        taps = window.kernel.height * window.kernel.width
        forwardOffsets = window.forwardOffsets(ports.input)
        phases = window.phaseOffsets(ports)
        bias = BiasGradient(parameters, output: ports.output, hasReLU: hasReLU, images: images, arena: &arena)
        partials = arena.reserve((images + Self.group - 1) / Self.group * ports.input.blocks * taps * 16)
    }

    /// The filters of a block of channels.
    private func filters(of block: Int) -> UnsafeMutablePointer<Float> {
        parameters.weights + (block / 2 * taps * 32 + block % 2 * 16)
    }

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
        product.has_relu = hasReLU ? 1 : 0
        let (input, output, kernels, bias) = (input, output, step.kernels, parameters.bias)
        step.forEachBlock(of: output) { [self] image, block in
            withUnsafePointer(to: product) { product in
                kernels.depthwise(
                    product, input.at(image: image, block: block), filters(of: block), bias.map { $0 + block * 16 },
                    output.at(image: image, block: block))
            }
        }
    }

    func backward(_ step: Step) {
        bias.sum(step, outputGradient)
        if let weightGradient = parameters.weightGradient { sumWeightGradient(step, to: weightGradient) }
        if let inputGradient { dataGradient(step, inputGradient) }
    }

    private func sumWeightGradient(_ step: Step, to weightGradient: UnsafeMutablePointer<Float>) {
        var job = tandem_weight_gradient()
        job.x_image = input.imageStride
        job.x_row_step = window.stride.height * input.rowStride
        job.x_column_step = window.stride.width * 16
        job.dy_image = outputGradient.imageStride
        job.dy_row = outputGradient.rowStride
        job.dy_column_step = 16
        job.height = Int32(output.height)
        job.width = Int32(output.width)
        let groups = (step.images + Self.group - 1) / Self.group
        let (blocks, images, taps, kernels) = (input.blocks, step.images, taps, step.kernels)
        let (input, gradient, offsets, partials) = (input, outputGradient, forwardOffsets, partials)
        step.forEachTile(groups * blocks) { tile, _ in
            let (group, block) = (tile / blocks, tile % blocks)
            var job = job
            job.images = Int32(min(Self.group, images - group * Self.group))
            job.x = UnsafePointer(input.at(image: group * Self.group, block: block))
            job.dy = UnsafePointer(gradient.at(image: group * Self.group, block: block))
            kernels.depthwise_gradient(&job, offsets.x, Int32(taps), partials + tile * taps * 16)
        }
        step.forEachTile(blocks) { block, _ in
            let target = weightGradient + (block / 2 * taps * 32 + block % 2 * 16)
            for tap in 0..<taps {
                kernels.sum_partials(
                    partials + (block * taps + tap) * 16, blocks * taps * 16, Int32(groups), target + tap * 32, 16)
            }
        }
    }

    private func dataGradient(_ step: Step, _ inputGradient: BlockedMap) {
        let (gradient, kernels, phases) = (outputGradient, step.kernels, phases)
        var product = tandem_product()
        product.x = gradient.kernelMap
        product.y = inputGradient.kernelMap
        product.x_row_step = gradient.rowStride
        product.x_column_step = 16
        product.y_row_step = window.stride.height * inputGradient.rowStride
        product.y_column_step = window.stride.width * 16
        step.forEachBlock(of: inputGradient) { [self] image, block in
            var product = product
            for (phase, offsets) in phases {
                product.height = Int32(phase.height)
                product.width = Int32(phase.width)
                product.taps = Int32(phase.taps.count)
                product.x_offsets = offsets.x
                product.w_offsets = offsets.w
                kernels.depthwise(
                    &product, gradient.at(image: image, block: block), filters(of: block), nil,
                    inputGradient.at(image: image, block: block)
                        + (phase.row * inputGradient.rowStride + phase.column * 16))
            }
        }
    }
}

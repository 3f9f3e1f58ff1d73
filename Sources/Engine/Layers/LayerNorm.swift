// Layer normalization (Ba, Kiros and Hinton 2016) over the channels at each pixel, as `nn.LayerNorm` where the channels
// stand last: they are brought to mean 0 and variance 1, then each is scaled and shifted. Sums run in double, over the
// blocks of 16 channels in each lane, and then over the lanes in a fixed tree; the gradients of scale and shift are
// joined image by image.

import CKernels
import Network

struct LayerNormPlan: PassPlan {
    let settings: Layer.LayerNorm
    let tensors: [ParameterTensor]

    let needs = PassNeeds(readsInput: true, takesReLU: true)

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        LayerNorm(
            settings, ports, parameters: site.parameters.norm(tensors), hasReLU: hasReLU, images: site.images,
            arena: &site.arena)
    }
}

final class LayerNorm: SinglePass {
    let ports: Ports
    private let epsilon: Double
    private let parameters: NormParameters
    private let hasReLU: Bool
    /// Of each pixel of each image.
    private let mean: UnsafeMutablePointer<Float>
    /// The same: 1 / deviation.
    private let scale: UnsafeMutablePointer<Float>
    /// For each image and block, the gradients of sixteen scales and shifts.
    private let sums: UnsafeMutablePointer<Double>

    init(
        _ settings: Layer.LayerNorm, _ ports: Ports, parameters: NormParameters, hasReLU: Bool, images: Int,
        arena: inout Arena
    ) {
        self.ports = ports
        epsilon = settings.epsilon
        self.parameters = parameters
        self.hasReLU = hasReLU
        mean = arena.reserve(images * ports.input.area)
        scale = arena.reserve(images * ports.input.area)
        let count = images * ports.input.blocks * 32
        // Two floats' room for a double.
        sums = UnsafeMutableRawPointer(arena.reserve(2 * count)).bindMemory(to: Double.self, capacity: count)
    }

    private var settings: tandem_layer_norm {
        var settings = tandem_layer_norm()
        settings.channels = Int32(input.channels)
        settings.epsilon = epsilon
        settings.scale = UnsafePointer(parameters.weight)
        settings.shift = UnsafePointer(parameters.bias)
        settings.has_relu = hasReLU ? 1 : 0
        settings.x_block = input.blockStride
        settings.y_block = output.blockStride
        settings.dy_block = outputGradient.blockStride
        settings.dx_block = inputGradient?.blockStride ?? 0
        return settings
    }

    /// Calls `body` for each line of each image: where a line begins among the pixels, and how many it has.
    private func forEachLine(_ image: Int, isWhole: Bool, _ body: (_ row: Int, _ first: Int, _ count: Int64) -> Void) {
        let (rows, count) = isWhole ? (1, input.area) : (input.height, input.width)
        for row in 0..<rows { body(row, image * input.area + row * count, Int64(count)) }
    }

    func forward(_ step: Step) {
        let (input, output, kernels, settings) = (input, output, step.kernels, settings)
        let isWhole = input.isWhole && output.isWhole
        step.forEachTile(step.images) { [self] image, _ in
            forEachLine(image, isWhole: isWhole) { row, first, count in
                withUnsafePointer(to: settings) {
                    kernels.layer_norm(
                        $0, input.row(row, image: image), output.row(row, image: image), count, mean + first,
                        scale + first)
                }
            }
        }
    }

    func backward(_ step: Step) {
        let (input, output, gradient, inputGradient) = (input, output, outputGradient, inputGradient)
        let (kernels, settings) = (step.kernels, settings)
        let isWhole = input.isWhole && output.isWhole && gradient.isWhole && inputGradient?.isWhole ?? true
        step.forEachTile(step.images) { [self] image, _ in
            let sums = sums + image * input.blocks * 32
            sums.update(repeating: 0, count: input.blocks * 32)
            forEachLine(image, isWhole: isWhole) { row, first, count in
                withUnsafePointer(to: settings) {
                    kernels.layer_norm_gradient(
                        $0, input.row(row, image: image), hasReLU ? output.row(row, image: image) : nil,
                        gradient.row(row, image: image), inputGradient?.row(row, image: image), count, mean + first,
                        scale + first, sums)
                }
            }
        }
        // Image after image, so that memory is read as it lies: at 768 channels of 4x4 the joining took half of this
        // pass.
        step.forEachTile(input.blocks) { [self] block, _ in
            let total = sums + block * 32
            for image in 1..<max(1, step.images) {
                let own = sums + (image * input.blocks + block) * 32
                for lane in 0..<32 { total[lane] += own[lane] }
            }
            for lane in 0..<min(16, input.channels - block * 16) {
                parameters.setGradient(block * 16 + lane, scale: total[lane], shift: total[16 + lane])
            }
        }
    }
}

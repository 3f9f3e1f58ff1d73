// Channels times factors: a constant, or one that is learned for each channel.

import CKernels
import Network

struct ScalePlan: PassPlan {
    /// Where none is learned.
    let factor: Double
    let tensors: [ParameterTensor]

    var needs: PassNeeds { PassNeeds(readsInput: !tensors.isEmpty) }

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        guard let learned = site.parameters.factors(tensors) else {
            return Scale(ports, factor: Float(factor), line: site.arena.reserve(16))
        }
        return LearnedScale(ports, learned, images: site.images, arena: &site.arena)
    }
}

/// Each value times a constant.
final class Scale: SinglePass {
    let ports: Ports
    private let factor: Float
    /// The factor, for each lane.
    private let line: UnsafeMutablePointer<Float>

    init(_ ports: Ports, factor: Float, line: UnsafeMutablePointer<Float>) {
        (self.ports, self.factor, self.line) = (ports, factor, line)
    }

    func forward(_ step: Step) {
        line.update(repeating: factor, count: 16)
        let line = UnsafePointer(line)
        step.scale(input, by: { _, _ in line }, to: output)
    }

    func backward(_ step: Step) {
        guard let inputGradient else { return }
        let line = UnsafePointer(line)
        step.scale(outputGradient, by: { _, _ in line }, to: inputGradient)
    }
}

/// Each channel times a learned factor.
final class LearnedScale: SinglePass {
    let ports: Ports
    private let parameters: FactorParameters
    /// For each image and block, the sums of 16 channels.
    private let sums: UnsafeMutablePointer<Double>

    init(_ ports: Ports, _ parameters: FactorParameters, images: Int, arena: inout Arena) {
        (self.ports, self.parameters) = (ports, parameters)
        let count = images * ports.input.blocks * 16
        // Two floats' room for a double.
        sums = UnsafeMutableRawPointer(arena.reserve(2 * count)).bindMemory(to: Double.self, capacity: count)
    }

    func forward(_ step: Step) {
        let factors = UnsafePointer(parameters.factors)
        step.scale(input, by: { _, block in factors + block * 16 }, to: output)
    }

    func backward(_ step: Step) {
        let (input, gradient, inputGradient, sums) = (input, outputGradient, inputGradient, sums)
        let (factors, kernels, blocks) = (parameters.factors, step.kernels, input.blocks)
        step.forEachBlock(of: input) { image, block in
            let (x, dy) = (input.at(image: image, block: block), gradient.at(image: image, block: block))
            let sums = sums + (image * blocks + block) * 16
            sums.update(repeating: 0, count: 16)
            kernels.channel_products(
                x, input.rowStride, dy, gradient.rowStride, Int32(input.height), Int32(input.width), sums)
            guard let inputGradient else { return }
            kernels.scale_channels(
                dy, gradient.rowStride, inputGradient.at(image: image, block: block), inputGradient.rowStride,
                Int32(input.height), Int32(input.width), factors + block * 16)
        }
        for channel in 0..<input.channels {
            var sum = 0.0
            for image in 0..<step.images { sum += sums[image * blocks * 16 + channel] }
            parameters.gradient[channel] = Float(sum)
        }
    }
}

extension Step {
    /// Multiplies each channel of each image by its factor.
    ///
    /// - Parameter factors: of the 16 channels of a block.
    func scale(
        _ from: BlockedMap, by factors: (_ image: Int, _ block: Int) -> UnsafePointer<Float>, to: BlockedMap
    ) {
        let kernels = kernels
        forEachBlock(of: to) { image, block in
            kernels.scale_channels(
                from.at(image: image, block: block), from.rowStride, to.at(image: image, block: block), to.rowStride,
                Int32(to.height), Int32(to.width), factors(image, block))
        }
    }
}

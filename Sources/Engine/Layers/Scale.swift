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
    private let sums: ChannelSums

    init(_ ports: Ports, _ parameters: FactorParameters, images: Int, arena: inout Arena) {
        (self.ports, self.parameters) = (ports, parameters)
        sums = ChannelSums(1, of: ports.input, images: images, arena: &arena)
    }

    func forward(_ step: Step) {
        let factors = UnsafePointer(parameters.factors)
        step.scale(input, by: { _, block in factors + block * 16 }, to: output)
    }

    func backward(_ step: Step) {
        let (input, gradient, inputGradient) = (input, outputGradient, inputGradient)
        let (factors, kernels) = (parameters.factors, step.kernels)
        sums.add(step) { image, block, sum in
            let (x, dy) = (input.at(image: image, block: block), gradient.at(image: image, block: block))
            kernels.channel_products(
                x, input.rowStride, dy, gradient.rowStride, Int32(input.height), Int32(input.width), sum)
            guard let inputGradient else { return }
            kernels.scale_channels(
                dy, gradient.rowStride, inputGradient.at(image: image, block: block), inputGradient.rowStride,
                Int32(input.height), Int32(input.width), factors + block * 16)
        }
        sums.forEachChannel(step) { channel, sum in parameters.gradient?[channel] = Float(sum(0)) }
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

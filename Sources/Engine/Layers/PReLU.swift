// A rectifier with learned slopes (He et al. 2015, "Delving deep into rectifiers"), as `nn.PReLU`.

import CKernels
import Network

struct PReLUPlan: PassPlan {
    let settings: Layer.PReLU
    let tensors: [ParameterTensor]

    let needs = PassNeeds(readsInput: true)

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        PReLU(settings, ports, parameters: site.parameters.slopes(tensors), images: site.images, arena: &site.arena)
    }
}

final class PReLU: SinglePass {
    let ports: Ports
    private let isPerChannel: Bool
    private let parameters: SlopeParameters
    /// The slope that all channels share, in each of 16 lanes.
    private let shared: UnsafeMutablePointer<Float>
    private let sums: ChannelSums

    init(_ settings: Layer.PReLU, _ ports: Ports, parameters: SlopeParameters, images: Int, arena: inout Arena) {
        self.ports = ports
        isPerChannel = settings.isPerChannel
        self.parameters = parameters
        shared = arena.reserve(16)
        sums = ChannelSums(1, of: ports.input, images: images, arena: &arena)
    }

    private func slopes(of block: Int) -> UnsafeMutablePointer<Float> {
        isPerChannel ? parameters.slope + block * 16 : shared
    }

    func forward(_ step: Step) {
        shared.update(repeating: parameters.slope[0], count: 16)
        let (input, output, kernels) = (input, output, step.kernels)
        step.forEachRun(of: output, isWhole: output.isWhole && input.isWhole) { [self] image, block, row, count in
            kernels.prelu(
                slopes(of: block), input.row(row, image: image, block: block),
                output.row(row, image: image, block: block), count)
        }
    }

    func backward(_ step: Step) {
        let (input, gradient, inputGradient, kernels) = (input, outputGradient, inputGradient, step.kernels)
        sums.add(step) { [self] image, block, sum in
            for row in 0..<input.height {
                kernels.prelu_gradient(
                    slopes(of: block), input.row(row, image: image, block: block),
                    gradient.row(row, image: image, block: block), inputGradient?.row(row, image: image, block: block),
                    Int64(input.width * 16), sum)
            }
        }
        var all = 0.0
        sums.forEachChannel(step) { channel, sum in
            if isPerChannel { parameters.slopeGradient?[channel] = Float(sum(0)) }
            all += sum(0)
        }
        if !isPerChannel { parameters.slopeGradient?[0] = Float(all) }
    }
}

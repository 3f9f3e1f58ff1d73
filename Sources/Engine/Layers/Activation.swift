// An elementwise function that stands by itself; a ReLU behind a convolution or a linear layer is part of their product.

import CKernels
import Network

struct ActivationPlan: PassPlan {
    let activation: Layer.Activation

    let needs = PassNeeds(readsInput: true, readsOutput: true)

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        Activation(activation, ports)
    }
}

final class Activation: SinglePass {
    private let kind: tandem_activation
    /// Of a leaky ReLU, below zero.
    private let slope: Float
    let ports: Ports

    init(_ activation: Layer.Activation, _ ports: Ports) {
        var slope: Double = 0
        switch activation {
        case .relu: kind = tandem_relu
        case .leakyReLU(let given): (kind, slope) = (tandem_leaky_relu, given)
        case .sigmoid: kind = tandem_sigmoid
        case .tanh: kind = tandem_tanh
        case .gelu: kind = tandem_gelu
        case .softmax: preconditionFailure("softmax is not elementwise and has a pass of its own")
        }
        self.slope = Float(slope)
        self.ports = ports
    }

    func forward(_ step: Step) {
        let (input, output, kind, slope, kernels) = (input, output, kind, slope, step.kernels)
        step.forEachBlock(of: output) { image, block in
            for row in 0..<output.height {
                kernels.activation(
                    kind, slope, input.at(image: image, block: block) + row * input.rowStride,
                    output.at(image: image, block: block) + row * output.rowStride, Int64(output.width * 16))
            }
            // The others are 0 at 0, as are the lanes that pad the channels.
            if kind == tandem_sigmoid, block == output.blocks - 1 { step.clearPadding(of: output, image: image) }
        }
    }

    func backward(_ step: Step) {
        guard let inputGradient else { return }
        let (input, output, outputGradient) = (input, output, outputGradient)
        let (kind, slope, kernels) = (kind, slope, step.kernels)
        step.forEachBlock(of: output) { image, block in
            for row in 0..<output.height {
                kernels.activation_gradient(
                    kind, slope, input.at(image: image, block: block) + row * input.rowStride,
                    output.at(image: image, block: block) + row * output.rowStride,
                    outputGradient.at(image: image, block: block) + row * outputGradient.rowStride,
                    inputGradient.at(image: image, block: block) + row * inputGradient.rowStride,
                    Int64(output.width * 16))
            }
        }
    }
}

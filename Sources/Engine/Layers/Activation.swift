// A ReLU that stands by itself; behind a convolution or a linear layer it is part of their product.

import CKernels

final class ReLU: LayerPass {
    private let input: Map
    private let inputGradient: Map?
    private let output: Map
    private let outputGradient: Map

    init(input: Map, inputGradient: Map?, output: Map, outputGradient: Map) {
        self.input = input
        self.inputGradient = inputGradient
        self.output = output
        self.outputGradient = outputGradient
    }

    func forward(_ step: Step) {
        let (input, output, kernels) = (input, output, step.kernels)
        step.forEachBlock(of: output) { image, block in
            for row in 0..<output.height {
                kernels.relu(
                    input.at(image: image, block: block) + row * input.rowStride,
                    output.at(image: image, block: block) + row * output.rowStride, Int64(output.width * 16))
            }
        }
    }

    func backward(_ step: Step) {
        guard let inputGradient else { return }
        let (output, outputGradient, kernels) = (output, outputGradient, step.kernels)
        step.forEachBlock(of: output) { image, block in
            kernels.relu_gradient(
                outputGradient.at(image: image, block: block), outputGradient.rowStride,
                output.at(image: image, block: block), output.rowStride,
                inputGradient.at(image: image, block: block), inputGradient.rowStride, Int32(output.height),
                Int32(output.width))
        }
    }
}

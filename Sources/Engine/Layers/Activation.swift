// An elementwise function that stands by itself; a ReLU behind a convolution or a linear layer is part of their
// product.

import CKernels
import Network

struct ActivationPlan: PassPlan {
    let activation: Layer.Activation

    let needs = PassNeeds(readsInput: true, readsOutput: true)

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        Activation(activation, ports)
    }
}

/// The inner loops of `activations.inc` for one function.
struct ActivationKernel {
    /// In the table of each instruction set.
    private let index: Int

    init(_ activation: Layer.Activation) {
        let (name, table) = (activation.form.name, InstructionSet.portable.kernels.activations)
        var index = 0
        while let entry = table?[index], let text = entry.name {
            if String(cString: text) == name {
                self.index = index
                return
            }
            index += 1
        }
        preconditionFailure("activations.inc has no `\(name)`")
    }

    func of(_ kernels: tandem_kernel_table) -> tandem_activation { kernels.activations[index] }
}

final class Activation: SinglePass {
    private let kernel: ActivationKernel
    /// Below zero, where it has one.
    private let slope: Float
    /// Whether 0 becomes another value, which lanes that pad channels must not hold.
    private let movesZero: Bool
    let ports: Ports

    init(_ activation: Layer.Activation, _ ports: Ports) {
        kernel = ActivationKernel(activation)
        slope = Float(activation.form.slope ?? 0)
        movesZero = activation.form.value(0) != 0
        self.ports = ports
    }

    func forward(_ step: Step) {
        let (input, output, kernel, slope) = (input, output, kernel.of(step.kernels), slope)
        let movesZero = movesZero
        step.forEachBlock(of: output) { image, block in
            for row in 0..<output.height {
                kernel.forward(
                    slope, input.row(row, image: image, block: block), output.row(row, image: image, block: block),
                    Int64(output.width * 16))
            }
            if movesZero, block == output.blocks - 1 { step.clearPadding(of: output, image: image) }
        }
    }

    func backward(_ step: Step) {
        guard let inputGradient else { return }
        let (input, output, outputGradient) = (input, output, outputGradient)
        let (kernel, slope) = (kernel.of(step.kernels), slope)
        step.forEachRow(of: output) { image, block, row in
            kernel.gradient(
                slope, input.row(row, image: image, block: block), output.row(row, image: image, block: block),
                outputGradient.row(row, image: image, block: block),
                inputGradient.row(row, image: image, block: block), Int64(output.width * 16))
        }
    }
}

// An elementwise function as a pass of its own; a ReLU after a convolution or a linear layer is part of their product.

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
    /// Of the function, where it has one.
    private let setting: Float
    /// Whether 0 becomes another value, which lanes that pad channels must not hold.
    private let movesZero: Bool
    let ports: Ports

    init(_ activation: Layer.Activation, _ ports: Ports) {
        kernel = ActivationKernel(activation)
        setting = Float(activation.form.setting?.value ?? 0)
        movesZero = activation.form.value(0) != 0
        self.ports = ports
    }

    func forward(_ step: Step) {
        let (input, output, kernel, setting) = (input, output, kernel.of(step.kernels), setting)
        let (movesZero, isStreamed) = (movesZero, step.isStreamed(output))
        step.forEachRun(of: output, isWhole: output.isWhole && input.isWhole) { image, block, row, count in
            kernel.forward(
                setting, input.row(row, image: image, block: block), output.row(row, image: image, block: block), count,
                isStreamed ? 1 : 0)
        }
        if movesZero, output.channels % 16 != 0 {
            step.forEachTile(step.images) { image, _ in step.clearPadding(of: output, image: image) }
        }
    }

    func backward(_ step: Step) {
        guard let inputGradient else { return }
        let (input, output, outputGradient) = (input, output, outputGradient)
        let (kernel, setting) = (kernel.of(step.kernels), setting)
        let isStreamed = step.isStreamed(inputGradient)
        let isWhole = output.isWhole && input.isWhole && outputGradient.isWhole && inputGradient.isWhole
        step.forEachRun(of: output, isWhole: isWhole) { image, block, row, count in
            kernel.gradient(
                setting, input.row(row, image: image, block: block), output.row(row, image: image, block: block),
                outputGradient.row(row, image: image, block: block),
                inputGradient.row(row, image: image, block: block), count, isStreamed ? 1 : 0)
        }
    }
}

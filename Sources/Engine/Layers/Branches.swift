// Where branches begin and end: a value read by several (`Fork`), and the sum of a `residual` (`Sum`).

import CKernels

/// Copies nothing in the forward pass: the branches read the same map. Backward it adds their gradients.
final class Fork: LayerPass {
    private let branchGradients: [BlockedMap]
    private let gradient: BlockedMap?

    init(branchGradients: [BlockedMap], gradient: BlockedMap?) {
        self.branchGradients = branchGradients
        self.gradient = gradient
    }

    func forward(_ step: Step) {}

    func backward(_ step: Step) {
        guard let gradient else { return }
        let (branches, kernels) = (branchGradients, step.kernels)
        step.forEachRow(of: gradient) { image, block, row in
            let to = gradient.row(row, image: image, block: block)
            let count = Int64(gradient.width * 16)
            kernels.add(
                branches[0].row(row, image: image, block: block), branches[1].row(row, image: image, block: block), to,
                0, count)
            for branch in branches.dropFirst(2) {
                kernels.add(to, branch.row(row, image: image, block: block), to, 0, count)
            }
        }
    }
}

final class Sum: LayerPass {
    static let needs = PassNeeds(takesReLU: true)

    private let inputs: [BlockedMap]
    /// Of those terms whose gradient is not the sum's own map.
    private let otherGradients: [BlockedMap]
    private let output: BlockedMap
    private let outputGradient: BlockedMap
    private let hasReLU: Bool
    private let relu = ActivationKernel(.relu)

    init(
        inputs: [BlockedMap], otherGradients: [BlockedMap], output: BlockedMap, outputGradient: BlockedMap,
        hasReLU: Bool
    ) {
        self.inputs = inputs
        self.otherGradients = otherGradients
        self.output = output
        self.outputGradient = outputGradient
        self.hasReLU = hasReLU
    }

    func forward(_ step: Step) {
        let (inputs, output, kernels, hasReLU) = (inputs, output, step.kernels, hasReLU)
        step.forEachRow(of: output) { image, block, row in
            kernels.add(
                inputs[0].row(row, image: image, block: block), inputs[1].row(row, image: image, block: block),
                output.row(row, image: image, block: block), hasReLU ? 1 : 0, Int64(output.width * 16))
        }
    }

    func backward(_ step: Step) {
        guard hasReLU || !otherGradients.isEmpty else { return }
        let (output, gradient, others, hasReLU) = (output, outputGradient, otherGradients, hasReLU)
        let relu = relu.of(step.kernels)
        step.forEachRow(of: output) { image, block, row in
            let from = gradient.row(row, image: image, block: block)
            let count = Int64(output.width * 16)
            if hasReLU {
                relu.gradient(
                    0, output.row(row, image: image, block: block),
                    output.row(row, image: image, block: block), from, from, count, 0)
            }
            for other in others {
                other.row(row, image: image, block: block).update(from: from, count: output.width * 16)
            }
        }
    }
}

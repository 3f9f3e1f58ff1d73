// Where branches begin and end: a value read by several (`Fork`), the sum of a `residual` (`Sum`), and the channels of
// a `concat` side by side (`Join`).

import CKernels

/// Copies nothing on the way forward: the branches read the same map. Backward it adds their gradients.
final class Fork: LayerPass {
    private let branchGradients: [Map]
    private let gradient: Map?

    init(branchGradients: [Map], gradient: Map?) {
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

    private let inputs: [Map]
    /// Of those terms whose gradient is not the sum's own map.
    private let otherGradients: [Map]
    private let output: Map
    private let outputGradient: Map
    private let hasReLU: Bool
    private let relu = ActivationKernel(.relu)

    init(inputs: [Map], otherGradients: [Map], output: Map, outputGradient: Map, hasReLU: Bool) {
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
                    output.row(row, image: image, block: block), from, from, count)
            }
            for other in others {
                other.row(row, image: image, block: block).update(from: from, count: output.width * 16)
            }
        }
    }
}

/// The channels of the first branch, then those of the second, and so on.
final class Join: LayerPass {
    private let branches: [(map: Map, gradient: Map?)]
    private let output: Map
    private let outputGradient: Map

    init(branches: [(map: Map, gradient: Map?)], output: Map, outputGradient: Map) {
        self.branches = branches
        self.output = output
        self.outputGradient = outputGradient
    }

    func forward(_ step: Step) {
        var first = 0
        for (map, _) in branches {
            Self.copy(step, map, 0, to: output, first, channels: map.channels)
            first += map.channels
        }
        let output = output
        guard output.channels % 16 != 0 else { return }
        step.forEachTile(step.images) { image, _ in step.clearPadding(of: output, image: image) }
    }

    func backward(_ step: Step) {
        var first = 0
        for (map, gradient) in branches {
            if let gradient {
                Self.copy(step, outputGradient, first, to: gradient, 0, channels: map.channels)
                if map.channels % 16 != 0 {
                    step.forEachTile(step.images) { image, _ in
                        step.clearPadding(of: gradient, image: image)
                    }
                }
            }
            first += map.channels
        }
    }

    /// Copies channels from one place among the channels to another: whole blocks where both begin with one.
    private static func copy(
        _ step: Step, _ from: Map, _ fromChannel: Int, to: Map, _ toChannel: Int, channels: Int
    ) {
        step.forEachTile(step.images) { image, _ in
            var done = 0
            while done < channels {
                let (source, target) = (fromChannel + done, toChannel + done)
                let here = min(channels - done, 16 - source % 16, 16 - target % 16)
                for row in 0..<to.height {
                    let read = from.row(row, image: image, block: source / 16) + source % 16
                    let write = to.row(row, image: image, block: target / 16) + target % 16
                    if here == 16 {
                        write.update(from: read, count: to.width * 16)
                    } else {
                        for column in 0..<to.width {
                            (write + column * 16).update(from: read + column * 16, count: here)
                        }
                    }
                }
                done += here
            }
        }
    }
}

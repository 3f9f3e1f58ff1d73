// A learned map is added to each image.

import CKernels
import Network

struct PositionEmbeddingPlan: PassPlan {
    let tensors: [ParameterTensor]

    let needs = PassNeeds()

    func makePass(_ ports: Ports, hasReLU: Bool, on site: inout PassSite) -> any LayerPass {
        PositionEmbedding(ports, parameters: site.parameters.map(tensors))
    }
}

final class PositionEmbedding: SinglePass {
    let ports: Ports
    private let parameters: MapParameters

    init(_ ports: Ports, parameters: MapParameters) {
        (self.ports, self.parameters) = (ports, parameters)
    }

    /// Where a line of a block is in the panels.
    private func place(_ block: Int, _ row: Int) -> Int {
        (block / 2 * output.area + row * output.width) * 32 + block % 2 * 16
    }

    func forward(_ step: Step) {
        let (input, output, kernels) = (input, output, step.kernels)
        step.forEachBlock(of: output) { [self] image, block in
            kernels.add_panel(
                input.at(image: image, block: block), input.rowStride, parameters.map + place(block, 0),
                output.at(image: image, block: block), output.rowStride, Int32(output.height), Int32(output.width))
        }
    }

    func backward(_ step: Step) {
        let (gradient, kernels) = (outputGradient, step.kernels)
        if let inputGradient {
            step.forEachRow(of: gradient) { image, block, row in
                inputGradient.row(row, image: image, block: block).update(
                    from: gradient.row(row, image: image, block: block), count: gradient.width * 16)
            }
        }
        guard let target = parameters.gradient else { return }
        // Each line by itself, over the images in their order.
        step.forEachTile(gradient.blocks * gradient.height) { [self] tile, _ in
            let (block, row) = (tile / gradient.height, tile % gradient.height)
            for image in 0..<step.images {
                kernels.sum_to_panel(
                    gradient.row(row, image: image, block: block), gradient.rowStride, target + place(block, row), 1,
                    Int32(gradient.width), image > 0 ? 1 : 0)
            }
        }
    }
}

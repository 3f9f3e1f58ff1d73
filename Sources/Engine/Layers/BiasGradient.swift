// What the backward pass of every product begins with: the mask of its ReLU, and the gradient of its bias.

import CKernels

struct BiasGradient {
    private let output: BlockedMap
    private let hasReLU: Bool
    private let target: UnsafeMutablePointer<Float>?
    /// The sums of each group of images.
    private let partials: UnsafeMutablePointer<Float>

    /// Images whose gradients are summed by one tile: a constant of the algorithm, it decides the order of sums.
    private static let group = 8

    init(_ parameters: ProductParameters, output: BlockedMap, hasReLU: Bool, images: Int, arena: inout Arena) {
        self.output = output
        self.hasReLU = hasReLU
        target = parameters.biasGradient
        partials = arena.reserve((images + Self.group - 1) / Self.group * output.blocks * 16)
    }

    /// Sets the gradient to 0 where the ReLU was, and sums it over images and pixels.
    func sum(_ step: Step, _ gradient: BlockedMap) {
        guard hasReLU || target != nil else { return }
        let groups = (step.images + Self.group - 1) / Self.group
        let (output, partials, kernels) = (output, partials, step.kernels)
        let (blocks, images, hasReLU) = (output.blocks, step.images, hasReLU)
        step.forEachTile(groups * blocks) { tile, _ in
            let (group, block) = (tile / blocks, tile % blocks)
            let sum = partials + tile * 16
            sum.update(repeating: 0, count: 16)
            for image in group * Self.group..<min((group + 1) * Self.group, images) {
                kernels.mask_and_sum(
                    gradient.at(image: image, block: block), gradient.rowStride,
                    hasReLU ? output.at(image: image, block: block) : nil, output.rowStride, Int32(output.height),
                    Int32(output.width), sum)
            }
        }
        guard let target else { return }
        kernels.sum_partials(partials, blocks * 16, Int32(groups), target, Int64(blocks * 16))
    }
}

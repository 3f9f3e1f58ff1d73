// A layer that runs. Passes are made by the plan, in order; each knows the maps it reads and writes.

import CKernels
import Runtime

/// What a step hands to each pass.
struct Step {
    let kernels: tandem_kernel_table
    let pool: ThreadPool
    /// Images in this batch, at most those the plan was made for.
    let images: Int
    let isTraining: Bool
    /// Training steps done before this one.
    let number: Int
}

protocol LayerPass: AnyObject {
    func forward(_ step: Step)
    /// From the gradient of the output to that of the input and of the parameters; both are overwritten.
    func backward(_ step: Step)
}

extension Step {
    /// One tile for each block of 16 channels of each image.
    func forEachBlock(of map: Map, _ body: (_ image: Int, _ block: Int) -> Void) {
        let blocks = map.blocks
        pool.forEachTile(images * blocks) { tile, _ in body(tile / blocks, tile % blocks) }
    }
}

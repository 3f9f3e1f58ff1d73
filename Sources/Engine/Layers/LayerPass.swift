// A layer that runs. Passes are made by the plan, in order; each knows the maps it reads and writes.

import CKernels
import Runtime

/// What a step hands to each pass.
struct Step {
    let kernels: tandem_kernel_table
    private let pool: ThreadPool
    private let cancellation: Cancellation
    /// Images in this batch, at most those the plan was made for.
    let images: Int
    let isTraining: Bool
    /// Training steps done before this one.
    let number: Int

    init(
        kernels: tandem_kernel_table, pool: ThreadPool, cancellation: Cancellation, images: Int, isTraining: Bool,
        number: Int
    ) {
        self.kernels = kernels
        self.pool = pool
        self.cancellation = cancellation
        self.images = images
        self.isTraining = isTraining
        self.number = number
    }

    var isCancelled: Bool { cancellation.isCancelled }

    /// `ThreadPool.forEachTile`, where a cancelled step leaves out what is not begun.
    func forEachTile(_ count: Int, _ body: (_ tile: Int, _ worker: Int) -> Void) {
        pool.forEachTile(count, cancellation: cancellation, body)
    }
}

protocol LayerPass: AnyObject {
    func forward(_ step: Step)
    /// From the gradient of the output to that of the input and of the parameters; both are overwritten.
    func backward(_ step: Step)
    /// Takes over what the step learned beside the parameters, once no cancellation can undo it.
    func commit()
}

extension LayerPass {
    func commit() {}
}

/// A pass from one map to one other.
protocol SinglePass: LayerPass {
    var ports: Ports { get }
}

extension SinglePass {
    var input: Map { ports.input }
    var inputGradient: Map? { ports.inputGradient }
    var output: Map { ports.output }
    var outputGradient: Map { ports.outputGradient }
}

/// What a pass with one input reads and writes.
struct Ports {
    let input: Map
    /// `nil` where nobody needs it.
    let inputGradient: Map?
    let output: Map
    let outputGradient: Map
}

extension Step {
    /// Calls `body` for each block of 16 channels of each image. Blocks of small maps share a tile: to take one costs as much as
    /// some hundred values.
    func forEachBlock(of map: Map, _ body: (_ image: Int, _ block: Int) -> Void) {
        let blocks = map.blocks
        let count = images * blocks
        let run = max(1, 4096 / (map.area * 16))
        forEachTile((count + run - 1) / run) { tile, _ in
            for index in tile * run..<min((tile + 1) * run, count) { body(index / blocks, index % blocks) }
        }
    }

    /// Sets the lanes behind the last channel of an image to zero.
    func clearPadding(of map: Map, image: Int) {
        guard map.channels % 16 != 0 else { return }
        kernels.clear_lanes(
            map.at(image: image, block: map.blocks - 1), map.rowStride, Int32(map.height), Int32(map.width),
            Int32(map.channels % 16))
    }

    /// `forEachBlock`, line by line of each.
    func forEachRow(of map: Map, _ body: (_ image: Int, _ block: Int, _ row: Int) -> Void) {
        forEachBlock(of: map) { image, block in
            for row in 0..<map.height { body(image, block, row) }
        }
    }
}

// How an optimizer changes the parameters: a rule is given the gradient and the moments of all trained tensors, and
// updates the weights. A rule that treats all values alike runs its kernel over the tiles of each group; one that
// treats a tensor as a matrix, or by its role, looks at `Update.parameters`.

import CKernels
import Runtime

protocol OptimizerRule: Sendable {
    /// The words that give it.
    static var names: [String] { get }
    var name: String { get }
    var learningRate: Double { get }
    /// All of them, in the order in which they are said, the learning rate first.
    var settings: [OptimizerSetting] { get }
    init(_ reader: inout OptimizerSettingsReader) throws(OptimizerSettingsError)

    /// Numbers kept for each parameter between steps.
    var momentCount: Int { get }
    /// Running products that a step multiplies on, which round alike on every machine, where `pow` may not. They are
    /// kept with the moments; 1 where a rule has none.
    var powers: (Double, Double) { get set }
    /// One step.
    mutating func run(_ update: Update)
}

extension OptimizerRule {
    var powers: (Double, Double) {
        get { (1, 1) }
        // A rule without running products has nothing to restore.
        set {}
    }
}

/// What a rule is given for one step.
struct Update {
    /// Those that learn, in PyTorch's order, which is that of the memory.
    let parameters: [ParameterView]
    /// The same parameters, neighbors with the same factors together.
    let groups: [ParameterGroup]
    let weights: UnsafeMutablePointer<Float>
    let gradient: UnsafeMutablePointer<Float>
    /// One array after the other, each as long as the weights.
    let moments: UnsafeMutablePointer<Float>
    /// Floats of the weights.
    let count: Int
    /// What the learning rate is multiplied by in this step.
    let rate: Double
    let kernels: tandem_kernel_table
    let pool: ThreadPool

    /// Parameters of a tile: 256 KB of each array, so that tiles are few and even.
    static let tile = 65_536

    /// Runs a kernel of `optimizers.inc` over a group, tile by tile, on all threads.
    func run(_ kernel: String, over group: ParameterGroup, _ settings: tandem_optimizer) {
        let run = kernels.update(named: kernel)
        let (weights, gradient, moments, count) = (weights, gradient, moments, count)
        pool.forEachTile((group.range.count + Self.tile - 1) / Self.tile) { tile, _ in
            let start = group.range.lowerBound + tile * Self.tile
            let length = min(Self.tile, group.range.upperBound - start)
            withUnsafePointer(to: settings) {
                run($0, weights + start, gradient + start, moments + start, count, Int64(length))
            }
        }
    }
}

extension tandem_kernel_table {
    fileprivate typealias UpdateKernel =
        @convention(c) (
            UnsafePointer<tandem_optimizer>?, UnsafeMutablePointer<Float>?, UnsafePointer<Float>?,
            UnsafeMutablePointer<Float>?, Int, Int64
        ) -> Void

    fileprivate func update(named name: String) -> UpdateKernel {
        var entry = updates
        while let kernel = entry?.pointee, let text = kernel.name {
            if String(cString: text) == name, let run = kernel.run { return run }
            entry = entry?.successor()
        }
        preconditionFailure("optimizers.inc has no `\(name)`")
    }
}
